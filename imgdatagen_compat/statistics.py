"""The statistics of the featurewise steps, measured on an array of sample images."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from imgdatagen_compat.bit_depth import rescale_factor, white_of_image, white_of_images
from imgdatagen_compat.rescaling import rescales_first
from imgdatagen_compat.semantics import semantics_of


def fit_statistics(datagen, x, *, augment: bool, rounds: int, seed: int | None) -> Iterator[tuple[str, np.ndarray]]:
    """Mean, standard deviation and ZCA matrix of images, as `ImageDataGenerator.fit` of the generator's semantics level computes them.

    Args:
        datagen: the generator whose settings say what is wanted, and whose `random_transform` augments.
        x: images, rank 4, in the generator's data format.
        augment, rounds, seed: as for `ImageDataGenerator.fit`.

    Yields:
        Pairs of name and value, whichever the settings ask for: `mean` and `std`, arrays that broadcast against one image, and
        `zca_whitening_matrix` (at the level "keras_preprocessing" `principal_components`), square, side rows·columns·channels. Each as
        soon as it is known: the original keeps what it found before an error.

    Raises:
        ValueError: `x` is not of rank 4.
    """
    white = white_of_images(datagen, x)
    x = np.array(x, dtype=datagen.dtype)
    if x.ndim != 4:
        raise ValueError(
            f"Input to `.fit()` should have rank 4: images, rows, columns, channels. Got array with shape: {x.shape}"
            + (". A single image needs a leading axis: x[np.newaxis]." if x.ndim == 3 else "")
        )
    warn_of_channels(x.shape, datagen.channel_axis, datagen.data_format, "Input to `.fit()`")
    if seed is not None:
        np.random.seed(seed)
    # With rescale_order="first", `random_transform` multiplies.
    if datagen.rescale and not (augment and rescales_first(datagen)):
        x *= rescale_factor(datagen, white)
    if augment:
        augmented = np.zeros((rounds * x.shape[0], *x.shape[1:]), dtype=datagen.dtype)
        with white_of_image(white):
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
        name = semantics_of(datagen).zca_attribute
        yield name, _WHITENING[name](np.reshape(x, (len(x), -1)), datagen.zca_epsilon)


def _whitening_of_images(flat_x, epsilon):
    """Keras 2.9 to 3.x: directions in which the images do not vary are projected to 0."""
    u, s, _ = np.linalg.svd(flat_x.T, full_matrices=False)
    # Scaled as `np.sqrt(n)` scales: a NumPy float64, which makes the matrix float64 under NumPy 2.
    return (u * (np.sqrt(len(flat_x)) / (s + epsilon))).dot(u.T)


def _whitening_of_covariance(flat_x, epsilon):
    """Keras 2.2 to 2.8: directions in which the images do not vary are multiplied by 1/sqrt(epsilon)."""
    from scipy import linalg

    u, s, _ = linalg.svd(np.dot(flat_x.T, flat_x) / len(flat_x))
    return (u * (1.0 / np.sqrt(s[np.newaxis] + epsilon))).dot(u.T)


_WHITENING = {"zca_whitening_matrix": _whitening_of_images, "principal_components": _whitening_of_covariance}


def warn_of_channels(shape, channel_axis: int, data_format: str, what: str) -> None:
    """Warns when images do not have 1, 3 or 4 channels where `data_format` says the channels are."""
    if shape[channel_axis] not in (1, 3, 4):
        warnings.warn(
            f'{what} is set to use the data format convention "{data_format}" (channels on axis {channel_axis}), i.e. expected either '
            f"1, 3, or 4 channels on axis {channel_axis}. However, it was passed an array with shape {shape} "
            f"({shape[channel_axis]} channels).",
            stacklevel=4,
        )
