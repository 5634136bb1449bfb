"""Affine resampling and flips of image batches, [N, H, W, C], equal to `scipy.ndimage.affine_transform`.

The coordinates are split into what depends on the row and what depends on the column of the output pixel. Those H + W products per
axis are rounded on the host; only additions are left for the compiled part, which therefore cannot round them differently.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import scipy
import tensorflow as tf

from imgdatagen_compat.kernels.rounding import rounded, runtime_number


class CoordinateRamps(NamedTuple):
    """Input coordinates of the pixels of N output images, in pixels; coordinate = rows + columns (+ offsets).

    Attributes:
        rows: float64 [N, 2, H], part of the (row, column) coordinate that depends on the output row.
        columns: float64 [N, 2, W], part that depends on the output column.
        offsets: float64 [N, 2], added last; None where `rows` contains them already.
    """

    rows: np.ndarray
    columns: np.ndarray
    offsets: np.ndarray | None


@functools.cache
def scipy_adds_offset_first() -> bool:
    """Whether the installed SciPy sums coordinates as (offset + row·m0) + col·m1 (1.16 on) and not (row·m0 + col·m1) + offset."""
    return tuple(int(part) for part in scipy.__version__.split(".")[:2]) >= (1, 16)


def coordinate_ramps(matrices, offsets, flip_horizontal, flip_vertical, height, width, *, offset_first=None) -> CoordinateRamps:
    """Coordinate ramps of `scipy.ndimage.affine_transform`, followed by the flips.

    Args:
        matrices: float64 [N, 2, 2], from output (row, column) to input (row, column).
        offsets: float64 [N, 2], pixels.
        flip_horizontal, flip_vertical: bool [N]; mirror the columns, the rows, of the result.
        height, width: sides in pixels.
        offset_first: SciPy's order of summation; None means that of the installed SciPy.

    Returns:
        The ramps, made on the host.
    """
    rows = _indices(height, flip_vertical)[:, None, :] * matrices[:, :, 0, None]
    columns = _indices(width, flip_horizontal)[:, None, :] * matrices[:, :, 1, None]
    if scipy_adds_offset_first() if offset_first is None else offset_first:
        return CoordinateRamps(offsets[:, :, None] + rows, columns, None)
    return CoordinateRamps(rows, columns, offsets)


def _indices(side, flip):
    ascending = np.arange(side, dtype=np.float64)
    return np.where(np.asarray(flip, dtype=bool)[:, None], ascending[::-1], ascending)


def resample(images, ramps, cval, zero, *, order, fill_mode):
    """Reads each output pixel at its input coordinate.

    Equal to `scipy.ndimage.affine_transform` of every channel, on float32 images: identical bits.

    Args:
        images: uint8 or float32 [N, H, W, C].
        ramps: `CoordinateRamps` of tensors.
        cval: float64 scalar, value outside of the image in fill mode "constant".
        zero: int32 scalar, see `rounding`.
        order: 0 (nearest pixel) or 1 (linear).
        fill_mode: "nearest", "constant", "reflect" or "wrap", with SciPy's meaning.

    Returns:
        float32 [N, H, W, C].
    """
    _, height, width, _ = images.shape
    coordinates = [_coordinates(ramps, axis) for axis in (0, 1)]
    folded = [FOLD[fill_mode](x, side, zero) for x, side in zip(coordinates, (height, width))]
    pixels = tf.cast(_READ[order](images, *folded, fill_mode, zero), tf.float32)
    if fill_mode == "constant":
        pixels = _replace_outside(pixels, coordinates, folded, tf.cast(cval, tf.float32), zero)
    return pixels


def flip(images, flip_horizontal, flip_vertical):
    """Mirrors columns and rows of the images for which the bool [N] says so: `flip_axis` of the original. Any dtype, kept."""
    images = tf.where(flip_horizontal[:, None, None, None], images[:, :, ::-1], images)
    return tf.where(flip_vertical[:, None, None, None], images[:, ::-1], images)


def _coordinates(ramps, axis):
    coordinates = ramps.rows[:, axis, :, None] + ramps.columns[:, axis, None, :]
    return coordinates if ramps.offsets is None else coordinates + ramps.offsets[:, axis, None, None]


def _kept(x, side, zero):
    return x


def _clamped(x, side, zero):
    return tf.clip_by_value(x, tf.zeros([], x.dtype), tf.constant(side - 1, x.dtype))


def _whole_periods(x, period, zero):
    return period * tf.floor(tf.abs(x) / runtime_number(period, x.dtype, zero))


def _reflect(x, side, zero):
    if side == 1:
        return tf.zeros_like(x)
    period = 2.0 * side
    periods = _whole_periods(x, period, zero)
    below = tf.where(x < -period, x + periods, x)
    # The smallest step below zero is SciPy's guard against folding -0.000… to exactly -1.
    below = tf.where(below < -side, below + period, tf.maximum(-below, 1e-15) - 1.0)
    above = x - periods
    above = tf.where(above >= side, period - above - 1.0, above)
    return tf.where(x < 0, below, above)


def _wrap(x, side, zero):
    if side == 1:
        return tf.zeros_like(x)
    period = side - 1.0
    periods = _whole_periods(x, period, zero)
    return tf.where(x < 0, x + (periods + period), tf.where(x > period, x - periods, x))


# Coordinate outside of the image -> coordinate inside, in pixels. What "constant" reads outside of the image is replaced later; "nearest"
# keeps the fraction of the coordinate, whose weights then share out the pixel at the edge, and clamps the indices.
FOLD = {"nearest": _kept, "constant": _clamped, "reflect": _reflect, "wrap": _wrap}


def _replace_outside(pixels, coordinates, folded, cval, zero):
    """`pixels`, with `cval` where folding changed a coordinate: `tf.where` on bits.

    A compiler that recognizes the condition as one moves it out of the loop over the channels, and no longer vectorizes what is
    left: twice the time. The run-time zero hides it.
    """
    inside = [tf.bitwise.bitwise_or(-tf.cast(x == y, tf.int32), zero) for x, y in zip(coordinates, folded)]
    mask = tf.bitwise.bitwise_and(*inside)[..., None]
    kept = tf.bitwise.bitwise_and(tf.bitcast(pixels, tf.int32), mask)
    filled = tf.bitwise.bitwise_and(tf.bitcast(cval, tf.int32), tf.bitwise.invert(mask))
    return tf.bitcast(tf.bitwise.bitwise_or(kept, filled), tf.float32)


def _neighbours(floor, side, fill_mode):
    """First of two neighbouring indices (float64) and the step (int32) from it to the second.

    Where one of the two lies outside of the image, SciPy mirrors it for "constant" and "wrap" and repeats the edge for the others.
    """
    if fill_mode == "nearest":
        return tf.clip_by_value(floor, 0.0, side - 1.0), tf.where((floor >= 0) & (floor < side - 1), 1, 0)
    outside = -1 if fill_mode in ("constant", "wrap") and side > 1 else 0
    step = tf.where(floor < side - 1, 1, outside)
    if fill_mode == "reflect":  # folds what is just below zero to just above -1
        step = tf.where(floor < 0, 0, step)
        floor = tf.maximum(floor, 0.0)
    return floor, step


def _read_linear(images, row, column, fill_mode, zero):
    _, height, width, _ = images.shape
    row_floor, column_floor = tf.floor(row), tf.floor(column)
    first_row_weight, row_weight = _linear_weights(row - row_floor)
    first_column_weight, column_weight = _linear_weights(column - column_floor)
    first_row, row_step = _neighbours(row_floor, height, fill_mode)
    first_column, column_step = _neighbours(column_floor, width, fill_mode)
    first = tf.cast(first_row * width + first_column, tf.int32)
    row_step *= width

    def weighted(index, row_weight, column_weight):
        return rounded(_gather(images, index) * row_weight * column_weight, zero)

    value = weighted(first, first_row_weight, first_column_weight)
    value += weighted(first + column_step, first_row_weight, column_weight)
    value += weighted(first + row_step, row_weight, first_column_weight)
    return value + weighted(first + row_step + column_step, row_weight, column_weight)


def _linear_weights(fraction):
    """Weights of the two neighbours. SciPy makes the second by subtraction as well, which drops the last bits of a fraction."""
    first = 1 - fraction
    return first[..., None], (1 - first)[..., None]


def _read_nearest(images, row, column, fill_mode, zero):
    _, height, width, _ = images.shape
    row, column = _clamped(tf.floor(row + 0.5), height, zero), _clamped(tf.floor(column + 0.5), width, zero)
    return _gather(images, tf.cast(row * width + column, tf.int32))


_READ = {0: _read_nearest, 1: _read_linear}


def _gather(images, index):
    _, height, width, channels = images.shape
    pixels = tf.reshape(images, [-1, height * width, channels])
    return tf.cast(tf.gather(pixels, index, batch_dims=1), tf.float64)
