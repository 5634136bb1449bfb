"""Which files of code a command reads."""

from __future__ import annotations

import fnmatch
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

STANDARD_INPUT = Path("-")  # as it is named on a command line

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

    A directory that cannot be listed is yielded itself: to read it is the error that says why.

    Args:
        paths: files and directories.
        exclude: patterns as of a shell; a file or directory whose name or path matches one is left out.
    """
    seen = set()
    for path in paths:
        for file in _in_directory(path, exclude) if os.path.isdir(path) else (path,):
            if file not in seen:
                seen.add(file)
                yield file


def _in_directory(top, exclude):
    unlisted = []
    for directory, directories, files in os.walk(top, onerror=lambda error: unlisted.append(Path(error.filename))):
        here = Path(directory)
        directories[:] = sorted(name for name in directories if not _is_skipped(here / name, exclude))
        for name in sorted(files):
            if name.endswith(SUFFIXES) and not _is_excluded(here / name, exclude):
                yield here / name
    yield from unlisted


def _is_skipped(directory, exclude):
    # `os.path.exists`, since `Path.exists` raises where a folder may be listed and not entered.
    return directory.name in SKIPPED_DIRECTORIES or os.path.exists(directory / "pyvenv.cfg") or _is_excluded(directory, exclude)


def _is_excluded(path, exclude):
    return any(fnmatch.fnmatch(path.name, pattern) or fnmatch.fnmatch(path.as_posix(), pattern) for pattern in exclude)


def read_source(path: Path) -> bytes:
    """Returns what a file holds, or what comes on standard input.

    Raises:
        OSError: it cannot be read.
    """
    return sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()


def missing_path(paths: Iterable[Path]) -> Path | None:
    """Returns the first path that is neither there nor standard input."""
    return next((path for path in paths if path != STANDARD_INPUT and not os.path.exists(path)), None)
