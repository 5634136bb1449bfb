"""One run of the benchmark: makes the images, checks equality, measures what was selected. No printing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import equality, fresh_process, images, rows
from benchmarks.measure import Measurement, describe, measure_alternately
from benchmarks.workloads import Workload, contender

SIDES = (rows.ORIGINAL, rows.DROPIN)
_FRESH_TASKS = {rows.FIRST_ARRAYS: "first_batch", rows.FIRST_PHOTOGRAPHS: "first_batch", rows.MEMORY: "memory"}


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much work is done.

    Attributes:
        rounds, fresh_rounds: timed rounds within this process, and with a process each.
        photographs, arrays, memory_arrays: numbers of images.
        fit_photographs: file names in an epoch of `fit`, which makes two batches more than an epoch has to find out their shapes.
        side: height and width of the arrays in pixels.
        batch_sizes, image_sizes, dataset_sizes: where the growth tables are measured.
        growth_images: images per run there, at 224 pixels; fewer of larger ones.
        checked_batches: batches that the equality check compares.
    """

    rounds: int = 7
    fresh_rounds: int = 3
    photographs: int = 384
    arrays: int = 512
    memory_arrays: int = 2000
    side: int = 224
    batch_sizes: tuple[int, ...] = (1, 8, 32, 128)
    image_sizes: tuple[int, ...] = (64, 224, 512)
    dataset_sizes: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    growth_images: int = 256
    checked_batches: int = 8
    fit_photographs: int = 1152


QUICK = Scale(2, 1, 64, 64, 64, 64, (8, 32), (32, 64), (400, 800), 32, 2, 64)


@dataclasses.dataclass(frozen=True)
class GrowthPoint:
    """One side of one line of a growth table.

    Attributes:
        table: of `rows.GROWTH_TABLES`.
        size: images per batch, side in pixels, or number of file names.
        side: original or drop-in.
        measurement: milliseconds per image.
        index_seconds, index_mib: of making the iterator; None except for file names.
    """

    table: str
    size: int
    side: str
    measurement: Measurement
    index_seconds: float | None = None
    index_mib: float | None = None


@dataclasses.dataclass
class Results:
    """Everything that a run found out; `measurements` by (work, contender)."""

    checks: list[equality.Check] = dataclasses.field(default_factory=list)
    measurements: dict[tuple[str, str], Measurement] = dataclasses.field(default_factory=dict)
    growth: list[GrowthPoint] = dataclasses.field(default_factory=list)
    jpeg_kib: float = math.nan

    @property
    def failed(self) -> bool:
        """Whether an output was wrong or a contender broke down. A missed target is not a failure, nor is something not installed."""
        measured = [*self.measurements.values(), *(point.measurement for point in self.growth)]
        return any(check.passed is False for check in self.checks) or any(measurement.failed for measurement in measured)


