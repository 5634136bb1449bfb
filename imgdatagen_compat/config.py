"""The settings of an `ImageDataGenerator` as one frozen record, and their validation.

The public attributes of a generator stay assignable, as in the original (`datagen.rescale = 1/255` after construction works). Code that
needs one consistent view of them takes a snapshot: `GeneratorConfig.of(datagen)`.

No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
import numbers
import warnings
from collections.abc import Callable
from typing import Any

from imgdatagen_compat.bad_arguments import naming_arguments
from imgdatagen_compat.bit_depth import AUTO, check_bit_depth, keeps_depth
from imgdatagen_compat.rescaling import check_rescale, rescales_first
from imgdatagen_compat.semantics import semantics_level

CHANNELS_LAST = "channels_last"
CHANNELS_FIRST = "channels_first"
_DATA_FORMATS = {"tf": CHANNELS_LAST, "th": CHANNELS_FIRST}


@dataclasses.dataclass(frozen=True, eq=False)
class GeneratorConfig:
    """What the constructor of `ImageDataGenerator` was told, after validation.

    Field names, order and units are the original's: degrees for `rotation_range` and `shear_range`, pixels or fractions of the side for
    the shifts, factors for `zoom_range` and `brightness_range`, grey levels for `channel_shift_range` and `cval`.
    """

    featurewise_center: bool
    samplewise_center: bool
    featurewise_std_normalization: bool
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float
    rotation_range: float
    width_shift_range: Any
    height_shift_range: Any
    brightness_range: tuple[float, float] | list[float] | None
    shear_range: float
    zoom_range: list[float]
    channel_shift_range: float
    fill_mode: str
    cval: float
    horizontal_flip: bool
    vertical_flip: bool
    rescale: float | str | None
    preprocessing_function: Callable | None
    data_format: str
    interpolation_order: int
    dtype: Any
    semantics: str
    rescale_order: str
    bit_depth: int | str | None
    augment_validation: bool

    @classmethod
    def of(cls, datagen) -> GeneratorConfig:
        """Snapshot of the live attributes of `datagen`, taken without validation (the original never validates them again either)."""
        return cls(*[getattr(datagen, name) for name in FIELD_NAMES])

    @classmethod
    def for_images(cls, datagen, augment: bool) -> GeneratorConfig:
        """Snapshot of what is done to images that are augmented (`augment`), or only standardized."""
        config = cls.of(datagen)
        return config if augment else config.without_augmentation()

    def without_augmentation(self) -> GeneratorConfig:
        """The same standardization, and nothing random before it."""
        return dataclasses.replace(self, **NO_AUGMENTATION)

    def without_standardization(self) -> GeneratorConfig:
        """The same transforms, and nothing of what `standardize` does."""
        off = dict.fromkeys(_STANDARDIZE_SWITCHES, False)
        rescale = self.rescale if rescales_first(self) else None
        bit_depth = AUTO if self.bit_depth is None and keeps_depth(self) else self.bit_depth
        return dataclasses.replace(self, preprocessing_function=None, rescale=rescale, bit_depth=bit_depth, **off)


FIELD_NAMES = tuple(field.name for field in dataclasses.fields(GeneratorConfig))


NO_AUGMENTATION = {
    "rotation_range": 0,
    "width_shift_range": 0.0,
    "height_shift_range": 0.0,
    "brightness_range": None,
    "shear_range": 0.0,
    "zoom_range": (1, 1),
    "channel_shift_range": 0.0,
    "horizontal_flip": False,
    "vertical_flip": False,
}

_STANDARDIZE_SWITCHES = (
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "zca_whitening",
)

# The settings that leave every stage off.
NOTHING_ON = NO_AUGMENTATION | {"preprocessing_function": None, "rescale": None} | dict.fromkeys(_STANDARDIZE_SWITCHES, False)


def validated_config(**arguments) -> GeneratorConfig:
    """Checks constructor arguments and completes them as the original constructor does (Keras 2.9 to 3.x).

    Args:
        **arguments: every field of `GeneratorConfig`, as passed by the user; `data_format` and `dtype` already resolved from `None`.

    Returns:
        The config: `zoom_range` made a pair of factors; `featurewise_center` and `samplewise_center` switched on, with a warning, where
        another option implies them.

    Raises:
        ValueError: bad `data_format`, `zoom_range`, `brightness_range`, `semantics`, `rescale`, `rescale_order` or `bit_depth`; the
            message names the argument and what was received.
        TypeError: `zoom_range` of a type without a length.
    """
    with naming_arguments(arguments):
        return _validated_config(arguments)


def _validated_config(arguments):
    arguments["data_format"] = _valid_data_format(arguments["data_format"])
    arguments["zoom_range"] = _zoom_factors(arguments["zoom_range"])
    _check_brightness_range(arguments["brightness_range"])
    semantics_level(arguments["semantics"])
    check_rescale(arguments["rescale"], arguments["rescale_order"])
    check_bit_depth(arguments["bit_depth"])
    _check_augment_validation(arguments["augment_validation"])
    # Each rule looks at what was passed, not at what the rule before it changed: the original warns of all that apply.
    passed = dict(arguments)
    for because, option, value in (
        ("zca_whitening", "featurewise_center", True),
        ("zca_whitening", "featurewise_std_normalization", False),
        ("featurewise_std_normalization", "featurewise_center", True),
        ("samplewise_std_normalization", "samplewise_center", True),
    ):
        if passed[because] and bool(passed[option]) != value:
            arguments[option] = value
            warnings.warn(f"This ImageDataGenerator specifies `{because}`, which overrides setting of `{option}` to {value}.", stacklevel=4)
    return GeneratorConfig(**arguments)


def check_validation_split(validation_split) -> None:
    """Raises the original's `ValueError` unless `validation_split` is falsy or strictly between 0 and 1."""
    with naming_arguments({"validation_split": validation_split}):
        is_fraction = not validation_split or 0 < validation_split < 1
    if not is_fraction:
        raise ValueError(f"`validation_split` must be strictly between 0 and 1. Received: {validation_split}")


def _check_augment_validation(augment_validation):
    # A string such as "no" would mean True.
    if augment_validation not in (True, False):
        raise ValueError(f"`augment_validation` should be True or False. Received: {augment_validation!r}")


def _valid_data_format(data_format):
    data_format = _DATA_FORMATS.get(data_format, data_format)
    if data_format not in (CHANNELS_LAST, CHANNELS_FIRST):
        raise ValueError(
            '`data_format` should be `"channels_last"` (channel after row and column) or `"channels_first"` (channel before row and '
            f"column). Received: {data_format}"
        )
    return data_format


def _zoom_factors(zoom_range):
    # The original accepts Python numbers only; NumPy numbers mean the same and are accepted here.
    if isinstance(zoom_range, numbers.Real):
        return [1 - zoom_range, 1 + zoom_range]
    if len(zoom_range) == 2 and all(isinstance(value, numbers.Real) for value in zoom_range):
        return [zoom_range[0], zoom_range[1]]
    raise ValueError(f"`zoom_range` should be a float or a tuple or list of two floats. Received: {zoom_range}")


def _check_brightness_range(brightness_range):
    if brightness_range is None:
        return
    if not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be tuple or list of two floats. Received: {brightness_range}")

