"""The order in which Keras 2 read iterators and Sequences for `fit`, `evaluate` and `predict`: on and on, epoch after epoch."""

from __future__ import annotations

import collections
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor


def sequence_batches(sequence, *, shuffle: bool = False, workers: int = 1, max_queue_size: int = 10) -> Iterator:
    """Yields the batches of a `keras.utils.Sequence` for ever, as the `OrderedEnqueuer` of Keras 2 did.

    Args:
        sequence: has `__len__`, `__getitem__` and `on_epoch_end`, which is called when the last batch of a pass has been made.
        shuffle: whether `random.shuffle` mixes the order of the batches before every pass, from the order of the last one.
        workers: threads that make batches; up to 1, they are made when they are asked for.
        max_queue_size: batches that several workers may be ahead.

    Raises:
        ValueError: no batches.
    """
    order = list(range(len(sequence)))
    if not order:
        raise ValueError(f"The {type(sequence).__name__} has no batches: its length is 0.")
    while True:
        if shuffle:
            random.shuffle(order)
        batches = threaded_map(sequence.__getitem__, order, workers, max_queue_size) if workers > 1 else map(sequence.__getitem__, order)
        for made, batch in enumerate(batches, start=1):
            if made == len(order):
                sequence.on_epoch_end()
            yield batch


def threaded_map(function: Callable, items: Iterable, workers: int, ahead: int) -> Iterator:
    """`map(function, items)` on `workers` threads, in order, with up to `ahead` results waiting."""
    pool = ThreadPoolExecutor(workers)
    try:
        waiting = collections.deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
