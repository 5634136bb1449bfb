"""What a comparison found: a record that grows while two sides are used. No TensorFlow here."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from typing import Any

from imgdatagen_compat.comparison.differences import Difference, compare_values
from imgdatagen_compat.comparison.random_stream import Outcome


@dataclasses.dataclass
class Comparison:
    """The verdict on two iterators.

    Attributes:
        tolerance: largest difference in the pixels that `stages.py` allows this configuration; 0.0 asks for identical bits.
        batches, images: how many of the original's were compared.
        identical: whether everything compared had the same bits.
        largest: largest difference in the pixels, as a fraction of the largest magnitude of a batch.
        random_state_equal: whether the global `np.random` state was the same after every batch.
        problems: everything outside the promise, in words, each once.
        first_difference: sample and pixel of the first batch outside the promise, in words; empty if there is none.
        likely: a guess at what made the first difference, mostly a stage (see `diagnosis`).
        notes: what the drop-in alone warned of, and errors that both sides raised.
        original_ms, dropin_ms: wall time per image, in milliseconds, measured afterwards in the middle of a loop over one side at a time;
            NaN if only one batch was asked for, or not all could be compared.
        first_batch_ms: the first batch of the drop-in, in milliseconds: compiling included.
    """

    tolerance: float = 0.0
    batches: int = 0
    images: int = 0
    identical: bool = True
    largest: float = 0.0
    random_state_equal: bool = True
    problems: list[str] = dataclasses.field(default_factory=list)
    first_difference: str = ""
    likely: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)
    original_ms: float = math.nan
    dropin_ms: float = math.nan
    first_batch_ms: float = math.nan

    @property
    def comparable(self) -> bool:
        """Whether there was a batch to compare: not where both sides refuse the settings or the files."""
        return self.batches > 0

    @property
    def within_promise(self) -> bool:
        return not self.problems

    @property
    def speed_ratio(self) -> float:
        """How many times faster the drop-in is than the original."""
        return self.original_ms / self.dropin_ms if self.dropin_ms else math.nan

    def as_json(self) -> dict[str, Any]:
        """Every field and verdict, for JSON, which knows neither infinity nor NaN: they become None."""
        values = {**dataclasses.asdict(self), "within_promise": self.within_promise, "speed_ratio": self.speed_ratio}
        return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in values.items()}

    def record(self, difference: Difference, where: str, tolerance: float = 0.0) -> bool:
        """Adds one difference; it is a problem when it exceeds `tolerance`. Returns whether it is one."""
        self.identical &= difference.identical
        is_problem = not difference.identical and not difference.largest <= tolerance
        if is_problem:
            self._add(self.problems, f"{where}: {difference.name}: {difference.problem}")
        return is_problem

    def record_outcomes(self, original: Outcome, dropin: Outcome, where: str) -> bool:
        """Compares errors, printed text and warnings of two calls; returns whether there are two values to compare."""
        names = [type(outcome.error).__name__ if outcome.error else "no error" for outcome in (original, dropin)]
        if names[0] != names[1]:
            self.identical = False
            self._add(self.problems, f"{where}: the original raised {names[0]}, the drop-in {names[1]} ({original.error or dropin.error})")
        elif original.error:
            self._add(self.notes, f"{where}: both raised {names[0]}, the drop-in with: {dropin.error}")
        self.record(compare_values("printed text", original.printed, dropin.printed), where)
        theirs, ours = (Counter(map(_category, filter(_concerns_the_caller, outcome.warnings))) for outcome in (original, dropin))
        for category in theirs - ours:
            self.identical = False
            self._add(self.problems, f"{where}: the original gave a {category}, the drop-in did not")
        for warning in dropin.warnings:
            if _category(warning) in ours - theirs:
                self._add(self.notes, f"the drop-in warned: {warning.message}")
        return original.error is None and dropin.error is None

    @staticmethod
    def _add(lines, line):
        if line not in lines:
            lines.append(line)


def _category(warning):
    return warning.category.__name__


def _concerns_the_caller(warning):
    # The original reaches SciPy through a namespace that SciPy deprecates, and passes Pillow the parameter `mode`, which Pillow 11.3 does;
    # nobody who calls it can do anything about that.
    message = str(warning.message)
    return not (warning.category is DeprecationWarning and ("scipy" in message or message.startswith("'mode' parameter")))
