"""Every known trap: where it is found, and where it must not be."""

import functools

import keras
import numpy as np
import pytest
import tf_keras

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.bit_depth import EIGHT_BITS, Depth, integers
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.traps import TRAPS, Finding, find_traps
from imgdatagen_compat.traps.sample import Sample, value_range

RNG = np.random.RandomState(0)
GREY_LEVELS = RNG.randint(0, 256, (2, 16, 16, 3)).astype("uint8")
UNIT_RANGE = (GREY_LEVELS / 255).astype("float32")
SIGNED = (GREY_LEVELS / 127.5 - 1).astype("float32")
MASKS = (GREY_LEVELS[..., :1] > 127) * 255
CLASS_MAPS = RNG.randint(0, 21, (2, 16, 16, 1)).astype("float32")

GREY_16, RGB_16, FLOATS = integers(16, one_channel=True), integers(16), Depth(None, np.nan, is_float=True)

GREY = {"images": GREY_LEVELS}
UNIT = {"images": UNIT_RANGE}
WIDE = {"size": (10, 20)}
SQUARE = {"size": (20, 20)}
BRIGHTNESS = {"brightness_range": (0.5, 1.5)}
ROTATION = {"rotation_range": 20}
FEATUREWISE = {"featurewise_center": True}


def preprocess_input(x):
    """Of the user's own, under the usual name."""
    return x / 255


vgg16, mobilenet, efficientnet = (getattr(keras.applications, name) for name in ("vgg16", "mobilenet", "efficientnet"))

# Trap: pairs of constructor arguments and what is known of the images.
FOUND = {
    "brightness-of-unit-range": [
        (BRIGHTNESS, UNIT),
        (BRIGHTNESS, {"images": UNIT_RANGE * 0.5}),
        (BRIGHTNESS | {"rescale": 1 / 255, "semantics": "documented"}, UNIT),
        (BRIGHTNESS, {"images": [UNIT_RANGE[0], np.full((4, 4, 1), np.nan)]}),
    ],
    "brightness-stretches-contrast": [(BRIGHTNESS | {"semantics": "keras_preprocessing"}, {})],
    "rescale-with-preprocess-input": [
        ({"rescale": 1 / 255, "preprocessing_function": vgg16.preprocess_input}, {}),
        ({"rescale": 1 / 127.5, "preprocessing_function": mobilenet.preprocess_input}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": efficientnet.preprocess_input}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": tf_keras.applications.resnet50.preprocess_input}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": functools.partial(vgg16.preprocess_input, data_format="channels_last")}, {}),
        ({"rescale": 1 / 255, "rescale_order": "first", "preprocessing_function": vgg16.preprocess_input}, {}),
        ({"rescale": "auto", "preprocessing_function": vgg16.preprocess_input}, {}),
    ],
    "bit-depth": [
        ({"rescale": 1 / 255}, {"depths": (GREY_16,), "color_mode": "rgb"}),
        ({}, {"depths": (EIGHT_BITS, RGB_16), "color_mode": "rgb"}),
        ({"rescale": 1 / 65535}, {"depths": (FLOATS,), "color_mode": "grayscale"}),
        ({"rescale": 1 / 65535}, {"depths": (EIGHT_BITS,), "color_mode": "rgb"}),
        ({"rescale": 1 / 255}, {"array": UNIT_RANGE}),
        ({"rescale": 1 / 255}, {"array": GREY_LEVELS.astype("uint16") * 257}),
    ],
    "shear-below-one-degree": [({"shear_range": 0.2}, {}), ({"shear_range": np.float32(0.5)}, GREY)],
    "rotation-below-one-degree": [({"rotation_range": 0.2}, {})],
    "integer-shift": [({"width_shift_range": 3}, {}), ({"height_shift_range": np.int64(2)}, {}), ({"width_shift_range": 1}, GREY)],
    "axes-swapped": [
        (ROTATION, WIDE),
        ({"zoom_range": 0.2}, {"size": (20, 10)}),
        ({"width_shift_range": 0.2, "height_shift_range": 0.2}, WIDE),
    ],
    "shifts-swapped": [
        ({"width_shift_range": 0.2}, {}),
        ({"height_shift_range": [1, 2], "width_shift_range": [1, 3]}, SQUARE),
        ({"height_shift_range": 0.1, "width_shift_range": 0.3}, WIDE),
    ],
    "validation-augmented": [
        (ROTATION, {"validation_split": 0.2}),
        ({"horizontal_flip": True}, {"subset": "validation"}),
        (BRIGHTNESS, {"subset": "validation", "validation_split": 0.2}),
    ],
    "featurewise-not-fit": [(FEATUREWISE, {"not_fit": ("featurewise_center",)})],
    "fit-augments-rescaled": [
        (FEATUREWISE | BRIGHTNESS | {"rescale": 1 / 255}, {}),
        ({"featurewise_std_normalization": True, "featurewise_center": True, "channel_shift_range": 30, "rescale": "auto"}, {}),
    ],
    "interpolated-labels": [
        (ROTATION, {"images": MASKS}),
        (ROTATION, {"images": CLASS_MAPS}),
        ({"zoom_range": 0.2, "interpolation_order": 3}, {"images": MASKS > 0}),
    ],
    "channel-shift-unit": [({"channel_shift_range": 30}, UNIT), ({"channel_shift_range": 0.2}, GREY)],
    "zoom-through-zero": [({"zoom_range": 1.2}, {}), ({"zoom_range": (0, 1)}, {}), ({"zoom_range": [-0.5, 0.5]}, GREY)],
}  # fmt: skip

