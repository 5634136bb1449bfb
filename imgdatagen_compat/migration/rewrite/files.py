"""Which files there are, and how they are written: all of the new content or none of it. No LibCST here."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SUFFIXES = (".py", ".pyw", ".ipynb")

# Other people's code, and copies of one's own.
SKIPPED_DIRECTORIES = frozenset(
    (
        ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn",
        ".tox", ".venv", "__pycache__", "__pypackages__", "_build", "build", "dist", "env", "node_modules", "site-packages", "venv",
    )
)  # fmt: skip


def source_files(paths: Iterable[Path], exclude: Sequence[str] = ()) -> Iterator[Path]:
    """Yields each file once: those named, whatever they are called, and the Python files and notebooks in the directories named.

    Args:
        paths: files and directories.
        exclude: patterns as of a shell; a file or directory whose name or path matches one is left out.
    """
    seen = set()
    for path in paths:
        for file in _in_directory(path, exclude) if path.is_dir() else (path,):
            if file not in seen:
                seen.add(file)
                yield file


def _in_directory(top, exclude):
    for directory, directories, files in os.walk(top):
        here = Path(directory)
        directories[:] = sorted(name for name in directories if not _is_skipped(here / name, exclude))
        for name in sorted(files):
            if name.endswith(SUFFIXES) and not _is_excluded(here / name, exclude):
                yield here / name


def _is_skipped(directory, exclude):
    return directory.name in SKIPPED_DIRECTORIES or (directory / "pyvenv.cfg").exists() or _is_excluded(directory, exclude)


def _is_excluded(path, exclude):
    return any(fnmatch.fnmatch(path.name, pattern) or fnmatch.fnmatch(path.as_posix(), pattern) for pattern in exclude)


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces the content of an existing file, through a temporary file beside it; mode and links to it stay.

    Args:
        path: the file, or a symbolic link to it, which goes on pointing there.
        content: all of it.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    target = path.resolve(strict=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
