"""The source of `as_dataset()`: which batches there are, and the key of the epoch that each belongs to."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from imgdatagen_compat.pipeline import stateless

# AutoGraph has nothing to convert in this package, and takes a second to find out.
as_written = tf.autograph.experimental.do_not_convert
_ENDLESS = np.iinfo(np.int64).max
_SECOND_SEED = 1  # of two zeros TensorFlow makes a seed that nobody knows


def keys_and_starts(seed: int, steps: int, batch_size: int, epochs: int | None) -> tf.data.Dataset:
    """(key of the epoch, first position) of every batch, int64 scalars.

    The key of a pass is drawn at its first batch and then handed on from batch to batch: so it is part of a checkpoint; and the workers of
    the tf.data service, for each of which it is the first pass, all draw the same.

    Args:
        seed: of the keys.
        steps: batches of an epoch.
        batch_size: samples of a batch.
        epochs: of a pass; None for no end.
    """
    passes = tf.data.experimental.from_variant(
        tf.raw_ops.RandomDatasetV2(  # that of `Dataset.random`, but without the influence of `tf.random.set_seed`
            seed=seed,
            seed2=_SECOND_SEED,
            seed_generator=tf.raw_ops.DummySeedGenerator(),
            rerandomize_each_iteration=True,
            output_types=[tf.int64],
            output_shapes=[[]],
        ),
        tf.TensorSpec([], tf.int64),
    )

    @as_written
    def key_and_start(state, number):
        key, is_drawn = state
        key = tf.cond(is_drawn, lambda: key, lambda: stateless.pass_key(seed, passes.take(1).get_single_element()))
        epoch, step = number // steps, number % steps
        return (key, tf.constant(True)), (stateless.epoch_key(key, epoch), step * batch_size)

    numbers = tf.data.Dataset.range(_ENDLESS if epochs is None else steps * epochs)
    return _scan(numbers, (tf.constant(0, tf.int64), tf.constant(False)), key_and_start)


def _scan(dataset, state, function) -> tf.data.Dataset:
    """`dataset.scan(state, function)`, which leaves the function in the default graph, in eager mode too: half a MiB to the end.

    Here the default graph is one that is dropped.
    """
    if not tf.executing_eagerly():
        return dataset.scan(state, function)
    scanned = []

    @as_written
    def graph_to_drop():
        with tf.init_scope():  # eager again
            scanned.append(dataset.scan(state, function))

    tf.function(graph_to_drop).get_concrete_function()
    return scanned.pop()
