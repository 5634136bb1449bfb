"""Draws made in the graph: the original's distributions, and a function of (key, sample) and nothing else."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.kernels.geometry import coordinate_ramps
from imgdatagen_compat.kernels.matrices import affine_ramps
from imgdatagen_compat.params import TransformParams, affine_matrices, draw_params, draw_transform
from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.semantics import LEVELS

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


class Given:
    """What `np.random` makes of uniform numbers, here of given ones."""

    def __init__(self, units):
        self.random = iter(units).__next__

    def uniform(self, low, high, size=None):
        return low + (high - low) * (self.random() if size is None else np.array([self.random() for _ in range(size)]))

    def choice(self, choices):
        if isinstance(choices, float):
            raise ValueError("a must be 1-dimensional or an integer")
        choices = np.arange(choices) if np.ndim(choices) == 0 else np.asarray(choices)
        return choices[int(self.random() * len(choices))]


FLIPS = ("flip_horizontal", "flip_vertical")
SHIFTS = ("tx", "tx_sign", "ty", "ty_sign")


@pytest.mark.parametrize(
    ("settings", "used"),
    [
        ({}, FLIPS),
        (EVERYTHING, [name for name in stateless._DRAWS if name != "ty_sign"]),
        ({"width_shift_range": 1.0, "vertical_flip": True}, ("ty", *FLIPS)),
        ({"height_shift_range": 0.9, "width_shift_range": 3, "horizontal_flip": True}, ("tx", "ty", "ty_sign", *FLIPS)),
        ({"height_shift_range": (0, 0.4), "width_shift_range": [0.5, 3]}, (*SHIFTS, *FLIPS)),
        ({"height_shift_range": [0.1, 1.0], "zoom_range": (1, 2)}, ("tx", "tx_sign", "zx", "zy", *FLIPS)),
    ],
    ids=str,
)
def test_uniform_numbers_become_the_draws_that_the_original_makes_of_them(settings, used, monkeypatch):
    units = np.random.default_rng(0).random((40, len(stateless._DRAWS)))
    units[:2] = [[0.5], [0]]
    monkeypatch.setattr(stateless, "_uniform", lambda key, samples, columns: tf.constant(units[:, :columns]))
    drawn = stateless.draw_params(config(**settings), KEY, tf.range(40, dtype=tf.int64), HEIGHT, WIDTH)
    columns = [stateless._DRAWS.index(name) for name in used]
    expected = TransformParams.stack([draw_transform(config(**settings), (HEIGHT, WIDTH), rng=Given(row[columns])) for row in units])
    for name, values in vars(expected).items():
        if values is None:
            assert getattr(drawn, name) is None, name
        else:
            np.testing.assert_allclose(np.asarray(getattr(drawn, name), float), values, rtol=0, atol=1e-12, err_msg=name)


def splitmix64(state):
    """SplitMix64 of Steele, Lea and Flood (2014), on Python's integers."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        yield mixed(state)


def mixed(bits):
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
    return bits ^ bits >> 31


def signed(bits):
    return bits - 2**64 if bits >= 2**63 else bits


def test_the_reference_is_splitmix64():
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert list(itertools.islice(splitmix64(1234567), 5)) == published


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 50), st.integers(1, 12))
def test_uniform_numbers_are_those_of_splitmix64(key, sample, columns):
    found = stateless._uniform(tf.constant(key, tf.int64), tf.constant([sample], tf.int64), columns)
    stream = splitmix64(mixed(key % 2**64))
    expected = [(bits >> 11) / 2**53 for bits in itertools.islice(stream, sample * columns, (sample + 1) * columns)]
    assert found.dtype == tf.float64 and found.numpy().tolist() == [expected]


@given(st.integers(-(2**70), 2**70), st.integers(-(2**63), 2**63 - 1), st.integers(0, 50))
def test_keys_are_those_of_splitmix64(seed, drawn, epoch):
    key = stateless.pass_key(seed, tf.constant(drawn, tf.int64))
    of_pass = mixed((mixed(seed % 2**64) + drawn) % 2**64)
    assert key.numpy() == signed(of_pass)
    of_epoch = mixed(of_pass) if epoch == 0 else next(itertools.islice(splitmix64(of_pass), epoch - 1, None))
    assert stateless.epoch_key(key, tf.constant(epoch, tf.int64)).numpy() == signed(of_epoch)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(1, 300))
@example(0x0123456789ABCDEF, 300)
def test_shuffled_is_a_permutation(key, n):
    indices = tf.range(n, dtype=tf.int64)
    order = stateless.shuffled(indices, tf.constant(key, tf.int64), n).numpy()
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    words = tf.constant([key % 2**32, key % 2**64 >> 32, 0], tf.uint32)
    expected = tf.raw_ops.RandomIndexShuffle(index=indices, seed=words, max_index=np.int64(n - 1), rounds=4)
    np.testing.assert_array_equal(order, expected)


def test_another_key_gives_another_order_and_other_draws():
    orders = [stateless.shuffled(tf.range(50, dtype=tf.int64), tf.constant(key, tf.int64), 50).numpy() for key in (1, 2, 1)]
    assert (orders[0] != orders[1]).any() and (orders[0] == orders[2]).all()


@given(st.integers(0, 2**32), st.sampled_from([(1, 1), (1, 7), (7, 12)]), st.sampled_from(list(LEVELS.values())))
def test_ramps_equal_those_made_on_the_host(key, size, level):
    drawn = stateless.draw_params(config(**EVERYTHING), tf.constant(key, tf.int64), tf.range(5, dtype=tf.int64), *size)
    on_host = TransformParams(**{name: None if value is None else value.numpy() for name, value in vars(drawn).items()})
    expected = coordinate_ramps(
        *affine_matrices(on_host, *size, level), on_host.flip_horizontal, on_host.flip_vertical, *size, offset_first=True
    )
    found = affine_ramps(drawn, *size, level)
    np.testing.assert_allclose(found.rows, expected.rows, atol=1e-11)
    np.testing.assert_allclose(found.columns, expected.columns, atol=1e-11)
