"""The original's functions on one image, in NumPy and SciPy: `apply_affine_transform`, `random_rotation`, `apply_brightness_shift`, …

An image is a NumPy array of rank 3, rows x columns x channels or channels x rows x columns; values are grey levels, 0-255 unless said
otherwise. The `random_*` functions draw from the global `np.random` state, in the original's order.

Every function gives what the function of that name in Keras 2.9 to 3.x gives, to the last bit. `affine_transformed` and
`brightness_shifted` are what generators of any semantics level call.
"""

from __future__ import annotations

import warnings

import numpy as np

from imgdatagen_compat import image_io
from imgdatagen_compat.config import CHANNELS_LAST
from imgdatagen_compat.params import TransformParams, affine_matrices
from imgdatagen_compat.semantics import KERAS


def apply_affine_transform(
    x, theta=0, tx=0, ty=0, shear=0, zx=1, zy=1, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, order=1
):
    """Rotates, shifts, shears and zooms an image about its middle.

    Args:
        x: array of rank 3.
        theta: rotation in degrees.
        tx, ty: shifts in pixels. As in the original since Keras 2.9, `tx` moves columns and `ty` rows when `col_axis > row_axis`.
        shear: shear angle in degrees.
        zx, zy: zoom factors; above 1 zooms out.
        row_axis, col_axis, channel_axis: where rows, columns and channels are. The defaults fit channels-first images.
        fill_mode: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"` (and SciPy's other modes).
        cval: value outside the image in mode `"constant"`.
        order: spline order of the interpolation, 0 to 5.

    Returns:
        Array of the shape and dtype of `x`; `x` itself when nothing is to be done.

    Raises:
        ValueError: axes that are not 0, 1 and 2 in some order, channels in the middle, or `x` not of rank 3.
        RuntimeError: unknown `fill_mode` or `order` (from SciPy).
    """
    _warn_of_channels_taken_for_rows(x, row_axis, col_axis, channel_axis)
    return affine_transformed(x, theta, tx, ty, shear, zx, zy, row_axis, col_axis, channel_axis, fill_mode, cval, order, KERAS)


def affine_transformed(x, theta, tx, ty, shear, zx, zy, row_axis, col_axis, channel_axis, fill_mode, cval, order, semantics):
    """`apply_affine_transform` of a semantics level, for callers who know their axes: no defaults, and no guess at what was meant."""
    if semantics.checks_axes:
        _check_axes(x, row_axis, col_axis, channel_axis)
    if theta == 0 and tx == 0 and ty == 0 and shear == 0 and zx == 1 and zy == 1:
        return x
    params = TransformParams(*np.array([theta, tx, ty, shear, zx, zy], dtype=np.float64)[:, np.newaxis], *np.zeros((2, 1), bool))
    matrices, offsets = affine_matrices(params, x.shape[row_axis], x.shape[col_axis], semantics, swap_axes=col_axis > row_axis)
    return _resample(x, matrices[0], offsets[0], channel_axis, fill_mode, cval, order)


def apply_transform(x, transform_matrix, channel_axis=0, fill_mode="nearest", cval=0.0, order=1):
    """Applies a 3 x 3 matrix of homogeneous (row, column) coordinates, as the module function of this name in Keras up to 2.1 did.

    Args:
        x: array of rank 3.
        transform_matrix: 3 x 3, from output to input coordinates, in pixels; see `transform_matrix_offset_center`.
        channel_axis: axis of the channels.
        fill_mode, cval, order: as for `apply_affine_transform`.

    Returns:
        Array of the shape and dtype of `x`.
    """
    transform_matrix = np.asarray(transform_matrix)
    return _resample(x, transform_matrix[:2, :2], transform_matrix[:2, 2], channel_axis, fill_mode, cval, order)


def transform_matrix_offset_center(matrix, x, y):
    """Moves the pivot of a 3 x 3 homogeneous matrix from the origin to the middle of an image of `x` by `y` pixels."""
    o_x, o_y = float(x) / 2 - 0.5, float(y) / 2 - 0.5
    to_center = np.array([[1, 0, o_x], [0, 1, o_y], [0, 0, 1]])
    from_center = np.array([[1, 0, -o_x], [0, 1, -o_y], [0, 0, 1]])
    return np.dot(np.dot(to_center, matrix), from_center)


def flip_axis(x, axis):
    """Mirrored view of `x` along `axis`."""
    return np.flip(np.asarray(x), axis)


def apply_channel_shift(x, intensity, channel_axis=0):
    """Adds `intensity` grey levels to every value of an image, clipped to the image's own minimum and maximum."""
    x = np.moveaxis(x, channel_axis, 0)
    low, high = np.min(x), np.max(x)
    return np.moveaxis(np.stack([np.clip(channel + intensity, low, high) for channel in x], axis=0), 0, channel_axis)


