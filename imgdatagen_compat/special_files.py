"""Files that are no files: named pipes, sockets and devices, which opening or reading may wait for without end. No TensorFlow here."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def is_special(path: str | bytes | os.PathLike) -> bool:
    """Whether there is a named pipe, socket or device under this path; links are followed."""
    with contextlib.suppress(OSError, ValueError):  # what is not there is for whoever opens it
        return stat.S_IFMT(os.stat(path).st_mode) in _KINDS
    return False


def refuse_special_file(path: str | bytes | os.PathLike, status: os.stat_result | None = None) -> None:
    """Raises `OSError`, with the path, for what is no file to read an image from.

    Args:
        path: of the file; anything else, an open one say, is let pass.
        status: what `os.stat` said of it, if that was asked already.
    """
    if status is None:
        try:
            status = os.stat(path)
        except (OSError, ValueError, TypeError):  # is for whoever opens it
            return
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    if kind is not None:
        raise OSError(errno.EINVAL, f"This is no image file but {kind}, which would be waited for", os.fsdecode(path))
