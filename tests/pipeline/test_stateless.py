"""Draws made in the graph: the original's distributions, and a function of (key, sample) and nothing else."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.kernels.geometry import coordinate_ramps
from imgdatagen_compat.kernels.matrices import affine_ramps
from imgdatagen_compat.params import TransformParams, affine_matrices, draw_params
from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.semantics import KERAS

HEIGHT, WIDTH, SAMPLES = 20, 30, 4000
KEY = tf.constant(1234567, tf.int64)
CONTINUOUS = ("theta", "ty", "shear", "zx", "zy", "channel_shift_intensity", "brightness")
DISCRETE = ("tx", "flip_horizontal", "flip_vertical")


def config(**settings):
    return GeneratorConfig.of(ImageDataGenerator(**settings))


EVERYTHING = {
    "rotation_range": 30,
    "height_shift_range": 5,
    "width_shift_range": 0.2,
    "shear_range": 10,
    "zoom_range": (0.5, 1.2),
    "horizontal_flip": True,
    "vertical_flip": True,
    "channel_shift_range": 20,
    "brightness_range": (0.5, 1.5),
}


@pytest.fixture(scope="module")
def both_draws():
    np.random.seed(0)
    drawn = stateless.draw_params(config(**EVERYTHING), KEY, tf.range(SAMPLES, dtype=tf.int64), HEIGHT, WIDTH)
    return drawn, draw_params(config(**EVERYTHING), HEIGHT, WIDTH, SAMPLES)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous_draws_have_the_originals_distribution(both_draws, name):
    ours, originals = (getattr(draws, name) for draws in both_draws)
    assert stats.ks_2samp(ours.numpy(), originals).pvalue > 1e-3


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_draws_have_the_originals_values_and_frequencies(both_draws, name):
    ours, originals = (np.unique(np.asarray(getattr(draws, name), float) + 0.0, return_counts=True) for draws in both_draws)
    np.testing.assert_array_equal(ours[0], originals[0])
    assert stats.chi2_contingency([ours[1], originals[1]]).pvalue > 1e-3


def test_a_wrong_range_would_be_seen(both_draws):
    ours, originals = (draws.theta for draws in both_draws)
    assert stats.ks_2samp(ours.numpy() * 1.1, originals).pvalue < 1e-3


@pytest.mark.parametrize("shift", [[1, 2, -4], (0.1, 0.4), np.array([3.0])], ids=str)
def test_a_sequence_of_shifts_is_chosen_from_with_a_random_sign(shift):
    drawn = stateless.draw_params(config(height_shift_range=shift), KEY, tf.range(SAMPLES, dtype=tf.int64), HEIGHT, WIDTH).tx.numpy()
    scale = HEIGHT if np.max(shift) < 1 else 1
    np.testing.assert_allclose(np.unique(drawn), np.unique(np.concatenate([np.negative(shift), shift]) * scale))


def test_columns_are_uncorrelated(both_draws):
    columns = [np.asarray(getattr(both_draws[0], name), float) for name in (*CONTINUOUS, *DISCRETE)]
    correlations = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlations).max() < 5 / np.sqrt(SAMPLES)


@given(st.integers(-(2**62), 2**62), st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_a_draw_depends_on_key_and_sample_alone(key, samples):
    def draw(samples):
        return stateless.draw_params(config(**EVERYTHING), tf.constant(key, tf.int64), tf.constant(samples, tf.int64), HEIGHT, WIDTH)

    together = draw(samples)
    for i, sample in enumerate(samples):
        alone = draw([sample])
        for name in (*CONTINUOUS, *DISCRETE):
            assert getattr(together, name)[i] == getattr(alone, name)[0]


@given(st.integers(0, 2**40), st.integers(1, 300))
def test_shuffled_is_a_permutation(key, n):
    order = stateless.shuffled(tf.range(n, dtype=tf.int64), tf.constant(key, tf.int64), n).numpy()
    np.testing.assert_array_equal(np.sort(order), np.arange(n))


def test_another_key_gives_another_order_and_other_draws():
    orders = [stateless.shuffled(tf.range(50, dtype=tf.int64), tf.constant(key, tf.int64), 50).numpy() for key in (1, 2, 1)]
    assert (orders[0] != orders[1]).any() and (orders[0] == orders[2]).all()


@given(st.integers(0, 2**32), st.sampled_from([(1, 1), (1, 7), (7, 12)]))
def test_ramps_equal_those_made_on_the_host(key, size):
    drawn = stateless.draw_params(config(**EVERYTHING), tf.constant(key, tf.int64), tf.range(5, dtype=tf.int64), *size)
    on_host = TransformParams(**{name: None if value is None else value.numpy() for name, value in vars(drawn).items()})
    expected = coordinate_ramps(
        *affine_matrices(on_host, *size, KERAS), on_host.flip_horizontal, on_host.flip_vertical, *size, offset_first=True
    )
    found = affine_ramps(drawn, *size, KERAS)
    np.testing.assert_allclose(found.rows, expected.rows, atol=1e-11)
    np.testing.assert_allclose(found.columns, expected.columns, atol=1e-11)
