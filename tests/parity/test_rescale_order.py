"""`rescale_order="first"` beside the original: which settings agree, to what bound, and how far the others are off."""

import warnings

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.testing.strategies import configs, images

# Of the largest magnitude in the original's batch: one rounding of the pixels, one of the settings in their unit, and those of each stage.
ROUNDINGS = 8 * np.finfo(np.float32).eps

LINEAR = (
    "rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range", "channel_shift_range", "fill_mode", "cval",
    "horizontal_flip", "vertical_flip", "interpolation_order", "featurewise_center", "data_format",
)  # fmt: skip
PIXELS = ("uint8", "uint8, gradient", "uint16", "float32 grey levels", "float32 in [0, 1]", "float32 beyond [0, 255]")
RESCALES = st.sampled_from((1 / 255, np.float32(1 / 255), np.float64(1 / 255), 2, -0.5, 1 / 65535))


def batches(module, x, config, **ours):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datagen = module.ImageDataGenerator(**config, **ours)
        if config.get("featurewise_center"):
            datagen.fit(x)
        np.random.seed(5)
        return next(datagen.flow(x, batch_size=4, shuffle=False))


class Ours:
    ImageDataGenerator = ImageDataGenerator


def both(x, config):
    return batches(oracles.keras, x, config), batches(Ours, x, config, rescale_order="first")


@given(images(pixels=PIXELS, n=(4,)), configs(LINEAR), RESCALES)
def test_linear_stages_agree_to_rounding(x, config, rescale):
    if config.get("data_format") == "channels_first":
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    original, first = both(x, {**config, "rescale": rescale})
    # Splines of order 2 and more subtract large numbers from each other; a mean that is subtracted leaves less than there was.
    scale = float(np.abs(x).max()) * abs(rescale) + abs(config.get("cval", 0) * rescale)
    bound = ROUNDINGS * (8 if config.get("interpolation_order", 1) > 1 else 1)
    np.testing.assert_allclose(first, original, rtol=0, atol=bound * scale)


@given(images(pixels=PIXELS[:3], n=(4,), sides=((8, 8), (6, 11))), configs(LINEAR, samplewise_center=True), RESCALES)
def test_samplewise_steps_agree_to_rounding(x, config, rescale):
    if config.get("data_format") == "channels_first":
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    original, first = both(x, {**config, "rescale": rescale})
    scale = float(np.abs(x).max()) * abs(rescale) + abs(config.get("cval", 0) * rescale)
    np.testing.assert_allclose(first, original, rtol=0, atol=16 * ROUNDINGS * scale)


@given(images(pixels=("uint8", "uint8, gradient"), n=(4,), sides=((8, 8), (6, 11))), st.floats(0, 2))
def test_brightness_agrees_to_the_grey_levels_that_the_original_cuts_off(x, factor):
    config = {"brightness_range": (factor, factor), "rescale": 1 / 255, "rotation_range": 20}
    original, first = both(x, config)
    # Cut off before the multiplication and after it: the original is darker, by less than a grey level each time.
    assert np.all(first - original > -1e-5)
    assert np.abs(first - original).max() < (1 + factor) / 255 + 1e-5


def test_brightness_of_grey_levels_agrees_within_one():
    x = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    for factor in (0.3, 0.5, 1.0, 1.7):
        original, first = both(x, {"brightness_range": (factor, factor), "rescale": 1 / 255})
        assert np.abs(first - original).max() < 1 / 255 + 1e-6


@pytest.mark.parametrize("function", [lambda x: x + 255, np.tanh], ids=["offset", "tanh"])
def test_a_preprocessing_function_cannot_agree(function):
    x = np.full((1, 8, 8, 3), 255, np.uint8)
    original, first = both(x, {"preprocessing_function": function, "rescale": 1 / 255})
    np.testing.assert_allclose(original, function(np.float64(255)) / 255, rtol=1e-6)
    np.testing.assert_allclose(first, function(np.float64(1)), rtol=1e-6)
    assert np.abs(first - original).min() > 0.5


def test_a_linear_preprocessing_function_agrees():
    x = np.arange(192, dtype=np.uint8).reshape(1, 8, 8, 3)
    original, first = both(x, {"preprocessing_function": lambda x: 3 * x[..., ::-1], "rescale": 1 / 255})
    np.testing.assert_allclose(first, original, rtol=1e-6)
