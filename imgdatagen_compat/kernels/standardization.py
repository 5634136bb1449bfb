"""Samplewise and featurewise normalization and ZCA whitening of image batches, float32 [N, H, W, C]."""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True, eq=False)
class Statistics:
    """What `ImageDataGenerator.fit` computed (or the user assigned); None where there is none.

    Attributes:
        mean, std: numbers or arrays that broadcast to [H, W, C].
        zca_whitening_matrix: [H·W·C, H·W·C].
    """

    mean: np.ndarray | None = None
    std: np.ndarray | None = None
    zca_whitening_matrix: np.ndarray | None = None


# The flows of the drop-in take NumPy's own sums instead (`pipeline.normalization`); layers and datasets take these.
SAMPLEWISE_BOUND = 1e-5


def samplewise_center(images):
    """`x -= np.mean(x)` for every image of float32 [N, H, W, C].

    Sums are in another order than NumPy's: within `SAMPLEWISE_BOUND` of the largest magnitude, more on an almost uniform image.
    """
    return images - tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)


def samplewise_std_normalization(images):
    """`x /= np.std(x) + 1e-6` for every image of float32 [N, H, W, C].

    Sums are in another order than NumPy's: within `SAMPLEWISE_BOUND` of the largest magnitude, more on an almost uniform image.
    """
    return images / (tf.math.reduce_std(images, axis=(1, 2, 3), keepdims=True) + 1e-6)


def featurewise_center(images, mean):
    """`x -= mean` on float32 images; a float64 mean is subtracted in double and the difference rounded to float32."""
    return tf.cast(tf.cast(images, mean.dtype) - mean, tf.float32)


def featurewise_std_normalization(images, divisor):
    """`x /= divisor` on float32 images, where the divisor is `std + 1e-6`, formed by the caller; a float64 one divides in double."""
    return tf.cast(tf.cast(images, divisor.dtype) / divisor, tf.float32)


def zca_whitening(images, matrix):
    """Flattens every image of float32 [N, H, W, C] and multiplies it by `matrix`, in the matrix's dtype; result rounded to float32."""
    flat = tf.cast(tf.reshape(images, [-1, matrix.shape[0]]), matrix.dtype)
    return tf.cast(tf.reshape(flat @ matrix, [-1, *images.shape[1:]]), tf.float32)
