"""Transform parameters drawn inside the graph: a pure function of (epoch key, sample), with the distributions of the original's draws.

Nothing is kept between calls, so the same key gives the same parameters whatever the threads, the batches or the machine.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from imgdatagen_compat.params import TransformParams, zooms
from imgdatagen_compat.stages import STAGES

# Each sample has these draws. One that a configuration does not need is left unused, so that switching a stage on leaves the others be.
_DRAWS = ("theta", "tx", "tx_sign", "ty", "ty_sign", "shear", "zx", "zy", "flip_horizontal", "flip_vertical", "channel_shift", "brightness")

_GOLDEN_GAMMA = 0x9E3779B97F4A7C15
_MULTIPLIERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_MANTISSA_BITS = 53

_IS_ACTIVE = {stage.name: stage.is_active for stage in STAGES}


def draw_params(config, key, samples, height: int, width: int) -> TransformParams:
    """Draws the parameters of the images with the indices `samples`.

    Args:
        config: a `GeneratorConfig`.
        key: int64 scalar tensor, the key of the epoch.
        samples: int64 tensor [N].
        height, width: sides of the images in pixels.

    Returns:
        `TransformParams` of tensors [N], float64 and bool.
    """
    unit = dict(zip(_DRAWS, tf.unstack(_uniform(key, samples, len(_DRAWS)), axis=1)))
    zero = tf.zeros_like(unit["theta"])

    def between(name, low, high):
        return float(low) + (float(high) - float(low)) * unit[name]

    def symmetric(name, limit):
        return between(name, -limit, limit) if limit else zero

    zoomed = zooms(config)
    return TransformParams(
        theta=symmetric("theta", config.rotation_range),
        tx=_shift(config.height_shift_range, height, unit["tx"], unit["tx_sign"]),
        ty=_shift(config.width_shift_range, width, unit["ty"], unit["ty_sign"]),
        shear=symmetric("shear", config.shear_range),
        zx=between("zx", *config.zoom_range) if zoomed else zero + 1,
        zy=between("zy", *config.zoom_range) if zoomed else zero + 1,
        flip_horizontal=(unit["flip_horizontal"] < 0.5) & bool(config.horizontal_flip),
        flip_vertical=(unit["flip_vertical"] < 0.5) & bool(config.vertical_flip),
        channel_shift_intensity=symmetric("channel_shift", config.channel_shift_range) if _IS_ACTIVE["channel shift"](config) else None,
        brightness=between("brightness", *config.brightness_range) if _IS_ACTIVE["brightness"](config) else None,
    )


def pass_key(seed: int, drawn):
    """The key of one pass over a dataset.

    Args:
        seed: of the dataset.
        drawn: int64 scalar tensor, another one in every pass.

    Returns:
        int64 scalar tensor.
    """
    of_seed = _mixed(tf.constant(seed % 2**64, tf.uint64))
    return tf.cast(_mixed(of_seed + tf.cast(drawn, tf.uint64)), tf.int64)


def epoch_key(key, epoch):
    """The key of one epoch.

    Args:
        key: int64 scalar tensor, the key of the pass.
        epoch: int64 scalar tensor, the number of the epoch within the pass.

    Returns:
        int64 scalar tensor.
    """
    number = tf.cast(epoch, tf.uint64) * tf.constant(_GOLDEN_GAMMA, tf.uint64)
    return tf.cast(_mixed(tf.cast(key, tf.uint64) + number), tf.int64)


def shuffled(indices, key, n: int):
    """The elements of a permutation of 0..n-1 at `indices` (int64 tensor); the int64 scalar `key` chooses the permutation."""
    return tf.raw_ops.RandomIndexShuffle(index=indices, seed=_words(key), max_index=tf.constant(n - 1, tf.int64), rounds=4)


def _words(key):
    low = tf.cast(tf.bitwise.bitwise_and(key, 0xFFFFFFFF), tf.uint32)
    high = tf.cast(tf.bitwise.bitwise_and(tf.bitwise.right_shift(key, tf.constant(32, tf.int64)), 0xFFFFFFFF), tf.uint32)
    return tf.stack([low, high, tf.zeros_like(low)])


def _shift(shift_range, side, unit, sign_unit):
    """A float is drawn from ± itself; an int n from 0..n-1 and a sequence from its values, both with a random sign."""
    if not np.any(shift_range):
        return tf.zeros_like(unit)
    scale = side if np.max(shift_range) < 1 else 1
    if isinstance(shift_range, (float, np.floating)):
        return (2 * unit - 1) * float(shift_range) * scale
    choices = np.arange(shift_range) if np.ndim(shift_range) == 0 else np.asarray(shift_range)
    chosen = tf.gather(tf.constant(choices, tf.float64), tf.cast(unit * len(choices), tf.int32))
    return tf.where(sign_unit < 0.5, -chosen, chosen) * scale


def _uniform(key, samples, columns):
    """float64 [N, columns] in [0, 1).

    SplitMix64 (Steele, Lea and Flood, 2014) at the counter sample * columns + column, from the seed `key`.
    """
    counter = tf.cast(samples, tf.uint64)[:, tf.newaxis] * tf.constant(columns, tf.uint64) + tf.cast(tf.range(1, columns + 1), tf.uint64)
    bits = _mixed(tf.cast(key, tf.uint64)) + counter * tf.constant(_GOLDEN_GAMMA, tf.uint64)
    top = tf.bitwise.right_shift(_mixed(bits), tf.constant(64 - _MANTISSA_BITS, tf.uint64))
    return tf.cast(tf.cast(top, tf.int64), tf.float64) * 2.0**-_MANTISSA_BITS


def _mixed(bits):
    for shift, multiplier in _MULTIPLIERS:
        shifted = tf.bitwise.right_shift(bits, tf.constant(shift, tf.uint64))
        bits = tf.bitwise.bitwise_xor(bits, shifted) * tf.constant(multiplier, tf.uint64)
    return tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, tf.constant(31, tf.uint64)))
