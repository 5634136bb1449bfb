"""Labels, sample weights and whites of a batch inside the graph, in the structure that an iterator yields them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def gathered(values) -> Callable:
    """Function from int64 indices [B] to the rows of `values`, an array."""
    values = np.asarray(values)
    constant = tf.constant(values.tolist() if values.dtype == object else values)
    return lambda indices: tf.gather(constant, indices)


def gathered_each(several) -> Callable:
    """Function from int64 indices [B] to a tuple with the rows of each of `several`, arrays."""
    outputs = [gathered(values) for values in several]
    return lambda indices: tuple(output(indices) for output in outputs)


def same_for_all(white: float) -> Callable:
    """Function from indices [B] and images to `white`, float64 [B]."""
    return lambda indices, images: tf.fill(tf.shape(indices), tf.constant(white, tf.float64))


def one_hot(classes, n_classes: int, dtype) -> Callable:
    """Function from int64 indices [B] to `dtype` [B, n_classes].

    Args:
        classes: class index of every sample, or a list of several.
        n_classes: number of classes.
        dtype: of the result.
    """
    if any(np.ndim(label) for label in classes):
        several = tf.ragged.constant([np.atleast_1d(label).tolist() for label in classes], dtype=tf.int32)
        # -1, where a sample has fewer classes than another, is no class: a row of zeros.
        return lambda indices: tf.reduce_max(tf.one_hot(tf.gather(several, indices).to_tensor(-1), n_classes, dtype=dtype), axis=1)
    one = gathered(np.asarray(classes, np.int32))
    return lambda indices: tf.one_hot(one(indices), n_classes, dtype=dtype)
