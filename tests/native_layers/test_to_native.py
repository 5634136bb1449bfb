"""What `to_native()` hands out: layers, code, report; what it leaves out, and what it refuses."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras_releases import needs_shear

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.native_layers import to_native

IMAGES = np.random.RandomState(5).randint(0, 256, (16, 24, 24, 3)).astype("uint8")
EVERYTHING = {
    "rotation_range": 20,
    "width_shift_range": 0.2,
    "height_shift_range": 0.1,
    "shear_range": 10,
    "zoom_range": 0.2,
    "channel_shift_range": 25.5,
    "horizontal_flip": True,
    "vertical_flip": True,
    "brightness_range": (0.6, 1.2),
    "rescale": 1 / 255,
    "samplewise_center": True,
    "samplewise_std_normalization": True,
    "featurewise_center": True,
    "featurewise_std_normalization": True,
}


def converted(settings, sample=None, **options):
    datagen = ImageDataGenerator(**settings)
    if datagen.featurewise_center:
        datagen.fit(IMAGES)
    return to_native(datagen, sample, **{"measure_differences": sample is not None} | options)


def arguments(settings, **options):
    """Arguments of each layer, without those that all resampling layers share."""
    shared = {"fill_mode", "interpolation", "seed"}
    specs = converted(settings, **options).specs
    return [(spec.name, {name: value for name, value in spec.arguments.items() if name not in shared}) for spec in specs]


@pytest.mark.parametrize(
    ("settings", "options", "expected"),
    [
        ({"rotation_range": 18}, {}, [("RandomRotation", {"factor": (-0.05, 0.05)})]),
        ({"width_shift_range": 0.2}, {}, [("RandomTranslation", {"height_factor": (-0.2, 0.2), "width_factor": (0, 0)})]),
        (
            {"width_shift_range": 0.2, "semantics": "documented"},
            {},
            [("RandomTranslation", {"height_factor": (0, 0), "width_factor": (-0.2, 0.2)})],
        ),
        (
            {"width_shift_range": 0.2, "height_shift_range": 5},
            {"image_size": (50, 100)},
            [("RandomTranslation", {"height_factor": (-0.4, 0.4), "width_factor": (-0.04, 0.04)})],
        ),
        pytest.param({"shear_range": 30}, {}, [("RandomShear", {"x_factor": (0, 0.5)})], marks=needs_shear),
        pytest.param(
            {"shear_range": 30, "semantics": "keras_preprocessing"}, {}, [("RandomShear", {"y_factor": (0, 0.5)})], marks=needs_shear
        ),
        ({"zoom_range": 0.2}, {}, [("RandomZoom", {"height_factor": (-0.2, 0.2), "width_factor": (-0.2, 0.2)})]),
        ({"zoom_range": (0.5, 0.9)}, {}, [("RandomZoom", {"height_factor": (-0.5, -0.1), "width_factor": (-0.5, -0.1)})]),
        ({"channel_shift_range": 51}, {}, [("RandomBrightness", {"factor": (-0.2, 0.2), "value_range": (0, 255)})]),
        ({"brightness_range": (0.6, 1.2)}, {}, [("RandomBrightness", {"factor": (-0.2, 0.1), "value_range": (0, 255)})]),
        (
            {"brightness_range": (0.6, 1.2)},
            {"value_range": (0, 1)},
            [("RandomBrightness", {"factor": (-0.2, 0.1), "value_range": (0, 1)})],
        ),
        (
            {"brightness_range": (0.6, 1.2), "bit_depth": 12},
            {},
            [("RandomBrightness", {"factor": (-0.2, 0.1), "value_range": (0, 4095)})],
        ),
        (
            {"horizontal_flip": True, "vertical_flip": True},
            {},
            [("RandomFlip", {"mode": "horizontal"}), ("RandomFlip", {"mode": "vertical"})],
        ),
        ({"rescale": 1 / 255}, {}, [("Rescaling", {"scale": 1 / 255})]),
        ({"rescale": "auto"}, {"value_range": (0, 65535)}, [("Rescaling", {"scale": 1 / 65535})]),
        ({"preprocessing_function": keras.applications.efficientnet.preprocess_input}, {}, []),
        ({}, {}, []),
    ],
)
def test_units(settings, options, expected):
    assert arguments(settings, **options) == expected


def test_shape_of_the_interpolation():
    settings = {"rotation_range": 5, "fill_mode": "constant", "cval": 7, "interpolation_order": 0}
    (rotation,) = converted(settings).specs
    assert rotation.arguments == {
        "factor": (-0.01388888889, 0.01388888889),
        "fill_mode": "constant",
        "interpolation": "nearest",
        "fill_value": 7.0,
    }


@pytest.mark.parametrize("settings", [EVERYTHING, {}, {"horizontal_flip": True}, {"zca_whitening": True, "rescale": 0.5}])
@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
def test_code_builds_the_same_layers(settings):
    conversion = converted(settings, seed=11)
    namespace = {}
    exec(conversion.code, namespace)
    pasted, built = namespace["preprocessing"], conversion.model

    def configs(model):
        return [(type(layer), {**layer.get_config(), "name": None}) for layer in model.layers]

    assert configs(pasted) == configs(built)
    np.testing.assert_array_equal(pasted(IMAGES, training=True), built(IMAGES, training=True))


def test_the_code_of_another_configuration_builds_other_layers():
    namespace = {}
    exec(converted(EVERYTHING | {"rotation_range": 21}, seed=11).code, namespace)
    other = namespace["preprocessing"](IMAGES, training=True)
    assert not np.array_equal(other, converted(EVERYTHING, seed=11).model(IMAGES, training=True))


def test_the_model_augments_in_training_only_and_standardizes_always():
    model = converted(EVERYTHING).model
    datagen = ImageDataGenerator(**EVERYTHING)
    datagen.fit(IMAGES)
    expected = np.stack([datagen.standardize(image.astype(np.float32)) for image in IMAGES])
    np.testing.assert_allclose(model(IMAGES, training=False), expected, atol=1e-4)  # of 10
    assert not np.allclose(model(IMAGES, training=True), expected, atol=0.1)


def test_the_method_of_the_generator():
    datagen = ImageDataGenerator(rotation_range=18, rescale=0.5)
    assert datagen.to_native(measure_differences=False) == to_native(datagen, measure_differences=False)
    assert datagen.to_native(IMAGES, seed=1).specs[0].arguments["seed"] == 1


def test_all_layers_are_stock():
    assert {type(layer).__module__.split(".")[0] for layer in converted(EVERYTHING).layers} == {"keras"}


def test_the_model_works_in_a_dataset():
    model = converted(EVERYTHING).model
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES).batch(8).map(lambda images: model(images, training=True))
    assert [batch.shape for batch in dataset] == [(8, 24, 24, 3)] * 2


def test_flips_are_drawn_apart():
    model = converted({"horizontal_flip": True, "vertical_flip": True}, seed=0).model
    images = np.zeros((64, 2, 2, 1), np.float32)
    images[:, 0, 0] = 1
    corners = np.asarray(model(images, training=True)).reshape(64, 4).argmax(axis=1)
    assert set(corners) == {0, 1, 2, 3}


def test_each_layer_that_draws_has_a_seed_of_its_own():
    conversion = converted(EVERYTHING, seed=3)
    seeds = [spec.arguments.get("seed") for spec in conversion.specs if spec.is_random]
    assert seeds == list(range(3, 3 + len(seeds)))
    assert len(seeds) > 5
    assert not any("seed" in spec.arguments for spec in converted(EVERYTHING).specs)


@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
@pytest.mark.parametrize(
    ("settings", "name", "reason"),
    [
        ({"rotation_range": 5, "interpolation_order": 3}, "rotation", "splines of order 3"),
        ({"zoom_range": 0.5, "fill_mode": "bilinear"}, "zoom", "no fill mode 'bilinear'"),
        ({"shear_range": 5, "fill_mode": "constant", "cval": [1, 2, 3]}, "shear", "one number"),
        ({"preprocessing_function": np.sqrt}, "preprocessing function", "`sqrt` is Python"),
        ({"preprocessing_function": keras.applications.vgg16.preprocess_input}, "preprocessing function", "reverses the channels"),
        ({"rescale": np.array([0.5])}, "rescale", "one number"),
        ({"samplewise_center": True}, "samplewise", "without dividing"),
        ({"zca_whitening": True}, "zca whitening", "with a matrix"),
    ],
)
def test_what_no_stock_layer_does_is_left_out_and_said(settings, name, reason):
    conversion = to_native(ImageDataGenerator(**{"rescale": 0.5} | settings), measure_differences=False)
    left_out = {line.name: line.left_out for line in conversion.report.lines if line.left_out}
    assert reason in left_out[name].reason
    assert left_out[name].remedy
    assert f"{name}: left out. {left_out[name].reason}" in str(conversion.report)
    assert "left out" in conversion.code
    assert all(spec.name == "Rescaling" for spec in conversion.specs)
