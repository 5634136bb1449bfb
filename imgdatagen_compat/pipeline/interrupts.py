"""Ctrl-C while TensorFlow is at work. No TensorFlow here."""

from __future__ import annotations

import contextlib


@contextlib.contextmanager
def interrupts_kept():
    """Ctrl-C leaves this context as the `KeyboardInterrupt` that it is.

    Python notices it at its next step. Where that step is made for C++, in the constructor of an error of TensorFlow's or while a type is
    looked at, it comes out as `RuntimeError` or `SystemError`, which code that goes on after an unreadable file would take for one.
    """
    try:
        yield
    except (RuntimeError, SystemError) as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        raise


def _is_interrupt(error):
    # The first is said by pybind11, which keeps of the interrupt only the name; the others are chained by Python.
    return "REPLACED BY KeyboardInterrupt" in str(error) or any(isinstance(cause, KeyboardInterrupt) for cause in _causes(error))


def _causes(error):
    while error.__cause__ is not None:
        error = error.__cause__
        yield error