NOT_FOUND = {
    "brightness-of-unit-range": [
        (BRIGHTNESS, GREY),
        (BRIGHTNESS, {}),
        ({"rescale": 1 / 255}, UNIT),
        (BRIGHTNESS, {"images": SIGNED}),
        (BRIGHTNESS, {"images": UNIT_RANGE * 255}),
        (BRIGHTNESS, {"images": np.zeros((1, 4, 4, 3))}),
        (BRIGHTNESS | {"semantics": "keras_preprocessing"}, UNIT),
        (BRIGHTNESS | {"bit_depth": "auto"}, UNIT),
    ],
    "brightness-stretches-contrast": [
        (BRIGHTNESS, {}),
        (BRIGHTNESS | {"semantics": "documented"}, {}),
        ({"semantics": "keras_preprocessing"}, {}),
    ],
    "rescale-with-preprocess-input": [
        ({"preprocessing_function": vgg16.preprocess_input}, {}),
        ({"rescale": 1 / 255}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": preprocess_input}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": functools.partial(np.multiply, 2)}, {}),
        ({"rescale": 1 / 255, "preprocessing_function": np.negative}, {}),
        ({"rescale": 1, "preprocessing_function": vgg16.preprocess_input}, {}),
        ({"rescale": 0, "preprocessing_function": vgg16.preprocess_input}, {}),
    ],
    "bit-depth": [
        ({"rescale": 1 / 255}, {"depths": (EIGHT_BITS,), "color_mode": "rgb"}),
        ({"rescale": 1 / 65535}, {"depths": (GREY_16,), "color_mode": "grayscale"}),
        ({"rescale": "auto"}, {"depths": (GREY_16, EIGHT_BITS), "color_mode": "rgb"}),
        ({"bit_depth": "auto"}, {"depths": (RGB_16,), "color_mode": "rgb"}),
        ({"rescale": 1 / 255}, {"array": GREY_LEVELS}),
        ({}, {"array": UNIT_RANGE}),
        ({"rescale": 1 / 65535}, {"array": GREY_LEVELS.astype("uint16") * 257}),
        ({"rescale": 1 / 255}, {}),
    ],
    "shear-below-one-degree": [({"shear_range": 10}, {}), ({"shear_range": 1.0}, {}), ({"shear_range": 0}, {}), (ROTATION, {})],
    "rotation-below-one-degree": [(ROTATION, {}), ({"rotation_range": 0}, {}), ({"shear_range": 0.2}, {})],
    "integer-shift": [
        ({"width_shift_range": 3.0}, {}),
        ({"width_shift_range": 0.2, "height_shift_range": 0}, {}),
        ({"height_shift_range": [1, 2]}, {}),
        ({}, GREY),
    ],
    "axes-swapped": [
        (ROTATION, SQUARE),
        (ROTATION, {}),
        ({"horizontal_flip": True, "brightness_range": (0.5, 1.5)}, WIDE),
        (ROTATION | {"semantics": "documented"}, WIDE),
        (ROTATION | {"semantics": "keras_preprocessing"}, WIDE),
    ],
    "shifts-swapped": [
        ({"width_shift_range": 0.2, "height_shift_range": 0.2}, SQUARE),
        ({"width_shift_range": 0, "height_shift_range": 0.0}, {}),
        ({"width_shift_range": None, "height_shift_range": 0}, {}),
        ({"width_shift_range": [1, 2], "height_shift_range": (1, 2)}, {}),
        ({"width_shift_range": 0.2, "semantics": "documented"}, {}),
    ],
    "validation-augmented": [
        (ROTATION, {}),
        (ROTATION, {"subset": "training", "validation_split": 0.2}),
        (ROTATION, {"subset": "all", "validation_split": 0.2}),
        ({"rescale": 1 / 255}, {"validation_split": 0.2}),
        (ROTATION | {"augment_validation": False}, {"validation_split": 0.2}),
    ],
    "featurewise-not-fit": [(FEATUREWISE, {}), ({}, {})],
    "fit-augments-rescaled": [
        (FEATUREWISE | BRIGHTNESS, {}),
        (FEATUREWISE | ROTATION | {"rescale": 1 / 255}, {}),
        (BRIGHTNESS | {"rescale": 1 / 255}, {}),
        (FEATUREWISE | BRIGHTNESS | {"rescale": 2}, {}),
        (FEATUREWISE | BRIGHTNESS | {"rescale": 1 / 255, "rescale_order": "first"}, {}),
    ],
    "interpolated-labels": [
        (ROTATION | {"interpolation_order": 0}, {"images": MASKS}),
        ({"horizontal_flip": True}, {"images": MASKS}),
        (ROTATION, GREY),
        (ROTATION, {"images": MASKS / 510}),
        (ROTATION, {"images": np.full((2, 16, 16, 1), 7)}),
        (ROTATION, {"images": np.arange(12).reshape(1, 3, 4, 1)}),
        (ROTATION, {}),
    ],
    "channel-shift-unit": [
        ({"channel_shift_range": 30}, GREY),
        ({"channel_shift_range": 0.2}, UNIT),
        ({"channel_shift_range": 30}, {}),
        ({"channel_shift_range": 0.1}, {"images": SIGNED}),
        ({}, UNIT),
    ],
    "zoom-through-zero": [({"zoom_range": 0.2}, {}), ({"zoom_range": (0.5, 2)}, {}), ({}, {}), ({"zoom_range": 0.99}, {})],
}  # fmt: skip


