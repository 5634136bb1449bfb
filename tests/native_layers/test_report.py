"""The report: for people, as JSON, and what it remarks on the whole; errors; what is left untouched."""

import inspect
import io
import json
from pathlib import Path

import keras
import numpy as np
import pytest
from keras_releases import CHANNELS_FIRST_WORKS, needs_shear
from rich.console import Console

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.native_layers import conversions, to_native
from imgdatagen_compat.native_layers.layer_spec import LayerSpec, LayerUnavailableError
from imgdatagen_compat.native_layers.sample import as_images

IMAGES = np.random.RandomState(5).randint(0, 256, (3, 24, 24, 3)).astype("uint8")
SETTINGS = {"rotation_range": 20, "zoom_range": 0.2, "brightness_range": (0.6, 1.2), "rescale": 1 / 255, "samplewise_center": True}


@pytest.fixture(scope="module")
def report():
    return to_native(ImageDataGenerator(**SETTINGS), IMAGES).report


def test_a_line_for_each_setting_in_the_order_of_the_original(report):
    assert [line.name for line in report.lines] == ["rotation", "zoom", "brightness", "rescale", "samplewise"]
    shown = str(report).splitlines()
    assert shown[0].startswith("setting")
    assert [line.split()[0].split("=")[0] for line in shown[1:6]] == [line.settings[0][0] for line in report.lines]
    assert any(line.startswith("all of them together") for line in shown)
    assert "same draws on both sides, on the sample" in str(report)
    assert max(map(len, shown)) <= 200


def test_measured_numbers_hang_together(report):
    for line in report.lines[:3]:
        difference = line.difference
        assert 0 <= difference.mean <= difference.largest <= 255
        assert difference.effect > 1
        assert 0 <= difference.filled < 1
        assert 0 <= difference.from_fill <= 1
        assert difference.original_range[0] >= 0
        assert difference.native_range[1] <= 255
    assert report.lines[0].difference.filled > 0
    assert report.lines[2].difference.filled == 0
    assert report.lines[4].difference is None
    assert report.chain.effect is None  # the values are rescaled
    assert report.chain.mean > report.lines[2].difference.mean / 2


def test_as_json(report):
    read = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert read["versions"]["keras"] == keras.__version__
    assert [line["name"] for line in read["lines"]] == [line.name for line in report.lines]
    assert read["lines"][0]["difference"]["mean"] == report.lines[0].difference.mean
    assert read["lines"][0]["layers"][0]["name"] == "RandomRotation"
    assert read["lines"][2]["settings"] == {"brightness_range": [0.6, 1.2]}
    assert read["lines"][4]["left_out"]["remedy"]
    function = ImageDataGenerator(preprocessing_function=np.sqrt, rescale=np.float32(0.5))
    settings = [line["settings"] for line in json.loads(json.dumps(to_native(function).report.as_json()))["lines"]]
    assert settings == [{"preprocessing_function": "sqrt"}, {"rescale": 0.5}]


def test_colours_on_a_terminal_only(report):
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=is_terminal, color_system="standard" if is_terminal else "auto", width=140)
        report.show(console)
        assert ("\x1b[" in console.file.getvalue()) == is_terminal


def test_without_measurement(monkeypatch):
    monkeypatch.setattr("imgdatagen_compat.native_layers.measure", None)
    report = to_native(ImageDataGenerator(**SETTINGS), measure_differences=False).report
    assert report.sample is report.chain is report.lines[0].difference is None
    assert "same draws" not in str(report)


def test_nothing_to_convert():
    conversion = to_native(ImageDataGenerator())
    assert conversion.specs == conversion.report.lines == ()
    assert conversion.report.chain is None
    np.testing.assert_array_equal(conversion.model(IMAGES, training=True), IMAGES.astype(np.float32))
    assert repr(conversion) == "<NativeConversion: no layers>"


def test_repr(report):
    assert repr(report) == "<Report: 4 settings converted, 1 left out>"


@needs_shear
def test_a_layer_that_the_installed_keras_has_not_is_left_out(monkeypatch):
    datagen = ImageDataGenerator(shear_range=10, rescale=0.5)
    assert [spec.name for spec in to_native(datagen, measure_differences=False).specs] == ["RandomShear", "Rescaling"]
    monkeypatch.delattr(keras.layers, "RandomShear")
    conversion = to_native(datagen, image_size=(32, 32))
    assert [spec.name for spec in conversion.specs] == ["Rescaling"]
    assert f"shear: left out. Keras {keras.__version__} has no `RandomShear`." in str(conversion.report)
    assert "Install a newer Keras" in conversion.report.lines[0].left_out.remedy


def test_a_layer_that_refuses_its_arguments():
    with pytest.raises(LayerUnavailableError, match="`RandomFlip` of Keras .* refuses its arguments"):
        LayerSpec("RandomFlip", {"mode": "horizontal", "no_such_argument": 1}).build()


def test_a_layer_that_fails(monkeypatch):
    class RandomRotation(keras.layers.RandomRotation):
        def call(self, *args, **kwargs):
            raise IndexError

    datagen = ImageDataGenerator(rotation_range=10, rescale=0.5)
    assert not to_native(datagen, measure_differences=False).report.lines[0].left_out
    monkeypatch.setattr(keras.layers, "RandomRotation", RandomRotation)
    (rotation, rescale) = to_native(datagen, measure_differences=False).report.lines
    assert "`RandomRotation` of Keras" in rotation.left_out.reason
    assert "fails with these arguments" in rotation.left_out.reason
    assert not rescale.left_out


