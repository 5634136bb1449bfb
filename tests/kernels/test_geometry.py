"""Resampling and flips against `scipy.ndimage`."""

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from kernel_checks import ZERO, check_kernel

from imgdatagen_compat.kernels import geometry

RNG = np.random.default_rng(0)
FILL_MODES = ("nearest", "constant", "reflect", "wrap")


def random_images(shape, dtype):
    if dtype == "uint8":
        return RNG.integers(0, 256, shape).astype(np.uint8)
    return RNG.normal(100, 200, shape).astype(np.float32)


def random_affine(n, height, width):
    """Matrices and offsets that leave the image far on all sides; the last two are exact: one half pixel, one whole image away."""
    matrices = RNG.normal(0, 1.2, (n, 2, 2))
    offsets = RNG.normal(0, 1, (n, 2)) * [4 * height, 4 * width]
    matrices[-2:] = np.eye(2)
    offsets[-2], offsets[-1] = (0.5, -0.5), (-height, width)
    return matrices, offsets


def flip_to_float32(images, flip_horizontal, flip_vertical):
    return tf.cast(geometry.flip(images, flip_horizontal, flip_vertical), tf.float32)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((6, 7, 12, 3), "uint8"), ((6, 9, 6, 2), "float32"), ((6, 1, 8, 1), "float32"), ((6, 5, 1, 4), "uint8")],
)
def test_resample_equals_scipy(order, fill_mode, shape, dtype):
    n, height, width, _ = shape
    images = random_images(shape, dtype)
    matrices, offsets = random_affine(n, height, width)
    flips = RNG.random((2, n)) < 0.5
    ramps = geometry.coordinate_ramps(matrices, offsets, *flips, height, width)

    def kernel(images, rows, columns, *rest):
        *sums, _, _, _, _, cval, zero = rest
        ramps = geometry.CoordinateRamps(rows, columns, *(sums or [None]))
        return geometry.resample(images, ramps, cval, zero, order=order, fill_mode=fill_mode)

    def reference(image, *arguments):
        *_, matrix, offset, flip_horizontal, flip_vertical, cval, _ = arguments
        image = image.astype(np.float32)
        channels = [
            scipy.ndimage.affine_transform(channel, matrix, offset, order=order, mode=fill_mode, cval=cval)
            for channel in np.moveaxis(image, -1, 0)
        ]
        result = np.stack(channels, -1)
        result = result[:, ::-1] if flip_horizontal else result
        return result[::-1] if flip_vertical else result

    per_image = (*(ramp for ramp in ramps if ramp is not None), matrices, offsets, *flips)
    check_kernel(kernel, reference, images, per_image, (np.float64(-7.3), ZERO))


def test_ramps_of_both_scipy_orders_are_the_same_coordinates():
    matrices, offsets = random_affine(4, 6, 9)
    flips = np.array([[True, False, True, False], [True, True, False, False]])
    totals = []
    for offset_first in (True, False):
        ramps = geometry.coordinate_ramps(matrices, offsets, *flips, 6, 9, offset_first=offset_first)
        assert (ramps.offsets is None) == offset_first
        total = ramps.rows[:, :, :, None] + ramps.columns[:, :, None, :]
        totals.append(total if ramps.offsets is None else total + ramps.offsets[:, :, None, None])
    np.testing.assert_allclose(totals[0], totals[1], atol=1e-12)
    assert not np.array_equal(totals[0], totals[1])  # the last bit is what the order decides


# Offset and two products, summed in either order to 1.5 or to the double below it: the pixel read in order 0 tells the order.
ON_THE_EDGE = [
    (a / 10, b / 10, (15 - a - b) / 10)
    for a in range(1, 14)
    for b in range(1, 15 - a)
    if a / 10 + b / 10 + (15 - a - b) / 10 != b / 10 + (15 - a - b) / 10 + a / 10
]


def on_the_edge():
    """Matrices, offsets and images, and by the order of summation what SciPy of that order reads of them."""
    n, rows, columns = len(ON_THE_EDGE), *np.indices((4, 4))
    offset, of_row, of_column = np.transpose(ON_THE_EDGE)
    matrices, offsets = np.zeros((n, 2, 2)), np.zeros((n, 2))
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 1, 1], offsets[:, 0] = of_row, of_column, 1, offset
    images = random_images((n, 4, 4, 1), "float32")
    read = {}
    for offset_first in (True, False):
        a, b, c = offset[:, None, None], rows * of_row[:, None, None], columns * of_column[:, None, None]
        row = (a + b) + c if offset_first else (b + c) + a
        read[offset_first] = images[np.arange(n)[:, None, None], np.clip(np.floor(row + 0.5), 0, 3).astype(int), columns]
    assert not np.array_equal(read[True], read[False])
    return images, matrices, offsets, read


@pytest.mark.parametrize("offset_first", [True, False])
@pytest.mark.parametrize("asked_for", [True, False])
def test_coordinates_are_summed_in_either_order(offset_first, asked_for, monkeypatch):
    images, matrices, offsets, read = on_the_edge()
    monkeypatch.setattr(geometry, "scipy_adds_offset_first", lambda: offset_first is not asked_for)
    still = [False] * len(images)
    ramps = geometry.coordinate_ramps(matrices, offsets, still, still, 4, 4, offset_first=offset_first if asked_for else None)
    np.testing.assert_array_equal(geometry.resample(images, ramps, 0.0, ZERO, order=0, fill_mode="nearest"), read[offset_first])


