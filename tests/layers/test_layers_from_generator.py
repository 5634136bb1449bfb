"""`to_layers()`, `rescaling_layer()` and `for_inference()`: what a generator does, as layers, and without augmentation."""

import functools
import operator

import keras
import numpy as np
import pytest
import tensorflow as tf
from matched_draws import assert_pixels, transformed
from originals import photographs

import imgdatagen_compat.keras_preprocessing.image
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.layers import RandomImageTransform
from imgdatagen_compat.native_layers import to_native
from imgdatagen_compat.stages import STAGES, STANDARDIZE

X = photographs(40, height=4, width=5)
vgg16_preprocess_input = keras.applications.vgg16.preprocess_input

# One setting that switches on each stage, and the layer that does it.
OF_STAGE = {
    "affine": ({"rotation_range": 20}, "RandomImageTransform"),
    "channel shift": ({"channel_shift_range": 20.0}, "RandomImageTransform"),
    "flip": ({"horizontal_flip": True}, "RandomImageTransform"),
    "brightness": ({"brightness_range": (0.5, 1.5)}, "RandomImageTransform"),
    "preprocessing function": ({"preprocessing_function": vgg16_preprocess_input}, "PreprocessInput"),
    "rescale": ({"rescale": 1 / 255}, "Rescaling"),
    "samplewise center": ({"samplewise_center": True}, "SamplewiseNormalization"),
    "samplewise std": ({"samplewise_center": True, "samplewise_std_normalization": True}, "SamplewiseNormalization"),
    "featurewise center": ({"featurewise_center": True}, "Normalization"),
    "featurewise std": ({"featurewise_center": True, "featurewise_std_normalization": True}, "Normalization"),
    "zca whitening": ({"featurewise_center": True, "zca_whitening": True}, "ZCAWhitening"),
}


def fitted(settings, data_format="channels_last"):
    images = X if data_format == "channels_last" else np.ascontiguousarray(X.transpose(0, 3, 1, 2))
    datagen = ImageDataGenerator(**settings, data_format=data_format)
    datagen.fit(images)
    return datagen, images


def standardized(datagen, images):
    return np.stack([datagen.standardize(np.array(image, "float32")) for image in images])


def names(model):
    return [type(layer).__name__ for layer in model.layers]


def assert_close(found, expected):
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_every_stage_has_its_layer():
    assert list(OF_STAGE) == [stage.name for stage in STAGES]


@pytest.mark.parametrize("name", OF_STAGE)
def test_not_training_the_layers_standardize(name):
    settings, layer = OF_STAGE[name]
    datagen, _ = fitted(settings)
    model = datagen.to_layers()
    assert names(model)[-1] == layer
    assert_close(model(X, training=False), standardized(datagen, X))


# But one, which ZCA whitening excludes.
ALL = functools.reduce(operator.or_, (settings for name, (settings, _) in OF_STAGE.items() if name != "featurewise std"))
STANDARDIZING = functools.reduce(operator.or_, (OF_STAGE[stage.name][0] for stage in STAGES if stage.method == STANDARDIZE))
STANDARDIZING = STANDARDIZING | {"featurewise_std_normalization": False}


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_training_they_transform_then_standardize_in_the_order_of_the_generator(data_format):
    augmenting = {"rotation_range": 20, "channel_shift_range": 20.0, "horizontal_flip": True}
    standardizing = {"rescale": 1 / 255, "samplewise_center": True, "featurewise_center": True, "featurewise_std_normalization": True}
    datagen, images = fitted(augmenting | standardizing, data_format)
    model = datagen.to_layers(seed=3)
    assert names(model) == ["RandomImageTransform", "Rescaling", "SamplewiseNormalization", "Normalization"]
    drawn_alike = RandomImageTransform(**augmenting, data_format=data_format, seed=3)
    assert_close(model(images, training=True), standardized(datagen, drawn_alike(images)))


def test_all_stages_in_their_order():
    assert names(fitted(ALL)[0].to_layers()) == [
        "RandomImageTransform", "PreprocessInput", "Rescaling", "SamplewiseNormalization", "Normalization", "ZCAWhitening",
    ]  # fmt: skip
    assert names(ImageDataGenerator().to_layers()) == ["RandomImageTransform"]
    identity = keras.applications.efficientnet.preprocess_input
    assert names(ImageDataGenerator(preprocessing_function=identity, rescale=2).to_layers()) == ["Rescaling"]


@pytest.mark.parametrize(
    "settings", [{"rescale": 1 / 255}, {"rescale": 1 / 65535, "bit_depth": 16}, {"rescale": -0.5}, {"rescale": 1}], ids=str
)
def test_rescaled_first_they_augment_rescaled_pixels(settings):
    augmenting = {"rotation_range": 60, "channel_shift_range": 20.0, "brightness_range": (0.5, 1.5), "fill_mode": "constant", "cval": 90}
    datagen = ImageDataGenerator(**augmenting, **settings, rescale_order="first")
    rescaling, augmentation = datagen.to_layers().layers
    white = 65535 if "bit_depth" in settings else 255
    images = X * np.float32(white / 255)
    grey_levels = 1 / (settings["rescale"] * white) * 255
    found = augmentation(rescaling(images), seed=5)
    assert_pixels(found * grey_levels, transformed(datagen, images, seed=5) * np.float32(grey_levels))


def test_brightness_of_a_stated_depth_works_on_its_range():
    datagen = ImageDataGenerator(brightness_range=(0.5, 1.5), rescale="auto", bit_depth=12)
    brightness, rescaling = datagen.to_layers().layers
    assert (brightness.white, rescaling.scale) == (4095, 1 / 4095)


