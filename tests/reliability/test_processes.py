"""Iterators in several processes, forked and started anew: they work, or say why not, and never hang.

Processes that are started anew import TensorFlow, which takes each some seconds. `fit` of Keras 3 with `spawn` as the start method works as
well, and starts them in every epoch; the original's iterator cannot be sent to them ("cannot pickle '_thread.lock' object").
"""

import contextlib
import multiprocessing
import os
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from fresh_process import run_python
from PIL import Image
from sample_files import photograph

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.iterators import pairs
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.pipeline import lookahead
from imgdatagen_compat.pipeline.loading import FileLoader

SAMPLES = 22
# What would fail here never ends; a busy machine may take its time.
SECONDS = 300
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    # Of Python 3.12 on, about any fork while TensorFlow has threads: that this works is what is tested.
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]


def flow():
    x = (np.arange(SAMPLES * 12 * 10 * 3) % 251).reshape(SAMPLES, 12, 10, 3).astype(np.uint8)
    return ImageDataGenerator(rotation_range=20, horizontal_flip=True).flow(x, np.arange(SAMPLES), batch_size=4, seed=5)


@pytest.fixture
def used(monkeypatch):
    """An iterator that has given a batch, so that TensorFlow has its threads, and that has the next one made ahead."""
    monkeypatch.setattr(lookahead, "_SMALLEST_BATCH_VALUES", 0)
    iterator = flow()
    next(iterator)
    assert iterator._lookahead._prepared
    return iterator


def in_child(function, seconds=60):
    """What `function()` returns or raises in a forked process, by way of `pickle`; fails if that takes longer than `seconds`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = function()
        except BaseException as error:
            answer = error
        try:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(answer, pipe)
        finally:
            os._exit(0)
    os.close(writing)
    os.set_blocking(reading, False)
    received, deadline = b"", time.monotonic() + seconds
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while (part := pipe.read(1 << 16)) != b"":
            received += part or b""
            if part is None:
                if time.monotonic() > deadline:
                    os.kill(child, 9)
                    os.waitpid(child, 0)
                    raise TimeoutError(f"no answer of the forked process in {seconds} seconds")
                time.sleep(0.01)
    os.waitpid(child, 0)
    return pickle.loads(received)


def test_a_forked_process_goes_on_with_the_same_batches(used):
    forked = in_child(lambda: [next(used) for _ in range(7)])
    for (images, labels), (expected, expected_labels) in zip(forked, [next(used) for _ in range(7)]):
        np.testing.assert_array_equal(labels, expected_labels)
        np.testing.assert_allclose(images, expected, rtol=0, atol=1e-3)


def test_a_forked_process_indexes(used):
    np.testing.assert_array_equal(in_child(lambda: used[3])[1], used[3][1])


def test_a_forked_process_reads_files(tmp_path):
    for i in range(3):
        Image.fromarray(photograph(20, 25, seed=i)).save(tmp_path / f"{i}.jpg")
    paths, loader = [str(tmp_path / f"{i}.jpg") for i in range(3)], FileLoader((9, 9))
    expected = loader.load(paths)
    np.testing.assert_array_equal(in_child(lambda: loader.load(paths)), expected)


@pytest.mark.parametrize("rng", ["stateless", "legacy"])
def test_a_dataset_in_a_forked_process_is_an_error_with_a_remedy(used, rng):
    error = in_child(lambda: used.as_dataset(rng=rng))
    assert isinstance(error, RuntimeError)
    assert 'multiprocessing.get_context("spawn")' in str(error)


def test_a_fork_while_batches_are_being_made_leaves_a_child_that_can_make_some(monkeypatch):
    from imgdatagen_compat.pipeline.interpreter_exit import _making, making_batch

    with making_batch(), _making.changed:  # as another thread may hold it
        assert in_child(lambda: len(next(flow())[0])) == 4


def held_by_another_thread(enter):
    """A context in which another thread stays in the context that `enter()` returns."""

    @contextlib.contextmanager
    def held():
        entered, leave = threading.Event(), threading.Event()

        def hold():
            with enter():
                entered.set()
                leave.wait()

        thread = threading.Thread(target=hold)
        thread.start()
        entered.wait()
        try:
            yield
        finally:
            leave.set()
            thread.join()

    return held()


def test_a_fork_while_another_thread_draws_leaves_an_iterator_that_goes_on(monkeypatch):
    iterator, drawing, draw_on = flow(), threading.Event(), threading.Event()
    expected = next(flow())[1]
    draw = Iterator._set_index_array

    def slowly(self):
        drawing.set()
        draw_on.wait()
        draw(self)

    monkeypatch.setattr(Iterator, "_set_index_array", slowly)
    thread = threading.Thread(target=next, args=[iterator])
    thread.start()
    drawing.wait()
    monkeypatch.setattr(Iterator, "_set_index_array", draw)
    try:
        np.testing.assert_array_equal(in_child(lambda: next(iterator))[1], expected)
    finally:
        draw_on.set()
        thread.join()


def test_a_fork_while_another_thread_finishes_a_batch_ahead_leaves_an_iterator_that_can_be_dropped(used):
    (ahead,) = used._lookahead._prepared
    with held_by_another_thread(lambda: ahead.batch_and_state._condition):
        assert in_child(lambda: setattr(used, "_lookahead", None)) is None


def test_a_fork_while_another_thread_takes_a_batch_ahead_leaves_an_iterator_that_goes_on(used):
    with held_by_another_thread(lambda: used._lookahead._lock):
        assert len(in_child(lambda: next(used))[1]) == 4


def test_a_fork_while_another_thread_draws_for_pairs():
    iterator = pairs.PairIterator(flow(), flow())
    with held_by_another_thread(lambda: pairs._DRAWING):
        assert len(in_child(lambda: next(iterator))) == 2


def test_a_fork_in_the_thread_that_holds_the_lock_changes_nothing():
    iterator = flow()
    with iterator.lock:
        np.testing.assert_array_equal(in_child(lambda: next(iterator))[1], next(flow())[1])


def test_threads_of_a_forked_process_take_batches(used):
    def by_a_thread():
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(next, used).result()

    assert len(in_child(by_a_thread)[1]) == 4


@pytest.mark.parametrize("made", ["flow", "pickle.loads(pickle.dumps(flow))"], ids=["made", "pickled"])
def test_iterators_are_remembered_for_a_fork_until_they_are_dropped(made):
    assert run_python(f"""
