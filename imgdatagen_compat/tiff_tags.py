"""The numbers in the first directory of a TIFF file, without reading its pixels or asking whether anything can decode them."""

from __future__ import annotations

import struct
from typing import BinaryIO

_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TYPES = {1: "B", 3: "H", 4: "I"}  # BYTE, SHORT, LONG
_ENTRY_BYTES = 12
_MOST_VALUES = 16  # of a tag that describes samples; longer ones are skipped


def is_tiff(header: bytes) -> bool:
    """Whether a file that starts so is a TIFF (a classic one, of less than 4 GB)."""
    return header[:4] in _BYTE_ORDERS


def read_tags(file: BinaryIO) -> dict[int, tuple[int, ...]]:
    """The unsigned integers in the first directory of a TIFF, by the number of their tag.

    Args:
        file: the file, open in binary mode.

    Returns:
        Tag -> its values.

    Raises:
        OSError: the file ends too early.
    """
    file.seek(0)
    order = _BYTE_ORDERS[file.read(4)]

    def unpack(form, contents):
        try:
            return struct.unpack(order + form, contents)
        except struct.error as error:
            raise OSError("TIFF directory is truncated") from error

    (start,) = unpack("I", file.read(4))
    file.seek(start)
    (entries,) = unpack("H", file.read(2))
    directory = file.read(entries * _ENTRY_BYTES)
    tags = {}
    for position in range(0, entries * _ENTRY_BYTES, _ENTRY_BYTES):
        tag, kind, count, value = unpack("HHI4s", directory[position : position + _ENTRY_BYTES])
        if kind not in _TYPES or count > _MOST_VALUES:
            continue
        form = f"{count}{_TYPES[kind]}"
        length = struct.calcsize(order + form)
        if length > 4:
            file.seek(*unpack("I", value))
            value = file.read(length)
        tags[tag] = unpack(form, value[:length])
    return tags
