"""Calls on a random stream of one's own, so that two sides draw the same numbers and neither disturbs the other. No TensorFlow here."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or an error, with what it said and how long it took."""

    value: Any
    error: Exception | None
    printed: str
    warnings: tuple[warnings.WarningMessage, ...]
    seconds: float


class RandomStream:
    """One side's view of the global `np.random` state: set before each call, kept after it."""

    def __init__(self, seed: int):
        self.state = np.random.RandomState(seed).get_state()

    def call(self, function: Callable[[], Any]) -> Outcome:
        """Calls `function` on this stream; what it prints and warns is kept, an `Exception` it raises is returned."""
        value = error = None
        before = np.random.get_state()
        np.random.set_state(self.state)
        with contextlib.redirect_stdout(io.StringIO()) as printed, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            start = time.perf_counter()
            try:
                value = function()
            except Exception as raised:  # an error is a result like any other: both sides must raise the same class
                error = raised
            seconds = time.perf_counter() - start
        self.state = np.random.get_state()
        np.random.set_state(before)
        return Outcome(value, error, printed.getvalue(), tuple(caught), seconds)
