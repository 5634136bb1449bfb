"""Look-ahead: batches made in the background that nobody can tell from batches made when asked for."""

import concurrent.futures
import copy
import gc
import itertools
import os
import pickle
import threading
import time
import weakref

import numpy as np
import oracles
import pytest
from sample_files import photograph

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import lookahead

N, BATCH, SIDE = 22, 4, 20
X = np.stack([photograph(SIDE, SIDE, seed=i) for i in range(N)])
Y = np.arange(N)
SETTINGS = {"rotation_range": 20, "zoom_range": 0.2, "horizontal_flip": True, "rescale": 1 / 255}


@pytest.fixture(autouse=True)
def small_batches_too(monkeypatch):
    monkeypatch.setattr(lookahead, "_SMALLEST_BATCH_VALUES", 0)


@pytest.fixture
def taken(monkeypatch):
    """A list that grows by True for every batch that was ready, and by False for every one that was not."""
    found = []
    genuine = lookahead.Lookahead.take

    def take(self, *arguments):
        batch = genuine(self, *arguments)
        found.append(batch is not None)
        return batch

    monkeypatch.setattr(lookahead.Lookahead, "take", take)
    return found


def flow(x=X, y=Y, **settings):
    return ImageDataGenerator(**SETTINGS).flow(x, y, **{"batch_size": BATCH, "seed": 1, **settings})


def be_busy(iterator):
    """Uses the batch for as long as the next one takes."""
    concurrent.futures.wait([prepared.batch_and_state for prepared in iterator._lookahead._prepared])


EDITS = {
    "nothing": lambda iterator, datagen: None,
    "reset": lambda iterator, datagen: iterator.reset(),
    "another access": lambda iterator, datagen: iterator[1],
    "on_epoch_end": lambda iterator, datagen: iterator.on_epoch_end(),
    "np.random.seed": lambda iterator, datagen: np.random.seed(77),
    "a draw": lambda iterator, datagen: np.random.random(),
    "seed": lambda iterator, datagen: setattr(iterator, "seed", 9),
    "shuffle": lambda iterator, datagen: setattr(iterator, "shuffle", False),
    "batch_size": lambda iterator, datagen: setattr(iterator, "batch_size", 3),
    "batch_index": lambda iterator, datagen: setattr(iterator, "batch_index", 3),
    "total_batches_seen": lambda iterator, datagen: setattr(iterator, "total_batches_seen", 40),
    "index_array": lambda iterator, datagen: setattr(iterator, "index_array", np.arange(N)[::-1]),
    "index_array in place": lambda iterator, datagen: iterator.index_array.sort(),
    "x": lambda iterator, datagen: setattr(iterator, "x", iterator.x[::-1].copy()),
    "x in place": lambda iterator, datagen: iterator.x.__imul__(0.5),
    "y": lambda iterator, datagen: setattr(iterator, "y", iterator.y + 100),
    "rotation_range": lambda iterator, datagen: setattr(datagen, "rotation_range", 70),
    "rescale": lambda iterator, datagen: setattr(datagen, "rescale", np.float64(1 / 255)),
    "zoom_range in place": lambda iterator, datagen: datagen.zoom_range.__setitem__(0, 0.3),
    "a mean": lambda iterator, datagen: (setattr(datagen, "featurewise_center", True), setattr(datagen, "mean", np.float32([[[9, 8, 7]]]))),
    "a mean in place": lambda iterator, datagen: None if datagen.mean is None else datagen.mean.__iadd__(1),
    "another generator": lambda iterator, datagen: setattr(iterator, "image_data_generator", copy.copy(datagen)),
}


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_between_two_batches_shows_as_in_the_original(edit, seed, taken):
    seen = []
    for module in (oracles.keras, None):
        datagen = (module.ImageDataGenerator if module else ImageDataGenerator)(**SETTINGS)
        if edit == "a mean in place":
            datagen.featurewise_center, datagen.mean = True, np.float32([[[1, 2, 3]]])
        iterator = datagen.flow(X, Y, batch_size=BATCH, seed=seed)
        np.random.seed(0)
        found = []
        for step in range(9):
            if module is None and step:
                be_busy(iterator)
            if step in (3, 7):
                EDITS[edit](iterator, datagen)
            images, labels = next(iterator)
            found.append((images, labels, np.random.get_state()[1], iterator.total_batches_seen, iterator.batch_index))
        seen.append(found)
    for original, ours in zip(*seen):
        for one, other in zip(original, ours):
            np.testing.assert_array_equal(one, other)
    assert any(taken), "nothing was made ahead: this test compares nothing"


@pytest.mark.parametrize("n", [N, 5 * BATCH])
def test_most_batches_are_ready(taken, n):
    iterator = flow(X[:n], y=Y[:n])
    for _ in range(13):
        next(iterator)
        be_busy(iterator)
    assert taken == [True] * 12  # the first one is asked for before there is anything to foresee


def test_one_batch_is_made_ahead():
    iterator = flow()
    for _ in range(3):
        next(iterator)
        assert len(iterator._lookahead._prepared) == 1


def test_without_a_seed_only_one_batch_can_be_foreseen():
    iterator = flow(seed=None)
    next(iterator)
    assert [rng.random() for rng, _ in iterator._foresee()] == [np.random.random()]


@pytest.mark.parametrize("n", [N, 5 * BATCH])
def test_with_a_seed_every_batch_can_be_foreseen(n):
    iterator = flow(X[:n], y=Y[:n], seed=7)
    next(iterator)
    expected = []
    for number in range(1, 14):
        rng = np.random.RandomState(7 + number)
        if number % len(iterator) == 0:
            rng.permutation(n)
        expected.append(rng.random())
    assert [rng.random() for rng, _ in itertools.islice(iterator._foresee(), 13)] == expected


