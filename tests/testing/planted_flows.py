"""Flows of fixed batches, made by NumPy alone, with one fault planted in the second batch."""

from __future__ import annotations

import types

import numpy as np

FAULTY_BATCH = 1
SETTINGS = {"horizontal_flip": True, "vertical_flip": False, "rescale": None, "rotation_range": 0, "width_shift_range": 0.0,
            "height_shift_range": 0.0, "shear_range": 0.0, "zoom_range": [1, 1], "channel_shift_range": 0.0, "brightness_range": None,
            "preprocessing_function": None, "samplewise_center": False, "samplewise_std_normalization": False, "featurewise_center": False,
            "featurewise_std_normalization": False, "zca_whitening": False}  # fmt: skip


def batches(n=3, size=4, channels_first=False):
    """Random batches `(images, labels)` that differ from each other: grey levels with fractions, float32 [size, 9, 12, 3]."""
    rng = np.random.RandomState(0)
    for _ in range(n):
        images = rng.uniform(1, 254, (size, 9, 12, 3)).astype(np.float32)
        yield np.ascontiguousarray(images.transpose(0, 3, 1, 2)) if channels_first else images, rng.randint(0, 3, size)


def flow(change=lambda images, labels: (images, labels), channels_first=False):
    """A plain generator of batches; `change` makes another one of the second."""
    for number, batch in enumerate(batches(channels_first=channels_first)):
        yield change(*batch) if number == FAULTY_BATCH else batch


class Flow:
    """An iterator with what is read off those of Keras; `settings` are those of its generator."""

    def __init__(self, change=lambda images, labels: (images, labels), filenames=None, data_format="channels_last", **settings):
        self.batch_size = 4
        self.batch_index = 0
        self.index_array = np.arange(12)[::-1]
        self.filenames = filenames
        self.data_format = data_format
        self.image_data_generator = types.SimpleNamespace(**{**SETTINGS, **settings})
        self._batches = flow(change, data_format == "channels_first")

    def __iter__(self):
        return self

    def __next__(self):
        self.batch_index += 1
        return next(self._batches)


def one_pixel(images, labels):
    images = images.copy()
    images[2, 3, 5, 1] += 1
    return images, labels
