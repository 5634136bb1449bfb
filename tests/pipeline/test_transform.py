"""The fused transform stage against the installed original: `apply_transform`, then `standardize`, image by image."""

import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from imgdatagen_compat.config import FIELD_NAMES, GeneratorConfig
from imgdatagen_compat.params import TransformParams
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline import transform
from imgdatagen_compat.pipeline.transform import Statistics, transform_batch
from imgdatagen_compat.stages import STAGES

pytestmark = pytest.mark.filterwarnings("ignore:Please (use|import) `affine_transform`:DeprecationWarning")

GEOMETRY = {
    "rotation_range": 120,
    "width_shift_range": 0.6,
    "height_shift_range": 0.6,
    "shear_range": 40,
    "zoom_range": (0.3, 3),
    "horizontal_flip": True,
    "vertical_flip": True,
}
ZCA_TOLERANCE = next(stage.tolerance for stage in STAGES if stage.name == "zca whitening")
SHAPES = [(5, 7, 12, 3), (5, 9, 6, 1), (5, 1, 8, 4), (5, 6, 1, 3)]  # few, since every shape compiles


def random_images(rng, shape, kind):
    """Images of 8 bits; of floats with whole values; of floats below 0 and above 255; in [0, 1]."""
    if kind == "uint8":
        return rng.integers(0, 256, shape).astype(np.uint8)
    if kind == "whole":
        return rng.integers(0, 256, shape).astype(np.float32)
    return rng.uniform(*{"wide": (-300, 600), "unit": (0, 1)}[kind], shape).astype(np.float32)


def config_of(datagen):
    """The settings of one of Keras's generators; what it does not have, as ours has it by default."""
    return GeneratorConfig(**{name: getattr(datagen, name, getattr(PerImageMethods, name, None)) for name in FIELD_NAMES})


def compare(images, options, statistics=None, *, padded_size=None, seed=0):
    """Runs original and drop-in with the same draws; returns the drop-in's batch and the original's."""
    statistics = statistics or Statistics()
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(**options)
    datagen.mean, datagen.std, datagen.zca_whitening_matrix = statistics.mean, statistics.std, statistics.zca_whitening_matrix
    np.random.seed(seed)
    draws = [datagen.get_random_transform(image.shape) for image in images]
    expected = np.zeros(images.shape, np.float32)
    for i, (image, draw) in enumerate(zip(images, draws)):
        expected[i] = datagen.standardize(datagen.apply_transform(image.astype(np.float32), draw))
    config = config_of(datagen)
    before = images.copy()
    batch = transform_batch(images, TransformParams.stack(draws), config, statistics, padded_size=padded_size)
    assert np.array_equal(images, before)
    return batch, expected


def assert_same(batch, expected, options):
    assert batch.shape == expected.shape and batch.dtype == np.float32 and batch.flags.writeable
    if options.get("zca_whitening"):
        np.testing.assert_allclose(batch, expected, rtol=0, atol=ZCA_TOLERANCE * np.abs(expected).max())
    else:
        np.testing.assert_array_equal(batch, expected)


@given(
    shape=st.sampled_from(SHAPES),
    kind=st.sampled_from(["uint8", "whole", "wide", "unit"]),
    fill_mode=st.sampled_from(["nearest", "constant", "reflect", "wrap"]),
    order=st.sampled_from([0, 1]),
    cval=st.sampled_from([0.0, 77.7, -20, 400]),
    seed=st.integers(0, 2**32 - 1),
)
def test_geometry(shape, kind, fill_mode, order, cval, seed):
    options = {**GEOMETRY, "fill_mode": fill_mode, "interpolation_order": order, "cval": cval, "rescale": 1 / 255}
    images = random_images(np.random.default_rng(seed), shape, kind)
    assert_same(*compare(images, options, seed=seed), options)


