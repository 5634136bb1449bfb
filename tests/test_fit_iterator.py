"""`fit_iterator`: equal to `fit` on the stacked images, whatever they come from, and in bounded memory."""

import io
import itertools
import tracemalloc

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st
from originals import assert_same, keras_image, photographs, write_class_folders
from PIL import Image

from imgdatagen_compat import ImageDataGenerator, Iterator, img_to_array, load_img
from imgdatagen_compat import streaming_statistics as streaming
from imgdatagen_compat.streaming_statistics.sketch import FrequentDirections

FEATUREWISE = {"featurewise_center": True, "featurewise_std_normalization": True}
ZCA = {"featurewise_center": True, "zca_whitening": True}
X = photographs(23, 6, 5)


def fitted(settings, x, **options):
    """A generator fit in double precision, on the pixels that one of the given settings sees."""
    datagen = ImageDataGenerator(**{**settings, "dtype": "float64"})
    datagen.fit(x, **options)
    return datagen


def assert_equal_statistics(ours, reference, within=1e-6):
    """The bound is a fraction of the largest value."""
    for name in ("mean", "std", "zca_whitening_matrix", "principal_components"):
        expected = getattr(reference, name, None)
        found = getattr(ours, name, None)
        assert (found is None) == (expected is None), name
        if expected is not None:
            assert found.shape == expected.shape and found.dtype == ours.dtype, name
            bound = 10 * within if name in ("zca_whitening_matrix", "principal_components") else within
            np.testing.assert_allclose(np.asarray(found, np.float64), expected, rtol=0, atol=bound * np.abs(expected).max(), err_msg=name)


def streamed(settings, data, **options):
    datagen = ImageDataGenerator(**settings)
    datagen.fit_iterator(data, **options)
    return datagen


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


def sources(datagen):
    """Everything that holds the images of `X`, and of which it is asked once or more."""
    labels = np.arange(len(X))
    dataset = tf.data.Dataset.from_tensor_slices((X, labels))
    batches = [X[i : i + 7] for i in range(0, len(X), 7)]

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return len(batches)

        def __getitem__(self, index):
            return batches[index], None

    return {
        "array": X,
        "flow": datagen.flow(X, labels, batch_size=4, seed=1),
        "flow of another generator": ImageDataGenerator(rotation_range=90, rescale=3.0, samplewise_center=True).flow(X, batch_size=23),
        "dataset": dataset,
        "dataset of batches": dataset.batch(5),
        "dataset of images only": dataset.map(lambda x, y: x).batch(5),
        "endless dataset": (dataset.batch(23).repeat(), {"steps": 1}),
        "dataset of further inputs": dataset.map(lambda x, y: ((x, y), y)).batch(5),
        "list": batches,
        "generator": (batch for batch in batches),
        "single images": (image for image in X),
        "endless generator": (itertools.repeat(X), {"steps": 2}),
        "tensors": [tf.constant(batch) for batch in batches],
        "PyDataset": Batches(),
    }


@pytest.mark.parametrize("name", sources(ImageDataGenerator()))
@pytest.mark.parametrize("settings", [FEATUREWISE, {**ZCA, "rescale": 1 / 255}], ids=["std", "zca"])
def test_every_source_equals_fit(name, settings):
    datagen = ImageDataGenerator(**settings)
    data = sources(datagen)[name]
    data, options = data if isinstance(data, tuple) else (data, {})
    before = np.random.get_state()
    datagen.fit_iterator(data, **options)
    assert_same(list(np.random.get_state()), list(before))
    assert_equal_statistics(datagen, fitted(settings, X))


def test_float32_fit_of_the_original_is_within_its_own_rounding():
    original = keras_image.ImageDataGenerator(**FEATUREWISE, rescale=1 / 255)
    original.fit(X)
    ours = streamed({**FEATUREWISE, "rescale": 1 / 255}, X)
    bound = X.size / 3 * 2.0**-24
    np.testing.assert_allclose(ours.mean, original.mean, rtol=bound)
    np.testing.assert_allclose(ours.std, original.std, rtol=bound)
    assert (ours.mean.shape, ours.mean.dtype) == (original.mean.shape, original.mean.dtype)


@pytest.mark.parametrize("settings", [{}, {"color_mode": "grayscale"}, {"data_format": "channels_first"}, {"dtype": "float64"}], ids=str)
def test_directories(tmp_path, settings):
    folder = write_class_folders(tmp_path)
    generator = {**FEATUREWISE, "rescale": 1 / 255, "rotation_range": 40, **{k: v for k, v in settings.items() if k != "color_mode"}}
    loading = {"target_size": (9, 8), "color_mode": settings.get("color_mode", "rgb")}
    datagen = ImageDataGenerator(**generator)
    flow = datagen.flow_from_directory(folder, batch_size=4, seed=1, **loading)
    loaded = [img_to_array(load_img(path, **loading), datagen.data_format) for path in flow.filepaths]
    datagen.fit_iterator(flow)
    next(flow)
    state = flow.state_dict()
    datagen.fit_iterator(flow)
    assert flow.state_dict() == state
    assert_equal_statistics(datagen, fitted(generator, np.stack(loaded)))


def test_a_loader_of_ones_own_and_a_file_that_cannot_be_read(tmp_path):
    folder = write_class_folders(tmp_path)
    datagen = ImageDataGenerator(featurewise_center=True)
    datagen.fit_iterator(datagen.flow_from_directory(folder, loader=lambda path, **_: Image.new("RGB", (256, 256), (1, 2, 3))))
    assert datagen.mean.ravel().tolist() == [1, 2, 3]
    (tmp_path / "cat" / "cat1.png").write_bytes(b"no image")
    with pytest.raises(OSError, match=r"cat1\.png"):
        datagen.fit_iterator(datagen.flow_from_directory(folder))
    assert datagen.mean.ravel().tolist() == [1, 2, 3]


