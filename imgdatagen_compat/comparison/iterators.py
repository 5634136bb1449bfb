"""Runs two iterators side by side on one random stream and says how equal what they give is. No printing, no TensorFlow here.

Each side has a `RandomStream` of its own that starts from the same seed, so that neither disturbs the draws of the other and what a
batch leaves in the global `np.random` state can be compared after each one.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from imgdatagen_compat.comparison.differences import Difference, compare_batches, compare_values, named_arrays
from imgdatagen_compat.comparison.random_stream import RandomStream
from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.stages import tolerance as promised_tolerance

# What a caller can read off an iterator; compared where the original has it.
ITERATOR_ATTRIBUTES = (
    "n", "samples", "batch_size", "batch_index", "total_batches_seen", "shuffle", "seed", "image_shape", "target_size", "color_mode",
    "data_format", "class_mode", "subset", "num_classes", "class_indices", "classes", "filenames", "filepaths", "labels", "sample_weight",
)  # fmt: skip


def compare_iterators(
    make_original: Callable[[], Any],
    make_dropin: Callable[[], Any],
    *,
    batches: int,
    seed: int = 0,
    after_batch: Callable[[], None] = lambda: None,
) -> Comparison:
    """Makes two iterators, takes `next()` of both in turn and compares everything that can be seen.

    Compared: errors, printed text and warnings; attributes, before the first batch and after the last; the statistics of `fit`; every
    batch in structure, dtype, shape and bits; the `np.random` state after every batch. Which side goes first alternates. Then both are
    timed.

    Args:
        make_original, make_dropin: make a generator and its iterator, `fit` included, and return the iterator.
        batches: how many to take; more than an epoch has goes on into the next one, as `next()` does.
        seed: of the global `np.random` state that both sides start from.
        after_batch: called after each batch, to show progress.

    Returns:
        The `Comparison`. The global `np.random` state is left as it was.
    """
    result = Comparison()
    streams = RandomStream(seed), RandomStream(seed)
    made = [stream.call(make) for stream, make in zip(streams, (make_original, make_dropin))]
    if not result.record_outcomes(*made, "construction"):
        return result
    iterators = [outcome.value for outcome in made]
    result.tolerance = promised_tolerance(iterators[0].image_data_generator)
    _compare_attributes(result, *iterators, "before the first batch")

    for number in range(batches):
        outcomes = [None, None]
        for side in (0, 1) if number % 2 else (1, 0):
            outcomes[side] = streams[side].call(iterators[side].__next__)
        usable = result.record_outcomes(*outcomes, f"batch {number}")
        _compare_random_states(result, *streams, f"batch {number}")
        after_batch()
        if not usable:
            continue  # an iterator goes on after an error: the batches after an unreadable file count as well
        _record_batch(result, outcomes, f"batch {number}", iterators[0])
        if result.batches == 1:
            result.first_batch_ms = 1000 * outcomes[1].seconds
    _compare_attributes(result, *iterators, "after the last batch")
    if 1 < result.batches == batches:
        _time(result, streams, iterators)
    return result


def _time(result, streams, iterators):
    """Times both sides in turn, each for several batches on end.

    Not batch by batch: a side that makes its next batch in the background would do so while the other one is on the clock.
    """
    times = ([], [])
    for _ in range(2):
        for side in (0, 1):
            times[side].extend(streams[side].call(lambda side=side: _milliseconds_per_image(iterators[side], result.batches)).value or [])
    if all(times):
        result.original_ms, result.dropin_ms = map(statistics.median, times)


# Untimed before the clock starts: what was made in the background before is used up, and as many batches are being made as when it stops.
_LEAD_IN = 4


def _milliseconds_per_image(iterator, batches):
    """Wall time of `batches` consecutive batches in the middle of a loop, divided by their images; a list of one number, or none."""
    for _ in range(_LEAD_IN):
        next(iterator)
    start = time.perf_counter()
    images = sum(len(named_arrays(next(iterator))[0][1]) for _ in range(batches))
    return [1000 * (time.perf_counter() - start) / images] if images else []


def _record_batch(result, outcomes, where, iterator):
    original, dropin = (outcome.value for outcome in outcomes)
    for difference in compare_batches(original, dropin):
        # "pixels 0" are the images where further inputs come with them; an autoencoder's labels are the pixels again.
        is_pixels = difference.name in ("pixels", "pixels 0")
        is_pixels |= difference.name == "labels" and getattr(iterator, "class_mode", None) == "input"
        if is_pixels or difference.name == "structure":
            result.largest = max(result.largest, difference.largest)
        result.record(difference, where, result.tolerance if is_pixels else 0.0)
    result.batches += 1
    result.images += len(named_arrays(original)[0][1])


def _compare_attributes(result, original, dropin, where):
    missing = object()
    for name in ITERATOR_ATTRIBUTES:
        value = getattr(original, name, missing)
        if value is not missing:
            result.record(compare_values(f"attribute {name}", value, getattr(dropin, name, None)), where)
    for name in ("mean", "std", "zca_whitening_matrix"):
        values = [getattr(iterator.image_data_generator, name, None) for iterator in (original, dropin)]
        result.record(compare_values(f"statistic {name}", *values), where)


def _compare_random_states(result, original, dropin, where):
    same = all(np.array_equal(left, right) for left, right in zip(original.state, dropin.state))
    result.random_state_equal &= same
    if not same:
        result.record(Difference("np.random state", False, math.inf, "differs after the batch"), where)
