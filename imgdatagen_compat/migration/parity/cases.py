"""The configurations that `imgdatagen-compat parity` runs: the user's own, or those that scripts use most and one for each stage."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgdatagen_compat.migration.parity.data import Data
from imgdatagen_compat.stages import STAGES, arguments_alone

AUGMENTATION = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
}
RESCALE = {"rescale": 1 / 255}
FEATUREWISE = ("featurewise_center", "featurewise_std_normalization", "zca_whitening")
FIT_IMAGES = 32  # files that the statistics are taken from


def zero_centred(image: np.ndarray) -> np.ndarray:
    """A usual `preprocessing_function`: grey levels 0-255 to [-1, 1], in place."""
    image /= 127.5
    image -= 1.0
    return image


@dataclasses.dataclass(frozen=True)
class ParityCase:
    """One configuration.

    Attributes:
        name: what its rows are called.
        generator: arguments of `ImageDataGenerator`.
        flow: arguments of the flow method beside the images and the seed; they go above those of the command.
        seeded: whether the flow is given the seed; without one it draws from the global `np.random` state.
        pairs: how many pairs of images are worth showing.
        is_part: whether it is a stage of another case, which says nothing where that one cannot be compared.
    """

    name: str
    generator: Mapping[str, Any]
    flow: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    seeded: bool = True
    pairs: int = 2
    is_part: bool = False

    @property
    def fits(self) -> bool:
        """Whether the statistics of `fit` are needed."""
        return any(self.generator.get(name) for name in FEATUREWISE)

    def suits(self, data: Data) -> bool:
        """Whether the flow method of these images takes all arguments."""
        return all(map(data.takes, self.flow))

    def make_iterator(self, module, data: Data, flow: Mapping[str, Any], seed: int):
        """Returns the iterator that `module.ImageDataGenerator` gives; `fit` reads the first images.

        Args:
            module: anything with an attribute `ImageDataGenerator`.
            data: the images.
            flow: arguments of the flow method for those that the case leaves open.
            seed: of the flow and of `fit`.
        """
        arguments = {**flow, **self.flow}
        datagen = module.ImageDataGenerator(**self.generator)
        if self.fits:
            datagen.fit(_first_images(module, data, arguments, datagen.data_format), seed=seed)
        return data.flow(datagen, arguments | ({"seed": seed} if self.seeded else {}))


def _first_images(module, data, arguments, data_format):
    """The images that the statistics are taken from, raw."""
    unlabelled = {"class_mode": None} if data.takes("class_mode") else {}
    arguments = arguments | {"batch_size": FIT_IMAGES, "shuffle": False} | unlabelled
    batch = next(data.flow(module.ImageDataGenerator(data_format=data_format), arguments))
    return batch[0] if isinstance(batch, tuple) else batch


def own_cases(original, generator: Mapping[str, Any]) -> list[ParityCase]:
    """Returns the rows for one's own configuration: the whole of it, and each of its stages alone if there are several.

    Args:
        original: module with the original's `ImageDataGenerator`, which says what is switched on.
        generator: arguments of `ImageDataGenerator`.
    """
    whole = ParityCase("your configuration", generator, pairs=6)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            datagen = original.ImageDataGenerator(**generator)
    except Exception:  # the comparison says it, and what the drop-in raises
        return [whole]
    active = [stage for stage in STAGES if stage.is_active(datagen)]
    if len(active) < 2:
        return [whole]
    alone = [ParityCase(f"{stage.name} alone", arguments_alone(stage, generator), is_part=True) for stage in active]
    return [whole, *alone]


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
    ParityCase("featurewise centre and std", {"featurewise_center": True, "featurewise_std_normalization": True, **RESCALE}),
    ParityCase("ZCA whitening, 16x16", {"zca_whitening": True, "featurewise_center": True, **RESCALE}, {"target_size": (16, 16)}),
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
