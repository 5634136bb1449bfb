"""Validation of the constructor next to the original's, and what a snapshot leaves out."""

import itertools
import warnings

import numpy as np
import pytest
from originals import keras_image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.config import (
    FIELD_NAMES,
    NO_AUGMENTATION,
    NOTHING_ON,
    GeneratorConfig,
    check_validation_split,
    validated_config,
)
from imgdatagen_compat.stages import STAGES

SWITCHES = (
    "zca_whitening",
    "featurewise_center",
    "featurewise_std_normalization",
    "samplewise_center",
    "samplewise_std_normalization",
)
EVERYTHING = {
    "rotation_range": 15,
    "width_shift_range": 0.1,
    "height_shift_range": 2.5,
    "brightness_range": (0.5, 1.5),
    "shear_range": 5,
    "zoom_range": (0.7, 1.2),
    "channel_shift_range": 10,
    "horizontal_flip": True,
    "vertical_flip": True,
    "fill_mode": "wrap",
    "rescale": 1 / 255,
    "preprocessing_function": np.negative,
    "samplewise_center": True,
    "samplewise_std_normalization": True,
    "featurewise_center": True,
    "featurewise_std_normalization": True,
}


def constructed(module, options):
    """The generator, and the texts of the warnings of its constructor."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        datagen = module.ImageDataGenerator(**options)
    return datagen, [str(entry.message) for entry in caught]


@pytest.mark.parametrize("switched", list(itertools.product((False, True), repeat=len(SWITCHES))))
def test_what_implies_what(switched):
    options = dict(zip(SWITCHES, switched))
    theirs, their_warnings = constructed(keras_image, options)
    ours = validated_with(options)
    for name in SWITCHES:
        assert getattr(ours[0], name) == getattr(theirs, name), name
    assert len(ours[1]) == len(their_warnings)
    for message in ours[1]:
        implied = message.split("`")
        assert options[implied[1]], message
        assert message.endswith(f"overrides setting of `{implied[3]}` to {implied[3] != 'featurewise_std_normalization'}.")


def validated_with(options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        config = validated_config(**vars(GeneratorConfig.of(ImageDataGenerator())) | options)
    return config, [str(entry.message) for entry in caught]


@pytest.mark.parametrize("zoom_range", [0, 0.2, 1, True, (0.5, 1.5), [1, 2], (2, 0.5), np.array([0.5, 1.0])], ids=str)
def test_zoom_factors(zoom_range):
    theirs = keras_image.ImageDataGenerator(zoom_range=zoom_range).zoom_range
    ours = validated_with({"zoom_range": zoom_range})[0].zoom_range
    assert type(ours) is type(theirs) and ours == theirs


@pytest.mark.parametrize("name", ["channels_last", "channels_first"])
def test_data_formats_as_they_were_first_called(name):
    assert validated_with({"data_format": {"channels_last": "tf", "channels_first": "th"}[name]})[0].data_format == name


@pytest.mark.parametrize("split", [0, 0.0, None, 0.001, 0.999])
def test_validation_splits(split):
    assert check_validation_split(split) is None


@pytest.mark.parametrize("split", [1, 1.0, 1.5, -0.1])
def test_validation_splits_that_are_none(split):
    with pytest.raises(ValueError, match=f"strictly between 0 and 1. Received: {split}"):
        check_validation_split(split)


@pytest.mark.parametrize("value", [True, False, 1, 0])
def test_augment_validation(value):
    assert validated_with({"augment_validation": value})[0].augment_validation is value


@pytest.mark.parametrize("value", ["no", None, 2])
def test_augment_validation_is_yes_or_no(value):
    with pytest.raises(ValueError, match="augment_validation` should be True or False"):
        validated_with({"augment_validation": value})


@pytest.mark.parametrize(
    "option",
    [{"semantics": "keras2"}, {"rescale_order": "last"}, {"bit_depth": 9}, {"rescale": "1/255", "rescale_order": "first"}],
    ids=str,
)
def test_settings_that_the_original_has_not_are_checked_at_once(option):
    with pytest.raises(ValueError, match=f"`{next(iter(option))}"):
        validated_with(option)


def test_a_snapshot_has_every_setting():
    config = GeneratorConfig.of(ImageDataGenerator(**EVERYTHING))
    assert {name: getattr(config, name) for name in EVERYTHING} == EVERYTHING | {"zoom_range": [0.7, 1.2]}
    assert tuple(vars(config)) == FIELD_NAMES


def on(config):
    """Names of the stages that a configuration switches on."""
    return {stage.name for stage in STAGES if stage.is_active(config)}


def test_a_snapshot_is_of_all_or_of_standardization_or_of_transforms():
    datagen = ImageDataGenerator(**EVERYTHING)
    config = GeneratorConfig.of(datagen)
    assert vars(GeneratorConfig.for_images(datagen, True)) == vars(config)
    plain, transforms = GeneratorConfig.for_images(datagen, False), config.without_standardization()
    assert on(plain) | on(transforms) == on(config)
    assert not on(plain) & on(transforms)
    changed = {name for name in FIELD_NAMES if getattr(plain, name) != getattr(config, name)}
    assert changed == set(NO_AUGMENTATION)
    changed |= {name for name in FIELD_NAMES if getattr(transforms, name) != getattr(config, name)}
    assert changed | {"zca_whitening"} == set(NOTHING_ON)


def test_zca_whitening_is_standardization():
    config = validated_with({"zca_whitening": True, "featurewise_center": True})[0]
    assert config.zca_whitening and not config.without_standardization().zca_whitening


def test_nothing_on_is_the_default():
    default = GeneratorConfig.of(ImageDataGenerator())
    assert on(default) == set()
    for name, nothing in NOTHING_ON.items():
        assert getattr(default, name) == (list(nothing) if name == "zoom_range" else nothing), name


def test_rescale_that_comes_first_is_no_standardization():
    config = validated_with({"rescale": 0.5, "rescale_order": "first"})[0]
    assert config.without_standardization().rescale == 0.5


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, None),
        ({"rescale": 0.5}, None),
        ({"rescale": "auto"}, "auto"),
        ({"rescale": "auto", "bit_depth": 12}, 12),
        ({"bit_depth": 16}, 16),
    ],
    ids=str,
)
def test_images_keep_their_depth_without_the_rescale_that_asked_for_it(options, kept):
    config = validated_with(options)[0].without_standardization()
    assert (config.rescale, config.bit_depth) == (None, kept)
