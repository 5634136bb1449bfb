"""How every command writes: JSON, paths, and counts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


class CannotWriteError(Exception):
    """A file that was asked for cannot be written; the message says which and why."""


def write_text(file: str | Path, text: str) -> None:
    """Writes UTF-8 text to a file.

    Raises:
        CannotWriteError: no such folder, no permission, a full disk.
    """
    try:
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CannotWriteError(f"{printable(str(file))} cannot be written: {error.strerror}.") from error


def write_json(file: str | Path, data: Any) -> None:
    """Writes `data` as indented JSON in ASCII, to standard output if `file` is "-".

    Raises:
        CannotWriteError: see `write_text`.
    """
    text = json.dumps(data, indent=2) + "\n"
    if str(file) == "-":
        sys.stdout.write(text)
    else:
        write_text(file, text)


def printable(text: str) -> str:
    """Returns a path or message as text that can be printed: bytes that are not UTF-8, line ends and what controls a terminal escaped."""
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character):
    if "\udc80" <= character <= "\udcff":  # how Python holds a byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def counted(number: int, noun: str) -> str:
    """Returns "1 file" or "1,200 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
