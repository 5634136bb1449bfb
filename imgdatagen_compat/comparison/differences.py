"""How far one value, or one batch, is from another: bits first, then the largest difference. No TensorFlow here."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Difference:
    """How far one value of the drop-in is from the original's.

    Attributes:
        name: which value: "pixels", "labels", "attribute filenames", …
        identical: same type, dtype and shape, and the same bits.
        largest: largest absolute difference as a fraction of the largest magnitude in the original's value; `inf` where no number
            measures it (another dtype, shape, text or NaN pattern).
        problem: what differs, in words; empty when identical.
    """

    name: str
    identical: bool
    largest: float = 0.0
    problem: str = ""


def compare_values(name: str, original: Any, dropin: Any) -> Difference:
    """Compares two values: arrays by dtype, shape and bits (so -0.0 is not 0.0), anything else by type and `==`.

    Columns of pandas and tensors are compared as arrays, once their types are the same.
    """
    if type(original) is type(dropin) and _is_like_an_array(original):
        original, dropin = np.asarray(original), np.asarray(dropin)
    if not isinstance(original, np.ndarray) or not isinstance(dropin, np.ndarray):
        if type(original) is type(dropin) and original == dropin:
            return Difference(name, True)
        return Difference(name, False, math.inf, f"the original has {_shortened(original)}, the drop-in {_shortened(dropin)}")
    if (original.dtype, original.shape) != (dropin.dtype, dropin.shape):
        described = [f"{array.dtype} {list(array.shape)}" for array in (original, dropin)]
        return Difference(name, False, math.inf, f"the original has {described[0]}, the drop-in {described[1]}")
    if original.dtype.kind not in "biuf":
        if original.tolist() == dropin.tolist():
            return Difference(name, True)
        return Difference(name, False, math.inf, "values differ")
    if original.tobytes() == dropin.tobytes():
        return Difference(name, True)
    largest = _largest_difference(original.astype(np.float64), dropin.astype(np.float64))
    count = int((original != dropin).sum())
    return Difference(name, False, largest, f"{count} of {original.size} values differ, by at most {largest:.2g} of the largest")


def _is_like_an_array(value):
    """Whether it is a column of pandas, a tensor or the like, whose `==` says no single yes or no."""
    return hasattr(value, "__array__") and not isinstance(value, (np.ndarray, np.generic))


def _largest_difference(original, dropin):
    finite = np.isfinite(original) & np.isfinite(dropin)
    if not np.array_equal(original[~finite], dropin[~finite], equal_nan=True):
        return math.inf
    largest = np.max(np.abs(original[finite] - dropin[finite]), initial=0.0)
    magnitude = np.max(np.abs(original[finite]), initial=0.0)
    if largest == 0:
        return 0.0
    return float(largest / magnitude) if magnitude else math.inf


def _shortened(value):
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def compare_batches(original: Any, dropin: Any) -> list[Difference]:
    """Compares two batches of the same structure: pixels alone, `(pixels, labels)`, `(pixels, labels, weights)`, with lists and
    dictionaries inside.

    Returns:
        One `Difference` per array, named "pixels", "labels" or "weights" (with its number or key within a list or a dictionary), or a
        single one named "structure".
    """
    named_original, named_dropin = named_arrays(original), named_arrays(dropin)
    if [name for name, _ in named_original] != [name for name, _ in named_dropin] or type(original) is not type(dropin):
        problem = f"{_structure(original)} from the original, {_structure(dropin)} from the drop-in"
        return [Difference("structure", False, math.inf, problem)]
    return [compare_values(name, left, right) for (name, left), (_, right) in zip(named_original, named_dropin)]


def named_arrays(batch: Any) -> list[tuple[str, Any]]:
    """Returns the arrays of a batch in order, each with its name (see `compare_batches`)."""
    parts = batch if isinstance(batch, tuple) else (batch,)
    names = ("pixels", "labels", "weights", *(f"part {number}" for number in range(3, len(parts))))
    return [pair for name, part in zip(names, parts) for pair in _named_parts(name, part)]


def _named_parts(name, part):
    if not isinstance(part, (list, tuple, dict)):
        return [(name, part)]
    keyed = part.items() if isinstance(part, dict) else enumerate(part)
    return [pair for key, inner in keyed for pair in _named_parts(f"{name} {key}", inner)]


def _structure(batch):
    if isinstance(batch, dict):
        return f"dict({', '.join(f'{key}: {_structure(part)}' for key, part in batch.items())})"
    if isinstance(batch, (list, tuple)):
        return f"{type(batch).__name__}({', '.join(map(_structure, batch))})"
    return type(batch).__name__
