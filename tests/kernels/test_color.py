"""Channel shift, brightness and rescale against the installed original and NumPy."""

import keras_preprocessing.image
import numpy as np
import pytest
import tensorflow as tf
from kernel_checks import ZERO, check_kernel

from imgdatagen_compat import rescaling
from imgdatagen_compat.kernels import color

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def original():
    return tf.keras.preprocessing.image


def random_images(low, high, channels=3, n=5):
    """Every second image has a darkest and a brightest value of exactly `low` and `high`."""
    images = RNG.uniform(low, high, (n, 6, 7, channels)).astype(np.float32)
    images[::2, 0, 0], images[::2, 0, 1] = low, high
    return images


def shift_kernel(images, intensity):
    return color.channel_shift(images, intensity, *color.value_range(images))


@pytest.mark.parametrize(("low", "high"), [(0, 255), (-300, 500), (0, 1), (3, 3)])
def test_channel_shift_equals_the_original(original, low, high):
    intensity = np.array([-60, 60, 0.1, 1000, -0.3], np.float32)

    def reference(image, intensity):
        return original.apply_channel_shift(image, float(intensity), channel_axis=2)

    check_kernel(shift_kernel, reference, random_images(low, high), (intensity,))


def test_channel_shift_of_the_ends_is_the_range_of_the_result():
    images, intensity = tf.constant(random_images(-300, 500)), tf.constant([-60, 60, 0.1, 1000, -0.3], tf.float32)
    ends = color.value_range(images)
    shifted = color.value_range(color.channel_shift(images, intensity, *ends))
    for end, expected in zip(ends, shifted):
        np.testing.assert_array_equal(color.channel_shift(end, intensity, *ends), expected)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("low", "high"), [(0, 255), (20, 255), (20, 255.5), (-300, 500), (0, 1), (100, 300), (-5, 4), (300, 300)])
def test_brightness_equals_the_original(original, channels, low, high):
    images = random_images(low, high, channels)
    factor = np.array([0, 0.37, 1, 1.9, 30], np.float32)

    def kernel(images, factor, zero):
        return color.brightness(images, factor, zero, color.value_range(images))

    def reference(image, factor, zero):
        return original.apply_brightness_shift(image, float(factor), False)

    check_kernel(kernel, reference, images, (factor,), (ZERO,))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_brightness_of_8_bit_values_needs_no_range(original, channels):
    factor = np.array([-0.5, 0.37, 1, 1.9, 30], np.float32)
    reference = lambda image, factor, zero: original.apply_brightness_shift(image, float(factor), False)  # noqa: E731
    check_kernel(color.brightness, reference, random_images(0, 255, channels), (factor,), (ZERO,))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("low", "high"), [(0, 255), (30, 110), (-300, 500), (0, 1), (7, 7), (0, 0)])
def test_brightness_of_stretched_images_equals_keras_preprocessing(channels, low, high):
    factor = np.array([0, 0.37, 1, 1.9, 30], np.float32)
    reference = lambda image, factor, zero: keras_preprocessing.image.apply_brightness_shift(image, float(factor))  # noqa: E731

    def kernel(images, factor, zero):
        return color.brightness(color.stretched(images, color.value_range(images), zero), factor, zero)

    check_kernel(kernel, reference, random_images(low, high, channels), (factor,), (ZERO,))


def test_brightness_refuses_other_channel_numbers():
    with pytest.raises(ValueError, match="Unsupported channel number: 2"):
        color.brightness(tf.zeros([1, 2, 2, 2]), tf.ones([1]), tf.constant(0))


# Darkest and brightest value of an image, and its white.
RANGES = [
    (0, 1, 1), (0, 1, np.nan), (0.2, 1, 1), (-2, 0.5, 1), (0.5, 3, 1), (-1, 0, -1), (-1.5, 0.5, -1),
    (0, 0.6, 1), (-1, -0.4, -1), (7, 7, 1), (0, 0, 1), (0, 9e4, 65535), (0, 0.8, 0.5), (-0.5, 0.5, -1), (0.2, 1, 0), (-1, -0.2, 0),
]  # fmt: skip


@pytest.mark.parametrize("stretches", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_brightness_in_float_equals_that_of_single_images(channels, stretches):
    factors = (0, 0.37, 1.9, -0.5)
    low, high, white = np.repeat(np.float32(RANGES), len(factors), axis=0).T
    images = np.stack([RNG.uniform(*ends, (4, 3, channels)) for ends in zip(low, high)]).astype(np.float32)
    images[:, 0, 0], images[:, 0, 1] = low[:, None], high[:, None]

    options = {"stretches": True} if stretches else {}

    def kernel(images, factor, white, zero):
        return color.brightness_in_float(images, factor, white, zero, color.value_range(images), **options)

    def reference(image, factor, white, zero):
        return rescaling.brightness_in_float(image, factor, white, channel_axis=2, **options)

    check_kernel(kernel, reference, images, (np.tile(np.float32(factors), len(RANGES)), white), (ZERO,))


def test_settings_in_pixels_are_rescaled_as_pixels_are():
    given = {
        "rescale": tf.constant([[[[0.1]]], [[[2.0]]]], tf.float64),
        "cval": tf.constant(0.7, tf.float64),
        "channel_shift_intensity": tf.constant([30.0, -3.3]),
        "white": tf.constant([255.0, 65535.0]),
        "theta": tf.constant([1.0, 2.0]),
    }
    rescaled = color.rescaled_settings(given)
    factor, narrow = np.array([0.1, 2.0]), np.float32
    np.testing.assert_array_equal(rescaled["channel_shift_intensity"], (narrow([30, -3.3]) * factor).astype(narrow))
    np.testing.assert_array_equal(rescaled["white"], (narrow([255, 65535]) * factor).astype(narrow))
    np.testing.assert_array_equal(rescaled["cval"], (narrow(0.7) * factor).astype(narrow).astype(np.float64).reshape(2, 1, 1, 1))
    assert rescaled["cval"].dtype == tf.float64
    assert rescaled["theta"] is given["theta"] and rescaled["rescale"] is given["rescale"]
    assert float(given["cval"]) == 0.7
    assert set(color.rescaled_settings({"rescale": tf.constant(2.0)})) == {"rescale"}


@pytest.mark.parametrize("factor", [np.float32(1 / 255), np.float64(1 / 255), np.float64(2)])
def test_rescale_equals_numpy(factor):
    def reference(image, factor):
        image *= np.atleast_1d(factor)  # an array: NumPy 1 multiplies by a float64 scalar in float32
        return image

    check_kernel(color.rescale, reference, random_images(-300, 500), shared=(factor,))


def test_the_check_fails_brightness_without_truncation(original):
    kernel = lambda images, factor: tf.clip_by_value(images * factor[:, None, None, None], 0, 255)  # noqa: E731
    reference = lambda image, factor: original.apply_brightness_shift(image, float(factor), False)  # noqa: E731
    with pytest.raises(AssertionError, match="eager: .* values differ"):
        check_kernel(kernel, reference, random_images(0, 255), (np.full(5, 0.7, np.float32),))
