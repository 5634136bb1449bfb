"""`python -m benchmarks`: how fast the drop-in is, against the original and its peers, as tables, JSON and a chart."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Before anything imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # images are made by the processor

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import chart, report, rows
from benchmarks.measure import NotAvailableError
from benchmarks.session import QUICK, Scale, Session
from imgdatagen_compat.migration.options import positive

DESCRIPTION = """\
Makes photographs, checks that original and drop-in give the same output, then times both and their peers in alternating
rounds of one process and says which targets are met.
"""
EPILOG = """\
exit status:
  0  everything selected was measured, whether or not a target was met; something not installed is said, and is no failure
  1  an output was wrong, or a contender broke down
  2  wrong usage, or no photographs to measure with

examples:
  python -m benchmarks
  python -m benchmarks --rows arrays photographs decoding --rounds 3
  python -m benchmarks --quick --out /tmp/quick
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark; returns the exit status described in `--help`."""
    keys = [*(row.key for row in rows.ROWS), *rows.GROWTH_TABLES]
    parser = argparse.ArgumentParser("python -m benchmarks", description=DESCRIPTION, epilog=EPILOG)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rows", nargs="+", choices=keys, default=keys, metavar="ROW", help=f"what to measure; all of: {', '.join(keys)}")
    parser.add_argument("--rounds", type=positive, metavar="N", help=f"timed rounds (default: {Scale.rounds})")
    parser.add_argument("--quick", action="store_true", help="little work, to see that everything runs; the times mean nothing")
    parser.add_argument("--cores", type=int, default=2, metavar="N", help="processor cores to use, 0 for all (default: 2, as the targets)")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"), metavar="DIR", help="for the results (default: %(default)s)")
    options = parser.parse_args(arguments)
    scale = QUICK if options.quick else Scale()
    if options.rounds:
        scale = dataclasses.replace(scale, rounds=options.rounds)
    _use_cores(options.cores)

    with tempfile.TemporaryDirectory(prefix="imgdatagen-compat-") as scratch:
        try:
            results = _run_with_progress(Path(scratch), scale, options.rows)
        except NotAvailableError as error:
            print(f"python -m benchmarks: {error}", file=sys.stderr)
            return 2
    console = Console() if sys.stdout.isatty() else Console(width=170)
    if options.quick:
        console.print("a quick run, of few and small images: the times mean nothing")
    report.print_report(console, options.rows, results)
    _write(options, scale, results, console)
    return 1 if results.failed else 0


def _run_with_progress(scratch, scale, selected):
    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("[dim]{task.fields[run]}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, run="")

        def say(line):
            progress.update(task, description=line, run="")
            if not progress.console.is_terminal:
                progress.console.print(line)

        session = Session(scratch, scale, say, lambda name: progress.update(task, run=name))
        try:
            return session.run(selected)
        except KeyboardInterrupt:
            print("python -m benchmarks: interrupted; what was measured until then:", file=sys.stderr)
            return session.results


def _write(options, scale, results, console):
    options.out.mkdir(parents=True, exist_ok=True)
    found = report.as_json(options.rows, results, scale)
    (options.out / "results.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (options.out / "results.md").write_text(report.markdown(options.rows, results), encoding="utf-8")
    written = ["results.json", "results.md"]
    try:
        written += chart.draw(found, options.out)
    except NotAvailableError as error:
        console.print(f"no chart: {error}", markup=False)
    console.print(f"written to {options.out}: {', '.join(written)}", markup=False, highlight=False)


def _use_cores(count):
    if count and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


if __name__ == "__main__":
    sys.exit(main())
