"""`RandomImageTransform`: the generator's pixels and distributions, inside models and datasets."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given
from matched_draws import assert_pixels, transformed
from originals import photographs
from scipy import stats

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.layers import RandomImageTransform
from imgdatagen_compat.layers.random_image_transform import AUGMENTATION_SETTINGS
from imgdatagen_compat.testing.strategies import ARGUMENTS, configs

X = photographs(6, height=12, width=17)
GEOMETRY = {
    "rotation_range": 60,
    "width_shift_range": 0.3,
    "height_shift_range": [1, 3],
    "shear_range": 20,
    "zoom_range": (0.6, 1.4),
    "horizontal_flip": True,
    "vertical_flip": True,
}
EVERYTHING = GEOMETRY | {"channel_shift_range": 40.0, "brightness_range": (0.5, 1.5)}


CASES = {
    "geometry": GEOMETRY,
    "order 0": GEOMETRY | {"interpolation_order": 0, "fill_mode": "reflect"},
    "constant": {"rotation_range": 60, "height_shift_range": 4, "fill_mode": "constant", "cval": -30.5},
    "wrap": {"zoom_range": (1.2, 1.8), "fill_mode": "wrap", "channel_shift_range": 40.0},
    "flip": {"horizontal_flip": True},
    "everything": EVERYTHING,
    "everything, keras_preprocessing": EVERYTHING | {"semantics": "keras_preprocessing"},
    "everything, documented": EVERYTHING | {"semantics": "documented"},
}


@pytest.mark.parametrize("name", CASES)
def test_pixels_are_the_generators(name):
    expected = transformed(ImageDataGenerator(**CASES[name]), X, seed=7)
    found = RandomImageTransform(**CASES[name])(X, seed=7)
    assert found.dtype == "float32"
    assert_pixels(found, expected, brightened="brightness_range" in CASES[name])


def test_other_draws_would_be_seen():
    expected = transformed(ImageDataGenerator(**GEOMETRY), X, seed=7)
    with pytest.raises(AssertionError):
        assert_pixels(RandomImageTransform(**GEOMETRY)(X, seed=8), expected)
    with pytest.raises(AssertionError):
        assert_pixels(RandomImageTransform(**{**GEOMETRY, "rotation_range": 59})(X, seed=7), expected)


def test_channels_first():
    images = np.ascontiguousarray(X.transpose(0, 3, 1, 2))
    settings = GEOMETRY | {"data_format": "channels_first"}
    assert_pixels(RandomImageTransform(**settings)(images, seed=3), transformed(ImageDataGenerator(**settings), images, seed=3))


@pytest.mark.parametrize("bits", [8, 16])
def test_brightness_with_a_white_keeps_fractions(bits):
    images = X.astype("float32") * (2**bits - 1) / 255
    settings = {"rotation_range": 60, "brightness_range": (0.5, 1.5)}
    expected = transformed(ImageDataGenerator(**settings, bit_depth=bits), images, seed=4)
    found = RandomImageTransform(**settings, white=2**bits - 1)(images, seed=4)
    assert_pixels(found / 2 ** (bits - 8), expected / 2 ** (bits - 8))


class TestDraws:
    def test_every_image_and_every_call_has_its_own(self):
        layer = RandomImageTransform(brightness_range=(0.5, 1.5), white=1.0)
        factors = np.concatenate([np.ravel(layer(np.full((50, 1, 1, 1), 0.5))) * 2 for _ in range(40)])
        assert len(set(factors)) > 1990
        assert stats.kstest(factors[factors < 1.5], stats.uniform(0.5, 1).cdf).pvalue > 1e-3
        assert abs(np.corrcoef(factors[:-1], factors[1:])[0, 1]) < 5 / np.sqrt(len(factors))

    def test_a_seed_makes_the_sequence_reproducible(self):
        one, same, other, unseeded = (RandomImageTransform(**GEOMETRY, seed=seed) for seed in (3, 3, 4, None))
        first, second = one(X), one(X)
        np.testing.assert_array_equal(first, same(X))
        np.testing.assert_array_equal(second, same(X))
        for different in (second, other(X), unseeded(X)):
            assert not np.array_equal(first, different)

    def test_keras_seeds_those_without_one(self):
        batches = []
        for _ in range(2):
            keras.utils.set_random_seed(11)
            batches.append(RandomImageTransform(**GEOMETRY)(X))
        np.testing.assert_array_equal(*batches)

    def test_the_state_of_numpy_is_left_alone(self):
        before = np.random.get_state()[1].copy()
        RandomImageTransform(**GEOMETRY)(X)
        np.testing.assert_array_equal(np.random.get_state()[1], before)


class TestCalls:
    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "bool", "float16", "float32", "float64"])
    def test_not_training_nothing_changes_but_the_type(self, dtype):
        images = (X // 128).astype(dtype)
        left = RandomImageTransform(**EVERYTHING)(images, training=False)
        assert left.dtype == "float32"
        np.testing.assert_array_equal(left, images.astype("float32"))

    def test_number_types(self):
        layer = RandomImageTransform(**EVERYTHING)
        expected = layer(X.astype("float32"), seed=1)
        for dtype in ("uint8", "uint16", "int64", "float16", "float64"):
            np.testing.assert_array_equal(layer(X.astype(dtype), seed=1), expected)

    def test_a_single_image(self):
        layer = RandomImageTransform(**GEOMETRY)
        np.testing.assert_array_equal(layer(X[0], seed=5), layer(X[:1], seed=5)[0])

    def test_no_images(self):
        assert RandomImageTransform(**EVERYTHING)(X[:0]).shape == (0, 12, 17, 3)

    def test_mixed_precision_casts_at_the_end(self):
        half = RandomImageTransform(**GEOMETRY, dtype="mixed_float16")(X, seed=2)
        assert half.dtype == "float16"
        np.testing.assert_array_equal(half, tf.cast(RandomImageTransform(**GEOMETRY)(X, seed=2), "float16"))

    @pytest.mark.parametrize("shape", [(3, 4), (2, None, 4, 3), (None, None, 3), None])
    def test_shapes_it_cannot_know(self, shape):
        layer = RandomImageTransform(rotation_range=20)
        with pytest.raises(ValueError, match="rank 4.*ensure_shape.*Received"):
            tf.function(layer.call).get_concrete_function(tf.TensorSpec(shape, tf.float32))


class TestDatasets:
    def test_batches_and_single_images_with_a_seed_of_their_own_whatever_the_threads(self):
        layer = RandomImageTransform(**GEOMETRY)
        images = tf.data.Dataset.from_tensor_slices(X)
        for dataset in (images, images.batch(4)):
            numbered = dataset.enumerate()
            parallel = numbered.map(lambda i, images: layer(images, seed=i), num_parallel_calls=4)
            for i, (found, raw) in enumerate(zip(parallel, dataset)):
                np.testing.assert_allclose(found, layer(raw, seed=i), atol=1e-3)

    def test_parallel_calls_without_one_still_augment(self):
        layer = RandomImageTransform(horizontal_flip=True)
        dataset = tf.data.Dataset.from_tensor_slices(X).repeat(20).map(layer, num_parallel_calls=4)
        flipped = [np.array_equal(found, X[i % len(X)][:, ::-1]) for i, found in enumerate(dataset)]
        kept = [np.array_equal(found, X[i % len(X)]) for i, found in enumerate(dataset)]
        assert 20 < sum(flipped) < 100 and 20 < sum(kept) < 100

    def test_validation_is_left_alone(self):
        layer = RandomImageTransform(**EVERYTHING)
        dataset = tf.data.Dataset.from_tensors(X).map(lambda images: layer(images, training=False))
        np.testing.assert_array_equal(dataset.get_single_element(), X)


def small_model(augment):
    head = [keras.layers.Conv2D(2, 3), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1, dtype="float32")]
    model = keras.Sequential([keras.Input(X.shape[1:], dtype="uint8"), augment, *head])
    for weight in model.trainable_weights:
        weight.assign(np.linspace(-0.01, 0.02, int(np.prod(weight.shape))).reshape(weight.shape))
    return model


class TestModels:
    def losses(self, *, jit_compile, dtype="float32"):
        model = small_model(RandomImageTransform(**GEOMETRY, seed=1, dtype=dtype))
        model.compile(loss="mse", optimizer=keras.optimizers.SGD(1e-6), jit_compile=jit_compile)
        return model.fit(X, np.arange(6.0), batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]

    def test_fit_compiled_or_not_trains_on_the_same_images(self):
        losses = self.losses(jit_compile=False)
        np.testing.assert_allclose(self.losses(jit_compile=True), losses, rtol=1e-4)
        np.testing.assert_allclose(self.losses(jit_compile=True, dtype="mixed_float16"), losses, rtol=2e-2)

    def test_predict_sees_the_images_as_they_are(self):
        model, plain = small_model(RandomImageTransform(**GEOMETRY)), small_model(keras.layers.Rescaling(1.0))
        np.testing.assert_allclose(model.predict(X, verbose=0), plain.predict(X, verbose=0), rtol=1e-6)

    def test_a_model_for_images_of_any_size_augments_those_it_gets(self):
        inputs = keras.Input((None, None, 3), dtype="uint8")
        model = keras.Model(inputs, RandomImageTransform(**GEOMETRY, seed=5)(inputs))
        expected = RandomImageTransform(**GEOMETRY, seed=5)
        for images in (X, X[:, :9]):
            np.testing.assert_array_equal(model(images, training=True), expected(images))

    def test_a_saved_model_predicts_as_it_did_and_begins_its_sequence_anew(self, tmp_path):
        inputs = keras.Input(X.shape[1:], dtype="uint8")
        model = keras.Model(inputs, RandomImageTransform(**EVERYTHING, seed=5)(inputs))
        model.save(tmp_path / "model.keras")
        restored = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(restored.predict(X, verbose=0), model.predict(X, verbose=0))
        np.testing.assert_array_equal(restored(X, training=True), model(X, training=True))


@given(configs(names=[name for name in AUGMENTATION_SETTINGS if name in ARGUMENTS]))
def test_config_round_trip_through_json(settings):
    try:
        layer = RandomImageTransform(**settings, seed=3)
    except ValueError as error:
        assume("in a layer" not in str(error))
        raise
    config = layer.get_config()
    twin = RandomImageTransform.from_config(json.loads(json.dumps(config)))
    assert twin.get_config() == config
    datagen = ImageDataGenerator(**settings)
    for name in AUGMENTATION_SETTINGS:
        assert np.all(config[name] == np.asarray(getattr(datagen, name)))
        assert np.ndim(config[name]) or isinstance(config[name], type(np.asarray(getattr(datagen, name)).item()))


def test_arrays_of_shifts_have_a_place_in_the_config():
    layer = RandomImageTransform(width_shift_range=np.array([1.5, 2]), height_shift_range=np.int64(3), white=np.float32(1))
    twin = RandomImageTransform.from_config(json.loads(json.dumps(layer.get_config())))
    np.testing.assert_array_equal(twin(X, seed=1), layer(X, seed=1))


@pytest.mark.parametrize(
    "settings",
    [{"zoom_range": (1, 2, 3)}, {"zoom_range": None}, {"brightness_range": 0.5}, {"data_format": "NHWC"}, {"semantics": "tf"}],
    ids=str,
)
def test_bad_arguments_raise_as_the_generators_do(settings):
    with pytest.raises((ValueError, TypeError)) as generators:
        ImageDataGenerator(**settings)
    with pytest.raises(generators.type) as layers:
        RandomImageTransform(**settings)
    assert str(layers.value) == str(generators.value)


@pytest.mark.parametrize("settings", [{"interpolation_order": 3}, {"fill_mode": "mirror"}, {"cval": [1, 2, 3]}], ids=str)
def test_what_the_graph_does_not_know_is_refused(settings):
    with pytest.raises(ValueError, match="in a layer.*Received"):
        RandomImageTransform(rotation_range=3, **settings)
    RandomImageTransform(horizontal_flip=True, **settings)  # where nothing is resampled they mean nothing


def test_brightness_of_two_channels_is_refused():
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        RandomImageTransform(brightness_range=(0.5, 1))(X[..., :2])