def apply_brightness_shift(x, brightness, scale=True):
    """Multiplies the brightness of an image, by way of 8-bit Pillow images as the original does.

    Args:
        x: array of rank 3 in the global image data format. Values are truncated to whole grey levels, so an image in [0, 1] turns black.
        brightness: factor; 1.0 keeps the brightness.
        scale: whether to stretch the image to 0-255 first. When False, only an image with values outside [0, 255] is stretched, and
            mapped back to its own range afterwards; `ImageDataGenerator` does this.

    Returns:
        Float array of the shape of `x`, dtype `floatx`.
    """
    from PIL import ImageEnhance

    low, high = np.min(x), np.max(x)
    out_of_range = (low < 0) or (high > 255)
    image = image_io.array_to_img(x, scale=out_of_range or scale)
    x = image_io.img_to_array(ImageEnhance.Brightness(image).enhance(brightness))
    if out_of_range and not scale:
        x = x / 255 * (high - low) + low
    return x


def brightness_shifted(x, brightness, semantics):
    """`apply_brightness_shift` as an `ImageDataGenerator` of a semantics level calls it.

    Args:
        x: array of rank 3, grey levels.
        brightness: factor.
        semantics: says whether the image is first stretched from its minimum and maximum to 0-255, and stays so.

    Returns:
        Float array of the shape of `x`.
    """
    if not semantics.stretches_contrast:
        return apply_brightness_shift(x, brightness, False)
    from PIL import ImageEnhance

    # Channels last whatever the layout is: channels-first images end in an error, as in the releases that this reproduces.
    image = image_io.array_to_img(x, CHANNELS_LAST, scale=True, dtype=semantics.image_dtype)
    return image_io.img_to_array(ImageEnhance.Brightness(image).enhance(brightness), CHANNELS_LAST, semantics.image_dtype)


def random_rotation(x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Rotates by an angle drawn from ±`rg` degrees. See `apply_affine_transform`."""
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(
        x,
        theta=theta,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shift(x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Shifts by amounts drawn from ±`hrg` of the height and ±`wrg` of the width. See `apply_affine_transform`."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x,
        tx=tx,
        ty=ty,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shear(x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Shears by an angle drawn from ±`intensity` degrees. See `apply_affine_transform`."""
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(
        x,
        shear=shear,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_zoom(x, zoom_range, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Zooms by two factors drawn from the pair `zoom_range`. See `apply_affine_transform`."""
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}")
    zx, zy = 1, 1
    if not (zoom_range[0] == 1 and zoom_range[1] == 1):
        zx, zy = np.random.uniform(zoom_range[0], zoom_range[1], 2)
    return apply_affine_transform(
        x,
        zx=zx,
        zy=zy,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_channel_shift(x, intensity_range, channel_axis=0):
    """Adds a number of grey levels drawn from ±`intensity_range`. See `apply_channel_shift`."""
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis=channel_axis)


def random_brightness(x, brightness_range, scale=True):
    """Multiplies the brightness by a factor drawn from the pair `brightness_range`. See `apply_brightness_shift`."""
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be a tuple or list of two floats. Received: {brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]), scale)


def _resample(x, matrix, offset, channel_axis, fill_mode, cval, order):
    from scipy import ndimage

    options = {"order": order, "mode": fill_mode, "cval": cval}
    try:
        channels = [ndimage.affine_transform(channel, matrix, offset, **options) for channel in np.moveaxis(x, channel_axis, 0)]
    except RuntimeError as error:
        raise RuntimeError(
            f'{error}: SciPy transforms images of integers, float32 or float64, with fill_mode "nearest", "constant", "reflect" or "wrap" '
            f"and interpolation order 0 to 5. Received: fill_mode={fill_mode!r}, order={order}, image of {x.dtype}"
        ) from error
    # Channels stay the outermost axis in memory, as in the original: the rounding of a later `np.mean` depends on it.
    # Not `moveaxis`: for negative axes the originals leave the channels in front.
    return np.rollaxis(np.stack(channels, axis=0), 0, channel_axis + 1)


def _check_axes(x, row_axis, col_axis, channel_axis):
    axes = {row_axis, col_axis, channel_axis}
    if len(axes) != 3:
        raise ValueError(
            f"'row_axis', 'col_axis', and 'channel_axis' must be distinct. Received: {row_axis}, {col_axis}, {channel_axis}"
        )
    if axes != {0, 1, 2}:
        raise ValueError(f"Invalid axis' indices: {axes - {0, 1, 2}}; they must be 0, 1 and 2 in some order.")
    if x.ndim != 3:
        raise ValueError(f"Input arrays must be multi-channel 2D images, of rank 3. Received an array of shape {x.shape}")
    if channel_axis == 1:
        raise ValueError("Channels must be the first or the last dimension: `channel_axis` 0 or 2. Received: 1")


def _warn_of_channels_taken_for_rows(x, row_axis, col_axis, channel_axis):
    """Keras 2.9 changed the default axes from (0, 1, 2) to (1, 2, 0); code of before, given a photograph, goes silently wrong."""
    if (row_axis, col_axis, channel_axis) == (1, 2, 0) and x.ndim == 3 and x.shape[2] in (1, 3, 4) and x.shape[0] > 4:
        warnings.warn(
            f"An image of shape {x.shape} looks channels-last, but row_axis=1, col_axis=2, channel_axis=0 (the defaults since Keras 2.9) "
            "take its first axis for the channels. Pass row_axis=0, col_axis=1, channel_axis=2.",
            stacklevel=3,
        )
