"""`fit_iterator`: equal to `fit` on the stacked images, however they are cut into batches, and in bounded memory."""

import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from originals import assert_same, keras_image
from streamed_statistics import FEATUREWISE, ZCA, X, assert_equal_statistics, fitted, streamed

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat import streaming_statistics as streaming


@given(
    x=st.tuples(st.integers(1, 40), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3]), st.integers(0, 99)).map(
        lambda s: np.random.default_rng(s[4]).normal(100 * s[4], 50, s[:4]).astype(np.float32)
    ),
    cuts=st.lists(st.integers(0, 40), max_size=4),
    rescale=st.sampled_from([None, 1 / 255]),
    channels_first=st.booleans(),
    zca=st.booleans(),
    semantics=st.sampled_from(["keras", "keras_preprocessing", "documented"]),
)
def test_any_batches_equal_fit(x, cuts, rescale, channels_first, zca, semantics):
    if zca:
        # `fit` whitens its own rounding where the images do not vary.
        values = np.linalg.svd((x - x.mean((0, 1, 2))).reshape(len(x), -1), compute_uv=False)
        assume(values[-1] > 1e-4 * values[0])
    settings = {**(ZCA if zca else FEATUREWISE), "rescale": rescale, "semantics": semantics, "zca_epsilon": 1e-2, "dtype": "float64"}
    if channels_first:
        x, settings["data_format"] = x.transpose(0, 3, 1, 2), "channels_first"
    batches = np.split(x, sorted(cut for cut in cuts if cut < len(x)))  # some are empty
    assert_equal_statistics(streamed(settings, batches), fitted(settings, x), within=1e-9)


@pytest.mark.parametrize("semantics", ["keras", "keras_preprocessing"])
def test_weak_directions_are_whitened_as_by_fit(semantics):
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.normal(size=(side, 12)))[0] for side in (60, 12))
    x = ((left * np.logspace(0, -5, 12)) @ right.T).reshape(60, 2, 2, 3)
    settings = {**ZCA, "semantics": semantics, "zca_epsilon": 1e-12, "dtype": "float64"}
    assert_equal_statistics(streamed(settings, np.split(x, 6)), fitted(settings, x))


def test_directions_without_variation_are_projected_to_zero():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(60, 3)) @ rng.normal(size=(3, 12))).reshape(60, 2, 2, 3)
    matrix = streamed({**ZCA, "dtype": "float64"}, x).zca_whitening_matrix
    assert np.linalg.matrix_rank(matrix) == np.linalg.matrix_rank((x - x.mean((0, 1, 2))).reshape(60, 12), tol=1e-6)
    magnified = streamed({**ZCA, "dtype": "float64", "semantics": "keras_preprocessing"}, x).principal_components
    assert np.linalg.matrix_rank(magnified) == 12


def test_the_tester_can_fail():
    with pytest.raises(AssertionError):
        assert_equal_statistics(streamed(FEATUREWISE, X[:22]), fitted(FEATUREWISE, X))
    with pytest.raises(AssertionError):
        assert_equal_statistics(streamed({**ZCA, "zca_epsilon": 1.1e-1}, X), fitted({**ZCA, "zca_epsilon": 1e-1}, X * 2))


def test_float32_fit_of_the_original_is_within_its_own_rounding():
    original = keras_image.ImageDataGenerator(**FEATUREWISE, rescale=1 / 255)
    original.fit(X)
    ours = streamed({**FEATUREWISE, "rescale": 1 / 255}, X)
    bound = X.size / 3 * 2.0**-24
    np.testing.assert_allclose(ours.mean, original.mean, rtol=bound)
    np.testing.assert_allclose(ours.std, original.std, rtol=bound)
    assert (ours.mean.shape, ours.mean.dtype) == (original.mean.shape, original.mean.dtype)


def test_white_of_batches():
    settings = {**FEATUREWISE, "rescale": "auto"}
    x = (X.astype(np.uint16) * 257)[:9]
    assert_equal_statistics(streamed(settings, [x[:4], x[4:]]), fitted(settings, x))
    with pytest.raises(ValueError, match="Received: 65535 and 255"):
        streamed(settings, [x, X])


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("order", ["original", "first"])
def test_augmented_images_are_those_of_fit(rounds, order):
    settings = {**FEATUREWISE, "rotation_range": 40, "brightness_range": (0.5, 1.5), "rescale": 1 / 2, "rescale_order": order}
    reference = ImageDataGenerator(**settings)  # of the same dtype: brightness takes another branch by one rounding
    reference.fit(X, augment=True, rounds=rounds, seed=5)
    np.random.seed(1)
    before = np.random.get_state()
    ours = streamed(settings, [X[:9], X[9:]], augment=True, rounds=rounds, seed=5)
    assert_same(list(np.random.get_state()), list(before))
    assert_equal_statistics(ours, reference, within=1e-5)
    with pytest.raises(AssertionError):
        assert_equal_statistics(streamed(settings, [X[:9], X[9:]], augment=True, rounds=rounds, seed=6), reference, within=1e-5)


def test_without_a_seed_the_draws_start_from_the_state_of_now():
    settings = {**FEATUREWISE, "vertical_flip": True, "zoom_range": 0.5}
    np.random.seed(8)
    ours = streamed(settings, [X], augment=True)
    assert_equal_statistics(ours, fitted(settings, X, augment=True), within=1e-5)  # np.random stands where it stood


def test_memory_is_that_of_one_batch(tmp_path):
    """Images that take 49 MB as float32 are measured within 25, of which most is one batch in double precision."""
    files = np.memmap(tmp_path / "images", np.uint8, "w+", shape=(1000, 64, 64, 3))
    files[:] = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    datagen = ImageDataGenerator(**FEATUREWISE)

    def peak(fit, data):
        tracemalloc.start()
        try:
            fit(data)
            return tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()

    assert peak(datagen.fit, files) > 48
    assert peak(datagen.fit_iterator, (files[i : i + 50] for i in range(0, 1000, 50))) < 25


@pytest.mark.parametrize("verbose, slow, shows", [("auto", False, False), ("auto", True, True), (0, True, False), (1, False, True)])
def test_progress(monkeypatch, verbose, slow, shows):
    import rich.progress
    from rich.console import Console

    output = io.StringIO()
    genuine = rich.progress.Progress
    console = Console(file=output, force_terminal=True)
    monkeypatch.setattr(rich.progress, "Progress", lambda **options: genuine(console=console, **options))
    if slow:
        monkeypatch.setattr(streaming, "_QUICK", -1.0)
    streamed(FEATUREWISE, [X, X], verbose=verbose)
    assert ("Measuring images" in output.getvalue()) == shows
