"""`as_dataset()` on the tf.data service: dispatcher and worker processes on this machine, started as `examples/tfdata_service.py` does."""

import collections
import contextlib
import importlib.util
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from sample_files import photograph
from test_distribution import free_addresses

from imgdatagen_compat import ImageDataGenerator

_EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "tfdata_service.py"
N, BATCH, SIZE = 10, 4, (12, 17)
X = np.stack([photograph(*SIZE, seed=i) for i in range(N)])
AUGMENTED = {"rotation_range": 30, "width_shift_range": 0.2, "zoom_range": 0.3, "horizontal_flip": True, "rescale": 1 / 255}


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location(_EXAMPLE.stem, _EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def start_worker(example):
    """Starts workers of one dispatcher, whose address is the attribute `dispatcher`; ends all with the last test."""
    with contextlib.ExitStack() as processes:
        dispatcher = processes.enter_context(example.server_process("dispatcher"))

        def start(address):
            return processes.enter_context(example.server_process("worker", start.dispatcher, address))

        start.dispatcher = example.first_line(dispatcher)
        yield start


@pytest.fixture(scope="module")
def workers(example, start_worker):
    """Two of them, by their addresses."""
    found = {address: start_worker(address) for address in free_addresses(2)}
    for worker in found.values():
        example.first_line(worker)
    return found


@pytest.fixture(scope="module")
def service(start_worker, workers):
    """The address of a service with two workers."""
    return f"grpc://{start_worker.dispatcher}"


def distributed(dataset, service):
    return dataset.apply(tf.data.experimental.service.distribute(tf.data.experimental.service.ShardingPolicy.DYNAMIC, service))


def counted(dataset):
    """How often each (pixels, label, …) is in the dataset."""
    return collections.Counter(
        tuple(part.tobytes() for part in sample) for batch in dataset.as_numpy_iterator() for sample in zip(*batch, strict=True)
    )


@pytest.mark.parametrize("epochs", [1, 3])
def test_every_sample_once_an_epoch_with_the_pixels_made_here(service, epochs):
    flow = ImageDataGenerator(**AUGMENTED).flow(X, np.arange(N), batch_size=BATCH, seed=5, sample_weight=np.linspace(0, 1, N))
    dataset = flow.as_dataset(epochs=epochs)
    remote = distributed(dataset, service)
    assert remote.element_spec == dataset.element_spec
    found = counted(remote)
    assert found == counted(dataset)
    assert set(collections.Counter(label for _, label, _ in found.elements()).values()) == {epochs}
    assert len(found) == N * epochs, "an image is augmented anew in every epoch"


@pytest.mark.parametrize("cache", [False, "folder"])
def test_files(service, tmp_path, cache):
    for i in range(6):
        (tmp_path / "images" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(photograph(20, 25, seed=i)).save(tmp_path / "images" / "ab"[i % 2] / f"{i}.jpg")
    flow = ImageDataGenerator(**AUGMENTED).flow_from_directory(tmp_path / "images", target_size=SIZE, batch_size=BATCH, seed=None)
    dataset = flow.as_dataset(cache=cache and tmp_path / cache)
    assert counted(distributed(dataset, service)) == counted(dataset)


def test_every_pass_over_the_service_is_the_first(service):
    """As MIGRATION.md says, with the remedy: all epochs in one pass."""
    dataset = ImageDataGenerator(**AUGMENTED).flow(X, np.arange(N), batch_size=BATCH, seed=5).as_dataset()
    remote = distributed(dataset, service)
    first = counted(remote)
    assert counted(remote) == first == counted(dataset) != counted(dataset)


def test_without_sharding_every_worker_gives_all(service):
    """The tests above can fail."""
    dataset = ImageDataGenerator(**AUGMENTED).flow(X, np.arange(N), batch_size=BATCH, seed=5).as_dataset()
    off = tf.data.experimental.service.distribute(tf.data.experimental.service.ShardingPolicy.OFF, service)
    assert set(counted(dataset.apply(off)).values()) == {2}


def test_a_worker_dies(example, start_worker, workers, service):
    """The other makes the batches it has not begun; those it has are lost, none comes twice. The pass ends when it is back."""
    n = 1200
    address, worker = next(iter(workers.items()))
    flow = ImageDataGenerator(horizontal_flip=True).flow(np.zeros((n, 4, 4, 1), np.uint8), np.arange(n), batch_size=BATCH, seed=5)
    seen = collections.Counter()
    for number, (_, labels) in enumerate(distributed(flow.as_dataset(), service).as_numpy_iterator()):
        if number == 10:
            worker.kill()
            worker.wait()
            workers[address] = start_worker(address)
        seen.update(labels.tolist())
    assert set(seen.values()) == {1}
    assert n - 30 * BATCH <= len(seen) <= n
    example.first_line(workers[address])


def test_the_example(example, service, monkeypatch, capsys):
    monkeypatch.setattr(example, "running_service", lambda workers: contextlib.nullcontext(service))
    example.main()
    printed = capsys.readouterr().out
    assert "nothing keeps it off other machines" in printed
    assert "120 images of 2 epochs from the workers; the same as made here: True" in printed
    assert "loss of each epoch:" in printed