class Session:
    """Images in a scratch folder, and the measuring of them.

    Args:
        scratch: an empty folder.
        scale: how much work.
        say: called with one line before each step.
        after_run: called with a contender's name after each of its runs.
    """

    def __init__(
        self,
        scratch: Path,
        scale: Scale,
        say: Callable[[str], Any] = lambda line: None,
        after_run: Callable[[str], Any] = lambda name: None,
    ):
        self.scale = scale
        self.scratch = scratch
        self.say = say
        self.after_run = after_run
        self.results = Results()
        say("making images")
        self.photographs = images.write_photographs(scratch / "photographs", scale.photographs)
        self.arrays = images.make_arrays(scale.arrays, scale.side)
        self.results.jpeg_kib = float(np.mean([path.stat().st_size for path in self.photographs])) / 1024

    def run(self, selected: list[str]) -> Results:
        """Measures the selected rows and growth tables (keys of `rows`)."""
        chosen = [row for row in rows.ROWS if row.key in selected]
        for work in dict.fromkeys(row.work for row in chosen):
            names = rows.contenders_of(chosen, work)
            if work in _FRESH_TASKS:
                self._measure_fresh(work, names)
            else:
                self._check(self.workload(work), names)
                self._measure(self.workload(work), names)
        if rows.BATCH_SIZE in selected:
            self._grow_batches()
        if rows.IMAGE_SIZE in selected:
            self._grow_images()
        if rows.DATASET_SIZE in selected:
            self._grow_dataset()
        return self.results

    def workload(self, work: str) -> Workload:
        """The workload of that name, on the images of this session."""
        if work == rows.FIT:
            return Workload(work, directory=self._fit_directory())
        if work in (rows.PHOTOGRAPHS, rows.EPOCH_START):
            return Workload(work, directory=self.scratch / "photographs")
        return Workload(work, arrays=self.arrays, colour=work == rows.ARRAYS_COLOUR)

    def _fit_directory(self):
        directory = self.scratch / "fit"
        if not directory.exists():
            images.link_photographs(self.photographs, directory, self.scale.fit_photographs)
        return directory

    def _check(self, workload, names):
        self.say(f"{workload.name}: is the output equal?")
        self.results.checks.append(equality.check_next(workload, self.scale.checked_batches))
        if rows.DATASET in names:
            self.results.checks += [equality.check_dataset(workload, rng=rng) for rng in ("stateless", "legacy")]
        if rows.CACHED in names:
            self.results.checks.append(equality.check_dataset(workload, cache=True))

    def _measure(self, workload, names):
        unit = "s" if workload.name == rows.EPOCH_START else "ms/image"
        self.say(f"{workload.name}: {len(names)} contenders, {self.scale.rounds} rounds")
        for check in self.results.checks:
            if check.work == workload.name and check.passed is False:
                wrong = Measurement(unit, reason=f"the output differs: {check.finding}", failed=True)
                self.results.measurements |= {(workload.name, name): wrong for name in check.contenders}
        names = [name for name in names if (workload.name, name) not in self.results.measurements]
        contenders = {name: contender(workload, name) for name in names}
        measured = measure_alternately(contenders, self.scale.rounds, unit=unit, after_run=self.after_run)
        self.results.measurements |= {(workload.name, name): measurement for name, measurement in measured.items()}

    def _measure_fresh(self, work, names):
        self.say(f"{work}: {self.scale.fresh_rounds} rounds of one new process each")
        task = _FRESH_TASKS[work]
        field, unit = ("mib", "MiB") if task == "memory" else ("seconds", "s")
        if work == rows.FIRST_PHOTOGRAPHS:
            source = {"directory": str(self.scratch / "photographs")}
        else:
            source = {"arrays": self._saved_arrays(self.scale.memory_arrays if work == rows.MEMORY else 64)}
        values = {name: [] for name in names}
        try:
            for _ in range(self.scale.fresh_rounds):
                for name in names:
                    values[name].append(fresh_process.run_task(task, side=name, **source)[field])
                    self.after_run(name)
        except RuntimeError as error:
            self.results.measurements |= {(work, name): Measurement(unit, reason=describe(error), failed=True) for name in names}
            return
        self.results.measurements |= {(work, name): Measurement(unit, tuple(values[name])) for name in names}

    def _saved_arrays(self, count):
        path = self.scratch / f"arrays_{count}.npy"
        x, _ = self.arrays
        np.save(path, x[np.arange(count) % len(x)])
        return str(path)

    def _grow_batches(self):
        for batch_size in self.scale.batch_sizes:
            x, y = images.make_arrays(max(self.scale.growth_images, batch_size), self.scale.side)
            self._measure_growth(rows.BATCH_SIZE, batch_size, Workload(rows.ARRAYS, arrays=(x, y), batch_size=batch_size))

    def _grow_images(self):
        for side in self.scale.image_sizes:
            count = max(32, round(self.scale.growth_images * min(1, self.scale.side**2 / side**2)) // 32 * 32)
            self._measure_growth(rows.IMAGE_SIZE, side, Workload(rows.ARRAYS, arrays=images.make_arrays(count, side)))

    def _measure_growth(self, table, size, workload):
        self.say(f"{table} {size}")
        contenders = {side: contender(workload, side) for side in SIDES}
        measured = measure_alternately(contenders, self.scale.rounds, after_run=self.after_run)
        self.results.growth += [GrowthPoint(table, size, side, measured[side]) for side in SIDES]

    def _grow_dataset(self):
        for size in self.scale.dataset_sizes:
            self.say(f"{rows.DATASET_SIZE} {size}: making the file names")
            directory = self.scratch / f"names_{size}"
            try:
                images.link_photographs(self.photographs, directory, size)
                points = [self._index(directory, size, side) for side in SIDES]
            except (OSError, RuntimeError) as error:  # a full disk, or a process that failed
                broken = Measurement("ms/image", reason=describe(error), failed=True)
                points = [GrowthPoint(rows.DATASET_SIZE, size, side, broken) for side in SIDES]
            self.results.growth += points

    def _index(self, directory, size, side):
        self.say(f"{rows.DATASET_SIZE} {size}: {side}")
        found = fresh_process.run_task("indexing", side=side, directory=str(directory))
        measurement = Measurement("ms/image", (found["ms_per_image"],))
        return GrowthPoint(rows.DATASET_SIZE, size, side, measurement, found["seconds"], found["mib"])
