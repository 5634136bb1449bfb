"""No thread is making a batch when the interpreter ends.

Under `fit`, and in a dataset that calls Python, TensorFlow asks for batches in threads of its own. A thread that comes back from C++ to an
interpreter which is being torn down never gets there; TensorFlow, when its iterator is freed, waits for it, and the process never ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time

# A batch takes milliseconds; one that takes longer than this is waiting for something that may not come.
_PATIENCE = 5.0  # seconds
# For a thread of TensorFlow's to ask for one more batch, to be refused, and to end.
_PARTING = 0.1  # seconds


class _Making:
    """How many batches are being made, and whether further ones may be begun."""

    def __init__(self):
        self.changed = threading.Condition()
        self.count = 0
        self.ends = False
        self.in_other_threads = False


_making = _Making()


@contextlib.contextmanager
def making_batch():
    """The interpreter does not end while this is entered; when it is about to, other threads than the main one cannot enter.

    Raises:
        RuntimeError: the interpreter is ending.
    """
    making = _making
    with making.changed:
        if threading.current_thread() is not threading.main_thread():
            making.in_other_threads = True
            if making.ends:
                raise RuntimeError("The interpreter is ending: no further batch is made.")
        making.count += 1
    try:
        yield
    finally:
        with making.changed:
            making.count -= 1
            making.changed.notify_all()


@atexit.register
def _wait_for_batches():
    with _making.changed:
        _making.ends = True
        _making.changed.wait_for(lambda: _making.count == 0, _PATIENCE)
    if _making.in_other_threads:
        time.sleep(_PARTING)


def _begin_anew():
    """In a forked process: the threads that were making batches are not here, and may have held the lock."""
    global _making
    _making = _Making()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_begin_anew)