def cases(table):
    return [pytest.param(code, *case, id=f"{code}-{number}") for code, rows in table.items() for number, case in enumerate(rows)]


def codes_found(settings, known):
    return [finding.code for finding in find_traps(GeneratorConfig.of(ImageDataGenerator(**settings)), Sample(**known))]


@pytest.mark.parametrize(("code", "settings", "known"), cases(FOUND))
def test_found(code, settings, known):
    assert code in codes_found(settings, known)


@pytest.mark.parametrize(("code", "settings", "known"), cases(NOT_FOUND))
def test_not_found(code, settings, known):
    assert code not in codes_found(settings, known)


def test_every_trap_is_looked_for_where_it_is_not_at_least_as_often_as_where_it_is():
    assert [trap.code for trap in TRAPS] == list(FOUND) == list(NOT_FOUND)
    assert all(len(NOT_FOUND[code]) >= len(FOUND[code]) for code in FOUND)


def test_the_default_generator_is_in_no_trap():
    for known in ({}, GREY, UNIT, {"images": MASKS}, WIDE, {"validation_split": 0.2}, {"subset": "validation"}):
        assert codes_found({}, known) == []


def test_a_usual_configuration_is_in_no_trap():
    usual = ROTATION | {"width_shift_range": 0.2, "height_shift_range": 0.2, "zoom_range": 0.2, "horizontal_flip": True, "rescale": 1 / 255}
    assert codes_found(usual, GREY | SQUARE | {"subset": "training"}) == []


@pytest.mark.parametrize(("code", "settings", "known"), cases(FOUND))
def test_findings_are_sentences_that_name_what_to_change(code, settings, known):
    findings = find_traps(GeneratorConfig.of(ImageDataGenerator(**settings)), Sample(**known))
    finding = next(finding for finding in findings if finding.code == code)
    assert isinstance(finding, Finding) and finding.title
    assert finding.happens.endswith(".") and finding.remedy.endswith(".")


def test_the_numbers_of_preprocess_input_are_those_that_a_batch_holds():
    white, black = np.full((1, 8, 8, 3), 255.0), np.zeros((1, 8, 8, 3))
    for settings, _ in FOUND["rescale-with-preprocess-input"][:-1]:
        datagen = ImageDataGenerator(**settings)
        low, high = value_range([next(datagen.flow(x)) for x in (black, white)])
        happens = find_traps(GeneratorConfig.of(datagen), Sample())[0].happens
        assert happens.endswith(f"they get {low:.4g} to {high:.4g}.")


def test_brightness_does_turn_unit_images_black():
    assert not next(ImageDataGenerator(brightness_range=(0.5, 0.9)).flow(UNIT_RANGE)).any()


def test_an_int_shift_of_one_does_shift_nothing():
    np.testing.assert_array_equal(next(ImageDataGenerator(width_shift_range=1).flow(GREY_LEVELS, shuffle=False)), GREY_LEVELS)


@pytest.mark.parametrize("images", [[], [np.zeros((0, 4, 3))], [np.full((2, 2, 1), np.nan)]])
def test_no_value_has_no_range(images):
    assert value_range(images) is None
