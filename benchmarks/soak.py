"""Long runs: does anything grow? `python -m benchmarks.soak` takes batches by the ten thousand and watches the process.

Each workload repeats one step. After a warm-up memory, threads, file descriptors and graphs are read at even distances, and a verdict is
reached on what they do from there: nothing may rise faster than `Bounds` says.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import gc
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # images are made by the processor

import numpy as np
from rich.console import Console
from rich.table import Table

from imgdatagen_compat.migration.options import positive

KIB = 1024
READINGS = 40
EPILOG = """\
exit status:
  0  nothing grew
  1  something grew: the table says what
  2  wrong usage, or a system without /proc, where there is nothing to read
"""


@dataclasses.dataclass(frozen=True)
class Reading:
    """The process at one moment.

    Attributes:
        step: steps done.
        rss: resident bytes.
        allocated: resident bytes that belong to no file. Pages of libraries are left out: other processes share them, and then do not.
        threads: operating system threads.
        files: open file descriptors.
        graphs: graphs that TensorFlow has traced so far. What is traced again is compiled again.
    """

    step: int
    rss: int
    allocated: int
    threads: int
    files: int
    graphs: int


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What may grow in the steps after the warm-up.

    Attributes:
        bytes_per_step: allocated memory. A batch that is kept would be hundreds of KiB, its labels and indices one.
        slack: bytes that memory may move in all, for what an allocator keeps.
        threads: TensorFlow starts those of its pools when they are first needed, which may be late.
        files: open file descriptors; those of images that are being read ahead come and go.
        graphs_per_step: 0 where every step is the same; a dataset that is made anew is traced anew.
    """

    bytes_per_step: float
    slack: int = 24 << 20
    threads: int = 4
    files: int = 4
    graphs_per_step: float = 0


@dataclasses.dataclass(frozen=True)
class Workload:
    """One step, repeated.

    Attributes:
        name: for the table.
        start: makes the step: a function without arguments.
        steps: how often it is done.
        warm_up: steps before the first reading.
        bounds: what may grow.
    """

    name: str
    start: Callable[[], Callable[[], object]]
    steps: int
    warm_up: int
    bounds: Bounds


class GraphCounter:
    """Counts the graphs that TensorFlow traces, in whatever thread, while it is entered."""

    def __enter__(self):
        import tensorflow as tf

        self.count, self._graph, self._init = 0, tf.Graph, tf.Graph.__init__

        def counted(graph, *arguments, **keywords):
            self.count += type(graph) is not self._graph  # every thread has an empty one of that class, which is no tracing
            self._init(graph, *arguments, **keywords)

        tf.Graph.__init__ = counted
        return self

    def __exit__(self, *_):
        self._graph.__init__ = self._init


def soak(workload: Workload, readings: int = READINGS, say: Callable[[str], None] = lambda line: None) -> list[Reading]:
    """Repeats the step of a workload.

    Args:
        workload: what to repeat.
        readings: how many are taken, evenly spread from the end of the warm-up to the end.
        say: called with a line of progress at each.

    Returns:
        The readings, in order.
    """
    found = []
    with GraphCounter() as graphs:
        step = workload.start()
        for _ in range(workload.warm_up):
            step()
        marks = set(np.linspace(0, workload.steps, readings, dtype=int).tolist())
        for done in range(workload.steps + 1):
            if done in marks:
                found.append(read_process(done, graphs.count))
                say(f"{workload.name}: {done:,} of {workload.steps:,} steps, {found[-1].rss / KIB**2:.0f} MiB")
            if done < workload.steps:
                step()
    return found


def read_process(step: int, graphs: int) -> Reading:
    """A `Reading` of this process, garbage collected before."""
    gc.collect()
    fields = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    kib = {name: int(fields[name].split()[0]) for name in ("Rss", "Anonymous")}
    threads, files = (len(os.listdir(f"/proc/self/{kind}")) for kind in ("task", "fd"))
    return Reading(step, kib["Rss"] * KIB, kib["Anonymous"] * KIB, threads, files, graphs)


def bytes_per_step(readings: Sequence[Reading]) -> float:
    """How fast allocated memory rises: the median slope of all pairs of readings (Theil, 1950), which a few jumps do not bend."""
    steps, allocated = (np.array([getattr(reading, name) for reading in readings], float) for name in ("step", "allocated"))
    first, second = np.triu_indices(len(readings), k=1)
    return float(np.median((allocated[second] - allocated[first]) / (steps[second] - steps[first])))


