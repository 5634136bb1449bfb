"""When `rescale` happens, and what it does to settings in the unit of pixels. No TensorFlow here."""

from __future__ import annotations

import numbers

import numpy as np

from imgdatagen_compat.bit_depth import is_auto, keeps_depth

RESCALE_ORDERS = ("original", "first")


def check_rescale(rescale, rescale_order) -> None:
    """Raises `ValueError` for what is no value of the argument `rescale_order`, or does not go with it."""
    if not isinstance(rescale_order, str) or rescale_order not in RESCALE_ORDERS:
        raise ValueError(f'`rescale_order` should be "original" or "first". Received: {rescale_order!r}')
    if rescale_order == "first" and not (rescale is None or is_auto(rescale) or isinstance(rescale, numbers.Real)):
        raise ValueError(f'`rescale` should be a number with rescale_order="first". Received: {rescale!r}')


def rescales_first(config) -> bool:
    """Whether raw pixels are multiplied by `rescale` before anything else touches them."""
    return config.rescale_order == "first" and bool(config.rescale)


def brightens_in_float(config) -> bool:
    """Whether brightness keeps fractions: where pixels are rescaled first, or keep the depth of their file."""
    return rescales_first(config) or keeps_depth(config)


def rescaled(values, factor, dtype=None) -> np.ndarray:
    """`values *= factor` on a copy, in the arithmetic in which NumPy rescales pixels of `dtype`.

    Args:
        values: number or array: pixels, or what is in their unit.
        factor: `rescale`, or an array of one factor for each image.
        dtype: of the pixels; None for that of `values`.

    Returns:
        Array of `dtype`, of the shape of `values`, or of `factor` for a single number.

    Raises:
        UFuncTypeError: `dtype` is an integer type and the factor has fractions.
    """
    copy = np.array(np.broadcast_to(values, np.shape(factor)) if np.ndim(values) == 0 else values, dtype=dtype)
    copy *= factor
    return copy


def brightness_in_float(x, brightness, white, channel_axis, *, stretches=False) -> np.ndarray:
    """Multiplies an image by `brightness` and cuts it off at black and white, without losing fractions.

    What `apply_brightness_shift(x, brightness, scale=False)` does with 8 bits, for any range: an image that leaves it is brightened from
    its own darkest to its own brightest value. The alpha channel of four is kept.

    Args:
        x: float array of rank 3.
        brightness: factor.
        white: the value of full intensity, below 0 for a negative; NaN where it is not known.
        channel_axis: where the channels are.
        stretches: whether every image is first stretched to black and white, and stays so, as in Keras 2.2 to 2.8.

    Returns:
        Array of the shape and dtype of `x`.
    """
    low, high = x.min(), x.max()
    number = x.dtype.type
    inside = min(0, white) <= low and high <= max(0, white)
    dark, bright = (high, low) if white < 0 else (low, high)
    black = number(0) if inside and not stretches else dark
    span = number(white) if inside and not stretches else bright - black
    result = (x - black) * number(brightness)
    if stretches and not np.isnan(white):
        result *= number(white) / span if span else number(0)
        black, span = number(0), number(white)
    result = np.clip(result, min(0, span), max(0, span))
    if black:
        result += black
    if x.shape[channel_axis] == 4:
        alpha = (slice(None),) * channel_axis + (3,)
        result[alpha] = x[alpha]
    return result
