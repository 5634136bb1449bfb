"""The results of `imgdatagen-compat parity` as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.migration.output import printable
from imgdatagen_compat.migration.parity.comparing import Result

HEADINGS = ("batches", "identical", "largest difference", "promised", "np.random", "original ms", "drop-in ms", "faster")
LINES_PER_CASE = 3  # of what went wrong, and of what is worth a note


def print_report(console: Console, results: Sequence[Result]) -> None:
    """Prints the table, whatever is outside the promise, and one closing line."""
    table = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    table.add_column("configuration")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=heading != "largest difference")
    for result in results:
        table.add_row(result.name, *cells(result.comparison), style="" if result.comparison.within_promise else "red")
    console.print(table)
    console.print("differences are fractions of a batch's largest value")
    console.print("times are per image, in the middle of a loop over one side at a time")
    for result in results:
        for line in said_of(result.comparison):
            console.print(printable(f"{result.name}: {line}"), markup=False, highlight=False)
    console.print(closing_line(results), markup=False, highlight=False)


def said_of(comparison: Comparison) -> list[str]:
    """Returns what went wrong and what is worth a note, the first lines of each."""
    said = [f"first: {comparison.first_difference}"] if comparison.first_difference else []
    for lines in (comparison.problems, comparison.notes):
        said += lines[:LINES_PER_CASE]
        if len(lines) > LINES_PER_CASE:
            said.append(f"… and {len(lines) - LINES_PER_CASE} more of the kind (--json has all)")
    if comparison.likely:
        said.append(f"likely: {comparison.likely}")
    return said


def cells(comparison: Comparison) -> tuple[str, ...]:
    """Returns what stands under `HEADINGS`."""
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


def closing_line(results: Sequence[Result]) -> str:
    """Returns the whole result in a line."""
    compared = [result.comparison for result in results if result.comparison.comparable]
    identical = sum(comparison.identical for comparison in compared)
    broken = sum(not result.comparison.within_promise for result in results)
    parts = [f"{len(compared)} of {len(results)} configurations compared", f"{identical} identical bit for bit"]
    parts.append(f"{broken} outside the promise" if broken else "none outside the promise")
    ratios = [comparison.speed_ratio for comparison in compared if not math.isnan(comparison.speed_ratio)]
    if ratios:
        parts.append(f"{statistics.median(ratios):.1f} times as fast (median)")
    return ", ".join(parts)


def as_json(results: Sequence[Result], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what `--json` writes: versions, machine, settings, and every field of each comparison (infinity and NaN as `None`)."""
    return {
        "versions": installed_versions(),
        "cpu_count": os.cpu_count(),
        "settings": dict(settings),
        "configurations": [
            {"name": result.name, "seed": result.seed, "arguments": plain(result.case.generator), **result.comparison.as_json()}
            for result in results
        ],
    }


def plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Returns arguments with the values that JSON has; functions and the like by name."""
    return json.loads(json.dumps(dict(arguments), default=lambda value: getattr(value, "__name__", None) or repr(value)))


def written(arguments: Mapping[str, Any]) -> str:
    """Returns arguments as they stand in a call; functions by name."""
    return ", ".join(f"{name}={getattr(value, '__name__', None) or repr(value)}" for name, value in arguments.items())


def exit_status(results: Sequence[Result]) -> int:
    """Returns 0 if all is within the promise, 1 if anything is not, 2 if nothing could be compared."""
    if not all(result.comparison.within_promise for result in results):
        return 1
    return 0 if any(result.comparison.comparable for result in results if not result.case.is_part) else 2
