"""The images that a conversion is measured on, and what they say of size and value range."""

from __future__ import annotations

import numbers

import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.sample_photographs import CLASS_NAMES, sample_photograph

_MOST_IMAGES = 16
_MADE_IMAGES = 4
MADE_SIZE = (128, 128)  # height, width in pixels
_SMALLEST_MADE = 16  # pixels; smaller ones are cut out


def as_images(sample) -> np.ndarray:
    """Up to 16 images, evenly spread, as float32 of rank 4.

    Raises:
        ValueError: not of rank 4, or no image.
    """
    images = np.asarray(sample)
    if images.ndim != 4 or not len(images):
        raise ValueError(f"`sample` should be one image or more of one shape, an array of rank 4. Received: shape {images.shape}")
    chosen = np.linspace(0, len(images) - 1, min(len(images), _MOST_IMAGES)).astype(int)
    return images[chosen].astype(np.float32)


def image_size_of(data_format: str, sample, image_size) -> tuple[int, int] | None:
    """(height, width) in pixels, as passed or as the sample has it; None where neither is.

    Raises:
        ValueError: `image_size` is not two numbers above 0, or not that of the sample.
    """
    if image_size is not None and (len(image_size) != 2 or min(image_size) <= 0):
        raise ValueError(f"`image_size` should be (height, width) in pixels. Received: {image_size!r}")
    found = None if sample is None else sample.shape[2:] if data_format == CHANNELS_FIRST else sample.shape[1:3]
    if found and image_size and tuple(image_size) != found:
        raise ValueError(f"`image_size` should be that of `sample`, {found}, or be left out. Received: {image_size!r}")
    return tuple(image_size) if image_size else found


def white_of(bit_depth, sample) -> float:
    """White of raw pixels: what `bit_depth` states, 1 for images within [0, 1], else 255."""
    if isinstance(bit_depth, numbers.Integral):
        return float(2**bit_depth - 1)
    return 1.0 if sample is not None and sample.min() >= 0 and 0 < sample.max() <= 1 else 255.0


def check_value_range(sample, low: float, high: float) -> None:
    """Raises `ValueError` unless `low` is below `high`, and the sample, if there is one, between them."""
    if not low < high:
        raise ValueError(f"`value_range` should be (black, white), black below white. Received: {(low, high)}")
    if sample is not None and not (low <= sample.min() and sample.max() <= high):
        raise ValueError(
            f"`sample` holds values of {sample.min():g} to {sample.max():g}, beyond {low:g} to {high:g}: pass raw images, and "
            "`value_range=(black, white)` if that is not their range."
        )


def made_images(data_format: str, size: tuple[int, int], white: float) -> np.ndarray:
    """Four photograph-like images, made from a seed: float32 of rank 4, 0 to `white`."""
    height, width = size
    rng = np.random.default_rng(0)
    sides = max(height, _SMALLEST_MADE), max(width, _SMALLEST_MADE)
    images = [np.asarray(sample_photograph(rng, CLASS_NAMES[number % 3], *sides))[:height, :width] for number in range(_MADE_IMAGES)]
    scaled = np.stack(images).astype(np.float32) * np.float32(white / 255)
    return scaled.transpose(0, 3, 1, 2) if data_format == CHANNELS_FIRST else scaled


def made_images_in_words(size: tuple[int, int]) -> str:
    """What `made_images` makes."""
    return f"{_MADE_IMAGES} photograph-like images of {size[0]} x {size[1]}"
