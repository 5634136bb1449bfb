"""How a file ends in the original and in `FileLoader`, and whether that is alike."""

from __future__ import annotations

import dataclasses
import io
import struct
import warnings
import zlib

import keras
import numpy as np
import PIL
from PIL import Image, ImageFile

from imgdatagen_compat.pipeline.loading import FileLoader

TARGET_SIZE = (16, 24)
LOADER = FileLoader(TARGET_SIZE)
# Damaged headers announce sizes that nobody has the memory for. Above this Pillow warns, above twice of it it refuses.
MAX_PIXELS = 1 << 16
READ, FAILED = "read, equal pixels", "failed, same class"
# Known differences: see "An image with damaged metadata can be read" in MIGRATION.md.
READ_DESPITE_METADATA, SMOOTHED = "read, refused by Pillow for what is around the pixels", "read, a progressive JPEG smoothed differently"
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS")


@dataclasses.dataclass(frozen=True)
class Ending:
    """How both ended.

    Attributes:
        name: one of `READ`, `FAILED`, `READ_DESPITE_METADATA` and `SMOOTHED`; None if they do not end alike.
        detail: the class of the error, or what differs.
    """

    name: str | None
    detail: str = ""


def ending_of(path: str) -> Ending:
    """Reads one file with both, in colour mode "rgb". `PIL.Image.MAX_IMAGE_PIXELS` is the caller's to lower."""
    theirs, ours = _outcome(_load_with_the_original, path), _outcome(_load_with_ours, path)
    if isinstance(theirs, type) and isinstance(ours, type):
        same = theirs is ours
        return Ending(FAILED, theirs.__name__) if same else Ending(None, f"{ours.__name__} instead of {theirs.__name__}")
    if isinstance(theirs, type):
        is_known = _is_whole_jpeg(path) if theirs is PIL.UnidentifiedImageError else np.array_equal(ours, _jpeg_in_spite_of_its_end(path))
        is_known = is_known or np.array_equal(ours, _png_without_metadata(path))
        return Ending(READ_DESPITE_METADATA, theirs.__name__) if is_known else Ending(None, f"pixels instead of {theirs.__name__}")
    if isinstance(ours, type):
        return Ending(None, f"{ours.__name__} instead of pixels")
    if np.array_equal(ours, theirs):
        return Ending(READ)
    return Ending(SMOOTHED) if _is_progressive(path) else Ending(None, "other pixels")


def _outcome(load, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load(path)
        except Exception as error:
            return type(error)


def _load_with_the_original(path):
    return keras.utils.img_to_array(keras.utils.load_img(path, target_size=TARGET_SIZE))


def _load_with_ours(path):
    return LOADER.load([path])[0]


def _is_whole_jpeg(path):
    """Whether libjpeg, which Pillow does not ask where it does not understand the segments before, finds an image."""
    contents = _contents(path)
    return contents.startswith(_JPEG) and b"\xff\xda" in contents


def _is_progressive(path):
    contents = _contents(path)
    return contents.startswith(_JPEG) and b"\xff\xc2" in contents


def _contents(path):
    with open(path, "rb") as file:
        return file.read()


def _jpeg_in_spite_of_its_end(path):
    """The pixels that Pillow has when it meets what is wrong behind them; None if that is no JPEG."""
    if not _contents(path).startswith(_JPEG):
        return None
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _outcome(_load_with_the_original, path)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _png_without_metadata(path):
    """The pixels that Pillow reads of a PNG whose chunks are cut down to those that make the image; None if it reads none."""
    contents = _contents(path)
    if not contents.startswith(_PNG):
        return None
    kept, position = [_PNG], len(_PNG)
    while position + 12 <= len(contents):
        (length,) = struct.unpack(">I", contents[position : position + 4])
        name, body = contents[position + 4 : position + 8], contents[position + 8 : position + 8 + length]
        if name in _CRITICAL:
            checksum = contents[position + 8 + length : position + 12 + length]
            if name != b"IEND" and checksum != struct.pack(">I", zlib.crc32(name + body)):
                return None
            kept.append(contents[position : position + 12 + length])
        position += 12 + length
    pixels = _outcome(lambda file: np.asarray(Image.open(file).convert("RGB").resize(TARGET_SIZE[::-1], 0)), io.BytesIO(b"".join(kept)))
    return None if isinstance(pixels, type) else pixels
