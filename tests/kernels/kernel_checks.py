"""The one check that every kernel passes."""

import numpy as np
import tensorflow as tf

ZERO = np.int32(0)  # the run-time zero of `kernels.rounding`


def check_kernel(kernel, reference, images, per_image=(), shared=(), *, tolerance=0.0):
    """Checks a kernel on [N, H, W, C] against its reference on [H, W, C].

    Same values, eager, as a graph and compiled by XLA; the same for a batch as for its images one by one; float32; inputs untouched.

    Args:
        kernel: called as `kernel(images, *per_image, *shared)`.
        reference: called for image i as `reference(image, *[x[i] for x in per_image], *shared)`.
        images: NumPy array [N, H, W, C].
        per_image: NumPy arrays with one entry per image.
        shared: NumPy numbers or arrays for all images.
        tolerance: largest difference, as a fraction of the largest magnitude of the reference's batch; 0 asks for equal bits.

    Raises:
        AssertionError: saying which form differs, where and by how much.
    """
    arguments = (images, *per_image, *shared)
    before = [np.copy(argument) for argument in arguments]
    expected = np.stack([reference(image.copy(), *numbers, *shared) for image, *numbers in zip(images, *per_image)])
    with tf.device("/CPU:0"):
        forms = {
            "eager": kernel,
            "graph": tf.function(kernel, autograph=False),
            "XLA": tf.function(kernel, autograph=False, jit_compile=True),
        }
        for form, function in forms.items():
            result = function(*map(tf.constant, arguments))
            assert result.dtype == tf.float32, f"{form}: {result.dtype}"
            assert_equal(result.numpy(), expected, tolerance, form)
        for i in range(len(images)):
            single = kernel(*(tf.constant(argument[i : i + 1]) for argument in (images, *per_image)), *map(tf.constant, shared))
            assert_equal(single.numpy(), expected[i : i + 1], tolerance, f"image {i} alone")
    for position, (argument, copy) in enumerate(zip(arguments, before)):
        assert argument.tobytes() == copy.tobytes(), f"argument {position} was changed"


def assert_equal(actual, expected, tolerance, where):
    """Asserts the same shape and, relative to the largest magnitude expected, differences of at most `tolerance`."""
    assert actual.shape == expected.shape, f"{where}: shape {actual.shape} instead of {expected.shape}"
    if tolerance == 0:
        wrong = actual != expected
    else:
        wrong = ~(np.abs(actual.astype(np.float64) - expected) <= tolerance * np.abs(expected).max())
    if wrong.any():
        first = tuple(int(i) for i in np.argwhere(wrong)[0])
        values = f"{actual[first]!r}, not {expected[first]!r}"
        raise AssertionError(f"{where}: {wrong.sum()} of {wrong.size} values differ, first at {first}: {values}")