def faults(readings: Sequence[Reading], bounds: Bounds) -> list[str]:
    """What grew beyond its bound, in words; empty if nothing did."""
    first, last = readings[0], readings[-1]
    steps = last.step - first.step
    found = []
    slope = bytes_per_step(readings)
    allowed = bounds.bytes_per_step + bounds.slack / steps
    if slope > allowed:
        found.append(f"memory rises by {slope:,.0f} bytes a step; {allowed:,.0f} are allowed")
    # The most of the second half against the most of the first: threads and files come and go with what is made ahead.
    halves = readings[: len(readings) // 2], readings[len(readings) // 2 :]
    for name in ("threads", "files"):
        before, after = (max(getattr(reading, name) for reading in half) for half in halves)
        if after > before + getattr(bounds, name):
            found.append(f"{name}: {before} in the first half, {after} in the second")
    graphs = last.graphs - first.graphs
    if graphs > bounds.graphs_per_step * steps:
        found.append(f"{graphs} graphs were traced; {bounds.graphs_per_step * steps:.0f} are allowed")
    return found


AUGMENTATION = {"rotation_range": 20, "width_shift_range": 0.1, "zoom_range": 0.2, "horizontal_flip": True, "rescale": 1 / 255}
SIDE, BATCH_SIZE, IMAGES = 64, 32, 144  # large enough a batch to be made ahead, and a short one in every epoch
STEADY = Bounds(bytes_per_step=512)
# Every dataset is half a dozen graphs, half a MiB of them, which are dropped with it; tf.data keeps a little of each that was ever made.
MADE_ANEW = Bounds(bytes_per_step=64 * KIB, slack=8 << 20, graphs_per_step=20)


def workloads(directory: Path, batches: int, iterators: int, datasets: int) -> Iterator[Workload]:
    """The workloads of the command, over images that are written into `directory`."""
    import pandas as pd
    from PIL import Image

    from imgdatagen_compat import ImageDataGenerator

    images = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 3)).astype(np.uint8)
    labels = np.arange(IMAGES) % 6
    for number, image in enumerate(images):
        path = directory / f"class {labels[number]}" / f"{number}.{'png' if number % 4 else 'jpg'}"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(path)
    names = sorted(str(path) for path in directory.rglob("*.*g"))
    frame = pd.DataFrame({"filename": names, "class": [Path(name).parent.name for name in names]})
    datagen = ImageDataGenerator(**AUGMENTATION)
    sizes = {"target_size": (SIDE, SIDE), "batch_size": BATCH_SIZE}

    def arrays(seed=1):
        return datagen.flow(images, labels, batch_size=BATCH_SIZE, seed=seed)

    def files():
        return _silently(lambda: datagen.flow_from_directory(directory, **sizes, seed=1))

    def dataframe():
        return _silently(lambda: datagen.flow_from_dataframe(frame, **sizes, seed=1))

    def dataset(iterator, **options):
        batch_stream = iter(iterator.as_dataset(epochs=None, **options))
        return lambda: next(batch_stream)

    def epoch(dataset):
        return lambda: sum(1 for _ in dataset)

    def make_and_drop():
        return lambda: (next(arrays()), next(files()), arrays(seed=None)[0])

    yield Workload("next(), arrays", lambda: arrays().__next__, batches, 300, STEADY)
    yield Workload("next(), folder", lambda: files().__next__, batches, 300, STEADY)
    yield Workload("next(), dataframe", lambda: dataframe().__next__, batches, 300, STEADY)
    yield Workload("as_dataset(), arrays", lambda: dataset(arrays()), batches, 300, STEADY)
    yield Workload("as_dataset(), folder", lambda: dataset(files()), batches, 300, STEADY)
    yield Workload('as_dataset(rng="legacy")', lambda: dataset(arrays(), rng="legacy"), batches, 300, STEADY)
    yield Workload("epochs of a dataset", lambda: epoch(arrays().as_dataset()), iterators, 30, Bounds(4 * KIB))
    yield Workload("iterators made and dropped", make_and_drop, iterators, 50, Bounds(4 * KIB))
    yield Workload("datasets made and dropped", lambda: lambda: epoch(arrays().as_dataset())(), datasets, 10, MADE_ANEW)


def _silently(make):
    """What `make()` returns, without "Found 144 images", a thousand times."""
    with contextlib.redirect_stdout(io.StringIO()):
        return make()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the soak; returns the exit status described in `--help`."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m benchmarks.soak", description=__doc__, epilog=EPILOG, formatter_class=formatter)
    parser.add_argument("--batches", type=positive, default=10_000, metavar="N", help="of each stream of batches (default: %(default)s)")
    parser.add_argument("--iterators", type=positive, default=1000, metavar="N", help="made and dropped (default: %(default)s)")
    parser.add_argument("--datasets", type=positive, default=100, metavar="N", help="made and dropped (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="workloads with one of these words in their names")
    parser.add_argument("--json", type=Path, metavar="FILE", help="for all readings")
    options = parser.parse_args(arguments)
    if not Path("/proc/self/smaps_rollup").exists():
        print("python -m benchmarks.soak: reads memory from /proc, which this system does not have", file=sys.stderr)
        return 2
    progress = Console(stderr=True)
    found = []
    with tempfile.TemporaryDirectory(prefix="imgdatagen-compat-") as scratch:
        for workload in workloads(Path(scratch), options.batches, options.iterators, options.datasets):
            if options.only and not any(word in workload.name for word in options.only):
                continue
            begin = time.perf_counter()
            readings = soak(workload, say=progress.print)
            found.append((workload, readings, time.perf_counter() - begin))
    console = Console() if sys.stdout.isatty() else Console(width=150)
    console.print(_table(found))
    grown = [f"{workload.name}: {fault}" for workload, readings, _ in found for fault in faults(readings, workload.bounds)]
    console.print("\n".join(grown) or "nothing grew", markup=False, highlight=False)
    if options.json:
        rows = {workload.name: [dataclasses.asdict(reading) for reading in readings] for workload, readings, _ in found}
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 1 if grown else 0


def _table(found):
    times = ("MiB after warm-up", "half-way", "at the end")
    table = Table("workload", "steps", "s", *times, "bytes a step", "bound", "threads", "files", "graphs traced")
    for workload, readings, seconds in found:
        first, middle, last = readings[0], readings[len(readings) // 2], readings[-1]
        table.add_row(
            workload.name,
            f"{workload.steps:,}",
            f"{seconds:.0f}",
            *(f"{reading.allocated / KIB**2:.0f}" for reading in (first, middle, last)),
            f"{bytes_per_step(readings):,.0f}",
            f"{workload.bounds.bytes_per_step:,.0f}",
            *(f"{getattr(first, name)} → {getattr(last, name)}" for name in ("threads", "files")),
            str(last.graphs - first.graphs),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
