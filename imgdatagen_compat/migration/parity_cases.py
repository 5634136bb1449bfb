"""The configurations that `imgdatagen-compat parity` runs: the ones that scripts use most, and one for each stage."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

AUGMENTATION = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
}
RESCALE = {"rescale": 1 / 255}
FIT_IMAGES = 32  # files that the statistics are taken from


def zero_centred(image: np.ndarray) -> np.ndarray:
    """A usual `preprocessing_function`: grey levels 0-255 to [-1, 1], in place."""
    image /= 127.5
    image -= 1.0
    return image


@dataclasses.dataclass(frozen=True)
class ParityCase:
    """One row of the table.

    Attributes:
        name: what the row is called.
        generator: arguments of `ImageDataGenerator`.
        flow: arguments of `flow_from_directory` beside the directory, the size, the batch size and the seed.
        target_size: (height, width) in pixels where the row needs its own.
        fits: whether `fit` is called first, on images of the same folder.
        seeded: whether the flow is given the seed; without one it draws from the global `np.random` state.
    """

    name: str
    generator: Mapping[str, Any]
    flow: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    target_size: tuple[int, int] | None = None
    fits: bool = False
    seeded: bool = True

    def make_iterator(self, module, directory: Path, target_size: tuple[int, int], batch_size: int, seed: int):
        """Returns the iterator that `module.ImageDataGenerator` gives for this row; `fit` reads the folder's first images."""
        target_size = self.target_size or target_size
        datagen = module.ImageDataGenerator(**self.generator)
        if self.fits:
            datagen.fit(_first_images(module, directory, target_size), seed=seed)
        seeding = {"seed": seed} if self.seeded else {}
        return datagen.flow_from_directory(str(directory), target_size=target_size, batch_size=batch_size, **seeding, **self.flow)


def _first_images(module, directory, target_size):
    iterator = module.ImageDataGenerator().flow_from_directory(
        str(directory), target_size=target_size, batch_size=FIT_IMAGES, shuffle=False, class_mode=None
    )
    return next(iterator)


PARITY_CASES = (
    ParityCase("rescale", RESCALE),
    ParityCase("rotation, shifts, shear, zoom, flip, rescale", {**AUGMENTATION, **RESCALE}),
    ParityCase("the same, no seed", {**AUGMENTATION, **RESCALE}, seeded=False),
    ParityCase("fill_mode constant, cval 127", {**AUGMENTATION, **RESCALE, "fill_mode": "constant", "cval": 127.0}),
    ParityCase("fill_mode reflect, both flips", {**AUGMENTATION, **RESCALE, "fill_mode": "reflect", "vertical_flip": True}),
    ParityCase("fill_mode wrap, interpolation_order 0", {**AUGMENTATION, **RESCALE, "fill_mode": "wrap", "interpolation_order": 0}),
    ParityCase("interpolation_order 3", {**AUGMENTATION, **RESCALE, "interpolation_order": 3}),
    ParityCase("shifts in pixels, zoom pair", {**RESCALE, "width_shift_range": 20, "height_shift_range": [-9, 9], "zoom_range": (0.7, 1)}),
    ParityCase("channel shift and brightness", {"channel_shift_range": 60.0, "brightness_range": (0.5, 1.5), **RESCALE}),
    ParityCase("augmentation, channel shift, brightness", {**AUGMENTATION, "channel_shift_range": 60.0, "brightness_range": (0.5, 1.5)}),
    ParityCase("samplewise centre and std", {"samplewise_center": True, "samplewise_std_normalization": True, **RESCALE}),
    ParityCase("featurewise centre and std", {"featurewise_center": True, "featurewise_std_normalization": True, **RESCALE}, fits=True),
    ParityCase("ZCA whitening, 16x16", {"zca_whitening": True, "featurewise_center": True, **RESCALE}, target_size=(16, 16), fits=True),
    ParityCase("preprocessing_function", {**AUGMENTATION, "preprocessing_function": zero_centred}),
    ParityCase("grayscale, binary labels", {**AUGMENTATION, **RESCALE}, {"color_mode": "grayscale", "class_mode": "binary"}),
    ParityCase("RGBA, sparse labels", {**AUGMENTATION, **RESCALE}, {"color_mode": "rgba", "class_mode": "sparse"}),
    ParityCase("training subset", {**AUGMENTATION, **RESCALE, "validation_split": 0.25}, {"subset": "training"}),
    ParityCase("validation subset, in order", {**RESCALE, "validation_split": 0.25}, {"subset": "validation", "shuffle": False}),
    ParityCase("images as labels", {"horizontal_flip": True, **RESCALE}, {"class_mode": "input"}),
    ParityCase("no labels, bilinear resize", RESCALE, {"class_mode": None, "interpolation": "bilinear"}),
    ParityCase("aspect ratio kept", RESCALE, {"keep_aspect_ratio": True}),
    ParityCase("channels_first", {**AUGMENTATION, **RESCALE, "data_format": "channels_first"}),
)
