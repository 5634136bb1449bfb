"""The report of a conversion: one line for each setting, for people and as JSON."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
from rich.console import Console
from rich.table import Table

from imgdatagen_compat import __version__
from imgdatagen_compat.native_layers.conversion import LeftOut
from imgdatagen_compat.native_layers.layer_spec import LayerSpec
from imgdatagen_compat.native_layers.measurement import Difference
from imgdatagen_compat.report_console import print_line, report_console, text_of


@dataclasses.dataclass(frozen=True)
class Line:
    """What becomes of one setting.

    Attributes:
        name: of the conversion.
        settings: the constructor arguments that it stands for, and their values.
        units: how the numbers convert.
        layers: the stock ones; empty where it is left out, or needs none.
        left_out: why, and what to do; None where it is converted.
        notes: what differs, sentences.
        difference: measured with the same draws on both sides; None if it was not.
    """

    name: str
    settings: tuple[tuple[str, Any], ...]
    units: str
    layers: tuple[LayerSpec, ...]
    left_out: LeftOut | None
    notes: tuple[str, ...]
    difference: Difference | None


@dataclasses.dataclass(frozen=True, repr=False)
class Report:
    """Line by line, what stock layers do otherwise. `str()` of it is what `show()` prints.

    Attributes:
        sample: what the differences were measured on; None if they were not.
        lines: in the order in which the original does it.
        chain: difference of all converted settings together; None if it was not measured, or there are none.
        remarks: sentences on the whole.
    """

    sample: str | None
    lines: tuple[Line, ...]
    chain: Difference | None
    remarks: tuple[str, ...]

    def show(self, console: Console | None = None) -> None:
        """Prints it: as a table with colours on a terminal, as plain text of 140 columns elsewhere."""
        console = report_console(console)
        console.print(_table(self))
        if self.sample:
            print_line(
                console,
                f"same draws on both sides, on {self.sample}; differences and effects are mean grey levels of 255",
            )
        for line in self.lines:
            if line.left_out:
                print_line(console, f"{line.name}: left out. {line.left_out.reason}", "bold yellow")
                print_line(console, f"  -> {line.left_out.remedy}")
        for note in dict.fromkeys(note for line in self.lines for note in line.notes):
            names = ", ".join(line.name for line in self.lines if note in line.notes)
            print_line(console, f"{names}: {note}")
        for remark in self.remarks:
            print_line(console, remark)

    def as_json(self) -> dict[str, Any]:
        """The report as dictionaries, lists, strings and numbers, with the versions that it holds for."""
        return {
            "versions": {"imgdatagen-compat": __version__, "keras": keras.__version__},
            **dataclasses.asdict(self),
            "lines": [dataclasses.asdict(line) | {"settings": _plain_settings(line)} for line in self.lines],
        }

    def __str__(self):
        return text_of(self.show)

    def __repr__(self):
        left_out = sum(line.left_out is not None for line in self.lines)
        return f"<{type(self).__name__}: {len(self.lines) - left_out} settings converted, {left_out} left out>"


def shown_settings(line: Line) -> str:
    """The constructor arguments of a line, as they would be written."""
    return ", ".join(f"{name}={' '.join(_shown(value).split())}" for name, value in line.settings)


def _table(report):
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "stock layer"):
        table.add_column(heading, overflow="fold")
    for heading in ("difference", "effect", "filled", "difference there", "values, original", "values, layers"):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in report.lines:
        layers = ", ".join(layer.name for layer in line.layers) or ("left out" if line.left_out else "none needed")
        table.add_row(shown_settings(line), layers, *_cells(line.difference))
    if report.chain:
        table.add_row("all of them together", "", *_cells(report.chain), style="bold")
    return table


def _cells(difference):
    if difference is None:
        return ("",) * 6
    ranges = (difference.original_range, difference.native_range)
    return (
        _grey_levels(difference.mean),
        _grey_levels(difference.effect),
        f"{difference.filled:.0%}",
        f"{difference.from_fill:.0%} of it" if difference.filled else "",
        *(f"{low:.4g} to {high:.4g}" for low, high in ranges),
    )


def _grey_levels(number):
    return "" if number is None else "0" if number == 0 else f"{number:.2f}" if number >= 0.01 else f"{number:.0e}"


def _shown(value):
    return f"{value:.6g}" if isinstance(value, float) else getattr(value, "__name__", None) or repr(value)


def _plain_settings(line):
    return {name: _plain(value) for name, value in line.settings}


def _plain(value):
    """A value as JSON has it; the text of one that JSON has not."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else _shown(value)
