"""What one image file is: format, pixels, depth, and what is odd or wrong with it. Decoded whole, or by its header alone."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import logging
import math
import os
import stat
import warnings

import PIL
from PIL import Image

from imgdatagen_compat.bit_depth import EIGHT_BITS, Depth
from imgdatagen_compat.depth_mismatch import file_problem
from imgdatagen_compat.image_headers import file_depth

# Pillow logs some errors besides raising them, which Python would print in the middle of a progress bar.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_ORIENTATION = 0x0112
_EIGHT_BIT_FORMATS = ("JPEG", "MPO", "BMP", "GIF", "WEBP")
_WITH_EXIF_FIRST = ("JPEG", "MPO", "WEBP")  # a TIFF Pillow turns itself
_EXTENSIONS_OF = {
    "JPEG": (".jpg", ".jpeg"), "MPO": (".jpg", ".jpeg"), "PNG": (".png",), "BMP": (".bmp",), "TIFF": (".tif", ".tiff"), "PPM": (".ppm",),
}  # fmt: skip
_CONVERTIBLE = frozenset(("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I", "I;16", "I;16B", "I;16L", "F"))
# First bytes of what is often found under the name of an image.
_IMPOSTORS = (
    (b"version https://git-lfs", "Git LFS pointer: run git lfs pull"),
    (b"\0\x05\x16\x07", "metadata of macOS"),
    (b"<!DOCTYPE", "HTML page"), (b"<!doctype", "HTML page"), (b"<html", "HTML page"), (b"<HTML", "HTML page"),
    (b"<svg", "SVG"), (b"<?xml", "XML"), (b"%PDF", "PDF"), (b"PK\x03\x04", "ZIP archive"), (b"\x1f\x8b", "gzip archive"),
    (b"\x93NUMPY", "NumPy array"), (b"\xff\xd8\xff", "JPEG with a damaged header"), (b"\x89PNG", "PNG with a damaged header"),
    (b"II*\0", "TIFF, damaged or of a kind that Pillow cannot read"), (b"MM\0*", "TIFF, damaged or of a kind that Pillow cannot read"),
)  # fmt: skip
_FTYP = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"avif": "AVIF"}


@dataclasses.dataclass(frozen=True)
class ImageFacts:
    """What was found of one file.

    Attributes:
        problem: why it cannot be read, in a few words; None if it can, and then the rest is known.
        format, mode: Pillow's names.
        size: (width, height) in pixels.
        depth: as of `bit_depth`, in words.
        white: the value of full intensity; None where nothing tells.
        depth_problem: what loading as "rgb" does to its values and what helps, in words; None for 8 bits.
        traits: keys of `findings.TRAITS`.
        range: (lowest, highest) value of a one-channel file of more than 8 bits, if it was decoded.
        digest: of the contents, if it was asked for.
    """

    problem: str | None = None
    format: str = ""
    mode: str = ""
    size: tuple[int, int] = (0, 0)
    depth: str = ""
    white: float | None = None
    depth_problem: str | None = None
    traits: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    digest: bytes | None = None


def inspect_image(path: str, quick: bool = False, hashed: bool = False) -> ImageFacts:
    """Looks into one file.

    Args:
        path: of the file.
        quick: whether to read its header only; damage behind it stays unseen.
        hashed: whether to add a digest of the contents; not with `quick`.

    Returns:
        The facts. A file that cannot be read is a fact, too; nothing is raised.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow has to say is said below, or of no consequence
            if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for
                return ImageFacts(problem="not a regular file")
            if quick:
                with Image.open(path) as img:
                    return _facts(img, path, decode=False)
            with open(path, "rb") as file:
                contents = file.read()
            with Image.open(io.BytesIO(contents)) as img:
                facts = _facts(img, path, decode=True)
            return dataclasses.replace(facts, digest=hashlib.blake2b(contents, digest_size=16).digest()) if hashed else facts
    except Exception as error:
        return ImageFacts(problem=_reason(error, path))


def inspect_below(directory: str, path: str, quick: bool = False, hashed: bool = False) -> ImageFacts:
    """`inspect_image` of a path relative to a directory."""
    return inspect_image(os.path.join(directory, path), quick, hashed)


def _facts(img, path, decode):
    img_format, mode, size = img.format, img.mode, img.size
    depth = EIGHT_BITS if img_format in _EIGHT_BIT_FORMATS else file_depth(path)
    traits = list(_header_traits(img, path))
    is_huge = Image.MAX_IMAGE_PIXELS is not None and size[0] * size[1] > Image.MAX_IMAGE_PIXELS
    if is_huge:
        traits.append("huge")
    values = None
    if decode and not is_huge:
        # Every bit of the file is still read, but only one pixel of 64 is made.
        img.draft("L", (1, 1))
        img.load()
        if img.mode not in _CONVERTIBLE:
            img.convert("RGB")
        if depth.bits != 8 and len(img.getbands()) == 1:
            values = img.getextrema()
    if _is_transparent(img, decode and not is_huge):
        traits.append("transparent")
    return ImageFacts(None, img_format, mode, size, str(depth), _white(depth, values), _depth_problem(depth), tuple(traits), values)


def _white(depth, values):
    if not math.isnan(depth.white):
        return depth.white
    return 1.0 if depth.is_float and values is not None and values[0] >= 0 and values[1] <= 1 else None


def _depth_problem(depth: Depth):
    return None if depth.bits == 8 else file_problem(None, depth, "rgb")


def _header_traits(img, path):
    if img.mode == "CMYK":
        yield "cmyk"
    with contextlib.suppress(Exception):  # damaged frames and metadata that a flow does not look at are nobody's concern
        if getattr(img, "is_animated", False):
            yield "frames"
    if img.format in _WITH_EXIF_FIRST or "exif" in img.info:
        with contextlib.suppress(Exception):
            if img.getexif().get(_ORIENTATION, 1) in range(2, 9):
                yield "turned"
    if not path.lower().endswith(_EXTENSIONS_OF.get(img.format, ())):
        yield "misnamed"


def _is_transparent(img, is_decoded):
    """Whether pixels are transparent; without decoding, whether they may be."""
    if is_decoded and "A" in img.getbands():
        return img.getchannel("A").getextrema()[0] < 255
    return "A" in img.getbands() or "transparency" in img.info


def _reason(error, path):
    if isinstance(error, Image.DecompressionBombError):
        return "more than twice the pixels that Pillow allows (decompression bomb)"
    if isinstance(error, PIL.UnidentifiedImageError):
        return _impostor(path)
    if isinstance(error, OSError) and error.errno is not None:
        return "link to nowhere" if os.path.islink(path) and not os.path.exists(path) else os.strerror(error.errno).lower()
    message = str(error)
    if any(word in message.lower() for word in ("truncated", "unexpected end", "eof", "end of file")):
        return "truncated"
    return f"damaged: {message.split('(')[0].strip() or type(error).__name__}"[:80]


def _impostor(path):
    with open(path, "rb") as file:
        start = file.read(512)
    if not start:
        return "empty, 0 bytes"
    for signature, name in _IMPOSTORS:
        if start.lstrip().startswith(signature) or start.startswith(signature):
            return f"not an image: {name}" if "damaged" not in name else name
    if start[4:8] == b"ftyp" and start[8:12] in _FTYP:
        return f"not for Pillow without a plugin: {_FTYP[start[8:12]]}"
    if not start.strip(b"\0"):
        return "not an image: zeros"
    return "not an image: text" if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start) else "not an image, or a damaged header"
