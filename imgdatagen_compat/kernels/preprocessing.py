"""What the functions `preprocess_input` of `keras.applications` do, on image batches, float32 [N, H, W, C]."""

from __future__ import annotations

import tensorflow as tf

from imgdatagen_compat.kernels.rounding import rounded, runtime_number
from imgdatagen_compat.preprocessing_functions import CAFFE_MEAN, TORCH_MEAN, TORCH_STD


def preprocess(images, mode, zero):
    """`preprocess_input` of a mode: equal, bit for bit, to the NumPy version that gets one float32 image after the other.

    Args:
        images: float32 [N, H, W, C], any range (the models mean grey levels of 0 to 255); C is 3 but for "tf".
        mode: `"tf"` (x / 127.5 - 1), `"torch"` ((x / 255 - mean) / std) or `"caffe"` (channels reversed, less their means).
        zero: int32 scalar tensor, 0, as `rounding.runtime_zero` makes it.

    Returns:
        float32 [N, H, W, C].

    Raises:
        KeyError: another mode.
    """
    return PREPROCESS[mode](rounded(images, zero), zero)


def _tf(images, zero):
    return rounded(images / runtime_number(127.5, tf.float32, zero), zero) - 1.0


def _torch(images, zero):
    fractions = rounded(images / runtime_number(255, tf.float32, zero), zero)
    return rounded(fractions - TORCH_MEAN, zero) / runtime_number(TORCH_STD, tf.float32, zero)


def _caffe(images, zero):
    return images[..., ::-1] - CAFFE_MEAN


PREPROCESS = {"tf": _tf, "torch": _torch, "caffe": _caffe}
