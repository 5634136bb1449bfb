"""The depth of an image file, from its first bytes. No TensorFlow here."""

from __future__ import annotations

import functools
import math
import os
import re
import struct
import warnings

from PIL import Image, UnidentifiedImageError

from imgdatagen_compat.bit_depth import EIGHT_BITS, Depth, integers, rescale_factor, white_in
from imgdatagen_compat.special_files import refuse_special_file
from imgdatagen_compat.tiff_tags import is_tiff, read_tags

_HEADER_BYTES = 4096
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_FORMATS = (b"\xff\xd8\xff", b"BM", b"GIF8")
_PNG_GREY = 0
# The magic number, then width, height and largest value, with white space and comments between them.
_PNM = re.compile(rb"P([56])" + 3 * rb"(?:\s|#[^\n]*\n)+(\d+)" + rb"\s")
_BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL, _MAX_SAMPLE_VALUE, _SAMPLE_FORMAT = 258, 277, 281, 339
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3


def file_depth(path) -> Depth:
    """The depth of an image file, from its header.

    PNG: IHDR and sBIT. TIFF: BitsPerSample, SampleFormat and MaxSampleValue. PGM and PPM: the largest value that they state. JPEG, BMP and
    GIF have 8 bits. For the rest Pillow's mode says it. Fewer than 8 bits become 8 when a file is read.

    Args:
        path: `str`, `bytes` or `pathlib.Path`.

    Returns:
        The depth; a float file leaves its white open.

    Raises:
        OSError: the file is missing or not an image.
    """
    status = os.stat(path)
    refuse_special_file(path, status)
    return _file_depth(os.fsencode(path), status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=1 << 16)
def _file_depth(path, size, modified):
    with open(path, "rb") as file:
        header = file.read(_HEADER_BYTES)
        if is_tiff(header):
            return _tiff_depth(read_tags(file))
    if header.startswith(PNG_SIGNATURE) and len(header) > 25:
        return _png_depth(header)
    if header.startswith(_EIGHT_BIT_FORMATS):
        return EIGHT_BITS
    if pnm := pnm_header(header):
        return _pnm_depth(*pnm[1:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow has to say, it says when the file is read
        try:
            with Image.open(os.fsdecode(path)) as img:
                return _pillow_depth(img)
        except UnicodeDecodeError as error:  # Pillow 10, of damaged headers of PGM and PPM
            raise UnidentifiedImageError(f"cannot identify image file {os.fsdecode(path)!r}: {error}") from error


def file_white(datagen, path, image) -> float:
    """The white of an image that was loaded from a file, as its header or, for floats, its values tell; NaN where they do not.

    Raises:
        ValueError: they do not, and `datagen.rescale` is "auto"; the message names the file.
    """
    white = white_in(file_depth(path), image)
    rescale_factor(datagen, white, repr(os.fsdecode(path)))
    return white


def pnm_header(contents) -> tuple[int, bool, int, tuple[int, int]] | None:
    """(length, whether it is grey, largest value, (height, width)) of the header of a binary PGM or PPM; None for other files."""
    match = _PNM.match(contents)
    if match is None:
        return None
    width, height, largest = map(int, match.groups()[1:])
    return match.end(), match[1] == b"5", largest, (height, width)


def _png_depth(header):
    bits, color_type = header[24], header[25]
    if bits <= 8:
        return EIGHT_BITS
    return integers(bits, one_channel=color_type == _PNG_GREY, significant_bits=_png_significant_bits(header))


def _png_significant_bits(header):
    position = len(PNG_SIGNATURE)
    while position + 8 <= len(header):
        length, kind = struct.unpack(">I4s", header[position : position + 8])
        if kind == b"sBIT":
            return max(header[position + 8 : position + 8 + length], default=None)
        if kind in (b"IDAT", b"PLTE"):
            return None
        position += 12 + length
    return None


def _pnm_depth(is_grey, largest, size):
    return EIGHT_BITS if largest <= 255 else Depth(largest.bit_length(), float(largest), one_channel=is_grey)


def _pillow_depth(img):
    one_channel = len(img.getbands()) == 1
    if img.mode == "F":
        return Depth(None, math.nan, is_float=True, one_channel=one_channel)
    if img.mode.startswith("I;16"):
        return integers(16, one_channel=True)
    return Depth(32, math.nan, one_channel=True) if img.mode == "I" else EIGHT_BITS


def _tiff_depth(tags):
    bits, one_channel = max(tags.get(_BITS_PER_SAMPLE, (1,))), tags.get(_SAMPLES_PER_PIXEL, (1,)) == (1,)
    sample_format = max(tags.get(_SAMPLE_FORMAT, (_UNSIGNED,)))
    if sample_format == _FLOAT:
        return Depth(None, math.nan, is_float=True, one_channel=one_channel)
    if bits <= 8:
        return EIGHT_BITS
    if bits > 16 or sample_format == _SIGNED:
        return Depth(bits, math.nan, one_channel=one_channel)
    largest = max(tags.get(_MAX_SAMPLE_VALUE, (0,)))
    # Many writers put there the largest value of this one image; only a full number of bits is taken for the white.
    if largest > 255 and largest < 2**bits and largest & (largest + 1) == 0:
        return integers(largest.bit_length(), one_channel=one_channel)
    return integers(bits, one_channel=one_channel)
