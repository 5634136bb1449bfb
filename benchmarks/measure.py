"""Times contenders in alternating rounds of one process. Knows nothing of images."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import statistics
import time
from collections.abc import Callable, Mapping

# Lets threads that still prepare something for one contender end before the next one is timed.
SETTLE_SECONDS = 0.15


class NotAvailableError(Exception):
    """A contender cannot run here; the message says why and what would change that."""


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What was measured of one contender.

    Attributes:
        unit: of the values, such as "ms/image".
        values: one per round, in order; empty if it could not be measured.
        reason: why it could not, else None.
        failed: whether that is an error, and not just something missing on this machine.
    """

    unit: str
    values: tuple[float, ...] = ()
    reason: str | None = None
    failed: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def measure_alternately(
    contenders: Mapping[str, Callable[[], contextlib.AbstractContextManager[Callable[[], int]]]],
    rounds: int,
    *,
    warm_ups: int = 1,
    settle_seconds: float = SETTLE_SECONDS,
    after_run: Callable[[str], None] = lambda name: None,
) -> dict[str, Measurement]:
    """Times every contender once a round, so that whatever else the machine does meets all of them alike.

    Args:
        contenders: name to a function without arguments that returns a context manager. Entering it prepares the contender and gives a
            function that does the work to be timed and returns how many images that were.
        rounds: number of timed rounds. Each starts with another contender.
        warm_ups: rounds before them that are not timed: compiling, file caches.
        settle_seconds: pause before each run.
        after_run: called with the contender's name after each run, to show progress.

    Returns:
        A `Measurement` per contender, in milliseconds per image.
    """
    measurements, runs = {}, {}
    with contextlib.ExitStack() as stack:
        for name, contender in contenders.items():
            try:
                runs[name] = stack.enter_context(contender())
            except NotAvailableError as error:
                measurements[name] = Measurement("ms/image", reason=str(error))
            except Exception as error:  # one broken contender must not cost the measurements of the others
                measurements[name] = Measurement("ms/image", reason=describe(error), failed=True)
        times = {name: [] for name in runs}
        for number in range(-warm_ups, rounds):
            for name in _rotated(list(runs), number):
                gc.collect()
                time.sleep(settle_seconds)
                try:
                    start = time.perf_counter()
                    images = runs[name]()
                    seconds = time.perf_counter() - start
                except Exception as error:
                    measurements[name] = Measurement("ms/image", reason=describe(error), failed=True)
                    del runs[name]
                    continue
                if number >= 0:
                    times[name].append(1000 * seconds / images)
                after_run(name)
    for name in runs:
        measurements[name] = Measurement("ms/image", tuple(times[name]))
    return {name: measurements[name] for name in contenders}


def describe(error: BaseException) -> str:
    """One line about an error: its class and the first line of its message."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _rotated(names, number):
    start = number % len(names) if names else 0
    return names[start:] + names[:start]
