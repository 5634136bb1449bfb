"""How far stock layers are from the original when both are given the same draws."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST, NOTHING_ON
from imgdatagen_compat.native_layers.conversion import Conversion, Images, Twin
from imgdatagen_compat.params import draw_transform
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.rescaling import rescales_first
from imgdatagen_compat.stages import STAGES, TRANSFORM

GREY_LEVELS = 255  # differences are in 1/255 of the range of values
_DRAWS = 8
_TRANSFORMS = {stage.name for stage in STAGES if stage.method == TRANSFORM}
_NO_COLOUR = {"channel_shift_intensity": None, "brightness": None}
_INSIDE = 1 - 1e-3  # of an image of ones over zeros, up to the rounding of the interpolation


@dataclasses.dataclass(frozen=True)
class Difference:
    """What layers make of images, beside what the original makes of them with the same draws.

    Attributes:
        mean: mean absolute difference, in grey levels of 255.
        mean_unfilled: the same over the pixels that neither side fills from outside the image; None where there are none.
        largest: largest absolute difference, in grey levels of 255.
        effect: mean absolute difference between the original's result and its input, in grey levels of 255, to compare `mean` with; None
            where the two are in different units.
        filled: part of the pixels that either side fills from outside the image, 0 to 1.
        from_fill: part of the difference that lies in these pixels, 0 to 1.
        original_range, native_range: smallest and largest value of the results.
    """

    mean: float
    mean_unfilled: float | None
    largest: float
    effect: float | None
    filled: float
    from_fill: float
    original_range: tuple[float, float]
    native_range: tuple[float, float]


def measure(datagen, rows: Sequence[tuple[Conversion, Twin]], sample: Sequence[np.ndarray], images: Images) -> Difference:
    """Applies settings and their layers to images, with the same draws of the original on both sides, from a fixed seed.

    Args:
        datagen: the generator; what it does besides `rows` is left out on both sides.
        rows: conversions and their layers, in order; with that of `rescale`, if it comes first, as the others build on it.
        sample: float32 images of rank 3, raw, in the generator's data format.
        images: what the layers were converted for.
    """
    original = _only(datagen, rows)
    rng = np.random.RandomState(0)
    results = [_matched(original, rows, sample[number % len(sample)], rng) for number in range(max(_DRAWS, len(sample)))]
    image, expected, made, filled = (np.stack(column) for column in zip(*results))
    stages = {stage for conversion, _ in rows for stage in conversion.stages} - ({"rescale"} if rescales_first(datagen) else set())
    in_one_unit = bool(stages) and stages <= _TRANSFORMS
    to_grey_levels = GREY_LEVELS / (images.span if in_one_unit else float(np.ptp(expected)) or 1.0)
    difference = np.abs(made - expected) * to_grey_levels
    return Difference(
        mean=float(difference.mean()),
        mean_unfilled=float(difference[~filled].mean()) if not filled.all() else None,
        largest=float(difference.max()),
        effect=float(np.abs(expected - image * np.float32(images.gain)).mean() * to_grey_levels) if in_one_unit else None,
        filled=float(filled.mean()),
        from_fill=float(difference[filled].sum() / (difference.sum() or 1.0)),
        original_range=(float(expected.min()), float(expected.max())),
        native_range=(float(made.min()), float(made.max())),
    )


def _matched(original, rows, image, rng):
    """One image, the original's result, that of the layers, and where either is filled from outside."""
    draw = draw_transform(original, image.shape, (1, 2) if original.data_format == CHANNELS_FIRST else (0, 1), rng)
    layers = [layer for _, twin in rows for layer in twin.pinned(draw)]
    expected = PerImageMethods.apply_transform(original, image.copy(), draw)
    expected = PerImageMethods.standardize(original, np.asarray(expected, np.float32))
    return image, expected.astype(np.float64), _run(layers, image), _filled(original, layers, draw, image)


def _filled(original, layers, draw, image):
    hollow = copy.copy(original)
    hollow.fill_mode, hollow.cval, hollow.rescale = "constant", 0.0, None
    ones = np.ones_like(image)
    moving = [layer.having(fill_mode="constant", fill_value=0.0) for layer in layers if "fill_mode" in layer.arguments]
    flips = [layer for layer in layers if layer.name == "RandomFlip"]
    return (PerImageMethods.apply_transform(hollow, ones, draw | _NO_COLOUR) < _INSIDE) | (_run(moving + flips, ones) < _INSIDE)


def _run(layers, image):
    batch = keras.ops.convert_to_tensor(image[np.newaxis])
    for layer in layers:
        batch = layer.build()(batch, training=True)
    return keras.ops.convert_to_numpy(batch)[0].astype(np.float64)


def _only(datagen, rows):
    """A copy of the generator that does what the rows do, and nothing else."""
    wanted = {name for conversion, _ in rows for name in conversion.arguments}
    original = copy.copy(datagen)
    for name, nothing in NOTHING_ON.items():
        if name not in wanted:
            setattr(original, name, nothing)
    return original