import gc, pickle
import numpy as np
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import forking

flow = ImageDataGenerator().flow(np.zeros((4, 8, 8, 3)))
flow = {made}
gc.collect()
remembered = sum(each is flow for each in forking._to_renew.values())
flow = None
gc.collect()
print([remembered, len(forking._to_renew)])
""") == [1, 0]


def test_a_process_that_hangs_is_noticed():
    with pytest.raises(TimeoutError):
        in_child(lambda: time.sleep(60), seconds=0.2)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_pool_over_one_iterator(used, start):
    expected = pickle.loads(pickle.dumps(used))
    with multiprocessing.get_context(start).Pool({"fork": 2, "spawn": 1}[start]) as pool:
        batches = pool.map_async(used.__getitem__, range(len(used))).get(timeout=SECONDS)
    labels = np.concatenate([labels for _, labels in batches])
    np.testing.assert_array_equal(np.sort(labels), np.arange(SAMPLES))
    for i, (_, labels) in enumerate(batches):
        np.testing.assert_array_equal(labels, expected.index_array[4 * i : 4 * i + 4])


def test_an_iterator_is_pickled_after_use_with_a_batch_ahead(used):
    copy = pickle.loads(pickle.dumps(used))
    for _ in range(8):
        np.testing.assert_array_equal(next(copy)[0], next(used)[0])


def test_a_generator_is_pickled_after_use():
    datagen = ImageDataGenerator(featurewise_center=True, rotation_range=10)
    x = np.arange(4 * 6 * 5 * 3, dtype=np.float32).reshape(4, 6, 5, 3)
    datagen.fit(x)
    first = next(datagen.flow(x, seed=1))
    np.testing.assert_array_equal(next(pickle.loads(pickle.dumps(datagen)).flow(x, seed=1)), first)


# In a process of their own, which can be ended if they hang: `fit` with worker processes, and the queues of Keras 2.
WORKERS = """
import json, multiprocessing, os, sys
import numpy as np

if __name__ == "__main__":
    multiprocessing.set_start_method({start!r})
    import tensorflow as tf
    import imgdatagen_compat
    x = (np.arange(22 * 12 * 10 * 3) % 251).reshape(22, 12, 10, 3).astype("uint8")
    batches = imgdatagen_compat.ImageDataGenerator(rotation_range=20).flow(x, np.arange(22), batch_size=4, seed=1, **{options})
    next(batches)
    {use}
    sys.stdout.flush()
    os._exit(0)
"""
FIT = """
    model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)])
    model.compile(loss="mse")
    history = model.fit(batches, epochs=2, verbose=0)
    print(json.dumps(len(history.history["loss"])))
"""
QUEUES = """
    from tf_keras.src.utils.data_utils import OrderedEnqueuer, GeneratorEnqueuer
    queues = {
        "ordered, threads": OrderedEnqueuer(batches),
        "ordered, processes": OrderedEnqueuer(batches, use_multiprocessing=True),
        "generator": GeneratorEnqueuer(batches),
    }
    taken = {}
    for name, queue in queues.items():
        queue.start(workers=2, max_queue_size=4)
        stream = queue.get()
        taken[name] = sorted(int(label) for _ in range(len(batches)) for label in next(stream)[1])
        queue.stop()
    print(json.dumps(taken))
"""


def test_fit_with_worker_processes(tmp_path):
    code = WORKERS.format(start="fork", options={"workers": 2, "use_multiprocessing": True}, use=FIT)
    assert _run_script(code, tmp_path) == 2


def test_the_queues_of_keras_2(tmp_path):
    taken = _run_script(WORKERS.format(start="fork", options={}, use=QUEUES), tmp_path, TF_USE_LEGACY_KERAS="1")
    every_sample = list(range(SAMPLES))
    assert taken["ordered, threads"] == taken["ordered, processes"] == every_sample
    assert len(taken["generator"]) >= SAMPLES
    assert set(taken["generator"]) <= set(every_sample)


def _run_script(code, directory, **environment):
    """Runs `code` from a file, which processes that are started anew import; returns its last line."""
    script = directory / "script.py"
    script.write_text(code)
    return run_python(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')", **environment)
