"""The page of a comparison, from what is reported as JSON and what was kept to be looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from imgdatagen_compat.migration.parity.comparing import Result
from imgdatagen_compat.migration.parity.evidence import Pair
from imgdatagen_compat.migration.parity.html.charts import histogram, number, times
from imgdatagen_compat.migration.parity.html.markup import Markup, element, joined, with_breaks
from imgdatagen_compat.migration.parity.html.pictures import difference_picture, pictured
from imgdatagen_compat.migration.parity.html.style import STYLE
from imgdatagen_compat.migration.parity.report import HEADINGS, cells, closing_line, exit_status, said_of, written

# Says to the browser what a self-contained page needs: nothing from anywhere else, no script.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_VERDICTS = ("within the promise", "outside the promise", "nothing compared")
# What the original calls a draw, its unit, and the value that changes nothing.
_DRAWS = (
    ("theta", "°", 0), ("tx", " px", 0), ("ty", " px", 0), ("shear", "°", 0), ("zx", "", 1), ("zy", "", 1), ("flip_horizontal", "", False),
    ("flip_vertical", "", False), ("channel_shift_intensity", "", None), ("brightness", "", None),
)  # fmt: skip
_READING = (
    "Of each pair, the original is on the left, the drop-in in the middle, and on the right where they differ: the brighter, the more, "
    "with the largest difference brightest. The pictures are made smaller and compressed to be looked at; the numbers were compared, bit "
    "for bit. Draws are those of the original: theta and shear in degrees, tx and ty in pixels, zx and zy factors; those that change "
    "nothing are not shown. Times are per image, in the middle of a loop over one side at a time."
)


def parity_page(results: Sequence[Result], document: Mapping[str, Any]) -> str:
    """Returns the page, HTML in one piece.

    Args:
        results: with evidence.
        document: what `report.as_json` returns of them.
    """
    status = exit_status(results)
    sections = [_section(number, result) for number, result in enumerate(results)]
    return page(
        "Parity of ImageDataGenerator",
        (_VERDICTS[status], _kind(status)),
        closing_line(results) + ".",
        document,
        joined(_overview(results), sections, element("footer", element("p", _READING))),
    )


def page(title: str, verdict: tuple[str, str], summary: str, document: Mapping[str, Any], body: Markup) -> str:
    """Returns a whole page: the verdict with settings and versions above, `body` below.

    Args:
        title: of the page.
        verdict: the badge's words, and its class: "", "bad" or "none".
        summary: a sentence.
        document: has "versions" and "settings".
        body: the rest.
    """
    words, kind = verdict
    facts = {name: value for name, value in document["settings"].items() if value not in (None, {}, []) and name != "path"}
    top = element(
        "header",
        element("h1", title),
        element("p", element("span", words, class_=f"badge {kind}".rstrip()), " ", summary),
        element("h3", "Settings"),
        _definitions({name.replace("_", " "): _words(value) for name, value in facts.items()}),
        element("h3", "Versions"),
        element("p", ", ".join(f"{name} {version}" for name, version in document["versions"].items())),
        class_=f"card {kind}".rstrip(),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", f"{title}: {words}"),
        element("style", Markup(STYLE)),
    )
    return f"<!doctype html>\n{element('html', head, element('body', top, body), lang='en')}\n"


def _kind(status):
    return ("", "bad", "none")[status]


def _status(result):
    if not result.comparison.within_promise:
        return 1
    return 0 if result.comparison.comparable else 2


def _words(value):
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={inner!r}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)


def _definitions(facts):
    return element("dl", [(element("dt", name), element("dd", value)) for name, value in facts.items()])


def _overview(results):
    head = element("tr", [element("th", heading) for heading in ("configuration", *HEADINGS)])
    rows = [
        element(
            "tr",
            element("td", element("a", result.name, href=f"#row-{place}")),
            [element("td", cell) for cell in cells(result.comparison)],
            class_=_kind(_status(result)) or None,
        )
        for place, result in enumerate(results)
    ]
    table = element("table", element("thead", head), element("tbody", rows))
    note = element("p", "Differences are fractions of a batch's largest value.", class_="soft")
    return element("section", element("h2", "All configurations"), element("div", table, class_="scroll"), note, class_="card")


def _section(place, result):
    comparison, evidence = result.comparison, result.evidence
    status = _status(result)
    said = said_of(comparison)
    charts = [times(comparison.original_ms, comparison.dropin_ms)]
    if evidence.edges is not None:
        charts.insert(0, histogram(evidence.histograms, evidence.edges))
    compared = f"{comparison.batches} batches, {comparison.images} images; seed {result.seed}"
    return element(
        "section",
        element("h2", result.name, element("span", _VERDICTS[status], class_=f"badge {_kind(status)}".rstrip())),
        element("p", element("code", written({**result.case.generator, **result.case.flow}))),
        element("p", compared, class_="soft"),
        element("ul", [element("li", line) for line in said], class_="said") if said else None,
        element("div", charts, class_="charts"),
        element("div", [_pair(pair) for pair in evidence.pairs], class_="pairs"),
        id=f"row-{place}",
        class_=f"card {_kind(status)}".rstrip(),
    )


def _pair(pair: Pair):
    height, width = pair.original.shape[:2]
    left, middle = pictured(pair.original, pair.dropin)
    figures = [_picture(left, "original"), _picture(middle, "drop-in"), _difference(pair)]
    return element(
        "div",
        element("h4", with_breaks(pair.name), element("span", f" · batch {pair.batch}", class_="soft")),
        element("div", figures, class_="three", style=f"--shape:{width}/{height}"),
        element("div", _labels(*pair.labels), _draws(pair.draw), class_="facts"),
        class_="pair",
    )


def _picture(source, caption):
    return element("figure", element("img", src=source, alt=caption), element("figcaption", caption))


def _difference(pair):
    if pair.identical:
        return element("figure", element("div", "identical", class_="same"), element("figcaption", "no difference"))
    if pair.original.shape != pair.dropin.shape:
        shapes = " and ".join(" x ".join(map(str, image.shape)) for image in (pair.original, pair.dropin))
        return element("figure", element("div", shapes, class_="same bad"), element("figcaption", "difference: the shapes"))
    source, brightest = difference_picture(pair.original, pair.dropin)
    largest = number(brightest) if math.isfinite(pair.largest) else "numbers that are not finite"
    return _picture(source, f"difference: up to {largest}")


def _labels(original, dropin):
    if original == dropin:
        return element("div", f"label: {original}") if original else None
    return element("div", f"label: {original or 'none'} in the original, {dropin or 'none'} in the drop-in", class_="differs")


def _draws(draw):
    shown = [
        element("span", name if idle is False else f"{name} {number(draw[name])}{unit}")
        for name, unit, idle in _DRAWS
        if draw.get(name) is not None and draw[name] != idle
    ]
    return element("div", shown, class_="draw") if shown else None
