"""Channel shift, brightness and rescale of image batches, float32 [N, H, W, C]."""

from __future__ import annotations

import tensorflow as tf

from imgdatagen_compat.kernels.rounding import rounded, runtime_number


def value_range(images):
    """Smallest and largest value of each image: float32 [N, H, W, C] -> two float32 [N]."""
    return tf.reduce_min(images, axis=(1, 2, 3)), tf.reduce_max(images, axis=(1, 2, 3))


def channel_shift(images, intensity, minimum, maximum):
    """Adds one number to every value of an image and clips to the range that the image had.

    Equal to `apply_channel_shift`: identical bits.

    Args:
        images: float32 [N, H, W, C].
        intensity: float32 [N], grey levels.
        minimum, maximum: float32 [N], `value_range(images)`.

    Returns:
        float32 [N, H, W, C]. Applied to the two ends of the range (any shape [N, …]), it gives the range of the result.
    """
    intensity, minimum, maximum = (_per_image(x, images) for x in (intensity, minimum, maximum))
    return tf.minimum(tf.maximum(images + intensity, minimum), maximum)


def brightness(images, factor, zero, value_range=None):
    """Multiplies 8-bit pixel values as Pillow's `ImageEnhance.Brightness` does: truncated to integers, clipped to [0, 255].

    Equal to `apply_brightness_shift(x, factor, scale=False)`: identical bits. The alpha channel of four is kept.

    Args:
        images: float32 [N, H, W, C], C one of 1, 3, 4; values in [0, 255] where `value_range` is None.
        factor: float32 [N].
        zero: int32 scalar, see `rounding`.
        value_range: (minimum, maximum), float32 [N] each: images that leave [0, 255] are stretched from their range to [0, 255]
            first and mapped back to it at the end, as in the original.

    Returns:
        float32 [N, H, W, C].

    Raises:
        ValueError: another number of channels.
    """
    channels = images.shape[-1]
    if channels not in (1, 3, 4):
        raise ValueError(f"Unsupported channel number: {channels}. `brightness_range` needs images with 1, 3 or 4 channels.")
    if value_range is None:
        return _brighten(images, factor, channels)

    minimum, maximum = (_per_image(x, images) for x in value_range)
    span = maximum - minimum
    outside = (minimum < 0) | (maximum > 255)
    brightened = _brighten(tf.where(outside, stretched(images, value_range, zero), images), factor, channels)
    quotient = rounded(brightened / runtime_number(255, tf.float32, zero), zero)
    return tf.where(outside, rounded(quotient * span, zero) + minimum, brightened)


def stretched(images, value_range, zero):
    """Stretches every image from its range to [0, 255]; one whose values are all the same becomes 0.

    Equal to what `array_to_img(x, scale=True)` does before it truncates to 8 bits: identical bits.

    Args:
        images: float32 [N, H, W, C].
        value_range: (minimum, maximum), float32 [N] each, `value_range(images)`.
        zero: int32 scalar, see `rounding`.

    Returns:
        float32 [N, H, W, C].
    """
    minimum, maximum = (_per_image(x, images) for x in value_range)
    span = maximum - minimum
    images = images - minimum
    # The division is rounded before it is multiplied: no one product of both.
    return rounded(images / tf.where(span != 0, span, tf.ones_like(span)), zero) * 255


def rescale(images, factor):
    """`images *= factor` on float32 images; a float64 factor is multiplied in double and the product rounded to float32."""
    return tf.cast(tf.cast(images, factor.dtype) * factor, tf.float32)


def rescaled_settings(params):
    """Settings and draws in the unit of raw pixels, in that of rescaled ones.

    Args:
        params: dictionary with `rescale`, a scalar or [N, 1, 1, 1], and perhaps `cval` (scalar), `channel_shift_intensity` and `white`
            (float32 [N]).

    Returns:
        A copy of the dictionary, with those multiplied by `rescale` as float32 pixels are; `cval` float64, a scalar or [N, 1, 1, 1].
    """
    params = dict(params)
    per_image = tf.reshape(params["rescale"], [-1])
    for name in ("channel_shift_intensity", "white"):
        if name in params:
            params[name] = rescale(params[name], per_image)
    if "cval" in params:
        params["cval"] = tf.cast(rescale(tf.cast(params["cval"], tf.float32), params["rescale"]), tf.float64)
    return params


def brightness_in_float(images, factor, white, zero, value_range, *, stretches=False):
    """Multiplies images by a factor and cuts them off at black and white, keeping fractions.

    Equal to `rescaling.brightness_in_float` of every image: identical bits.

    Args:
        images: float32 [N, H, W, C].
        factor: float32 [N].
        white: float32 [N], the value of full intensity; NaN where it is not known.
        zero: int32 scalar, see `rounding`.
        value_range: (minimum, maximum), float32 [N] each.
        stretches: whether every image is first stretched to black and white.

    Returns:
        float32 [N, H, W, C].
    """
    minimum, maximum, factor, white = (_per_image(x, images) for x in (*value_range, factor, white))
    inside = (tf.minimum(white, 0) <= minimum) & (maximum <= tf.maximum(white, 0)) & (not stretches)
    dark, bright = tf.where(white < 0, maximum, minimum), tf.where(white < 0, minimum, maximum)
    black = tf.where(inside, tf.zeros_like(dark), dark)
    span = tf.where(inside, white, bright - black)
    result = rounded((images - black) * factor, zero)
    if stretches:
        known = ~tf.math.is_nan(white)
        ratio = rounded(tf.math.divide_no_nan(white, span), zero)
        result = tf.where(known, rounded(result * ratio, zero), result)
        black, span = tf.where(known, tf.zeros_like(black), black), tf.where(known, white, span)
    result = tf.clip_by_value(result, tf.minimum(span, 0), tf.maximum(span, 0)) + black
    return tf.where(tf.range(4) == 3, images, result) if images.shape[-1] == 4 else result


def _brighten(images, factor, channels):
    truncated = tf.floor(images)
    brightened = tf.floor(tf.clip_by_value(truncated * _per_image(factor, images), 0.0, 255.0))
    if channels == 4:
        brightened = tf.where(tf.range(4) == 3, truncated, brightened)
    return brightened


def _per_image(numbers, images):
    return tf.reshape(numbers, [-1] + [1] * (len(images.shape) - 1))
