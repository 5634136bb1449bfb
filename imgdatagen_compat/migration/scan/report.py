"""A scan as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from imgdatagen_compat.migration.output import counted, printable
from imgdatagen_compat.migration.scan.findings import ERROR, NOTE, SEVERITIES, WARNING, Finding, rescale_advice
from imgdatagen_compat.migration.scan.folders import FolderSurvey
from imgdatagen_compat.migration.scan.tally import Tally, quantiles

_STYLES = {ERROR: "bold red", WARNING: "yellow", NOTE: "cyan"}
_CLASSES, _LINKS = ("class", "classes"), ("link", "links")
_UNITS = {
    "hidden-class": _CLASSES, "empty-class": _CLASSES, "splits-as-classes": _CLASSES, "imbalance": _CLASSES, "links": _LINKS,
    "unlistable": ("folder", "folders"),
}  # fmt: skip
_SHOWN_CLASSES = 12
_SHOWN_KINDS = 12
_BAR = 24
_MODES = {
    "1": "black and white", "L": "grey", "LA": "grey, alpha", "P": "palette", "PA": "palette, alpha", "RGB": "RGB", "RGBA": "RGB, alpha",
    "CMYK": "CMYK", "YCbCr": "YCbCr", "LAB": "Lab", "I": "grey", "I;16": "grey", "I;16B": "grey", "F": "grey",
}  # fmt: skip


def print_report(console: Console, survey: FolderSurvey, tally: Tally, found: Sequence[Finding], quick: bool) -> None:
    """Prints the tables of files, sizes and classes, the findings and the advice."""
    if tally.readable:
        _print(console, "Images", _kinds_table(tally))
        _print(console, "Pixels", _sizes_table(tally))
    if survey.classes:
        _print(console, "Classes", _classes_table(survey.classes))
    unreadable = [finding for finding in found if finding.code == "unreadable"]
    if unreadable:
        _print(console, "Not readable: a flow stops at the first of them", _unreadable_table(unreadable))
    others = [finding for finding in found if finding.code != "unreadable"]
    if others:
        _print(console, "Findings", _findings_table(others))
    advice = rescale_advice(tally)
    if advice:
        _print(console, "rescale and bit_depth", Text(advice))
    if quick:
        console.print("Headers only (--quick): damage behind them stays unseen, and whether an alpha channel is opaque.")
    console.print(_closing_line(survey, tally, found))


def _print(console, heading, content):
    console.print(Text(heading, "bold"))
    console.print(Padding(content, (0, 0, 0, 2), expand=False))
    console.print()


def _table(*columns, **options):
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), **{"header_style": "dim", **options})
    for heading, justify in columns:
        table.add_column(heading, justify=justify, no_wrap=justify == "right")
    return table


def _kinds_table(tally):
    table = _table(("format", "left"), ("pixels", "left"), ("depth", "left"), ("files", "right"), ("share", "right"))
    common = tally.kinds.most_common(_SHOWN_KINDS)
    for (image_format, mode, depth), count in common:
        table.add_row(image_format, _MODES.get(mode, mode), depth, f"{count:,}", _share(count, tally.readable))
    rest = tally.readable - sum(count for _, count in common)
    if rest:
        table.add_row(f"{len(tally.kinds) - len(common)} other kinds", "", "", f"{rest:,}", _share(rest, tally.readable))
    return table


def _sizes_table(tally):
    table = _table(("", "left"), *((heading, "right") for heading in ("least", "quarter", "median", "three quarters", "most")))
    for name, counts in (("width", tally.widths), ("height", tally.heights)):
        table.add_row(name, *(f"{value:,}" for value in quantiles(counts)))
    shapes = ", ".join(f"{name} {_share(count, tally.readable)}" for name, count in tally.shapes.most_common())
    table.caption, table.caption_justify, table.caption_style = shapes, "left", "dim"
    return table


def _classes_table(classes):
    table = _table(("label", "right"), ("class", "left"), ("images", "right"), ("", "left"))
    largest = max(classes.values()) or 1
    rows = list(enumerate(classes.items()))
    left_out = len(rows) - _SHOWN_CLASSES
    if left_out > 0:  # the largest and the smallest
        by_size = sorted(rows, key=lambda row: -row[1][1])
        rows = by_size[: _SHOWN_CLASSES // 2] + [None] + by_size[-(_SHOWN_CLASSES // 2) :]
    for row in rows:
        if row is None:
            table.add_row("…", Text(f"{left_out:,} of sizes in between", "dim"), "", "")
            continue
        label, (name, count) = row
        bar = Text("━" * max(round(_BAR * count / largest), bool(count)) or " ", "blue")  # rich measures an empty column wrongly
        table.add_row(str(label), Text(printable(name), overflow="fold"), f"{count:,}", bar)
    return table


def _unreadable_table(found):
    table = _table(("files", "right"), ("reason", "left"), ("such as", "left"))
    for finding in sorted(found, key=lambda finding: -finding.count):
        example = Text(printable(finding.examples[0]), "dim", overflow="fold")
        table.add_row(Text(f"{finding.count:,}", _STYLES[ERROR]), Text(printable(finding.what)), example)
    return table


def _findings_table(found):
    table = _table(("", "left"), ("", "left"), show_header=False)
    for i, finding in enumerate(found):
        unit = _UNITS.get(finding.code, ("file", "files"))[finding.count != 1]
        what, advice = printable(finding.what), printable(finding.advice)
        text = Text.assemble((f"{finding.count:,} {unit}", "bold"), f": {what}.\n", (advice, "italic"))
        if finding.examples:
            more = ", …" if finding.count > len(finding.examples) else ""
            text.append(f"\n{', '.join(map(printable, finding.examples))}{more}", "dim")
        if i < len(found) - 1:
            text.append("\n")
        table.add_row(Text(finding.severity, _STYLES[finding.severity]), text)
    return table


def _closing_line(survey, tally, found):
    counts = {severity: sum(finding.severity == severity for finding in found) for severity in SEVERITIES}
    kinds = [f"{counted(count, 'kind')} of {severity}" for severity, count in counts.items() if count]
    readable = "" if tally.readable == tally.files else f", {tally.files - tally.readable:,} of them not readable"
    classes = f"{len(survey.classes):,} {_CLASSES[len(survey.classes) != 1]}"
    return Text(f"{counted(tally.files, 'image')}{readable}, {classes}: {', '.join(kinds) or 'nothing to say'}", "bold")


def _share(count, total):
    share = 100 * count / total
    return f"{share:.0f} %" if share >= 1 or not count else "< 1 %"


def as_json(survey: FolderSurvey, tally: Tally, found: Sequence[Finding], quick: bool) -> dict:
    """What `--json` writes. Bytes of paths that are not UTF-8 are lone surrogates, as `os.fsencode` takes them back."""
    return {
        "directory": survey.directory,
        "quick": quick,
        "files": tally.files,
        "readable": tally.readable,
        "classes": survey.classes,
        "kinds": [dict(zip(("format", "mode", "depth", "files"), (*kind, count))) for kind, count in tally.kinds.most_common()],
        "width": quantiles(tally.widths),
        "height": quantiles(tally.heights),
        "shapes": dict(tally.shapes),
        "findings": [vars(finding) for finding in found],
        "advice": rescale_advice(tally),
    }
