"""The results as tables for people, as Markdown for the README and as JSON for programs."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import rows
from benchmarks.session import Results, Scale

VERSIONED = (
    "imgdatagen-compat", "tensorflow", "keras", "numpy", "scipy", "pillow", "albumentations", "opencv-python-headless", "scikit-image",
)  # fmt: skip
COLUMNS = ("ours", "against", "ratio", "target", "aim", "")
SIGNS = {rows.FASTER: "×", rows.OF_ITS_TIME: "× its time", rows.OF_ITS_MEMORY: "× its memory", rows.LONGER: " s more"}


def machine() -> dict[str, Any]:
    """Processor, cores this process may use, operating system and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "cores": cores,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version for name in VERSIONED if (version := _version(name))},
    }


def row_cells(row: rows.Row, results: Results) -> list[str]:
    """The six cells of a row: both medians, the figure, target, aim, and whether they are met or why nothing was measured."""
    ours, against = (_median_cell(results.measurements.get((row.work, name))) for name in (row.ours, row.against))
    value = row.value(results.measurements)
    sign = SIGNS[row.figure]
    limits = ["" if limit is None else f"{'≥' if row.figure == rows.FASTER else '≤'} {limit:g}{sign}" for limit in (row.target, row.aim)]
    return [ours, against, "" if value is None else f"{value:.{1 if value >= 10 else 2}f}{sign}", *limits, verdict(row, results)]


def verdict(row: rows.Row, results: Results) -> str:
    """"aim met", "met", "missed", "" without a target, or why there is no figure."""
    value = row.value(results.measurements)
    if value is None:
        return _reason(row, results)
    if row.aim is not None and row.meets(value, row.aim):
        return "aim met"
    if row.target is None:
        return ""
    return "met" if row.meets(value, row.target) else "missed"


def print_report(console: Console, selected: Sequence[str], results: Results) -> None:
    """Prints what was checked, the table of rows and the growth tables."""
    for check in results.checks:
        mark = {True: "equal", False: "[red]DIFFERS[/red]", None: "not available"}[check.passed]
        console.print(f"{check.work}, {check.output}: {mark}; ", end="")
        console.print(check.finding, markup=False, highlight=False)
    chosen = [row for row in rows.ROWS if row.key in selected]
    if chosen:
        table = _plain_table("medians; ms per image where no unit is given")
        for column in ("work", *COLUMNS):
            table.add_column(column, justify="left" if column in ("work", "") else "right", no_wrap=column != "")
        for work in dict.fromkeys(row.work for row in chosen):
            table.add_row(rows.TITLES[work], style="bold")
            for row in chosen:
                if row.work == work:
                    table.add_row(f"  {row.ours} / {row.against}", *row_cells(row, results), style=_style(verdict(row, results)))
        console.print(table)
    for name in rows.GROWTH_TABLES:
        lines = growth_lines(name, results)
        if lines:
            table = _plain_table(name)
            for column in growth_columns(name):
                table.add_column(column, justify="right")
            for line in lines:
                table.add_row(*line)
            console.print(table)
        for point in results.growth:
            if point.table == name and point.measurement.reason:
                console.print(f"{name} {point.size:,}, {point.side}: {point.measurement.reason}", markup=False, highlight=False)


def growth_columns(name: str) -> list[str]:
    """The headings of a growth table."""
    columns = [name, "original ms/image", "drop-in ms/image", "ratio"]
    if name == rows.DATASET_SIZE:
        columns += ["original index s", "drop-in index s", "original index MiB", "drop-in index MiB"]
    return columns


def growth_lines(name: str, results: Results) -> list[list[str]]:
    """The lines of a growth table, one per size."""
    points = {(point.size, point.side): point for point in results.growth if point.table == name}
    lines = []
    for size in dict.fromkeys(size for size, _ in points):
        original, dropin = points[size, rows.ORIGINAL], points[size, rows.DROPIN]
        line = [f"{size:,}", _median_cell(original.measurement), _median_cell(dropin.measurement)]
        both = original.measurement.values and dropin.measurement.values
        line.append(f"{original.measurement.median / dropin.measurement.median:.1f}×" if both else "")
        if name == rows.DATASET_SIZE:
            for field, form in (("index_seconds", "{:.2f}"), ("index_mib", "{:.0f}")):
                values = (getattr(point, field) for point in (original, dropin))
                line += ["" if value is None else form.format(value) for value in values]
        lines.append(line)
    return lines


def markdown(selected: Sequence[str], results: Results) -> str:
    """The same tables in Markdown, with the machine named."""
    info = machine()
    versions = ", ".join(f"{name} {version}" for name, version in info["versions"].items())
    lines = [f"{info['processor']}, {info['cores']} cores; {info['system']}; Python {info['python']}; {versions}.", ""]
    lines += _markdown_table(
        ["work", "drop-in", "against", *COLUMNS[:5], ""],
        [
            [rows.TITLES[row.work], row.ours, row.against, *row_cells(row, results)]
            for row in rows.ROWS
            if row.key in selected
        ],
    )
    for name in rows.GROWTH_TABLES:
        if growth := growth_lines(name, results):
            lines += ["", *_markdown_table(growth_columns(name), growth)]
    return "\n".join(lines) + "\n"


def as_json(selected: Sequence[str], results: Results, scale: Scale) -> dict[str, Any]:
    """Everything: machine, settings, checks, the values of all rounds, figures and verdicts."""
    return {
        "machine": machine(),
        "scale": dataclasses.asdict(scale),
        "photograph_kib": results.jpeg_kib,
        "equality": [dataclasses.asdict(check) for check in results.checks],
        "measurements": [
            {"work": work, "contender": name, **dataclasses.asdict(measurement)}
            for (work, name), measurement in results.measurements.items()
        ],
        "rows": [
            dataclasses.asdict(row) | {"value": row.value(results.measurements), "verdict": verdict(row, results)}
            for row in rows.ROWS
            if row.key in selected
        ],
        "growth": [dataclasses.asdict(point) for point in results.growth],
    }


def _plain_table(title):
    return Table(title=title, box=None, pad_edge=False, header_style="bold", title_style="italic", title_justify="left")


def _median_cell(measurement):
    if measurement is None or not measurement.values:
        return "–"
    unit = "" if measurement.unit == "ms/image" else f" {measurement.unit}"
    digits = 0 if measurement.median >= 100 else 3 if measurement.median < 1 else 2
    return f"{measurement.median:.{digits}f}{unit}"


def _reason(row, results):
    for name in (row.ours, row.against):
        measurement = results.measurements.get((row.work, name))
        if measurement is not None and measurement.reason:
            return f"{'failed' if measurement.failed else 'not available'}: {measurement.reason}"
    return "not measured"


def _style(word):
    if word == "missed" or word.startswith("failed"):
        return "red"
    return "green" if word in ("met", "aim met") else ""


def _markdown_table(columns, lines):
    return [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *lines)]


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
