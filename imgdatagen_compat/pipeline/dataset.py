"""`as_dataset()`: the batches of an iterator as a `tf.data.Dataset`.

With `rng="stateless"` every batch is a function of (epoch key, number of the batch), computed by graph operations: indices, then images,
then parameters and pixels, then labels. Python runs only for what the graph does not know; `explain()` of the dataset says what that is.

The source is the list of all batches of a pass, `Dataset.range`, which the tf.data service splits among its workers.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import numbers
import operator
import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.pipeline.forking import in_forked_child
from imgdatagen_compat.pipeline.graph_transform import graph_transform
from imgdatagen_compat.pipeline.keys_and_starts import as_written, keys_and_starts
from imgdatagen_compat.pipeline.paths import Path
from imgdatagen_compat.pipeline.portability import Obstacle, Origin

_BATCHES_AHEAD = {"stateless": 2, "legacy": 0}  # by `rng`


@dataclasses.dataclass(frozen=True)
class GraphSource:
    """The images and labels of an iterator, for the graph.

    Attributes:
        path: what `choose_path` says of them.
        augment: whether they are augmented, or only standardized.
        image_shape: shape of one image in the batch, in the data format of the iterator.
        images: takes int64 indices [B] to raw images [B, H, W, C] of `raw_dtype`; graph operations. If it `skips`, to these and bool [B],
            which of them there are.
        raw_dtype: dtype of the raw images.
        whites: takes indices and raw images to float64 [B], the value of full intensity of each; graph operations. None where the
            settings tell it, or nothing asks for it.
        with_labels: takes the finished images and their indices to what the iterator yields; graph operations.
        origin: where the raw images come from, and what that asks of other machines.
        skips: whether some images may be left out of the batches.
        transform: takes raw images, the key of their epoch and their indices to finished images; None for `transform_of` of the iterator.
    """

    path: Path
    augment: bool
    image_shape: tuple[int, ...]
    images: Callable
    raw_dtype: Any
    with_labels: Callable
    origin: Origin
    whites: Callable | None = None
    skips: bool = False
    transform: Callable | None = None


def transform_of(iterator, source: GraphSource) -> Callable:
    """What `graph_transform` makes of the generator of `iterator` as it is now."""
    # A copy, so that an assignment to an attribute of the generator shows in none of the batches, Python's neither.
    return graph_transform(iterator, copy.copy(iterator.image_data_generator), source)


def _stateless_dataset(iterator, source: GraphSource, *, epochs, drop_remainder) -> tf.data.Dataset:
    """Batches whose order and augmentation are drawn in the graph.

    Args:
        iterator: says the order and the batch size.
        source: images and labels.
        epochs: epochs in one pass over the dataset; None for endless.
        drop_remainder: whether to leave out a short last batch.

    Returns:
        The dataset.
    """
    n, batch_size, shuffle = iterator.n, iterator.batch_size, iterator.shuffle
    steps = _steps(iterator, drop_remainder)
    all_full = steps * batch_size <= n
    transform = source.transform or transform_of(iterator, source)

    @as_written
    def load(key, start):
        # A short last batch repeats its last sample up to the full size, so that the compiled stage sees one shape; `finish` cuts it off.
        positions = tf.minimum(start + tf.range(batch_size, dtype=tf.int64), n - 1)
        indices = stateless.shuffled(positions, _shuffle_key(key), n) if shuffle else positions
        return key, start, indices, source.images(indices)

    def is_wanted(start, images):
        """bool [B]: which samples are neither repeated nor left out."""
        return (start + tf.range(batch_size, dtype=tf.int64) < n) & images[1]

    @as_written
    def finish(key, start, indices, images):
        if source.skips:
            wanted = tf.where(is_wanted(start, images))[:, 0]
            images = transform(images[0], key, indices)
            images, indices = tf.nest.map_structure(lambda part: tf.gather(part, wanted), (images, indices))
            return source.with_labels(images, indices)
        images = transform(images, key, indices)
        if not all_full:
            size = tf.minimum(n - start, batch_size)
            images, indices = tf.nest.map_structure(lambda part: part[:size], (images, indices))
        return source.with_labels(images, indices)

    starts = keys_and_starts(_seed(iterator), steps, batch_size, epochs)
    loaded = starts.map(load, num_parallel_calls=_BATCHES_AT_A_TIME, deterministic=True)
    if source.skips:
        loaded = loaded.filter(as_written(lambda key, start, indices, images: tf.reduce_any(is_wanted(start, images))))
    finished = loaded.map(finish, num_parallel_calls=_BATCHES_AT_A_TIME, deterministic=True).with_options(_options())
    if epochs is not None:
        return finished  # its cardinality is known; asserted, it would have to hold for each worker of the tf.data service
    return finished.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def _seed(iterator) -> int:
    """The seed of the iterator; without one, a number that TensorFlow draws now: the same for all workers, and not from `np.random`."""
    if iterator.seed is not None:
        return operator.index(iterator.seed)
    with tf.init_scope(), tf.device("CPU:0"):
        return int(tf.random.uniform([], 1, 2**62, tf.int64))


def make_dataset(iterator, *, rng, epochs, cache, prefetch, drop_remainder) -> tf.data.Dataset:
    """What `iterator.as_dataset` returns; see there.

    Args:
        iterator: an `Iterator`; for `rng="stateless"` one that has the method `graph_source`.

    Raises:
        ValueError: arguments that do not go together, or an iterator without samples.
    """
    if in_forked_child():
        raise RuntimeError(
            "as_dataset() cannot be used in a forked process, where TensorFlow may wait for ever. Start the process with "
            'multiprocessing.get_context("spawn"); or take batches by `next(iterator)` and `iterator[i]`, which work here.'
        )
    _check(rng, epochs, cache, prefetch)
    if not _steps(iterator, drop_remainder):
        raise ValueError(f"Nothing to make a dataset of: {iterator.n} samples, in batches of {iterator.batch_size}.")
    if rng == "legacy":
        if cache is not False:
            raise ValueError('`cache` needs rng="stateless": with "legacy" the iterator reads its files itself.')
        dataset = _legacy_dataset(iterator, epochs=epochs, drop_remainder=drop_remainder)
        origin, path = Origin("", (_LEGACY,)), None
    else:
        if getattr(iterator, "save_to_dir", None):
            raise ValueError('`save_to_dir` is not done in the graph: pass rng="legacy", or leave it out.')
        source = iterator.graph_source(cache)
        dataset = _stateless_dataset(iterator, source, epochs=epochs, drop_remainder=drop_remainder)
        origin, path = source.origin, source.path
    # None with "legacy": a thread would draw from the global `np.random` while the code that takes the batches does.
    ahead = _BATCHES_AHEAD[rng] if prefetch is None else prefetch
    dataset = dataset.prefetch(ahead) if ahead else dataset
    dataset.explain = functools.partial(_explain, path, origin)
    return dataset


def _check(rng, epochs, cache, prefetch):
    """Raises `ValueError` for an argument of `as_dataset` that is none of its values."""
    if rng not in _BATCHES_AHEAD:
        raise ValueError(f'`rng` should be "stateless" (drawn in the graph) or "legacy" (the draws of `next`). Received: {rng!r}')
    if epochs is not None and not _is_int(epochs, 1):
        raise ValueError(f"`epochs` should be a positive int, or None for endless repetition. Received: {epochs!r}")
    if not isinstance(cache, (bool, str, os.PathLike)) or cache == "":
        raise ValueError(f"`cache` should be False, True (in memory) or the path of a directory. Received: {cache!r}")
    if prefetch is not None and not _is_int(prefetch, tf.data.AUTOTUNE):
        raise ValueError(f"`prefetch` should be a number of batches, `tf.data.AUTOTUNE` or None. Received: {prefetch!r}")


def _is_int(value, least):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= least


def _explain(path, origin):
    """Prints what keeps the dataset off other machines, or that nothing does, and returns it as a `DatasetExplanation`."""
    from imgdatagen_compat.explanation.datasets import explain_dataset, print_dataset_explanation

    explanation = explain_dataset(path, origin)
    print_dataset_explanation(explanation)
    return explanation


def _legacy_dataset(iterator, *, epochs, drop_remainder) -> tf.data.Dataset:
    """The very batches of `next(iterator)`, drawn from the global `np.random`, from wherever the iterator stands."""

    def generate():
        for _ in itertools.count() if epochs is None else range(epochs):
            for step in range(len(iterator)):
                batch = _as_tuples(next(iterator))
                if not drop_remainder or (step + 1) * iterator.batch_size <= iterator.n:
                    yield batch

    always_full = (drop_remainder or iterator.n % iterator.batch_size == 0) and not getattr(iterator, "tolerates_bad_files", False)
    specs = tf.nest.map_structure(lambda part: _spec(np.asarray(part), always_full), _as_tuples(_trial_batch(iterator)))
    dataset = tf.data.Dataset.from_generator(generate, output_signature=specs)
    options = tf.data.Options()
    options.experimental_optimization.inject_prefetch = False  # batches are made ahead only where that is asked for
    dataset = dataset.with_options(options)
    cardinality = tf.data.INFINITE_CARDINALITY if epochs is None else _steps(iterator, drop_remainder) * epochs
    return dataset.apply(tf.data.experimental.assert_cardinality(cardinality))


def _trial_batch(iterator):
    """The batch that a copy of `iterator` yields first, which tells structure and types. Leaves no trace in the random states."""
    states = np.random.get_state(), random.getstate()
    trial = copy.copy(iterator)  # by `__getstate__`: with a lock and an order of its own
    trial.save_to_dir = None
    trial.batch_index = 0
    try:
        return next(trial)
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])


def _spec(part, always_full):
    shape = part.shape if always_full else (None, *part.shape[1:])
    return tf.TensorSpec(shape, tf.string if part.dtype.kind in "OUS" else part.dtype)


_LEGACY = Obstacle('rng="legacy": Python makes the batches, one after the other', 'rng="stateless"')

# Whole batches side by side, each on one thread, use the cores better than threads that share a batch; no more than that, for their memory.
_BATCHES_AT_A_TIME = min(os.cpu_count() or 1, 8)


def _options():
    """Threads of the dataset's own: those of TensorFlow are busy with the training step, or with the Python code that asks for batches."""
    options = tf.data.Options()
    options.threading.private_threadpool_size = os.cpu_count() or 1
    options.threading.max_intra_op_parallelism = 1
    # A checkpoint holds the number of the next batch, not the batches made ahead; and is allowed, though the first batch of a pass draws.
    options.experimental_symbolic_checkpoint = True
    options.experimental_external_state_policy = tf.data.experimental.ExternalStatePolicy.IGNORE
    # Each worker of a strategy takes its part of every batch.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return options


def _steps(iterator, drop_remainder):
    """Batches per epoch."""
    return iterator.n // iterator.batch_size if drop_remainder else len(iterator)


def _shuffle_key(key):
    # Another key than that of the parameters, which are drawn from `key` itself.
    return tf.bitwise.bitwise_xor(key, tf.constant(0x5DEECE66D, tf.int64))


def _as_tuples(batch):
    """Nested lists as tuples: a dataset would stack a list into one tensor."""
    return tuple(_as_tuples(part) for part in batch) if isinstance(batch, (tuple, list)) else batch
