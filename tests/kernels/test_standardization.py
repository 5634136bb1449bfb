"""Normalization against the installed original and NumPy; guards against merged roundings."""

import numpy as np
import pytest
import tensorflow as tf
from kernel_checks import ZERO, check_kernel

from imgdatagen_compat.kernels import color, standardization
from imgdatagen_compat.kernels.rounding import rounded, runtime_number, runtime_zero
from imgdatagen_compat.stages import STAGES

RNG = np.random.default_rng(0)
TOLERANCE = {stage.name: stage.tolerance for stage in STAGES}


def random_images(shape=(4, 6, 7, 3)):
    return RNG.normal(0.3, 0.5, shape).astype(np.float32)


def original_standardize(**options):
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(**options)
    return lambda image: datagen.standardize(image)


def test_samplewise_center():
    check_kernel(
        standardization.samplewise_center,
        original_standardize(samplewise_center=True),
        random_images(),
        tolerance=standardization.SAMPLEWISE_BOUND,
    )


def test_samplewise_std_normalization():
    kernel = lambda images: standardization.samplewise_std_normalization(standardization.samplewise_center(images))  # noqa: E731
    reference = original_standardize(samplewise_center=True, samplewise_std_normalization=True)
    check_kernel(kernel, reference, random_images(), tolerance=standardization.SAMPLEWISE_BOUND)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 3), (3,), (), (6, 7, 3)])
def test_featurewise_equals_numpy(dtype, shape):
    # An array with axes: NumPy 1 computes with a float64 scalar in float32.
    def subtract(image, mean):
        image -= np.atleast_1d(mean)
        return image

    def divide(image, divisor):
        image /= np.atleast_1d(divisor)
        return image

    operand = np.asarray(RNG.uniform(0.2, 0.8, shape), dtype)
    check_kernel(standardization.featurewise_center, subtract, random_images(), shared=(operand,))
    check_kernel(standardization.featurewise_std_normalization, divide, random_images(), shared=(operand,))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zca_whitening(dtype):
    matrix = RNG.normal(0, 0.2, (6 * 7 * 3, 6 * 7 * 3)).astype(dtype)
    reference = lambda image, matrix: np.reshape(image.reshape(1, -1) @ matrix, image.shape).astype(np.float32)  # noqa: E731
    check_kernel(standardization.zca_whitening, reference, random_images(), shared=(matrix,), tolerance=TOLERANCE["zca whitening"])


def rescaled_and_centred(image, factor, mean, zero):
    image = image * factor
    return image - mean


def test_rounded_keeps_a_product_and_a_difference_apart():
    kernel = lambda x, factor, mean, zero: standardization.featurewise_center(rounded(color.rescale(x, factor), zero), mean)  # noqa: E731
    twice = lambda x, factor, mean, zero: standardization.featurewise_center(  # noqa: E731
        rounded(rounded(color.rescale(x, factor), zero), zero), mean
    )
    images, shared = random_images((2, 40, 40, 3)), (np.float32(1 / 3), np.float32(0.1), ZERO)
    check_kernel(kernel, rescaled_and_centred, images, shared=shared)
    check_kernel(twice, rescaled_and_centred, images, shared=shared)


def test_runtime_number_is_a_true_divisor():
    kernel = lambda images, zero: images / runtime_number(255, tf.float32, zero)  # noqa: E731
    check_kernel(kernel, lambda image, zero: image / np.float32(255), random_images((2, 40, 40, 3)) * 255, shared=(ZERO,))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_runtime_zero(dtype):
    for value in (0, 1, 200):
        assert runtime_zero(tf.cast(tf.fill([2, 1, 1, 1], value), dtype)).numpy() == 0