def test_the_installed_scipy_sums_in_the_order_that_is_taken_for_its_own():
    images, matrices, offsets, read = on_the_edge()
    found = [scipy.ndimage.affine_transform(x[..., 0], m, o, order=0, mode="nearest") for x, m, o in zip(images, matrices, offsets)]
    np.testing.assert_array_equal(np.stack(found)[..., None], read[geometry.scipy_adds_offset_first()])


# Half a pixel beside these values the mean is halfway between two floats of 32 bits: the last bit of a weight decides its rounding.
TIES = 1 + (np.arange(64) % 7).reshape(4, 4, 4).astype(np.float32) * np.float32(2**-23)
# Tells which pixels are read with the weight 0, for what is infinite is then not a number.
INFINITE = np.where(np.arange(4)[:, None] == 1, np.float32(np.inf), TIES)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("pixels", [TIES, INFINITE], ids=["ties", "infinite"])
@pytest.mark.parametrize("side", [2, 3, 4])
def test_resample_equals_scipy_where_folding_turns(order, fill_mode, side, pixels):
    turns = np.arange(-5 * side, 5 * side + 1) / 2
    beside = [turns, turns * (1 + 2**-52), turns * (1 - 2**-53)]
    beside += [turns + step for step in (-2e-15, -1.5e-15, -1e-15, -0.5e-15, -1e-300, 1e-15)]
    offsets = np.stack(np.broadcast_arrays(np.concatenate(beside), 0.5), axis=-1)
    n = len(offsets)
    matrices = np.broadcast_to(np.diag([0.0, 1.0]), (n, 2, 2))  # every row is read at the offset itself
    images = np.resize(pixels[:, :side], (n, side, 4, 1))
    ramps = geometry.coordinate_ramps(matrices, offsets, [False] * n, [False] * n, side, 4)
    found = geometry.resample(images, ramps, np.float64(-7.3), ZERO, order=order, fill_mode=fill_mode).numpy()
    for image, matrix, offset, resampled in zip(images, matrices, offsets, found):
        expected = scipy.ndimage.affine_transform(image[..., 0], matrix, offset, order=order, mode=fill_mode, cval=-7.3)
        np.testing.assert_array_equal(resampled[..., 0], expected, err_msg=str(offset))


@pytest.mark.parametrize(
    ("version", "first"), [("0.19.1", False), ("1.9.3", False), ("1.15.3", False), ("1.16.0rc1", True), ("1.17.1", True), ("2.0.0", True)]
)
def test_scipy_adds_offsets_first_from_1_16_on(version, first, monkeypatch):
    monkeypatch.setattr(scipy, "__version__", version)
    assert geometry.scipy_adds_offset_first.__wrapped__() is first


def test_resample_takes_offsets_last():
    """With the summation order of SciPy before 1.16, on coordinates where no rounding happens, SciPy of any release is met."""
    images = random_images((2, 5, 6, 1), "uint8")
    matrices, offsets = np.stack([np.eye(2), 0.5 * np.eye(2)]), np.array([[0.25, -1.5], [1.0, 0.75]])
    ramps = geometry.coordinate_ramps(matrices, offsets, [False] * 2, [False] * 2, 5, 6, offset_first=False)

    def kernel(images, rows, columns, sums, matrices, cval, zero):
        return geometry.resample(images, geometry.CoordinateRamps(rows, columns, sums), cval, zero, order=1, fill_mode="reflect")

    def reference(image, rows, columns, offset, matrix, cval, zero):
        return scipy.ndimage.affine_transform(image[..., 0].astype(np.float32), matrix, offset, order=1, mode="reflect")[..., None]

    check_kernel(kernel, reference, images, (*ramps, matrices), (np.float64(0), ZERO))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_flip_equals_numpy(dtype):
    def reference(image, flip_horizontal, flip_vertical):
        image = image[:, ::-1] if flip_horizontal else image
        return image[::-1] if flip_vertical else image

    flips = np.array([[True, False, True, False], [True, True, False, False]])
    check_kernel(flip_to_float32, reference, random_images((4, 3, 5, 2), dtype), tuple(flips))


@pytest.mark.parametrize(
    "fault",
    [
        lambda pixels: pixels + 1e-4,
        lambda pixels: pixels[:, ::-1],
        lambda pixels: tf.cast(tf.round(pixels), tf.float64),
        lambda pixels: pixels - tf.reduce_mean(pixels) + tf.reduce_mean(pixels[0]),
    ],
    ids=["value", "place", "dtype", "leak between images"],
)
def test_the_check_fails_a_wrong_kernel(fault):
    def kernel(images, flip_horizontal, flip_vertical):
        return fault(flip_to_float32(images, flip_horizontal, flip_vertical))

    def reference(image, flip_horizontal, flip_vertical):
        return image[:, ::-1]

    arguments = (random_images((3, 4, 5, 1), "uint8"), (np.array([True] * 3), np.array([False] * 3)))
    check_kernel(flip_to_float32, reference, *arguments)
    with pytest.raises(AssertionError):
        check_kernel(kernel, reference, *arguments)
