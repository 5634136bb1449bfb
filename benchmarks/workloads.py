"""The workloads, and the original and the drop-in as contenders on each of them."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import io
import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import peers, rows
from benchmarks.measure import Contender, NotAvailableError, Run, steady, whole

SEED = 7
TARGET_SIZE = (150, 150)
AUGMENTATION = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 10,
    "zoom_range": 0.2,
    "horizontal_flip": True,
    "rescale": 1 / 255,
}
COLOUR = {"channel_shift_range": 30, "brightness_range": (0.7, 1.3)}


@dataclasses.dataclass(frozen=True)
class Workload:
    """Images and what is to be done with them.

    Attributes:
        name: a key of `rows.TITLES`.
        directory: folder of photographs, one subfolder per class; or None.
        arrays: `(x, y)` where there is no directory.
        batch_size: images per batch.
        colour: whether channel shift and brightness are drawn as well.
    """

    name: str
    directory: Path | None = None
    arrays: tuple[np.ndarray, np.ndarray] | None = None
    batch_size: int = 32
    colour: bool = False

    def iterator(self, side: str):
        """A new iterator of the original or the drop-in (`side`), with the seed that both get."""
        settings = AUGMENTATION | (COLOUR if self.colour else {})
        datagen = generator_class(side)(**settings)
        with contextlib.redirect_stdout(io.StringIO()):  # "Found 384 images", from every worker and round
            if self.directory is None:
                return datagen.flow(*self.arrays, batch_size=self.batch_size, seed=SEED)
            return datagen.flow_from_directory(self.directory, TARGET_SIZE, batch_size=self.batch_size, class_mode="sparse", seed=SEED)


def generator_class(side: str):
    """`ImageDataGenerator` of the original or of the drop-in."""
    if side == rows.ORIGINAL:
        import tensorflow as tf

        return tf.keras.preprocessing.image.ImageDataGenerator
    import imgdatagen_compat

    return imgdatagen_compat.ImageDataGenerator


def as_dataset(iterator, **options):
    """`iterator.as_dataset(**options)`.

    Raises:
        NotAvailableError: the iterator has no such method.
    """
    try:
        method = iterator.as_dataset
    except AttributeError as error:
        raise NotAvailableError("the iterators of this version have no as_dataset()") from error
    return method(**options)


def contender(workload: Workload, name: str) -> Contender:
    """The contender called `name` (see `rows`) on a workload: each run makes as many batches as an epoch has."""
    if workload.name == rows.FIT:
        return functools.partial(fit, workload, name)
    if workload.name == rows.EPOCH_START:
        return functools.partial(first_of_epoch, workload, name)
    makers = {
        rows.ORIGINAL: functools.partial(next_batches, workload, rows.ORIGINAL),
        rows.DROPIN: functools.partial(next_batches, workload, rows.DROPIN),
        rows.DATASET: functools.partial(dataset_batches, workload),
        rows.CACHED: functools.partial(dataset_batches, workload, cache=True),
        rows.TWO_THREADS: functools.partial(two_threads, workload),
        rows.TWO_PROCESSES: functools.partial(two_processes, workload),
        rows.KERAS_LAYERS: functools.partial(peers.keras_layers, workload.directory, TARGET_SIZE, AUGMENTATION, workload.batch_size),
        rows.ALBUMENTATIONS: functools.partial(peers.albumentations, workload.directory, TARGET_SIZE, AUGMENTATION, workload.batch_size),
        rows.DECODING: functools.partial(peers.decoding, workload.directory, workload.batch_size),
    }
    return makers[name]


@contextlib.contextmanager
def next_batches(workload: Workload, side: str) -> Iterator[Callable[[], Run]]:
    """`next(it)` in the middle of a loop: as many batches are being made ahead when the clock starts as when it stops."""
    iterator = workload.iterator(side)
    yield steady(lambda: (len(batch[0]) for batch in iterator), len(iterator))


@contextlib.contextmanager
def dataset_batches(workload: Workload, **options) -> Iterator[Callable[[], Run]]:
    """`as_dataset()` while it runs; what starting costs is measured by `first_of_epoch` and is part of `fit`."""
    iterator = workload.iterator(rows.DROPIN)
    dataset = as_dataset(iterator, epochs=None, **options)
    yield steady(lambda: (int(batch[0].shape[0]) for batch in dataset), len(iterator))


@contextlib.contextmanager
def first_of_epoch(workload: Workload, name: str) -> Iterator[Callable[[], Run]]:
    """The first batch of an epoch when everything has been compiled: what every epoch of `fit` begins with."""
    iterator = workload.iterator(rows.ORIGINAL if name == rows.ORIGINAL else rows.DROPIN)
    if name == rows.DATASET:
        dataset = as_dataset(iterator)
        yield whole(lambda: int(next(iter(dataset))[0].shape[0]))
    else:

        def run():
            iterator.reset()
            iterator.total_batches_seen += 1  # another seed: what was made ahead since the last round is worth nothing
            return len(next(iterator)[0])

        yield whole(run)


@contextlib.contextmanager
def two_threads(workload: Workload) -> Iterator[Callable[[], Run]]:
    """The original's batches made by two threads, as `fit(workers=2)` does."""
    iterator = workload.iterator(rows.ORIGINAL)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield whole(lambda: sum(len(batch[0]) for batch in pool.map(iterator.__getitem__, range(len(iterator)))))


@contextlib.contextmanager
def two_processes(workload: Workload) -> Iterator[Callable[[], Run]]:
    """The original's batches made by two processes and sent back, as `fit(workers=2, use_multiprocessing=True)` does."""
    batches = len(workload.iterator(rows.ORIGINAL))
    # Started anew, not forked: TensorFlow's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(2, _open_iterator, [workload]) as pool:
        yield whole(lambda: sum(len(batch[0]) for batch in pool.imap(_get_batch, range(batches))))


def _open_iterator(workload):
    global _iterator
    _iterator = workload.iterator(rows.ORIGINAL)


def _get_batch(number):
    return _iterator[number]


@contextlib.contextmanager
def fit(workload: Workload, name: str) -> Iterator[Callable[[], Run]]:
    """One epoch of training a network so small that it waits for images, not the images for it."""
    import keras

    iterator = workload.iterator(rows.ORIGINAL if name == rows.ORIGINAL else rows.DROPIN)
    data = as_dataset(iterator) if name == rows.DATASET else iterator
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((*TARGET_SIZE, 3)),
            layers.Conv2D(8, 3, strides=4, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(iterator.num_classes, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")

    def run():
        model.fit(data, verbose=0)
        return iterator.n

    yield whole(run)
