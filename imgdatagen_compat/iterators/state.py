"""Where an iterator stands, as plain data: what a run has to save in order to go on, in another process, with the batches still to come.

A batch is a function of the samples, the settings, the order, the number of the batch and, unless there is a seed, the random state it
starts from. The first two are whoever makes the iterator again to make alike; the others are the state.
"""

from __future__ import annotations

import hashlib
import operator
import random

import numpy as np

_VERSION = 1
_ASCENDING = "ascending"


def state_of(iterator) -> dict:
    """What `Iterator.state_dict` returns; see there."""
    return {
        "version": _VERSION,
        "flow": _flow(iterator),
        "batch_index": operator.index(iterator.batch_index),
        "total_batches_seen": operator.index(iterator.total_batches_seen),
        "order": _order(iterator),
        "random": {"numpy": _numpy_state(), "python": _as_lists(random.getstate())},
    }


def set_state(iterator, state) -> None:
    """What `Iterator.load_state_dict` does, but for the lock and what was made ahead; see there."""
    _check(iterator, state)
    # All of it is understood before anything is changed.
    try:
        batch_index, total_batches_seen = _count(state["batch_index"]), _count(state["total_batches_seen"])
        order = _index_array(state["order"], iterator.n)
        if order is None and batch_index:
            raise ValueError("it has a position, and no order")
        states = _numpy_state_of(state["random"]["numpy"]), _python_state_of(state["random"]["python"])
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise ValueError(f"`state` is damaged: {error}. Pass what `state_dict()` returned.") from error
    np.random.set_state(states[0])
    random.setstate(states[1])
    iterator.index_array = order
    iterator.batch_index = batch_index
    iterator.total_batches_seen = total_batches_seen


def _flow(iterator) -> dict:
    """What has to be the same for the rest of the state to mean the same."""
    if iterator._overrides("_flow_index") or iterator._overrides("_index_batches"):
        raise ValueError(f"{type(iterator).__name__} makes an order of its own, whose position nothing tells: save it yourself.")
    seed = iterator.seed
    return {
        "samples": operator.index(iterator.n),
        "batch_size": operator.index(iterator.batch_size),
        "shuffle": bool(iterator.shuffle),
        "seed": seed if seed is None else operator.index(seed),
        "images": _images(iterator),
    }


def _images(iterator) -> str | None:
    """Tells other images from these: by the names of files, and by the shape of arrays, whose values may change from batch to batch."""
    if hasattr(iterator, "masks"):
        return f"{_images(iterator.images)} with masks of {_images(iterator.masks)}"
    if hasattr(iterator, "filenames"):
        names = "\0".join(map(str, iterator.filenames))
        return f"files {hashlib.sha256(names.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    if hasattr(iterator, "_images"):
        return f"array of {'x'.join(map(str, iterator._images.shape[1:]))}"
    return None


def _order(iterator):
    """`index_array`, in as few words as say it."""
    order = iterator.index_array
    if order is None:
        return None
    if np.array_equal(order, np.arange(iterator.n)):
        return _ASCENDING
    if iterator.seed is not None:
        # It was drawn right after seeding, unless somebody called `on_epoch_end` or assigned it.
        seed = operator.index(iterator.seed + iterator.total_batches_seen - (iterator.batch_index or len(iterator)))
        if 0 <= seed < 2**32 and np.array_equal(order, _drawn(seed, iterator.n)):
            return {"seed": seed}
    return np.asarray(order).tolist()


def _index_array(order, n):
    if order is None:
        return None
    if order == _ASCENDING:
        return np.arange(n)
    if isinstance(order, dict):
        return _drawn(_count(order["seed"]), n)
    indices = np.array(order, dtype=None if order else np.intp)
    if indices.ndim != 1 or indices.dtype.kind != "i" or indices.size and not -n <= indices.min() <= indices.max() < n:
        raise ValueError(f"the order is no list of numbers of {n} samples")
    return indices


def _drawn(seed, n):
    return np.random.RandomState(seed).permutation(n)


def _numpy_state():
    name, keys, *rest = np.random.get_state()
    return [name, keys.tolist(), *rest]


def _numpy_state_of(values):
    name, keys, position, *rest = values
    if not all(0 <= operator.index(key) < 2**32 for key in keys):  # NumPy 1.26 would cut them
        raise ValueError("np.random has no such keys")
    state = (name, np.array(keys, np.uint32), position, *rest)
    np.random.RandomState().set_state(state)
    # NumPy would read whatever is in memory behind the keys.
    if not 0 <= position <= len(keys):
        raise ValueError(f"np.random has no position {position}")
    return state


def _python_state_of(values):
    state = _as_tuples(values)
    random.Random().setstate(state)
    return state


def _count(value):
    number = operator.index(value)
    if number < 0:
        raise ValueError(f"{number} is below 0")
    return number


def _check(iterator, state):
    if not isinstance(state, dict) or "version" not in state:
        raise ValueError(f"`state` should be what `state_dict()` returned. Received: {type(state).__name__}")
    if state["version"] != _VERSION:
        raise ValueError(f"`state` has the version {state['version']!r}; this release of imgdatagen_compat reads version {_VERSION}.")
    missing = {"flow", "batch_index", "total_batches_seen", "order", "random"} - state.keys()
    if missing:
        raise ValueError(f"`state` is not whole: it has no {', '.join(sorted(missing))}. Pass what `state_dict()` returned.")
    ours, theirs = _flow(iterator), state["flow"] if isinstance(state["flow"], dict) else {}
    differing = [f"{name} {theirs.get(name)!r} there, {ours[name]!r} here" for name in ours if theirs.get(name) != ours[name]]
    if differing:
        raise ValueError(f"`state` is that of another iterator: {'; '.join(differing)}. Make this one as that one was made.")


def _as_lists(value):
    return [_as_lists(part) for part in value] if isinstance(value, tuple) else value


def _as_tuples(value):
    return tuple(_as_tuples(part) for part in value) if isinstance(value, list) else value
