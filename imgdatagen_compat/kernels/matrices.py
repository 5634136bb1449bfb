"""Coordinate ramps inside the graph: the TensorFlow twin of `params.affine_matrices` and `geometry.coordinate_ramps`."""

from __future__ import annotations

import math

import tensorflow as tf

from imgdatagen_compat.kernels.geometry import CoordinateRamps
from imgdatagen_compat.semantics import Semantics


def affine_ramps(params, height: int, width: int, semantics: Semantics) -> CoordinateRamps:
    """Coordinate ramps of rotation · shift · shear · zoom about the middle, followed by the flips.

    Equal to `coordinate_ramps(*affine_matrices(params, …), …)` to the rounding of a double.

    Args:
        params: `TransformParams` of tensors [N]: degrees, pixels and factors in float64; flips bool.
        height, width: sides of the images in pixels.
        semantics: says where the pivot is and whether rows and columns are exchanged.

    Returns:
        `CoordinateRamps` of float64 tensors.
    """
    theta, shear = params.theta * (math.pi / 180), params.shear * (math.pi / 180)
    one, zero = tf.ones_like(theta), tf.zeros_like(theta)
    rotation = _matrices([[tf.cos(theta), -tf.sin(theta), zero], [tf.sin(theta), tf.cos(theta), zero]], one)
    first_shift, second_shift = semantics.shifts(params)
    shift = _matrices([[one, zero, first_shift], [zero, one, second_shift]], one)
    shearing = _matrices([[one, -tf.sin(shear), zero], [zero, tf.cos(shear), zero]], one)
    zoom = _matrices([[params.zx, zero, zero], [zero, params.zy, zero]], one)
    first, second = semantics.pivot(height, width)
    to_centre = tf.constant([[1, 0, first], [0, 1, second]], tf.float64)
    from_centre = tf.constant([[1, 0, -first], [0, 1, -second], [0, 0, 1]], tf.float64)
    matrices = to_centre @ (rotation @ shift @ shearing @ zoom) @ from_centre
    if semantics.swaps_axes:
        matrices = tf.gather(tf.gather(matrices, [1, 0], axis=1), [1, 0, 2], axis=2)

    rows = _indices(height, params.flip_vertical)[:, tf.newaxis, :] * matrices[:, :, 0, tf.newaxis]
    columns = _indices(width, params.flip_horizontal)[:, tf.newaxis, :] * matrices[:, :, 1, tf.newaxis]
    return CoordinateRamps(matrices[:, :, 2, tf.newaxis] + rows, columns, None)


def _matrices(rows, one):
    rows = [*rows, [tf.zeros_like(one), tf.zeros_like(one), one]]
    return tf.stack([tf.stack(row, axis=1) for row in rows], axis=1)


def _indices(side, flip):
    ascending = tf.range(side, dtype=tf.float64)
    return tf.where(flip[:, tf.newaxis], ascending[::-1], ascending)
