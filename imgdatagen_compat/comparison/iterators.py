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

from imgdatagen_compat.comparison.diagnosis import OTHER_DRAWS, describe_first, likely_stage
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
    tolerance: float | None = None,
    timed: bool = True,
    after_batch: Callable[[], None] = lambda: None,
    on_pair: Callable[[Any, Any], None] = lambda original, dropin: None,
) -> Comparison:
    """Makes two iterators, takes `next()` of both in turn and compares everything that can be seen.

    Compared: errors, printed text and warnings; attributes, before the first batch and after the last; the statistics of `fit`; every
    batch in structure, dtype, shape and bits; the `np.random` state after every batch. Which side goes first alternates. Then both are
    timed. The iterators may be any that Python knows; what they lack is not compared.

    Args:
        make_original, make_dropin: make a generator and its iterator, `fit` included, and return the iterator.
        batches: how many to take; more than an epoch has goes on into the next one, as `next()` does.
        seed: of the global `np.random` state that both sides start from.
        tolerance: largest difference allowed in the pixels, as a fraction of the largest magnitude in the original's batch; None for what
            `stages.py` promises of the original's settings.
        timed: whether both are timed afterwards, which takes more batches from them.
        after_batch: called after each batch, to show progress.
        on_pair: called with each two batches that were compared, to keep some of them.

    Returns:
        The `Comparison`. The global `np.random` state is left as it was.
    """
    result = Comparison()
    streams = RandomStream(seed), RandomStream(seed)
    made = [stream.call(make) for stream, make in zip(streams, (make_original, make_dropin))]
    if not result.record_outcomes(*made, "construction"):
        return result
    iterators = [outcome.value for outcome in made]
    result.tolerance = _promise(iterators[0]) if tolerance is None else tolerance
    found = len(result.problems)
    _compare_attributes(result, *iterators, "before the first batch")
    result.likely = next(iter(result.problems[found:]), "")

    for number in range(batches):
        outcomes = [None, None]
        batch_index = getattr(iterators[0], "batch_index", None)
        for side in (0, 1) if number % 2 else (1, 0):
            outcomes[side] = streams[side].call(iterators[side].__next__)
        usable = result.record_outcomes(*outcomes, f"batch {number}")
        same_draws = _compare_random_states(result, *streams, f"batch {number}")
        after_batch()
        if not usable:
            continue  # an iterator goes on after an error: the batches after an unreadable file count as well
        failing = _record_batch(result, outcomes, f"batch {number}", iterators[0])
        on_pair(*(outcome.value for outcome in outcomes))
        if failing and not result.first_difference:
            _explain(result, failing, outcomes, f"batch {number}", iterators, batch_index, same_draws)
        if not same_draws and not result.likely:
            result.likely = OTHER_DRAWS
        if result.batches == 1:
            result.first_batch_ms = 1000 * outcomes[1].seconds
    _compare_attributes(result, *iterators, "after the last batch")
    if timed and 1 < result.batches == batches:
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
    images = sum(_size(next(iterator)) for _ in range(batches))
    return [1000 * (time.perf_counter() - start) / images] if images else []


def _promise(iterator):
    datagen = getattr(iterator, "image_data_generator", None)
    return 0.0 if datagen is None else promised_tolerance(datagen)


# "pixels 0" are the images where further inputs come with them.
_IMAGES = ("pixels", "pixels 0")


def _record_batch(result, outcomes, where, iterator):
    """Compares two batches; returns the names of the arrays outside the promise."""
    failing = []
    original, dropin = (outcome.value for outcome in outcomes)
    for difference in compare_batches(original, dropin):
        # An autoencoder's labels are the pixels again.
        is_pixels = difference.name in _IMAGES or difference.name == "labels" and getattr(iterator, "class_mode", None) == "input"
        if is_pixels or difference.name == "structure":
            result.largest = max(result.largest, difference.largest)
        if result.record(difference, where, result.tolerance if is_pixels else 0.0):
            failing.append(difference.name)
    result.batches += 1
    result.images += _size(original)
    return failing


def _size(batch):
    """How many samples a batch has: the length of its first array."""
    return next((len(array) for _, array in named_arrays(batch) if hasattr(array, "__len__")), 0)


def _explain(result, failing, outcomes, where, iterators, batch_index, same_draws):
    """Says of the first batch that fails which sample and pixel, and which stage is likely."""
    name = failing[0]
    arrays = [dict(named_arrays(outcome.value)).get(name) for outcome in outcomes]
    if not all(isinstance(array, np.ndarray) for array in arrays):
        return
    channels_first = getattr(iterators[0], "data_format", None) == "channels_first"
    place = describe_first(*arrays, _sample_names(iterators[0], batch_index), channels_first)
    result.first_difference = f"{where}: {name}: {place}" if place else result.problems[-len(failing)]
    if result.likely:
        return
    if name not in _IMAGES:
        result.likely = f"{name} alone: the images of this batch agree"
    else:
        generators = tuple(getattr(iterator, "image_data_generator", None) for iterator in iterators)
        result.likely = likely_stage(tuple(arrays), generators, channels_first=channels_first, same_draws=same_draws)


def _sample_names(iterator, batch_index):
    """What the samples of the batch that began at `batch_index` are called: their files, or their place in the data."""
    order = getattr(iterator, "index_array", None)
    if order is None or batch_index is None:
        return ()
    batch = order[batch_index * iterator.batch_size :][: iterator.batch_size]
    filenames = getattr(iterator, "filenames", None)
    return [f"image {index} of the data" if filenames is None else filenames[index] for index in batch]


def _compare_attributes(result, original, dropin, where):
    missing = object()
    for name in ITERATOR_ATTRIBUTES:
        value = getattr(original, name, missing)
        if value is not missing:
            result.record(compare_values(f"attribute {name}", value, getattr(dropin, name, None)), where)
    for name in ("mean", "std", "zca_whitening_matrix"):
        values = [getattr(getattr(iterator, "image_data_generator", None), name, None) for iterator in (original, dropin)]
        result.record(compare_values(f"statistic {name}", *values), where)


def _compare_random_states(result, original, dropin, where):
    same = all(np.array_equal(left, right) for left, right in zip(original.state, dropin.state))
    result.random_state_equal &= same
    if not same:
        result.record(Difference("np.random state", False, math.inf, "differs after the batch"), where)
    return same
