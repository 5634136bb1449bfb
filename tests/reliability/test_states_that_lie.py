"""`load_state_dict()` of what somebody else wrote: refused with the reason, before anything is changed."""

import json

import numpy as np
import pytest

from imgdatagen_compat import ImageDataGenerator

DAMAGES = {
    "another flow": (("flow",), None),
    "a position in words": (("batch_index",), "2"),
    "a position below 0": (("batch_index",), -1),
    "no order": (("order",), None),
    "an order of other samples": (("order",), [*range(9), 10]),
    "an order of fractions": (("order",), [0.5] * 10),
    "an order of lists": (("order",), [[0]] * 10),
    "a seed in words": (("order",), {"seed": "1"}),
    "too few keys": (("random", "numpy", 1), [1, 2]),
    "keys that are too large": (("random", "numpy", 1), [2**40] * 624),
    "memory behind the keys": (("random", "numpy", 2), 10**6),
    "nothing of Python": (("random", "python"), None),
    "another version of Python": (("random", "python", 0), 9),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_is_refused_and_changes_nothing(damage):
    x = np.zeros((10, 4, 4, 3), np.uint8)
    iterator, other = (ImageDataGenerator().flow(x, batch_size=2, seed=1) for _ in range(2))
    next(iterator)
    state, (path, value) = iterator.state_dict(), DAMAGES[damage]
    part = state
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    before = json.dumps(other.state_dict())
    with pytest.raises(ValueError, match="`state` is"):
        other.load_state_dict(json.loads(json.dumps(state)))
    assert json.dumps(other.state_dict()) == before
