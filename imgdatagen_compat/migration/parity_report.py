"""The results of `imgdatagen-compat parity` as a table for people and as JSON for programs."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.migration.parity_cases import ParityCase

LINES_PER_CASE = 3  # of what went wrong, and of what is worth a note


def print_report(console: Console, cases: Sequence[ParityCase], comparisons: Sequence[Comparison]) -> None:
    """Prints the table, whatever is outside the promise, and one closing line."""
    table = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    table.add_column("configuration")
    for heading in ("batches", "identical", "largest difference", "promised", "np.random", "original ms", "drop-in ms", "faster"):
        table.add_column(heading, justify="right", no_wrap=heading != "largest difference")
    for case, comparison in zip(cases, comparisons):
        table.add_row(case.name, *_cells(comparison), style="" if comparison.within_promise else "red")
    console.print(table)
    console.print("differences are fractions of a batch's largest value")
    console.print("times are per image, in the middle of a loop over one side at a time")
    for case, comparison in zip(cases, comparisons):
        for lines in (comparison.problems, comparison.notes):
            for line in lines[:LINES_PER_CASE]:
                console.print(f"{case.name}: {line}", markup=False, highlight=False)
            if len(lines) > LINES_PER_CASE:
                console.print(f"{case.name}: … and {len(lines) - LINES_PER_CASE} more of the kind (--json has all)", highlight=False)
    console.print(_closing_line(comparisons), markup=False, highlight=False)


def _cells(comparison):
    ratio = comparison.speed_ratio
    return (
        str(comparison.batches),
        "-" if not comparison.comparable else "yes" if comparison.identical else "no",
        f"{comparison.largest:.2g}" if comparison.comparable else "-",
        f"{comparison.tolerance:.2g}" if comparison.tolerance else "0",
        "equal" if comparison.random_state_equal else "DIFFERS",
        *("-" if math.isnan(value) else f"{value:.2f}" for value in (comparison.original_ms, comparison.dropin_ms)),
        "-" if math.isnan(ratio) else f"{ratio:.1f}x",
    )


def _closing_line(comparisons):
    compared = [comparison for comparison in comparisons if comparison.comparable]
    identical = sum(comparison.identical for comparison in compared)
    broken = sum(not comparison.within_promise for comparison in comparisons)
    parts = [f"{len(compared)} of {len(comparisons)} configurations compared", f"{identical} identical bit for bit"]
    parts.append(f"{broken} outside the promise" if broken else "none outside the promise")
    ratios = [comparison.speed_ratio for comparison in compared if not math.isnan(comparison.speed_ratio)]
    if ratios:
        parts.append(f"{statistics.median(ratios):.1f} times as fast (median)")
    return ", ".join(parts)


def as_json(cases: Sequence[ParityCase], comparisons: Sequence[Comparison], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what `--json` writes: versions, machine, settings, and every field of each comparison (infinity and NaN as `None`)."""
    return {
        "versions": installed_versions(),
        "cpu_count": os.cpu_count(),
        "settings": dict(settings),
        "configurations": [{"name": case.name, **comparison.as_json()} for case, comparison in zip(cases, comparisons)],
    }
