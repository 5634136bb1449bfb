"""The statistics of the featurewise steps, measured on an array of sample images."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np


def fit_statistics(datagen, x, *, augment: bool, rounds: int, seed: int | None) -> Iterator[tuple[str, np.ndarray]]:
    """Mean, standard deviation and ZCA matrix of images, as `ImageDataGenerator.fit` of Keras 2.9 to 3.x computes them.

    Args:
        datagen: the generator whose settings say what is wanted, and whose `random_transform` augments.
        x: images, rank 4, in the generator's data format.
        augment, rounds, seed: as for `ImageDataGenerator.fit`.

    Yields:
        Pairs of name and value, whichever the settings ask for: `mean` and `std`, arrays that broadcast against one image, and
        `zca_whitening_matrix`, square, side rows·columns·channels. Each as soon as it is known: the original keeps what it found before
        an error.

    Raises:
        ValueError: `x` is not of rank 4.
    """
    x = np.array(x, dtype=datagen.dtype)
    if x.ndim != 4:
        raise ValueError(
            f"Input to `.fit()` should have rank 4: images, rows, columns, channels. Got array with shape: {x.shape}"
            + (". A single image needs a leading axis: x[np.newaxis]." if x.ndim == 3 else "")
        )
    warn_of_channels(x.shape, datagen.channel_axis, datagen.data_format, "Input to `.fit()`")
    if seed is not None:
        np.random.seed(seed)
    if datagen.rescale:
        x *= datagen.rescale
    if augment:
        augmented = np.zeros((rounds * x.shape[0], *x.shape[1:]), dtype=datagen.dtype)
        for i in range(len(augmented)):
            augmented[i] = datagen.random_transform(x[i % x.shape[0]])
        x = augmented

    axes = (0, datagen.row_axis, datagen.col_axis)
    per_channel = [1, 1, 1]
    per_channel[datagen.channel_axis - 1] = x.shape[datagen.channel_axis]
    if datagen.featurewise_center:
        mean = np.reshape(np.mean(x, axis=axes), per_channel)
        yield "mean", mean
        x -= mean
    if datagen.featurewise_std_normalization:
        std = np.reshape(np.std(x, axis=axes), per_channel)
        yield "std", std
        x /= std + 1e-6
    if datagen.zca_whitening:
        flat_x = np.reshape(x, (len(x), -1))
        u, s, _ = np.linalg.svd(flat_x.T, full_matrices=False)
        # Scaled as `np.sqrt(n)` scales: a NumPy float64, which makes the matrix float64 under NumPy 2.
        yield "zca_whitening_matrix", (u * (np.sqrt(len(x)) / (s + datagen.zca_epsilon))).dot(u.T)


def warn_of_channels(shape, channel_axis: int, data_format: str, what: str) -> None:
    """Warns when images do not have 1, 3 or 4 channels where `data_format` says the channels are."""
    if shape[channel_axis] not in (1, 3, 4):
        warnings.warn(
            f'{what} is set to use the data format convention "{data_format}" (channels on axis {channel_axis}), i.e. expected either '
            f"1, 3, or 4 channels on axis {channel_axis}. However, it was passed an array with shape {shape} "
            f"({shape[channel_axis]} channels).",
            stacklevel=4,
        )
