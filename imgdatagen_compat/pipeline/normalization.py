"""Samplewise normalization with NumPy's own sums, and what follows it, on the host; hence with the original's bits.

`np.mean` adds float32 values in the order in which they lie in memory, and the normalization magnifies the difference that another
order makes: on an almost uniform image, by thousands. The original's images lie in memory as its last stage left them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imgdatagen_compat.params import nothing_to_do
from imgdatagen_compat.preprocessing_functions import preprocessing_of
from imgdatagen_compat.rescaling import brightens_in_float

# Axes of [H, W, C] from the slowest to the fastest in memory.
CHANNELS_TOGETHER = (0, 1, 2)
CHANNELS_APART = (2, 0, 1)
_CHANNEL = 2


def standardize_samplewise(batch, params, config, memory_axes=CHANNELS_TOGETHER) -> None:
    """`x -= np.mean(x)`, then `x /= np.std(x) + 1e-6`, for every image, as far as `config` asks for them: identical bits.

    Args:
        batch: float32 [N, H, W, C], transformed, preprocessed and rescaled; changed in place.
        params: `TransformParams` of the N images, which tell how the original's images lie in memory.
        config: `GeneratorConfig`.
        memory_axes: as of `Source`.
    """
    for image, as_original in zip(batch, laid_out_as_original(batch, params, config, memory_axes)):
        if config.samplewise_center:
            mean = np.mean(as_original, keepdims=True)
            as_original -= mean
            image -= mean
        if config.samplewise_std_normalization:
            image /= np.std(as_original, keepdims=True) + 1e-6


def laid_out_as_original(batch, params, config, memory_axes=CHANNELS_TOGETHER) -> Iterator[np.ndarray]:
    """Copies of the images whose memory is in the order in which the original's images have it when they reach `standardize`.

    Args:
        batch: float32 [N, H, W, C], transformed, and preprocessed if `config` has a function for it.
        params: `TransformParams` of the N images.
        config: `GeneratorConfig`.
        memory_axes: as of `Source`.

    Yields:
        float32 [H, W, C].
    """
    moved = ~nothing_to_do(params)
    copied_by_brightness = params.brightness is not None
    copied_by_pillow = copied_by_brightness and not brightens_in_float(config)
    if params.channel_shift_intensity is not None:
        memory_axes = (_CHANNEL, *(axis for axis in memory_axes if axis != _CHANNEL))
    reverses_channels = preprocessing_of(config) == "caffe"  # without moving them in memory
    for i, image in enumerate(batch):
        flips = (False, False) if copied_by_brightness else (params.flip_horizontal[i], params.flip_vertical[i])
        axes = CHANNELS_TOGETHER if copied_by_pillow else CHANNELS_APART if moved[i] else memory_axes
        yield _laid_out(image, axes, *flips, reverses_channels)


def standardize_featurewise(batch, numbers) -> None:
    """Featurewise normalization and ZCA whitening of float32 [N, H, W, C], in place, by the `numbers` that `transform.operands` made."""
    if "mean" in numbers:
        batch -= numbers["mean"]
    if "std_divisor" in numbers:
        batch /= numbers["std_divisor"]
    if "zca_whitening_matrix" in numbers:
        batch[...] = (batch.reshape(len(batch), -1) @ numbers["zca_whitening_matrix"]).reshape(batch.shape)


def _laid_out(image, memory_axes, flip_horizontal, flip_vertical, reverses_channels):
    """Copy of an image with its axes in this order in memory, and its flipped axes running backwards."""
    flips = tuple(slice(None, None, -1 if is_flipped else 1) for is_flipped in (flip_vertical, flip_horizontal, reverses_channels))
    image = image[flips].transpose(memory_axes).copy().transpose(np.argsort(memory_axes))
    return image[flips]
