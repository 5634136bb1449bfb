"""Whitening by the strongest directions alone: exact where there are no more, and within the bound that it tells elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamed_statistics import ZCA, streamed

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.streaming_statistics.sketch import FrequentDirections


def correlated(n, side, rank, noise=0.0, seed=0):
    """[n, side, side, 1], varying in `rank` directions of falling strength around 0.3, and a little in all."""
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.normal(size=(side * side, rank)))[0]
    rows = rng.normal(size=(n, rank)) * 0.8 ** np.arange(rank) @ directions.T + noise * rng.normal(size=(n, side * side))
    return (0.3 + rows).reshape(n, side, side, 1)


class TestLowRank:
    @pytest.mark.parametrize("semantics, attribute", [("keras", "zca_whitening_matrix"), ("keras_preprocessing", "principal_components")])
    def test_exact_where_the_images_have_no_more_directions(self, semantics, attribute):
        x = correlated(200, 7, 6)
        settings = {**ZCA, "dtype": "float64", "semantics": semantics, "zca_epsilon": 1e-12}
        exact = streamed({**settings, "semantics": "keras"}, x).zca_whitening_matrix
        datagen = streamed(settings, np.split(x, 10), zca_rank=8)
        matrix = getattr(datagen, attribute)
        assert matrix.shape == (49, 49) and matrix.directions.shape[1] <= 7  # and the one of the mean
        assert matrix.error_bound < 1e-12
        np.testing.assert_allclose(np.asarray(matrix), exact, atol=1e-6 * np.abs(exact).max())

    def test_standardize_and_batches_use_it(self):
        x = correlated(50, 6, 20).astype(np.float32)
        datagen = streamed(ZCA, x, zca_rank=5)
        dense = ImageDataGenerator(**ZCA)
        dense.mean, dense.zca_whitening_matrix = datagen.mean, np.asarray(datagen.zca_whitening_matrix)
        assert datagen.zca_whitening_matrix.dtype == np.float32 and "of rank 5" in repr(datagen.zca_whitening_matrix)
        for make in (lambda d: d.standardize(x[:3].copy()), lambda d: next(d.flow(x, batch_size=8, seed=1))):
            np.testing.assert_allclose(make(datagen), make(dense), atol=1e-4)
        whitened = dense.standardize(x.copy()).reshape(50, -1) @ datagen.zca_whitening_matrix.directions
        np.testing.assert_allclose(np.mean(whitened**2, axis=0), 1, rtol=0.05)  # unit variance in the directions kept

    def test_the_error_bound_holds(self):
        x = correlated(300, 8, 40, noise=0.05)
        matrix = streamed({**ZCA, "dtype": "float64"}, np.split(x, 15), zca_rank=4).zca_whitening_matrix
        rows = (x - x.mean()).reshape(300, -1)
        variances = np.sum((rows @ matrix.directions) ** 2, axis=0) / 300
        measured = 1 / matrix.factors**2
        assert matrix.error_bound > 0
        assert (np.abs(measured - variances) <= matrix.error_bound + 1e-9).all()
        assert (np.abs(measured - variances) > 1e-6).any()

    def test_divided_by_std(self):
        """Both options at once, which only assignment gives."""
        x, y = correlated(60, 5, 5), correlated(60, 5, 5, seed=1)
        x = np.concatenate([x, 4 * y, x + y], axis=-1)
        datagen, reference = ImageDataGenerator(**ZCA, dtype="float64"), ImageDataGenerator(**ZCA, dtype="float64")
        datagen.featurewise_std_normalization = reference.featurewise_std_normalization = True
        datagen.zca_epsilon = reference.zca_epsilon = 1e-1
        datagen.fit_iterator(np.split(x, 3))
        full = datagen.zca_whitening_matrix
        datagen.fit_iterator(np.split(x, 3), zca_rank=30)
        np.testing.assert_allclose(np.asarray(datagen.zca_whitening_matrix), full, atol=1e-9 * np.abs(full).max())
        reference.fit(x)
        # `fit` whitens its own rounding in the directions without variance; the others are compared.
        kept = datagen.zca_whitening_matrix.directions
        np.testing.assert_allclose(reference.zca_whitening_matrix @ kept, full @ kept, atol=1e-6 * np.abs(full).max())

    @given(
        n=st.integers(1, 60),
        side=st.integers(1, 12),
        size=st.integers(1, 8),
        decay=st.sampled_from([1.0, 0.7]),
        block=st.integers(1, 30),
        seed=st.integers(0, 99),
    )
    def test_sketch_keeps_its_promise(self, n, side, size, decay, block, seed):
        rows = np.random.default_rng(seed).normal(size=(n, side)) * decay ** np.arange(side)
        sketch = FrequentDirections(side, size)
        for start in range(0, n, block):
            sketch.add(rows[start : start + block])
        directions, squares = sketch.decomposition(np.ones(side))
        lost = np.linalg.eigvalsh(rows.T @ rows - (directions * squares) @ directions.T)
        total = np.sum(rows**2)
        assert lost[0] >= -1e-9 * total and lost[-1] <= sketch.shrunk + 1e-9 * total
        tails = total - np.cumsum([0, *np.linalg.svd(rows, compute_uv=False) ** 2][: size + 1])
        assert sketch.shrunk <= min(tail / (size + 1 - k) for k, tail in enumerate(tails)) + 1e-9 * total
