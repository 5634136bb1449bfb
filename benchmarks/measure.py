"""Times contenders in alternating rounds of one process. Knows nothing of images."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

# Lets threads that still prepare something for one contender end before the next one is timed.
SETTLE_SECONDS = 0.15


# Batches taken from a stream before the clock starts: by then threads run and nothing is left of what was made ahead.
LEAD_IN = 4

Run = Callable[[], int]
Contender = Callable[[], contextlib.AbstractContextManager[Callable[[], Run]]]


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
    contenders: Mapping[str, Contender],
    rounds: int,
    *,
    warm_ups: int = 1,
    settle_seconds: float = SETTLE_SECONDS,
    unit: str = "ms/image",
    after_run: Callable[[str], None] = lambda name: None,
) -> dict[str, Measurement]:
    """Times every contender once a round, so that whatever else the machine does meets all of them alike.

    Args:
        contenders: name to a function without arguments that returns a context manager. Entering it sets the contender up and gives a
            function, which is called before each run and gives the run: the work to be timed, which returns how many images it made.
        rounds: number of timed rounds. Each starts with another contender.
        warm_ups: rounds before them that are not timed: compiling, file caches.
        settle_seconds: pause before each run.
        unit: "ms/image", or "s" for the whole run.
        after_run: called with the contender's name after each run, to show progress.

    Returns:
        A `Measurement` per contender.
    """
    measurements, prepares = {}, {}
    with contextlib.ExitStack() as stack:
        for name, contender in contenders.items():
            try:
                prepares[name] = stack.enter_context(contender())
            except NotAvailableError as error:
                measurements[name] = Measurement(unit, reason=str(error))
            except Exception as error:  # one broken contender must not cost the measurements of the others
                measurements[name] = Measurement(unit, reason=describe(error), failed=True)
        values = {name: [] for name in prepares}
        for number in range(-warm_ups, rounds):
            for name in _rotated(list(prepares), number):
                gc.collect()
                time.sleep(settle_seconds)
                try:
                    run = prepares[name]()
                    start = time.perf_counter()
                    images = run()
                    seconds = time.perf_counter() - start
                    del run  # ends what it still makes ahead
                except Exception as error:
                    measurements[name] = Measurement(unit, reason=describe(error), failed=True)
                    del prepares[name]
                    continue
                if number >= 0:
                    values[name].append(1000 * seconds / images if unit == "ms/image" else seconds)
                after_run(name)
    for name in prepares:
        measurements[name] = Measurement(unit, tuple(values[name]))
    return {name: measurements[name] for name in contenders}


def whole(run: Run) -> Callable[[], Run]:
    """For contenders that need no preparation: the same run each time."""
    return lambda: run


def steady(stream: Callable[[], Iterable[int]], batches: int) -> Callable[[], Run]:
    """For contenders that make batches ahead without end: times `batches` of them in the middle of a running stream.

    What starting costs is left out; and as nothing but counting is done with the batches, none are left over when the clock starts.

    Args:
        stream: starts an endless stream and returns an iterable over the number of images in each batch.
        batches: how many are timed.
    """

    def prepare():
        sizes = iter(stream())
        _take(sizes, LEAD_IN)
        return lambda: _take(sizes, batches)

    return prepare


def _take(sizes: Iterator[int], count: int) -> int:
    return sum(size for _, size in zip(range(count), sizes))


def describe(error: BaseException) -> str:
    """One line about an error: its class and the first line of its message."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _rotated(names, number):
    start = number % len(names) if names else 0
    return names[start:] + names[:start]
