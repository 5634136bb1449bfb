"""The page of a comparison with stock Keras layers: what becomes of each setting, and the layers' code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imgdatagen_compat.migration.parity.html.charts import number
from imgdatagen_compat.migration.parity.html.markup import element, joined
from imgdatagen_compat.migration.parity.html.page import page

_HEADINGS = ("setting", "stock layers", "difference", "effect", "filled", "values, original", "values, layers")
_READING = (
    "The same draws on both sides. Differences and effects are mean grey levels of 255: how far the layers are from the original, and how "
    "far the original is from the raw image; filled is the part of the pixels that comes from outside the image."
)


def native_page(document: Mapping[str, Any], status: int) -> str:
    """Returns the page, HTML in one piece.

    Args:
        document: "versions", "settings", the "report" of `to_native()` as JSON has it, and the layers' "code".
        status: 0 if every setting has stock layers, 1 if not.
    """
    report = document["report"]
    left_out = [line for line in report["lines"] if line["left_out"]]
    verdict = ("settings left out", "bad") if status else ("every setting converted", "")
    summary = f"{len(report['lines']) - len(left_out)} settings converted, {len(left_out)} left out."
    return page("ImageDataGenerator as stock Keras layers", verdict, summary, document, joined(_settings(report), _code(document["code"])))


def _settings(report):
    rows = [_row(_written(line["settings"]), _layers(line), line["difference"], bool(line["left_out"])) for line in report["lines"]]
    rows.append(_row("all of them together", "", report["chain"], False))
    head = element("tr", [element("th", heading) for heading in _HEADINGS])
    table = element("table", element("thead", head), element("tbody", rows))
    said = [sentence for line in report["lines"] for sentence in _said_of(line)] + list(report["remarks"])
    return element(
        "section",
        element("h2", "What becomes of each setting"),
        element("div", table, class_="scroll"),
        element("p", f"Measured on {report['sample']}. {_READING}", class_="soft"),
        element("ul", [element("li", line) for line in said], class_="said") if said else None,
        class_="card",
    )


def _said_of(line):
    why = [f"left out. {line['left_out']['reason']} {line['left_out']['remedy']}"] if line["left_out"] else []
    return [f"{line['name']}: {sentence}" for sentence in (*why, *line["notes"])]


def _row(settings, layers, difference, is_left_out):
    cells = [""] * 5
    if difference:
        cells = [
            number(difference["mean"]),
            "" if difference["effect"] is None else number(difference["effect"]),
            f"{difference['filled']:.0%}",
            *(f"{number(low)} to {number(high)}" for low, high in (difference["original_range"], difference["native_range"])),
        ]
    first = (element("td", element("code", settings)), element("td", layers, class_="text"))
    return element("tr", first, [element("td", cell) for cell in cells], class_="bad" if is_left_out else None)


def _written(settings):
    return ", ".join(f"{name}={value}" for name, value in settings.items())


def _layers(line):
    return "left out" if line["left_out"] else ", ".join(layer["name"] for layer in line["layers"]) or "none needed"


def _code(code):
    return element("section", element("h2", "The layers"), element("pre", element("code", code)), class_="card")
