"""Flows over ten small photographs, and the comparison of their batches."""

import numpy as np
import tensorflow as tf
from sample_files import photograph

from imgdatagen_compat import ImageDataGenerator

N, BATCH, SIZE = 10, 4, (12, 17)
X = np.stack([photograph(*SIZE, seed=i) for i in range(N)])
Y = np.arange(N)
AUGMENTED = {"rotation_range": 30, "width_shift_range": 0.2, "zoom_range": 0.3, "horizontal_flip": True, "rescale": 1 / 255}


def half(x):
    return x / 2


def structure(batch):
    return tuple(structure(part) for part in batch) if isinstance(batch, (tuple, list)) else batch


def assert_equal_batches(found, expected):
    tf.nest.assert_same_structure(structure(found), structure(expected))
    for one, other in zip(tf.nest.flatten(structure(found)), tf.nest.flatten(structure(expected))):
        np.testing.assert_array_equal(one, other, strict=True)


def flow(datagen=None, **settings):
    return (datagen or ImageDataGenerator(rescale=1 / 255)).flow(X, Y, **{"batch_size": BATCH, "shuffle": False, "seed": 1, **settings})