ORDER_HOOKS = ("next", "_flow_index", "_index_batches", "_set_index_array", "_get_batches_of_transformed_samples")


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_nothing_is_made_ahead_of_an_order_of_ones_own(hook):
    iterator = flow()
    setattr(iterator, hook, getattr(iterator, hook))
    next(iterator)
    assert iterator._lookahead is None


def test_it_stops_where_it_foresees_badly(taken):
    iterator = flow()
    for _ in range(10):
        next(iterator)
        iterator.reset()
        np.random.random()
        iterator.total_batches_seen += 1
    assert taken.count(True) == 0
    assert not iterator._lookahead._prepared


@pytest.mark.parametrize("x", [X.astype("float32"), X / 255.0], ids=["float32", "float64"])
def test_arrays_that_the_caller_may_change_are_not_read_ahead(x, taken):
    x = x.astype("float32")
    iterator = ImageDataGenerator().flow(x, batch_size=BATCH, shuffle=False)
    next(iterator)
    x[BATCH : 2 * BATCH] = 7
    assert (next(iterator) == 7).all() and not any(taken)


@pytest.mark.parametrize("hook", ["get_random_transform", "standardize", "preprocessing_function"])
def test_code_of_the_user_never_runs_ahead(hook, taken):
    calls = []
    datagen = ImageDataGenerator(**SETTINGS)
    if hook == "preprocessing_function":
        datagen.preprocessing_function = lambda x: calls.append(threading.current_thread()) or x
    else:
        genuine = getattr(datagen, hook)
        setattr(datagen, hook, lambda *arguments: calls.append(threading.current_thread()) or genuine(*arguments))
    next(datagen.flow(X, batch_size=BATCH))
    assert len(calls) == BATCH and set(calls) == {threading.current_thread()}


def test_an_error_is_raised_where_the_batch_is_asked_for(tmp_path, taken):
    from PIL import Image

    os.makedirs(tmp_path / "a")
    for i in range(8):
        Image.fromarray(X[i]).save(tmp_path / "a" / f"{i}.png")
    iterator = ImageDataGenerator(**SETTINGS).flow_from_directory(tmp_path, target_size=(9, 9), batch_size=BATCH, shuffle=False)
    (tmp_path / "a" / "6.png").write_bytes(b"no longer an image")
    next(iterator)
    with pytest.raises(OSError, match=r"6\.png"):
        next(iterator)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32"), None], ids=str)
def test_however_the_dtype_is_spelled(dtype, taken):
    iterator = ImageDataGenerator(**SETTINGS, dtype=dtype).flow(X, batch_size=BATCH, seed=1)
    for _ in range(3):
        next(iterator)
        be_busy(iterator)
    assert taken == [True, True]


def test_a_setting_of_loading_that_was_put_back_leaves_no_trace(tmp_path, monkeypatch):
    from PIL import Image

    os.makedirs(tmp_path / "a")
    for i in range(8):
        Image.fromarray(X[i]).save(tmp_path / "a" / f"{i}.png")
    waiting = threading.Event()
    monkeypatch.setattr(lookahead, "_make", lambda *arguments, make=lookahead._make: waiting.wait(60) and make(*arguments))
    first, second = (ImageDataGenerator().flow_from_directory(tmp_path, (9, 9), batch_size=BATCH, shuffle=False) for _ in range(2))
    next(first)
    first.interpolation = "bilinear"  # while the next batch waits to be made
    waiting.set()
    lookahead._threads().submit(int).result()
    first.interpolation = "nearest"
    next(second)
    np.testing.assert_array_equal(next(first)[0], next(second)[0])


def test_busy_threads_are_not_waited_for(monkeypatch):
    release = threading.Event()
    iterator = flow()
    next(iterator)
    iterator._lookahead._prepared.clear()
    try:
        for _ in range(2):
            lookahead._threads().submit(release.wait, 60)
        expected = flow()
        next(expected)
        started = time.monotonic()
        found = [next(iterator), next(iterator)]
        assert time.monotonic() - started < 50
    finally:
        release.set()
    for one, other in zip(found, (next(expected), next(expected))):
        np.testing.assert_array_equal(one[0], other[0])


def test_an_iterator_that_is_dropped_goes_away():
    iterator = flow()
    next(iterator)
    reference = weakref.ref(iterator)
    del iterator
    deadline = time.monotonic() + 60
    while reference() is not None and time.monotonic() < deadline:  # until the batch that is being made is finished
        gc.collect()
        time.sleep(0.01)
    assert reference() is None


def test_threads_do_not_grow_with_the_iterators():
    def threads():
        return sum(thread.name.startswith("imgdatagen-compat-lookahead") for thread in threading.enumerate())

    for _ in range(20):
        next(flow())
    assert threads() <= 2


def test_a_pickled_iterator_goes_on_with_the_same_batches():
    iterator = flow()
    for _ in range(3):
        next(iterator)
    copied = pickle.loads(pickle.dumps(iterator))
    for _ in range(8):
        for one, other in zip(next(iterator), next(copied)):
            np.testing.assert_array_equal(one, other)


def test_eight_threads_see_every_sample_once_an_epoch():
    iterator = flow(seed=None)
    labels, lock = [], threading.Lock()

    def consume():
        for _ in range(3):
            _, y = next(iterator)
            with lock:
                labels.extend(y)

    workers = [threading.Thread(target=consume) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert not any(worker.is_alive() for worker in workers)
    np.testing.assert_array_equal(np.bincount(labels), np.full(N, 4))  # 24 batches are four epochs of six
