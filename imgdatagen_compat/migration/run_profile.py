"""`run --profile`: what every flow of a script made, how fast and on which path, as a table on standard error and as JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import imgdatagen_compat
from imgdatagen_compat.installation.import_hook import ImportHook
from imgdatagen_compat.installation.patches import Patches
from imgdatagen_compat.migration.output import write_json

_ITERATORS = "imgdatagen_compat.iterators.base"
_PROFILE = "_run_profile"
_PLAIN_WIDTH = 160  # columns, where the output is no terminal
_PACKAGE_FOLDER = str(Path(imgdatagen_compat.__file__).parent) + os.sep


@dataclasses.dataclass
class FlowProfile:
    """One iterator.

    Attributes:
        flow: class of the iterator.
        samples: images that it goes over.
        where: file and line of the script that made it.
        path: how its batches are made, and why not faster; None without a batch.
        batches, images: how many were made by `next()` and `[i]`.
        waited: seconds that the main thread spent in them.
        background: seconds that other threads spent in them, such as those of `fit`, which makes batches ahead.
        as_dataset: whether `as_dataset()` was called, whose batches are not counted here.
    """

    flow: str
    samples: int
    where: str
    path: str | None = None
    batches: int = 0
    images: int = 0
    waited: float = 0.0
    background: float = 0.0
    as_dataset: bool = False

    @property
    def images_per_second(self) -> float | None:
        """Images per second of making them; None without any."""
        seconds = self.waited + self.background
        return self.images / seconds if self.images and seconds else None


class Profiler:
    """Watches the iterators of this package between `start` and `stop`.

    Attributes:
        flows: one `FlowProfile` for each iterator, in the order in which they were made.
        seconds: how long it watched.
    """

    def __init__(self):
        self.flows: list[FlowProfile] = []
        self.seconds = 0.0
        self._patches = Patches()
        self._lock = threading.Lock()
        # The iterators import TensorFlow, which is for the script to do.
        self._hook = ImportHook(missing={}, watched=(_ITERATORS,), imported=self._watch)

    def start(self) -> None:
        """Begins to watch."""
        self._started = time.perf_counter()
        sys.meta_path.insert(0, self._hook)
        if _ITERATORS in sys.modules:
            self._watch(_ITERATORS)

    def stop(self) -> None:
        """Ends watching."""
        self._patches.undo_all()
        sys.meta_path.remove(self._hook)
        self.seconds = time.perf_counter() - self._started

    def _watch(self, module_name):
        iterator_class = sys.modules[module_name].Iterator
        for name, watched in {
            "__init__": self._recorded,
            "__getitem__": self._timed,
            "next": self._timed,
            "as_dataset": self._noted,
        }.items():
            self._patches.set_attribute(iterator_class, name, watched(getattr(iterator_class, name)))

    def _recorded(self, method):
        @functools.wraps(method)
        def init(iterator, *args, **kwargs):
            method(iterator, *args, **kwargs)
            self._profile_of(iterator)

        return init

    def _noted(self, method):
        @functools.wraps(method)
        def as_dataset(iterator, *args, **kwargs):
            self._profile_of(iterator).as_dataset = True
            return method(iterator, *args, **kwargs)

        return as_dataset

    def _timed(self, method):
        @functools.wraps(method)
        def make_batch(iterator, *args):
            started = time.perf_counter()
            batch = method(iterator, *args)
            self._count(iterator, batch, time.perf_counter() - started)
            return batch

        return make_batch

    def _count(self, iterator, batch, seconds):
        profile = self._profile_of(iterator)
        with self._lock:
            profile.batches += 1
            profile.images += _number_of_images(batch)
            profile.path = str(iterator._logged_path or "of the iterator's own")
            if threading.current_thread() is threading.main_thread():
                profile.waited += seconds
            else:
                profile.background += seconds

    def _profile_of(self, iterator):
        # A subclass may never have called the constructor.
        if _PROFILE not in vars(iterator):
            profile = FlowProfile(type(iterator).__name__, getattr(iterator, "n", 0), _place_in_script())
            vars(iterator)[_PROFILE] = profile
            self.flows.append(profile)
        return vars(iterator)[_PROFILE]


@contextlib.contextmanager
def profiled(*, print_table: bool, json_path: Path | None) -> Iterator[Profiler]:
    """Profiles the `with` block and reports at its end, also after an exception or `sys.exit`.

    Args:
        print_table: whether to print the table on standard error.
        json_path: file for the numbers, or None.
    """
    profiler = Profiler()
    profiler.start()
    try:
        yield profiler
    finally:
        profiler.stop()
        if print_table:
            print_profile(profiler)
        if json_path:
            write_json(json_path, as_json(profiler))


def print_profile(profiler: Profiler) -> None:
    """Prints one row for each flow, and the time spent waiting, on standard error."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("flow", "made at", "batches", "images", "images/s", "waited s", "background s", "path"):
        table.add_column(heading, justify="left" if heading in ("flow", "made at", "path") else "right", overflow="fold")
    for flow in profiler.flows:
        speed = "-" if flow.images_per_second is None else f"{flow.images_per_second:.0f}"
        path = flow.path or "no batch made"
        table.add_row(
            f"{flow.flow} of {flow.samples}",
            Text(flow.where),
            str(flow.batches),
            str(flow.images),
            speed,
            f"{flow.waited:.2f}",
            f"{flow.background:.2f}",
            Text(f"{path}; and as_dataset(), not counted" if flow.as_dataset else path),
        )
    console = Console(stderr=True) if sys.stderr.isatty() else Console(stderr=True, width=_PLAIN_WIDTH)
    if profiler.flows:
        console.print(table)
    waited = sum(flow.waited for flow in profiler.flows)
    console.print(f"flows: {len(profiler.flows)}; {waited:.2f} of {profiler.seconds:.2f} s waiting for batches", highlight=False)


def as_json(profiler: Profiler) -> dict:
    """The numbers of the table: `seconds`, and under `flows` the fields of each `FlowProfile` and its `images_per_second`."""
    flows = [{**dataclasses.asdict(flow), "images_per_second": flow.images_per_second} for flow in profiler.flows]
    return {"seconds": profiler.seconds, "flows": flows}


def _number_of_images(batch):
    """The length of the first array in a batch."""
    while isinstance(batch, (tuple, list)):
        batch = batch[0]
    return len(batch)


def _place_in_script():
    """File and line of the innermost caller outside of this package."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE_FOLDER):
        frame = frame.f_back
    path = frame.f_code.co_filename
    inside = path.startswith(os.getcwd() + os.sep)
    return f"{os.path.relpath(path) if inside else path}:{frame.f_lineno}"
