"""How many bits the values of an image have, where its white is, and the factor that `rescale="auto"` means.

No TensorFlow here.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import math

import numpy as np

AUTO = "auto"
BIT_DEPTHS = (8, 10, 12, 14, 16)

# An array is judged by so many of its images, evenly spread.
_SAMPLED_IMAGES = 32


class BitDepthWarning(UserWarning):
    """The bits that images have, the way they are loaded and `rescale` do not go together."""


def check_bit_depth(bit_depth) -> None:
    """Raises `ValueError` for what is no value of the argument `bit_depth`."""
    if bit_depth is not None and not is_auto(bit_depth) and (isinstance(bit_depth, bool) or bit_depth not in BIT_DEPTHS):
        raise ValueError(f'`bit_depth` should be None, "auto", {", ".join(map(str, BIT_DEPTHS))}. Received: {bit_depth!r}')


@dataclasses.dataclass(frozen=True)
class Depth:
    """The values that an image, or every image of an array, can have.

    Attributes:
        bits: per channel; None for floats, and for integers whose type leaves it open.
        white: the value of full intensity; NaN where nothing tells.
        is_float: whether the values are floats.
        one_channel: whether it is a file of one channel, which Pillow clips where it reduces others to their high byte.
        significant_bits: bits that carry information, where a PNG says so (sBIT); its values still fill all `bits`.
    """

    bits: int | None
    white: float
    is_float: bool = False
    one_channel: bool = False
    significant_bits: int | None = None

    def __str__(self):
        if self.is_float:
            return "floats in [0, 1]" if self.white == 1 else "floats"
        bits = "integers" if self.bits is None else f"{self.bits} bits"
        return bits if self.significant_bits in (None, self.bits) else f"{bits}, {self.significant_bits} of them significant"


EIGHT_BITS = Depth(8, 255.0)


def integers(bits: int, **more) -> Depth:
    """The depth of unsigned integers that use all their bits."""
    return Depth(bits, float(2**bits - 1), **more)


def array_depth(x, dtype=None) -> Depth:
    """The depth of images in an array.

    bool, uint8 and uint16 say it themselves. Other integers, and floats that are whole numbers, have 8 bits if they lie in [0, 255]; floats
    in [0, 1] have their white at 1. Anything else tells nothing. Ranges are those of up to 32 images, evenly spread.

    Args:
        x: [N, …], images.
        dtype: that the values had before they were converted to that of `x`; None for `x.dtype`.

    Returns:
        The depth, with a `white` of NaN where the values tell nothing.
    """
    dtype = np.dtype(x.dtype if dtype is None else dtype)
    if dtype == np.bool_:
        return Depth(1, 1.0)
    if dtype in (np.uint8, np.uint16):
        return integers(8 * dtype.itemsize)
    is_float = dtype.kind == "f"
    sample = sampled(x)
    low, high = (sample.min(), sample.max()) if sample.size else (0, 0)
    if is_float and low >= 0 and high <= 1:
        return Depth(None, 1.0, is_float=True)
    if low >= 0 and high <= 255 and (not is_float or np.array_equal(sample, np.floor(sample))):
        return EIGHT_BITS
    return Depth(None, math.nan, is_float=is_float)


def sampled(x):
    """Up to 32 of the images in an array, evenly spread."""
    return x[:: max(1, -(-len(x) // _SAMPLED_IMAGES))]


def white_in(depth: Depth, image) -> float:
    """The white of one image of this depth; the pixels are looked at where the depth leaves it open, and floats lie in [0, 1]."""
    if math.isnan(depth.white) and depth.is_float and image.size and image.min() >= 0 and image.max() <= 1:
        return 1.0
    return depth.white


def keeps_depth(datagen) -> bool:
    """Whether images are to be loaded with all their bits: with `bit_depth`, and with `rescale="auto"`, which needs to know them."""
    return getattr(datagen, "bit_depth", None) is not None or is_auto(getattr(datagen, "rescale", None))


def is_auto(setting) -> bool:
    """Whether a setting is "auto". (An array compared with a text is an array.)"""
    return isinstance(setting, str) and setting == AUTO


def stated_white(datagen) -> float | None:
    """The white that the settings alone tell: 255 unless depth is kept, and that of a `bit_depth` in numbers; None for "auto"."""
    if not keeps_depth(datagen):
        return EIGHT_BITS.white
    bits = datagen.bit_depth
    return None if bits is None or is_auto(bits) else integers(bits).white


_image_white: contextvars.ContextVar[float | None] = contextvars.ContextVar("image_white", default=None)


@contextlib.contextmanager
def white_of_image(white: float | None):
    """While it is open, `apply_transform` and `standardize` take this for the white of the image they are given (None: they look)."""
    token = _image_white.set(white)
    try:
        yield
    finally:
        _image_white.reset(token)


def current_white(datagen, x) -> float:
    """The white of an image in the hands of `apply_transform` or `standardize`: stated, known to the iterator, or seen in the image."""
    white = stated_white(datagen)
    if white is None:
        white = _image_white.get()
    return array_depth(np.asarray(x)[np.newaxis]).white if white is None else white


def white_of_images(datagen, x) -> float:
    """The white of images in an array, [N, …]: stated, or what their type and values tell."""
    white = stated_white(datagen)
    return array_depth(np.asarray(x)).white if white is None else white


def needs_white(datagen) -> bool:
    """Whether the white of every image has to be found out: nothing states it, and a stage asks for it."""
    return keeps_depth(datagen) and stated_white(datagen) is None and (is_auto(datagen.rescale) or datagen.brightness_range is not None)


def rescale_factor(datagen, white: float | None, what: str = "an array"):
    """The factor that `datagen.rescale` means for images whose white is `white`.

    Args:
        datagen: anything with `rescale` and `bit_depth`.
        white: of the images.
        what: the images come from, for the message.

    Returns:
        `rescale` itself unless it is "auto"; then 1 / white.

    Raises:
        ValueError: "auto", and the white is not known.
    """
    if not is_auto(datagen.rescale):
        return datagen.rescale
    if math.isnan(white):
        raise ValueError(
            f'rescale="auto" cannot tell the white of {what}: its type says nothing of it, and its values are neither floats in [0, 1] nor '
            "8-bit grey levels. Pass `rescale` as a number, or `bit_depth` (8, 10, 12, 14 or 16)."
        )
    # A Python number: a NumPy one would have NumPy 2 multiply in double.
    return 1 / float(white)
