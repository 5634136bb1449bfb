"""Whether this process was forked from one that may have used TensorFlow, whose threads do not survive that."""

from __future__ import annotations

import os

_state = {"forked": False}


def in_forked_child() -> bool:
    """Whether this process is the child of a fork made after this module was imported."""
    return _state["forked"]


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=lambda: _state.update(forked=True))