@given(
    shape=st.sampled_from(SHAPES),
    kind=st.sampled_from(["uint8", "whole", "wide", "unit"]),
    geometry=st.sampled_from([{}, {"horizontal_flip": True}, {"rotation_range": 40, "fill_mode": "constant", "cval": -3}]),
    channel_shift_range=st.sampled_from([0, 50.0]),
    brightness_range=st.sampled_from([None, (0.2, 2.5), (0, 0)]),
    rescale=st.sampled_from([None, 1 / 255, np.float64(1 / 255)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_color(shape, kind, geometry, channel_shift_range, brightness_range, rescale, seed):
    options = {**geometry, "channel_shift_range": channel_shift_range, "brightness_range": brightness_range, "rescale": rescale}
    images = random_images(np.random.default_rng(seed), shape, kind)
    assert_same(*compare(images, options, seed=seed), options)


@given(
    shape=st.sampled_from(SHAPES[:2]),
    kind=st.sampled_from(["uint8", "wide"]),
    rescale=st.sampled_from([None, 1 / 255, np.float64(1 / 255)]),
    normalization=st.sampled_from(
        [
            ("featurewise_center",),
            ("featurewise_center", "featurewise_std_normalization"),
            ("samplewise_center", "featurewise_center", "featurewise_std_normalization"),
            ("samplewise_center", "samplewise_std_normalization"),
            ("samplewise_center", "samplewise_std_normalization", "featurewise_std_normalization"),
            ("zca_whitening", "featurewise_center"),
        ]
    ),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
def test_normalization(shape, kind, rescale, normalization, dtype, seed):
    options = {"rescale": rescale, "horizontal_flip": True, "brightness_range": (0.5, 1.5), **dict.fromkeys(normalization, True)}
    rng = np.random.default_rng(seed)
    size, channels = int(np.prod(shape[1:])), shape[-1]
    statistics = Statistics(
        mean=rng.uniform(0.1, 0.9, (1, 1, channels)).astype(dtype),
        std=rng.uniform(0.1, 0.9, (1, 1, channels)).astype(dtype),
        zca_whitening_matrix=rng.normal(0, 0.1, (size, size)).astype(dtype),
    )
    assert_same(*compare(random_images(rng, shape, kind), options, statistics, seed=seed), options)


def test_every_rounding_is_kept_on_a_large_image():
    rng = np.random.default_rng(0)
    options = {**GEOMETRY, "channel_shift_range": 40.0, "brightness_range": (0.5, 1.5), "rescale": 1 / 255}
    options.update(featurewise_center=True, featurewise_std_normalization=True)
    statistics = Statistics(np.float32([0.3, 0.4, 0.5]), np.float32([0.2, 0.3, 0.7]))
    for kind in ("uint8", "wide"):
        assert_same(*compare(random_images(rng, (4, 96, 128, 3), kind), options, statistics), options)


@pytest.mark.parametrize("moves", [{}, {"rotation_range": 20}, {"channel_shift_range": 30.0}, {"brightness_range": (0.5, 1.5)}])
@pytest.mark.parametrize("flips", [{}, {"horizontal_flip": True, "vertical_flip": True}])
@pytest.mark.parametrize("low", [0, 200, 201])
def test_samplewise_normalization_of_images_that_are_almost_or_wholly_uniform(moves, flips, low):
    """Here a last bit of the mean decides the result: it must be NumPy's, in the original's memory order."""
    images = np.random.default_rng(0).integers(low, 202, (4, 23, 31, 3)).astype(np.uint8)
    options = {**moves, **flips, "rescale": 1 / 255, "samplewise_center": True, "samplewise_std_normalization": True}
    assert_same(*compare(images, options), options)


@pytest.mark.parametrize("rotation_range", [0, 20])
def test_samplewise_normalization_of_channels_first_images(rotation_range):
    images = np.random.default_rng(0).integers(200, 202, (4, 3, 23, 31)).astype(np.float32)
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        data_format="channels_first", rotation_range=rotation_range, horizontal_flip=True, samplewise_center=True, rescale=1 / 255
    )
    np.random.seed(0)
    draws = [datagen.get_random_transform(image.shape) for image in images]
    expected = [datagen.standardize(datagen.apply_transform(image.copy(), draw)) for image, draw in zip(images, draws)]
    config = config_of(datagen)
    batch = transform_batch(images.transpose(0, 2, 3, 1), TransformParams.stack(draws), config, Statistics(), memory_axes=(2, 0, 1))
    np.testing.assert_array_equal(batch.transpose(0, 3, 1, 2), expected)


def test_identity_is_a_copy():
    for images in (np.ones((2, 3, 4, 1), np.float32), np.ones((2, 3, 4, 1), np.uint8)):
        batch, expected = compare(images, {})
        assert_same(batch, expected, {})
        assert not np.shares_memory(batch, images)


def test_no_images():
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(**GEOMETRY)
    config = config_of(datagen)
    batch = transform_batch(np.zeros((0, 4, 5, 3), np.uint8), TransformParams.stack([]), config, Statistics())
    assert batch.shape == (0, 4, 5, 3) and batch.dtype == np.float32


def test_batches_do_not_share_memory():
    images = random_images(np.random.default_rng(0), SHAPES[0], "uint8")
    first, expected = compare(images, {"rescale": 0.5})
    second, _ = compare(images, {"rescale": 0.5})
    second[...] = -1
    np.testing.assert_array_equal(first, expected)


def test_a_short_batch_and_new_numbers_compile_nothing():
    transform._traced.cache_clear()
    rng = np.random.default_rng(0)
    images = random_images(rng, (5, 8, 9, 3), "uint8")
    mean = rng.random(3).astype(np.float32)
    options = {**GEOMETRY, "fill_mode": "constant", "brightness_range": (0.5, 1.5), "channel_shift_range": 9.0}
    for n, cval, rescale in ((5, 0, 1 / 255), (2, 3.5, 0.1), (1, 255, 3)):
        varied = {**options, "cval": cval, "rescale": rescale, "featurewise_center": True, "rotation_range": 10 * n}
        assert_same(*compare(images[:n], varied, Statistics(mean * n), padded_size=5), varied)
    assert transform._traced.cache_info().misses == 1


def test_statistics_of_another_shape_are_refused():
    for mean in (np.zeros(2), np.zeros((1, 1, 1, 3))):
        with pytest.raises(ValueError, match="broadcast"):
            options = {"featurewise_center": True}
            datagen = tf.keras.preprocessing.image.ImageDataGenerator(**options)
            config = config_of(datagen)
            draws = [datagen.get_random_transform((4, 5, 3))]
            transform_batch(np.zeros((1, 4, 5, 3), np.uint8), TransformParams.stack(draws), config, Statistics(mean))


def test_a_wrong_kernel_fails(monkeypatch):
    from imgdatagen_compat.kernels import geometry

    monkeypatch.setitem(geometry.FOLD, "reflect", geometry.FOLD["nearest"])
    transform._traced.cache_clear()
    options = {**GEOMETRY, "fill_mode": "reflect"}
    batch, expected = compare(random_images(np.random.default_rng(0), SHAPES[0], "uint8"), options)
    transform._traced.cache_clear()
    with pytest.raises(AssertionError):
        assert_same(batch, expected, options)


OTHER_KERAS = """
import numpy as np
from test_transform import GEOMETRY, SHAPES, assert_same, compare, random_images
options = {**GEOMETRY, "brightness_range": (0.5, 1.5), "rescale": 1 / 255}
assert_same(*compare(random_images(np.random.default_rng(0), SHAPES[0], "uint8"), options), options)
"""


def test_keras_2():
    pytest.importorskip("tf_keras")
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path])}
    subprocess.run([sys.executable, "-c", OTHER_KERAS], env=environment, check=True)
