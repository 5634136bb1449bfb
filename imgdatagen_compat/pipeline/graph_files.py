"""Which files the graph decodes by itself, told by their headers before the first batch. No TensorFlow here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from imgdatagen_compat.image_headers import PNG_SIGNATURE

_HEADER_BYTES = 4096  # up to here most JPEGs have told their size; where they have not, as many again are read from where they will
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a named pipe is not waited for
_FILES_A_TASK = 256
_THREADS = 16  # they wait for the disk or the network, not for a core
_SHOWS_PROGRESS_FROM = 100_000  # files; a second or two on a local disk
_PNG_START = PNG_SIGNATURE + b"\x00\x00\x00\rIHDR"
_PNG_COLOR_TYPES = (0, 2, 4, 6)  # no palette
_JPEG_START = b"\xff\xd8\xff"
_SOF_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARKERS_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))
_SOF_BYTES = 10  # FF, marker, length (2), bits, height (2), width (2), components


def files_for_pillow(paths: Sequence, target_size, keep_aspect_ratio: bool, max_pixels: int) -> list[int]:
    """Reads the headers of all files, some kilobytes of each, and says which `decoding.decode_image` leaves to Pillow.

    Args:
        paths: of the files.
        target_size: (height, width) of the images.
        keep_aspect_ratio: whether a centred box is cut first, which a narrow image may have none of.
        max_pixels: as of `decode_image`.

    Returns:
        The indices of those files, ascending. A file that cannot be opened is not among them: reading it says why.
    """
    from rich.progress import track

    def decodable(path):
        try:
            return _decodable(os.fsencode(path), target_size, keep_aspect_ratio, max_pixels)
        except OSError:
            return True

    def check(start):
        return [i for i in range(start, min(start + _FILES_A_TASK, len(paths))) if not decodable(paths[i])]

    starts = range(0, len(paths), _FILES_A_TASK)
    with ThreadPoolExecutor(_THREADS) as threads:
        found = threads.map(check, starts)
        shown = track(found, "Reading headers", total=len(starts), transient=True, disable=len(paths) < _SHOWS_PROGRESS_FROM)
        return [i for indices in shown for i in indices]


def _decodable(path, target_size, keep_aspect_ratio, max_pixels):
    # The calls of the system: a file object takes four times as long.
    file = os.open(path, _OPEN)
    try:
        header = os.read(file, _HEADER_BYTES)
        if header.startswith(_PNG_START):
            size = _png_size(header)
        elif header.startswith(_JPEG_START):
            size = _jpeg_size(file, header)
        else:
            return False
    finally:
        os.close(file)
    if size is None or size[0] * size[1] > max_pixels:
        return False
    return not keep_aspect_ratio or _has_box(*size, *target_size)


def _png_size(header):
    """(height, width) of a PNG of 8 bits without palette; None for others, and for sides of 2^24 and more."""
    if len(header) < 26 or header[24] != 8 or header[25] not in _PNG_COLOR_TYPES or header[16] or header[20]:
        return None
    return int.from_bytes(header[20:24], "big"), int.from_bytes(header[16:20], "big")


def _jpeg_size(file, header):
    """(height, width) of a JPEG of one or three components; None for others, and for what is no sequence of segments."""
    position, start = 2, 0
    while True:
        if position - start + _SOF_BYTES > len(header):
            start = position
            os.lseek(file, start, os.SEEK_SET)
            header = os.read(file, _HEADER_BYTES)
            if len(header) < _SOF_BYTES:
                return None
        i = position - start
        if header[i] != 0xFF:
            return None
        marker = header[i + 1]
        if marker in _SOF_MARKERS:
            height, width = int.from_bytes(header[i + 5 : i + 7], "big"), int.from_bytes(header[i + 7 : i + 9], "big")
            return (height, width) if header[i + 9] in (1, 3) else None
        if marker == 0xFF:  # filling
            position += 1
        elif marker in _MARKERS_WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(header[i + 2 : i + 4], "big")


def _has_box(height, width, target_height, target_width):
    return min(height, width * target_height // target_width) > 0 and min(width, height * target_width // target_height) > 0
