"""Look-ahead: the next batches of an iterator, made in the background while the current one is used.

Nobody can tell but by the clock. A batch is a function of its settings, its images and the state of `np.random` it starts from. What they
will be is foreseen; the batch is made with a generator of its own; and it is handed out only if, when it is asked for, all of them are
what was foreseen. Then the global state is set to where drawing the batch would have left it. Any edit in between, of an attribute, the
order or the state, makes the keys differ, and what was made ahead is thrown away.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import itertools
import threading
from collections.abc import Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from imgdatagen_compat.pipeline.batches import Recipe, same_state
from imgdatagen_compat.pipeline.forking import in_forked_child
from imgdatagen_compat.pipeline.paths import COMPILED, choose_path
from imgdatagen_compat.preprocessing_functions import preprocessing_of

# A smaller batch is made faster than it is foreseen, compared and handed over.
_SMALLEST_BATCH_VALUES = 1 << 18
# After so many batches in a row for nothing the iterator is left alone.
_MOST_MISSES = 3


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Shared by all iterators. A task makes one batch and ends, so nothing has to be stopped when an iterator is dropped."""
    return ThreadPoolExecutor(2, thread_name_prefix="imgdatagen-compat-lookahead")


@dataclasses.dataclass(frozen=True)
class _Prepared:
    key: Hashable
    state: tuple
    batch_and_state: Future


class Lookahead:
    """Holds the few batches made ahead for one iterator."""

    def __init__(self):
        self._lock = threading.Lock()  # the threads of one iterator must not be handed one batch twice
        self._prepared: collections.deque[_Prepared] = collections.deque()
        self._misses = 0

    def __del__(self):
        # Batches of an iterator that nobody has any more would hold its images until it is their turn.
        self._cancel()

    def forget(self) -> None:
        """Drops what was made ahead without asking the threads that made it, which a forked process has not."""
        self._prepared = collections.deque()

    def take(self, recipe: Recipe, source) -> np.ndarray | None:
        """The batch of these images in the current state of `np.random`, if it was foreseen; moves that state on as drawing it would.

        Args:
            recipe: as the iterator's generator is now.
            source: the `Source` of the batch that is wanted.

        Returns:
            The batch, or None: it has to be made.
        """
        with self._lock:
            if not self._prepared:
                return None
            prepared = self._prepared.popleft()
            if prepared.key != _key(recipe, source) or not same_state(prepared.state, np.random.get_state()):
                prepared.batch_and_state.cancel()
                self._cancel()
                self._misses += 1
                return None
            self._misses = 0
        if prepared.batch_and_state.cancel():  # not begun yet: the threads are busy with other iterators
            return None
        try:
            batch, state = prepared.batch_and_state.result()
        except Exception:  # Made again by the caller, who then raises it in its own thread.
            return None
        np.random.set_state(state)
        return batch

    def prepare(self, datagen, foreseen: Iterator[tuple[np.random.RandomState, Any]]) -> None:
        """Starts to make the batches that come next, where that is worth while.

        Args:
            datagen: the generator of the iterator.
            foreseen: for each of the next batches the generator in the state that it starts from, and its `Source`.
        """
        if in_forked_child() or self._misses >= _MOST_MISSES or datagen is None:
            return
        with self._lock, contextlib.suppress(Exception):  # what cannot be foreseen is an error when it is asked for, if then
            for rng, source in itertools.islice(foreseen, len(self._prepared), None):
                if source.size * np.prod(source.shape) < _SMALLEST_BATCH_VALUES:
                    return
                path = choose_path(datagen, source)
                if path.name != COMPILED:
                    return
                recipe = Recipe.of(datagen, path, source.augment)
                key = _key(recipe, source)
                if key is None:
                    return
                self._prepared.append(_Prepared(key, rng.get_state(), _threads().submit(_make, recipe, source, rng)))

    def _cancel(self):
        """Has none of the batches made that are not begun."""
        for prepared in self._prepared:
            prepared.batch_and_state.cancel()
        self._prepared.clear()


def _make(recipe, source, rng):
    raw = source.whole()
    reason = recipe.why_not(raw, source)
    if reason is not None:
        raise ValueError(reason)
    batch, _ = recipe.make(raw, source, rng)
    return recipe.in_layout(batch), rng.get_state()


def _key(recipe, source) -> Hashable | None:
    """Equal for batches that are equal when they start from the same random state; None when that cannot be known."""
    # Not the dtype, which has many spellings: it is float32 in this path. And what a function does says more than which one it is.
    settings = tuple(_plain(value) for name, value in vars(recipe.config).items() if name not in ("dtype", "preprocessing_function"))
    statistics = tuple(_plain(value) for value in vars(recipe.statistics).values())
    if source.key is None or _UNKNOWN in settings or _UNKNOWN in statistics:
        return None
    return source.key, source.size, source.shape, recipe.channels_first, preprocessing_of(recipe.config), settings, statistics


_UNKNOWN = object()
_LARGEST_STATISTIC = 1 << 12  # values; a ZCA matrix is too large to be compared for every batch


def _plain(value):
    """An immutable copy of a setting, with its type, which decides how NumPy computes with it."""
    if isinstance(value, (list, tuple)):
        parts = tuple(_plain(part) for part in value)
        return _UNKNOWN if _UNKNOWN in parts else (type(value), parts)
    if isinstance(value, np.ndarray) and value.dtype != object and value.size <= _LARGEST_STATISTIC:
        return value.dtype.str, value.shape, value.tobytes()
    if value is None or isinstance(value, (bool, int, float, str, np.generic)):
        return type(value), value
    return _UNKNOWN
