"""Samplewise normalization with NumPy's own sums, and what follows it, on the host; hence with the original's bits.

`np.mean` adds float32 values in the order in which they lie in memory, and the normalization magnifies the difference that another
order makes: on an almost uniform image, by thousands. The original's images lie in memory as its last stage left them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.params import nothing_to_do
from imgdatagen_compat.preprocessing_functions import preprocessing_of
from imgdatagen_compat.rescaling import brightens_in_float


def standardize_samplewise(batch, params, config) -> None:
    """`x -= np.mean(x)`, then `x /= np.std(x) + 1e-6`, for every image, as far as `config` asks for them: identical bits.

    Args:
        batch: float32 [N, H, W, C], transformed, preprocessed and rescaled; changed in place.
        params: `TransformParams` of the N images, which tell how the original's images lie in memory.
        config: `GeneratorConfig`.
    """
    for image, as_original in zip(batch, laid_out_as_original(batch, params, config)):
        if config.samplewise_center:
            mean = np.mean(as_original, keepdims=True)
            as_original -= mean
            image -= mean
        if config.samplewise_std_normalization:
            image /= np.std(as_original, keepdims=True) + 1e-6


def laid_out_as_original(batch, params, config) -> Iterator[np.ndarray]:
    """Copies of the images whose memory is in the order in which the original's images have it when they reach `standardize`.

    Args:
        batch: float32 [N, H, W, C], transformed, and preprocessed if `config` has a function for it.
        params: `TransformParams` of the N images.
        config: `GeneratorConfig`.

    Yields:
        float32 [H, W, C].
    """
    moved = ~nothing_to_do(params)
    copied_by_brightness = params.brightness is not None
    copied_by_pillow = copied_by_brightness and not brightens_in_float(config)
    channels_first = config.data_format == CHANNELS_FIRST or params.channel_shift_intensity is not None
    reverses_channels = preprocessing_of(config) == "caffe"  # without moving them in memory
    for i, image in enumerate(batch):
        flips = (False, False) if copied_by_brightness else (params.flip_horizontal[i], params.flip_vertical[i])
        yield _laid_out(image, not copied_by_pillow and (channels_first or moved[i]), *flips, reverses_channels)


def standardize_featurewise(batch, numbers) -> None:
    """Featurewise normalization and ZCA whitening of float32 [N, H, W, C], in place, by the `numbers` that `transform.operands` made."""
    if "mean" in numbers:
        batch -= numbers["mean"]
    if "std_divisor" in numbers:
        batch /= numbers["std_divisor"]
    if "zca_whitening_matrix" in numbers:
        batch[...] = (batch.reshape(len(batch), -1) @ numbers["zca_whitening_matrix"]).reshape(batch.shape)


def _laid_out(image, channels_first, flip_horizontal, flip_vertical, reverses_channels):
    """Copy of an image with its channels apart in memory, or not, and its flipped axes running backwards."""
    flips = tuple(slice(None, None, -1 if is_flipped else 1) for is_flipped in (flip_vertical, flip_horizontal, reverses_channels))
    image = image[flips]
    image = image.transpose(2, 0, 1).copy().transpose(1, 2, 0) if channels_first else image.copy()
    return image[flips]
