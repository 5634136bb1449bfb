"""`MinMaxRescaling` against its formula, on every dtype and rank, in models and past saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imgdatagen_compat.models import MinMaxRescaling

IMAGES = arrays.arrays(
    np.float32, st.tuples(*[st.integers(1, 4)] * 4), elements=st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
)  # fmt: skip


@given(IMAGES, st.floats(-10, 10), st.floats(0.1, 10))
def test_each_image_goes_from_low_to_high(images, low, span):
    high = low + span
    result = np.asarray(MinMaxRescaling(low, high)(images))
    assert result.shape == images.shape and result.dtype == np.float32
    ends = np.float32(low), np.float32(high)
    for image, rescaled in zip(images, result):
        assert rescaled.min() == ends[0]
        if np.float64(image.max()) - image.min() > 1e-7:
            assert rescaled.max() == ends[1]
            spread = image.astype(np.float64)
            expected = low + span * (spread - spread.min()) / np.ptp(spread)
            np.testing.assert_allclose(rescaled, expected, rtol=0, atol=1e-5 * max(abs(low), abs(high)))
        assert np.isfinite(rescaled).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float16", "float32", "float64"])
def test_every_dtype(dtype):
    images = np.arange(2 * 3 * 4 * 1).reshape(2, 3, 4, 1).astype(dtype)
    expected = (np.arange(12) / 11).reshape(3, 4, 1)
    np.testing.assert_allclose(MinMaxRescaling()(images), [expected, expected], rtol=0, atol=1e-7)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_constant_image_becomes_low_and_spoils_no_other(value):
    images = np.stack([np.full((4, 4, 3), value), np.arange(48).reshape(4, 4, 3)]).astype(np.uint8)
    result = np.asarray(MinMaxRescaling(-1, 1)(images))
    assert (result[0] == -1).all() and result[1].max() == 1 and result[1].min() == -1


def test_epsilon_is_the_least_range_that_is_stretched():
    image = np.zeros((1, 2, 2, 1), np.float32)
    image[0, 0, 0, 0] = 0.5
    assert np.asarray(MinMaxRescaling(epsilon=1.0)(image)).max() == 0.5
    assert np.asarray(MinMaxRescaling(epsilon=0.1)(image)).max() == 1


def test_rank_three_is_one_image_and_rank_five_a_batch_of_films():
    images = np.random.default_rng(0).random((3, 4, 4, 2)).astype(np.float32)
    layer = MinMaxRescaling()
    np.testing.assert_array_equal(layer(images[1]), layer(images)[1])
    np.testing.assert_array_equal(layer(images[np.newaxis])[0], layer(images.reshape(1, 12, 4, 2)[0]).numpy().reshape(images.shape))


def test_half_precision_rounds_the_result_only():
    # A tensor, as layers of a model are given: the first releases of Keras 3 convert an array to half precision before the layer sees it.
    images = tf.constant(np.array([60000, 60001, 60002, 65535], np.uint16).reshape(1, 2, 2, 1))
    result = MinMaxRescaling(dtype="mixed_float16")(images)
    assert result.dtype == tf.float16
    np.testing.assert_array_equal(result, np.asarray(MinMaxRescaling()(images)).astype(np.float16))
    assert MinMaxRescaling(dtype="float64")(images).dtype == tf.float64


def test_compiled_and_in_a_dataset():
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3)).astype(np.uint8)
    layer = MinMaxRescaling()
    expected = np.asarray(layer(images))
    np.testing.assert_allclose(tf.function(layer, jit_compile=True)(images), expected, atol=1e-6)
    mapped = tf.data.Dataset.from_tensor_slices(images).map(layer).batch(6).get_single_element()
    np.testing.assert_allclose(mapped, expected, atol=1e-6)


def test_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((None, None, 3), dtype="uint8"), MinMaxRescaling(-1, 1, 0.5, name="stretch")])
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype(np.uint8)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.get_layer("stretch").get_config() == model.get_layer("stretch").get_config()
    np.testing.assert_array_equal(loaded(images), model(images))
    assert model.output_shape == (None, None, None, 3) and "lambda" not in str(model.get_config()).lower()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 1, "high": 1}, "`low` should be below `high`. Received: low=1, high=1"),
        ({"low": float("nan")}, "`low` should be a finite number"),
        ({"high": "1"}, "`high` should be a finite number. Received: high='1'"),
        ({"epsilon": 0}, "`epsilon` should be above 0. Received: epsilon=0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        MinMaxRescaling(**arguments)
