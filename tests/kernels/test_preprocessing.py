"""`preprocess_input` of `keras.applications` as a kernel, against the functions of the installed Keras."""

import numpy as np
import pytest
import tensorflow as tf
from kernel_checks import ZERO, check_kernel

from imgdatagen_compat.kernels.preprocessing import preprocess
from imgdatagen_compat.kernels.rounding import rounded
from imgdatagen_compat.preprocessing_functions import preprocessed

ORIGINALS = {
    "tf": tf.keras.applications.mobilenet.preprocess_input,
    "caffe": tf.keras.applications.vgg16.preprocess_input,
    "torch": tf.keras.applications.densenet.preprocess_input,
}


def images():
    rng = np.random.default_rng(0)
    grey_levels = rng.integers(0, 256, (2, 40, 40, 3)).astype(np.float32)
    return np.concatenate([grey_levels, rng.normal(100, 90, (2, 40, 40, 3)).astype(np.float32)])


def after_a_product(kernel):
    """The kernel between two multiplications, with which a compiler would like to merge it."""
    return lambda x, zero: rounded(kernel(x * np.float32(1.1), zero), zero) * np.float32(1 / 3)


@pytest.mark.parametrize("mode", ORIGINALS)
def test_kernel_equals_keras(mode):
    kernel = lambda x, zero: preprocess(x, mode, zero)  # noqa: E731
    original = ORIGINALS[mode]
    check_kernel(kernel, lambda image, zero: original(image), images(), shared=(ZERO,))
    factors = lambda image, zero: original(image * np.float32(1.1)) * np.float32(1 / 3)  # noqa: E731
    check_kernel(after_a_product(kernel), factors, images(), shared=(ZERO,))


@pytest.mark.parametrize("mode", ORIGINALS)
def test_arithmetic_on_arrays_equals_keras(mode):
    x = images()
    np.testing.assert_array_equal(preprocessed(x, mode), ORIGINALS[mode](x.copy()))


def test_modes_differ():
    assert len({preprocess(tf.constant(images()), mode, ZERO).numpy().tobytes() for mode in ORIGINALS}) == 3
    with pytest.raises(AssertionError):
        check_kernel(lambda x, zero: preprocess(x, "tf", zero), lambda image, zero: image / np.float32(127), images(), shared=(ZERO,))