def test_layers_that_fail_with_channels_first_are_left_out():
    datagen = ImageDataGenerator(rotation_range=10, horizontal_flip=True, rescale=0.5, data_format="channels_first")
    left_out = [line.name for line in to_native(datagen, measure_differences=False).report.lines if line.left_out]
    assert bool(left_out) == (not CHANNELS_FIRST_WORKS)


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"rotation_range": 400}, "RandomRotation takes -1 to 1"),
        ({"zoom_range": (0.5, 3)}, "RandomZoom takes -0.99 to 1"),
        ({"zoom_range": 1.2}, "`height_factor` would be -1.2 to 1.2"),
        ({"brightness_range": (0.5, 4)}, "RandomBrightness takes -1 to 1"),
        ({"width_shift_range": 3}, "whole pixels, 0 to 2 with a random sign"),
        ({"height_shift_range": (0.1, 0.3)}, "draws one of [0.1, 0.3] with a random sign"),
        ({"brightness_range": (0.5, 1), "semantics": "keras_preprocessing"}, "stretches the contrast"),
        ({"width_shift_range": 0.1}, "`width_shift_range` moves rows"),
        ({"rescale": "auto"}, '`rescale="auto"` is 1/255'),
        ({"rotation_range": 3, "zoom_range": 0.1}, "2 layers interpolate one after the other"),
        ({"rotation_range": 3}, "no seed gives the batches of the original"),
    ],
)
def test_notes(settings, note):
    assert note in str(to_native(ImageDataGenerator(**settings), image_size=(32, 32), measure_differences=False).report)
    assert note not in str(to_native(ImageDataGenerator(rescale=0.5), measure_differences=False).report)


def test_shifts_of_images_of_unknown_size_are_taken_for_square():
    datagen = ImageDataGenerator(width_shift_range=0.1)
    assert "Taken for square images" in str(to_native(datagen, measure_differences=False).report)
    assert "Taken for square images" not in str(to_native(datagen, IMAGES, measure_differences=False).report)


def test_brightness_of_images_in_unit_range():
    datagen = ImageDataGenerator(brightness_range=(0.5, 1.0))
    conversion = to_native(datagen, IMAGES / 255)
    assert conversion.specs[0].arguments["value_range"] == (0, 1)
    assert "turns images in [0, 1] black" in str(conversion.report)
    assert conversion.report.chain.original_range == (0, 0)
    assert "black" not in str(to_native(datagen, IMAGES).report)


def test_overridden_methods_are_named():
    class Contrasting(ImageDataGenerator):
        def standardize(self, x):
            return super().standardize(x) * 2

    report = str(to_native(Contrasting(rescale=0.5)).report)
    assert "Contrasting overrides standardize: what it does there is neither converted nor measured." in report
    assert "overrides" not in str(to_native(ImageDataGenerator(rescale=0.5)).report)


def test_generator_sample_and_random_state_are_left_alone():
    datagen = ImageDataGenerator(**SETTINGS | {"rescale": "auto"})
    attributes, sample = dict(vars(datagen)), IMAGES.copy()
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    first = str(to_native(datagen, sample).report)
    assert vars(datagen) == attributes
    np.testing.assert_array_equal(sample, IMAGES)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert str(to_native(datagen, list(sample)).report) == first


@pytest.mark.parametrize(
    ("settings", "options", "message"),
    [
        (
            {"width_shift_range": 4.0},
            {},
            r"`width_shift_range` is in pixels.*`image_size=\(height, width\)`. Received: width_shift_range=4.0",
        ),
        ({}, {"sample": IMAGES[0]}, r"array of rank 4. Received: shape \(24, 24, 3\)"),
        ({}, {"sample": IMAGES[:0]}, r"one image or more"),
        ({}, {"sample": IMAGES, "image_size": (24, 25)}, r"that of `sample`, \(24, 24\).*Received: \(24, 25\)"),
        ({}, {"image_size": (0, 25)}, r"\(height, width\) in pixels. Received: \(0, 25\)"),
        ({}, {"sample": IMAGES * 257.0}, "beyond 0 to 255: pass raw images"),
        ({}, {"value_range": (255, 0)}, r"black below white. Received: \(255, 0\)"),
    ],
)
def test_errors(settings, options, message):
    with pytest.raises(ValueError, match=message):
        to_native(ImageDataGenerator(**settings), **options)


def test_many_images_are_sampled_evenly():
    images = np.arange(100, dtype=np.float32).reshape(100, 1, 1, 1)
    chosen = as_images(images).ravel()
    assert len(chosen) == 16
    assert (chosen[0], chosen[-1]) == (0, 99)
    assert set(np.diff(chosen)) <= {6, 7}


def test_every_row_has_words_for_the_document():
    assert conversions.markdown_table().count("\n") == len(conversions.CONVERSIONS) + 1
    for conversion in conversions.CONVERSIONS:
        assert set(conversion.arguments) <= set(inspect.signature(ImageDataGenerator).parameters)
        assert all([conversion.layer, conversion.units, conversion.differs])
        assert not any("|" in words for words in (conversion.layer, conversion.units, conversion.differs))


def test_the_table_in_the_document_is_the_one_in_the_code():
    document = (Path(__file__).resolve().parents[2] / "MIGRATION.md").read_text(encoding="utf-8")
    assert f"\n\n{conversions.markdown_table()}\n\n" in document
