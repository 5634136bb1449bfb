"""How files are written: all of the new content or none of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


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