def test_statistics_of_any_shape_that_fits_an_image():
    datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    for datagen.mean in (np.float32(3), np.zeros(3) + 2, X.mean(axis=0), X.mean(axis=(0, 3), keepdims=True)[0]):
        datagen.std = X.std(axis=(0, 1), keepdims=True)[0]
        assert_close(datagen.to_layers()(X), standardized(datagen, X))


def test_a_model_trains_with_them_in_half_precision_and_is_saved(tmp_path):
    datagen, _ = fitted(ALL)
    head = [keras.layers.Flatten(dtype="mixed_float16"), keras.layers.Dense(1, dtype="mixed_float16")]
    model = keras.Sequential([keras.Input(X.shape[1:], dtype="uint8"), datagen.to_layers(), *head])
    model.compile(loss="mse", jit_compile=False)
    assert np.isfinite(model.fit(X, np.arange(40.0), verbose=0).history["loss"])
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(restored.predict(X, verbose=0), model.predict(X, verbose=0))


def test_in_a_dataset_and_afterwards():
    datagen, _ = fitted({"rotation_range": 20, "featurewise_center": True, "samplewise_center": True})
    model = datagen.to_layers(seed=1)
    batches = tf.data.Dataset.from_tensor_slices(X).batch(20).map(model, num_parallel_calls=2)
    assert np.concatenate(list(batches)).shape == X.shape
    assert_close(model(X, training=False), standardized(datagen, X))


class Overriding(ImageDataGenerator):
    def get_random_transform(self, img_shape, seed=None):
        return {"flip_horizontal": True}


def not_fit(**settings):
    return ImageDataGenerator(**settings, rescale=1 / 255)


@pytest.mark.parametrize(
    ("datagen", "message"),
    [
        (Overriding(), "`get_random_transform` of this Overriding is overridden"),
        (ImageDataGenerator(preprocessing_function=np.negative), "`preprocessing_function=negative` is Python"),
        (ImageDataGenerator(preprocessing_function=functools.partial(vgg16_preprocess_input)), "is Python"),
        (ImageDataGenerator(rotation_range=20, interpolation_order=3), "interpolation_order.*in a layer"),
        (ImageDataGenerator(rescale="auto"), "pass `bit_depth` as a number"),
        (ImageDataGenerator(brightness_range=(0.5, 1), bit_depth="auto"), "pass `bit_depth` as a number"),
        (ImageDataGenerator(rescale=[1.0]), "`rescale` should be a number"),
        (not_fit(featurewise_center=True), "`featurewise_center` needs.*call `fit`"),
        (not_fit(featurewise_center=True, featurewise_std_normalization=True), "needs.*call `fit`"),
        (not_fit(featurewise_center=True, zca_whitening=True), "needs.*call `fit`"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses(datagen, message):
    with pytest.raises(ValueError, match=message):
        datagen.to_layers()


@pytest.mark.parametrize(
    ("settings", "scale"),
    [({"rescale": 1 / 255}, 1 / 255), ({}, 1.0), ({"rescale": "auto", "bit_depth": 16}, 1 / 65535), ({"rescale": np.float32(0.5)}, 0.5)],
    ids=str,
)
def test_rescaling_layer(settings, scale):
    layer = ImageDataGenerator(**settings).rescaling_layer()
    assert type(layer) is keras.layers.Rescaling and (layer.scale, layer.offset) == (scale, 0.0)
    np.testing.assert_array_equal(layer(X), X.astype("float32") * np.float32(scale))


def test_rescaling_layer_without_one_factor_is_refused():
    with pytest.raises(ValueError, match="`bit_depth` as a number"):
        ImageDataGenerator(rescale="auto").rescaling_layer()


def test_to_native_hands_its_arguments_on():
    found = ImageDataGenerator(horizontal_flip=True).to_native()
    assert type(found) is type(to_native(ImageDataGenerator(horizontal_flip=True)))


class TestForInference:
    def test_batches_are_those_of_a_generator_that_never_augmented(self):
        augmenting, _ = fitted(ALL | {"zoom_range": 0.5, "validation_split": 0.5})
        plain, _ = fitted(STANDARDIZING | {"validation_split": 0.5})
        flow = {"batch_size": 8, "seed": 1, "subset": "validation"}
        found, expected = augmenting.for_inference().flow(X, **flow), plain.flow(X, **flow)
        for _ in range(3):
            np.testing.assert_array_equal(next(found), next(expected))

    def test_the_generator_itself_goes_on_augmenting(self):
        datagen = ImageDataGenerator(rotation_range=90, rescale=1 / 255)
        plain = datagen.for_inference()
        plain.rescale = 1
        assert (datagen.rotation_range, datagen.rescale, plain.rotation_range) == (90, 1 / 255, 0)

    def test_the_class_stays_and_its_standardize_is_called(self):
        class Inverting(imgdatagen_compat.keras_preprocessing.image.ImageDataGenerator):
            def standardize(self, x):
                return 255 - x

        plain = Inverting(rotation_range=90).for_inference()
        assert type(plain) is Inverting and plain.semantics == "keras_preprocessing"
        np.testing.assert_array_equal(next(plain.flow(X, shuffle=False)), 255 - X[:32].astype("float32"))

    def test_methods_of_ones_own_that_augment_are_not_called(self):
        assert (next(Overriding().flow(X, shuffle=False)) != X[:32]).any()
        np.testing.assert_array_equal(next(Overriding().for_inference().flow(X, shuffle=False)), X[:32])
        by_instance = ImageDataGenerator()
        by_instance.apply_transform = lambda x, transform_parameters: -x
        np.testing.assert_array_equal(next(by_instance.for_inference().flow(X, shuffle=False)), X[:32])
