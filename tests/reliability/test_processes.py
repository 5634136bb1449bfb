"""Iterators in several processes, forked and started anew: they work, or say why not, and never hang."""

import multiprocessing
import os
import pickle
import time

import numpy as np
import pytest
from fresh_process import run_python

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import lookahead

SAMPLES = 22
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


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


def in_child(function, seconds=30):
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


@pytest.mark.parametrize("rng", ["stateless", "legacy"])
def test_a_dataset_in_a_forked_process_is_an_error_with_a_remedy(used, rng):
    error = in_child(lambda: used.as_dataset(rng=rng))
    assert isinstance(error, RuntimeError)
    assert 'multiprocessing.get_context("spawn")' in str(error)


def test_a_fork_while_batches_are_being_made_leaves_a_child_that_can_make_some(monkeypatch):
    from imgdatagen_compat.pipeline.interpreter_exit import _making, making_batch

    with making_batch(), _making.changed:  # as another thread may hold it
        assert in_child(lambda: len(next(flow())[0])) == 4


def test_a_process_that_hangs_is_noticed():
    with pytest.raises(TimeoutError):
        in_child(lambda: time.sleep(60), seconds=0.2)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_pool_over_one_iterator(used, start):
    expected = pickle.loads(pickle.dumps(used))
    with multiprocessing.get_context(start).Pool(2) as pool:
        batches = pool.map_async(used.__getitem__, range(len(used))).get(timeout=90)
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
    taken = []
    for queue in (OrderedEnqueuer(batches, use_multiprocessing={processes}), GeneratorEnqueuer(batches, use_multiprocessing=False)):
        queue.start(workers=2, max_queue_size=4)
        stream = queue.get()
        taken.append(sorted(int(label) for _ in range(6) for label in next(stream)[1]))
        queue.stop()
    print(json.dumps(taken))
"""


def test_fit_with_worker_processes(tmp_path):
    code = WORKERS.format(start="fork", options={"workers": 2, "use_multiprocessing": True}, use=FIT)
    assert _run_script(code, tmp_path) == 2


@pytest.mark.parametrize("processes", [False, True])
def test_the_queues_of_keras_2(processes, tmp_path):
    code = WORKERS.format(start="fork", options={}, use=QUEUES.format(processes=processes))
    ordered, _ = _run_script(code, tmp_path, TF_USE_LEGACY_KERAS="1")
    assert ordered == list(range(SAMPLES))


def _run_script(code, directory, **environment):
    """Runs `code` from a file, which processes that are started anew import; returns its last line."""
    script = directory / "script.py"
    script.write_text(code)
    return run_python(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')", **environment)
