"""What happens when the process is forked: TensorFlow's threads do not survive it, and locks that other threads hold stay shut."""

from __future__ import annotations

import os
import weakref
from typing import Any

_state = {"forked": False}
# By identity, since a class of the user's may be compared by value.
_to_renew: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def in_forked_child() -> bool:
    """Whether this process is the child of a fork made after this module was imported."""
    return _state["forked"]


def renew_in_forked_child(owner) -> None:
    """Has `owner._renew_after_fork()` called in the child when the process is forked, for as long as `owner` lives."""
    _to_renew[id(owner)] = owner


def _renew():
    _state.update(forked=True)
    for owner in list(_to_renew.values()):
        owner._renew_after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_renew)