def test_steps_are_spread_over_an_iterator():
    x = np.repeat(np.arange(10, dtype=np.float32), 2).reshape(20, 1, 1, 1)
    datagen = ImageDataGenerator(featurewise_center=True)
    datagen.fit_iterator(datagen.flow(x, batch_size=2), steps=3)
    assert datagen.mean == np.mean([0, 4, 9], dtype=np.float32)


@pytest.mark.parametrize("depths", [[np.uint8], [np.uint16], [np.uint8, np.uint16]], ids=str)
def test_white_of_files(tmp_path, depths):
    (tmp_path / "a").mkdir()
    for i in range(6):
        dtype = depths[i % len(depths)]
        pixels = np.random.default_rng(i).integers(0, np.iinfo(dtype).max, (8, 8), dtype)
        Image.fromarray(pixels).save(tmp_path / "a" / f"{i}.png")
    settings = {**FEATUREWISE, "rescale": "auto"}
    datagen = ImageDataGenerator(**settings)
    flow = datagen.flow_from_directory(tmp_path, target_size=(8, 8), color_mode="grayscale", shuffle=False)
    datagen.fit_iterator(flow)
    plain = ImageDataGenerator(rescale="auto")
    expected, _ = next(plain.flow_from_directory(tmp_path, target_size=(8, 8), color_mode="grayscale", shuffle=False))
    np.testing.assert_allclose(datagen.mean.ravel(), expected.mean(dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(datagen.std.ravel(), expected.std(dtype=np.float64), rtol=1e-6)


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


class TestErrors:
    @pytest.mark.parametrize(
        "data, message",
        [
            (X[:0], "no images"),
            ([], "no images"),
            (tf.data.Dataset.from_tensor_slices(X).take(0), "no images"),
            (tf.data.Dataset.from_tensor_slices(X).repeat(), "endless"),
            ([X[0, 0]], "rank 4"),
            (np.zeros(3), "rank 4"),
            ("photographs", "rank 4"),
            ([{"image": X}], "rank 4"),
            ([X, X[..., :1]], "Received: 3 and 1"),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_bad_data(self, data, message):
        with pytest.raises(ValueError, match=message):
            streamed(FEATUREWISE, data)

    def test_a_pair(self):
        datagen = ImageDataGenerator(**FEATUREWISE)
        pair = datagen.flow_pair(X, X[..., :1])
        with pytest.raises(ValueError, match="PairIterator. Pass its `images`, then call `flow_pair` again"):
            datagen.fit_iterator(pair)
        datagen.fit_iterator(pair.images)
        images, _ = next(datagen.flow_pair(X, X[..., :1], batch_size=len(X)))
        np.testing.assert_allclose(np.mean(images), 0, atol=1e-5)

    def test_no_iterable(self):
        with pytest.raises(TypeError, match="`data` should be .*Received: int"):
            streamed(FEATUREWISE, 3)

    def test_iterators_that_hide_their_raw_images(self):
        class Own(Iterator):
            image_data_generator = None

        for iterator in (keras_image.ImageDataGenerator().flow(X), Own(4, 2, False, None)):
            with pytest.raises(ValueError, match=r"range\(len\(iterator\)\)"):
                streamed(FEATUREWISE, iterator)

    @pytest.mark.parametrize("options", [{"steps": 0}, {"verbose": 2}, {"zca_rank": 3}], ids=str)
    def test_bad_options(self, options):
        with pytest.raises(ValueError, match=next(iter(options))):
            streamed(FEATUREWISE, X, **options)

    @pytest.mark.parametrize("rank", [0, True, 2.0])
    def test_bad_rank(self, rank):
        with pytest.raises(ValueError, match="zca_rank"):
            streamed(ZCA, X, zca_rank=rank)

    def test_rounds_of_what_is_used_up(self):
        with pytest.raises(ValueError, match="rounds=2"):
            streamed(FEATUREWISE, (batch for batch in [X]), augment=True, rounds=2)

    def test_sizes_that_differ(self):
        batches = [X, X[:, :3]]
        with pytest.raises(ValueError, match="one shape"):
            streamed(ZCA, batches)
        together = np.concatenate([batch.reshape(-1, 1, 1, 3) for batch in batches])
        assert_equal_statistics(streamed(FEATUREWISE, batches), fitted(FEATUREWISE, together))

    def test_zca_says_how_much_memory_it_needs(self):
        large = np.broadcast_to(X[:1, :1, :1], (2, 224, 224, 3))
        with pytest.raises(ValueError, match=r"needs 1.09e\+03 GB.*zca_rank=k"):
            streamed(ZCA, large)
        with pytest.raises(ValueError, match=r"GB.*smaller `zca_rank`"):
            streamed(ZCA, large, zca_rank=5000)
        with pytest.raises(ValueError, match="zca_gigabytes=1e-06"):
            streamed(ZCA, X, zca_gigabytes=1e-6)

    def test_channels_that_look_wrong(self):
        with pytest.warns(UserWarning, match="fit_iterator") as caught:
            streamed(FEATUREWISE, X[..., :2])
        assert caught[0].filename == __file__

    def test_nothing_to_measure(self):
        with pytest.warns(UserWarning, match="Nothing to measure"):
            streamed({}, X)


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
