"""The functions on one image that keras-preprocessing 1.1.2 computed otherwise than Keras 2.9 to 3.x: affine transforms and brightness.

An image is a NumPy array of rank 3; values are grey levels, 0-255 unless said otherwise. The `random_*` functions draw from the global
`np.random` state.
"""

from __future__ import annotations

import numpy as np

from imgdatagen_compat.semantics import KERAS_PREPROCESSING
from imgdatagen_compat.transformations import affine_transformed, brightness_shifted


def apply_affine_transform(
    x, theta=0, tx=0, ty=0, shear=0, zx=1, zy=1, row_axis=0, col_axis=1, channel_axis=2, fill_mode="nearest", cval=0.0, order=1
):
    """Rotates, shifts, shears and zooms an image about the point half a pixel beyond its middle.

    Equal to `keras_preprocessing.image.apply_affine_transform` of 1.1.2, to the last bit.

    Args:
        x: array of rank 3.
        theta: rotation in degrees, clockwise.
        tx, ty: shifts in pixels: `tx` moves rows, `ty` columns.
        shear: shear angle in degrees, clockwise.
        zx, zy: zoom factors of rows and of columns; above 1 zooms out.
        row_axis, col_axis, channel_axis: where rows, columns and channels are. The defaults fit channels-last images.
        fill_mode: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"` (and SciPy's other modes).
        cval: value outside the image in mode `"constant"`.
        order: spline order of the interpolation, 0 to 5.

    Returns:
        Array of the shape and dtype of `x`; `x` itself when nothing is to be done.

    Raises:
        RuntimeError: unknown `fill_mode` or `order` (from SciPy).
    """
    return affine_transformed(
        x, theta, tx, ty, shear, zx, zy, row_axis, col_axis, channel_axis, fill_mode, cval, order, KERAS_PREPROCESSING
    )


def apply_brightness_shift(x, brightness):
    """Stretches an image from its own minimum and maximum to 0-255, then multiplies its brightness.

    Equal to `keras_preprocessing.image.apply_brightness_shift` of 1.1.2, to the last bit.

    Args:
        x: array [H, W, C] with 1, 3 or 4 channels.
        brightness: factor; 1.0 leaves the stretched image.

    Returns:
        float32 array of the shape of `x`, whole grey levels.

    Raises:
        ValueError: `x` is not of rank 3 or has another number of channels.
    """
    return brightness_shifted(x, brightness, KERAS_PREPROCESSING)


# The functions below take `row_axis` and `col_axis` and, as in 1.1.2, do not look at them when they turn, shear or zoom: the pivot is the
# middle of the first two axes.


def random_rotation(x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Rotates by an angle drawn from ±`rg` degrees. See `apply_affine_transform`."""
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(x, theta, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order)


def random_shift(x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Shifts by amounts drawn from ±`hrg` of the height and ±`wrg` of the width. See `apply_affine_transform`."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(x, tx=tx, ty=ty, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order)


def random_shear(x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Shears by an angle drawn from ±`intensity` degrees. See `apply_affine_transform`."""
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(x, shear=shear, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order)


def random_zoom(x, zoom_range, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1):
    """Zooms by two factors drawn from the pair `zoom_range`. See `apply_affine_transform`."""
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}")
    zx, zy = 1, 1
    if not (zoom_range[0] == 1 and zoom_range[1] == 1):
        zx, zy = np.random.uniform(zoom_range[0], zoom_range[1], 2)
    return apply_affine_transform(x, zx=zx, zy=zy, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order)


def random_brightness(x, brightness_range):
    """Stretches to 0-255, then multiplies by a factor drawn from the pair `brightness_range`. See `apply_brightness_shift`."""
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be a tuple or list of two floats. Received: {brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]))


def transform_matrix_offset_center(matrix, x, y):
    """Moves the pivot of a 3 x 3 homogeneous matrix from the origin to half a pixel beyond the middle of an image of `x` by `y` pixels."""
    o_x, o_y = KERAS_PREPROCESSING.pivot(x, y)
    to_center = np.array([[1, 0, o_x], [0, 1, o_y], [0, 0, 1]])
    from_center = np.array([[1, 0, -o_x], [0, 1, -o_y], [0, 0, 1]])
    return np.dot(np.dot(to_center, matrix), from_center)
