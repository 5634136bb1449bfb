"""`ImageTransform` as a Keras layer: configuration, calls, tf.data."""

import numpy as np
import tensorflow as tf

from imgdatagen_compat.kernels.geometry import coordinate_ramps
from imgdatagen_compat.layers import ImageTransform

OPTIONS = {"geometry": "affine", "fill_mode": "reflect", "channel_shift": True, "brightness": "any", "rescale": True}


def example():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (3, 6, 8, 3)).astype(np.uint8)
    ramps = coordinate_ramps(rng.normal(0, 1, (3, 2, 2)), rng.normal(0, 5, (3, 2)), *(rng.random((2, 3)) < 0.5), 6, 8)
    params = {
        "ramps": ramps,
        "cval": np.float64(0),
        "channel_shift_intensity": np.float32([-20, 0, 30]),
        "brightness": np.float32([0.5, 1, 1.5]),
        "rescale": np.float32(1 / 255),
    }
    return images, params


def test_config_round_trip():
    layer = ImageTransform(**OPTIONS, name="augment")
    twin = ImageTransform.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert {name: twin.get_config()[name] for name in OPTIONS} == OPTIONS


def test_layer_called_with_arrays_tensors_and_in_a_dataset():
    images, params = example()
    layer = ImageTransform(**OPTIONS)
    expected = layer.call(tf.constant(images), params).numpy()
    assert expected.dtype == np.float32 and expected.shape == images.shape
    np.testing.assert_array_equal(layer(tf.constant(images), params), expected)
    np.testing.assert_array_equal(layer(images, params), expected)
    batches = tf.data.Dataset.from_tensor_slices(images).batch(len(images))  # their number of images is not static
    np.testing.assert_array_equal(batches.map(lambda batch: layer(batch, params)).get_single_element(), expected)
