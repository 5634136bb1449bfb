"""Whether what is timed gives the right output: nothing is measured before this has been asked."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter

import numpy as np

from benchmarks import rows
from benchmarks.measure import NotAvailableError, describe
from benchmarks.workloads import AUGMENTATION, Workload, as_dataset
from imgdatagen_compat.comparison.iterators import compare_iterators
from imgdatagen_compat.stages import tolerance as promised_tolerance


@dataclasses.dataclass(frozen=True)
class Check:
    """One answer.

    Attributes:
        work: the workload, a key of `rows.TITLES`.
        output: which output was looked at.
        contenders: whose output it is; they are not worth timing if it is wrong.
        passed: True, False, or None where that output does not exist in this version.
        finding: in words.
    """

    work: str
    output: str
    contenders: tuple[str, ...]
    passed: bool | None
    finding: str


def check_next(workload: Workload, batches: int) -> Check:
    """Compares `next(it)` of original and drop-in with one seed: pixels, labels, attributes and the `np.random` state."""
    makers = [functools.partial(workload.iterator, side) for side in (rows.ORIGINAL, rows.DROPIN)]
    result = compare_iterators(*makers, batches=batches)
    if result.within_promise:
        finding = f"{result.images} images, largest difference {result.largest:.2g} (promised {result.tolerance:.2g})"
    else:
        finding = "; ".join(result.problems[:3])
    return Check(workload.name, "next(it)", (rows.DROPIN,), result.within_promise and result.images > 0, finding)


def check_dataset(workload: Workload, **options) -> Check:
    """Compares the second epoch that is read from `as_dataset(**options)` with an epoch of the original; the first with `rng="legacy"`.

    With `rng="legacy"` every batch must be the original's. Otherwise the draws are others: shape and dtype must be the original's,
    pixels must lie between black and white and be as bright on average, and every label must come as often in the epoch.
    """
    legacy = options.get("rng") == "legacy"
    output = f"as_dataset({', '.join(f'{name}={value!r}' for name, value in options.items())})"
    contenders = (rows.CACHED,) if options.get("cache") else (rows.DATASET, rows.CACHED)
    if legacy:
        contenders = ()  # what is timed draws otherwise
    state = np.random.get_state()
    try:
        original = workload.iterator(rows.ORIGINAL)
        expected = [next(original) for _ in range(len(original))]
        dataset = as_dataset(workload.iterator(rows.DROPIN), **options)
        for _ in range(1 if legacy else 2):
            batches = [tuple(map(np.asarray, batch)) for batch in dataset]
        problem = _batch_problem(expected, batches)
        if problem is None:
            tolerance = promised_tolerance(original.image_data_generator)
            problem = _pixel_problem(expected, batches, tolerance) if legacy else _epoch_problem(expected, batches)
    except NotAvailableError as error:
        return Check(workload.name, output, contenders, None, str(error))
    except Exception as error:  # said in the table, where the rest of the run is of use still
        return Check(workload.name, output, contenders, False, describe(error))
    finally:
        np.random.set_state(state)
    return Check(workload.name, output, contenders, problem is None, problem or f"{len(batches)} batches as they should be")


def _batch_problem(expected, batches):
    if len(expected) != len(batches):
        return f"{len(batches)} batches instead of {len(expected)}"
    for number, (theirs, ours) in enumerate(zip(expected, batches)):
        for part, their, our in zip(("pixels", "labels"), theirs, ours):
            if their.shape != our.shape:
                return f"batch {number}: {part} of shape {our.shape} instead of {their.shape}"
        if theirs[0].dtype != ours[0].dtype:
            return f"batch {number}: pixels are {ours[0].dtype} instead of {theirs[0].dtype}"
    return None


def _pixel_problem(expected, batches, tolerance):
    for number, (theirs, ours) in enumerate(zip(expected, batches)):
        difference = np.abs(theirs[0] - ours[0]).max() / max(np.abs(theirs[0]).max(), 1e-12)
        if not difference <= tolerance:
            return f"batch {number}: pixels differ by {difference:.2g}, promised {tolerance:.2g}"
        if not np.array_equal(theirs[1], ours[1]):
            return f"batch {number}: other labels"
    return None


def _epoch_problem(expected, batches):
    counts = [Counter(np.concatenate([labels for _, labels in epoch]).tolist()) for epoch in (expected, batches)]
    if counts[0] != counts[1]:
        return f"labels of the epoch: {dict(counts[1])} instead of {dict(counts[0])}"
    pixels = np.concatenate([pixels for pixels, _ in batches])
    mean = float(np.mean([pixels.mean() for pixels, _ in expected]))
    white = 255 * AUGMENTATION["rescale"]
    if pixels.min() < 0 or pixels.max() > 1.001 * white:
        return f"pixels from {pixels.min():.3g} to {pixels.max():.3g}, outside 0 to {white:g}"
    if not 0.8 * mean <= pixels.mean() <= 1.25 * mean:
        return f"pixels are {pixels.mean():.3g} on average, the original's {mean:.3g}"
    return None
