"""What is kept of a comparison to be looked at: the most different pairs of images with their draws and labels, and histograms."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgdatagen_compat.comparison.differences import named_arrays
from imgdatagen_compat.config import CHANNELS_FIRST

BINS = 64
_LONGEST_LABEL = 60


@dataclasses.dataclass(frozen=True)
class Pair:
    """One image on both sides.

    Attributes:
        name: its file, or its place in the data.
        batch: number of the batch, from 0.
        original, dropin: [H, W, C], in the values of the batch.
        largest: largest absolute difference; infinite if the shapes differ, or NaNs.
        identical: whether all bits are the same.
        labels: of both sides, in words; empty if there are none.
        draw: what the original drew for it: theta, tx, …; empty if that is not known.
    """

    name: str
    batch: int
    original: np.ndarray
    dropin: np.ndarray
    largest: float
    identical: bool
    labels: tuple[str, str]
    draw: Mapping[str, Any]


class Evidence:
    """Collects while two iterators are compared.

    Args:
        most: pairs to keep: the most different ones, or else the first ones.

    Attributes:
        pairs: those kept.
        edges: float64 [BINS + 1], the bins of the histograms, over the values of the original's first batch; None before there is one.
        histograms: int64 [2, BINS], how many values of the original and of the drop-in are in each; those beyond count in the outermost.
    """

    def __init__(self, most: int):
        self.most = most
        self.pairs: list[Pair] = []
        self.edges = None
        self.histograms = np.zeros((2, BINS), np.int64)
        self._iterator = None
        self._draws = []

    def watch(self, iterator):
        """Notes what the original's `iterator` draws from now on, and returns it."""
        self._iterator = iterator
        datagen = iterator.image_data_generator
        draw = datagen.get_random_transform

        def noted(*args, **kwargs):
            self._draws.append(draw(*args, **kwargs))
            return self._draws[-1]

        datagen.get_random_transform = noted
        return iterator

    def add(self, original, dropin) -> None:
        """Takes what is to be kept of two batches, the original's just made."""
        iterator = self._iterator
        number = iterator.total_batches_seen - 1
        (_, left), *left_labels = named_arrays(original)
        (_, right), *right_labels = named_arrays(dropin)
        draws, self._draws = self._draws[-len(left) :], []
        if not (_is_images(left) and _is_images(right)):
            return
        left, right = (_channels_last(batch, iterator) for batch in (left, right))
        self._count(left, right)
        names = _names(iterator, number)
        class_names = {index: name for name, index in getattr(iterator, "class_indices", {}).items()}
        for index, (one, other) in enumerate(zip(left, right)):
            identical = one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
            found = Pair(
                name=names[index] if index < len(names) else f"image {index}",
                batch=number,
                original=one,
                dropin=other,
                largest=0.0 if identical else largest_difference(one, other),
                identical=identical,
                labels=tuple(_label(labels, index, iterator, class_names) for labels in (left_labels, right_labels)),
                draw=draws[index] if len(draws) == len(left) else {},
            )
            self.pairs.append(found)
        # Copies: a slice would keep its whole batch.
        kept = sorted(self.pairs, key=lambda pair: (pair.labels[0] == pair.labels[1], -pair.largest))[: self.most]
        self.pairs = [dataclasses.replace(pair, original=pair.original.copy(), dropin=pair.dropin.copy()) for pair in kept]

    def _count(self, left, right):
        if self.edges is None:
            finite = left[np.isfinite(left)]
            low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
            self.edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
        for row, batch in enumerate((left, right)):
            values = batch[np.isfinite(batch)].astype(np.float64)
            self.histograms[row] += np.histogram(values.clip(self.edges[0], self.edges[-1]), self.edges)[0]


def largest_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Largest absolute difference of two images; infinite if their shapes differ, or what is finite in them."""
    if one.shape != other.shape or not np.array_equal(np.isfinite(one), np.isfinite(other)):
        return math.inf
    finite = np.isfinite(one)
    return float(np.max(np.abs(one[finite].astype(np.float64) - other[finite]), initial=0.0))


def _is_images(batch):
    return isinstance(batch, np.ndarray) and batch.ndim == 4 and batch.size > 0


def _channels_last(batch, iterator):
    return batch.transpose(0, 2, 3, 1) if iterator.data_format == CHANNELS_FIRST else batch


def _names(iterator, number):
    """What the images of batch `number` are called, which is the last one that was made: `index_array` is of its epoch."""
    start = number % len(iterator) * iterator.batch_size
    indices = iterator.index_array[start : start + iterator.batch_size]
    filenames = getattr(iterator, "filenames", None)
    return [f"image {index}" if filenames is None else filenames[index] for index in indices]


def _label(labels, index, iterator, class_names):
    """The labels of one image in words: names of classes where there are any."""
    shown = [_shown(array, index, iterator, class_names) for _, array in labels]
    text = "; ".join(shown)
    return text if len(text) <= _LONGEST_LABEL else f"{text[:_LONGEST_LABEL]}…"


def _shown(array, index, iterator, class_names):
    if not isinstance(array, np.ndarray) or index >= len(array):
        return "none"
    label = array[index]
    if np.ndim(label) > 1:
        return f"an image of {' x '.join(map(str, label.shape))}"
    class_mode = getattr(iterator, "class_mode", None)
    if class_mode == "categorical" and class_names and np.sum(label) == np.max(label) == 1:
        return str(class_names.get(int(np.argmax(label)), label))
    if class_mode in ("binary", "sparse"):
        return str(class_names.get(int(label), label))
    return np.array2string(np.asarray(label), precision=4, separator=", ", threshold=8)
