"""The results as a chart: times per image on a logarithmic scale, and how they grow with the work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import rows
from benchmarks.measure import NotAvailableError

FILE_NAME = "speed.png"
OURS, ORIGINAL, PEER, LIMIT = "#1b7f5c", "#b4472e", "#8a94a6", "#3d4452"
GROWTH_LABELS = {rows.BATCH_SIZE: "images per batch", rows.IMAGE_SIZE: "side in pixels", rows.DATASET_SIZE: "file names"}


def draw(found: Mapping[str, Any], directory: Path) -> list[str]:
    """Draws what `report.as_json` returned into `directory`.

    Returns:
        The names of the files written; none if there is nothing to draw.

    Raises:
        NotAvailableError: Matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NotAvailableError(f'{error.name} is not installed: pip install ".[bench]"') from error

    works = _timed_works(found)
    tables = [name for name in rows.GROWTH_TABLES if any(point["table"] == name for point in found["growth"])]
    if not works and not tables:
        return []
    heights = [*(len(bars) + 1.4 for bars in works.values()), *([6.5] if tables else [])]
    figure = Figure(figsize=(11, 0.34 * sum(heights) + 1.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    limits = _common_limits(works)
    for panel, (work, bars) in zip(panels, works.items()):
        _draw_bars(panel.subplots(), rows.TITLES[work], bars, limits)
    if tables:
        for axes, table in zip(panels[-1].subplots(1, len(tables), squeeze=False)[0], tables):
            _draw_growth(axes, table, [point for point in found["growth"] if point["table"] == table])
    machine = found["machine"]
    figure.suptitle(f"Milliseconds per image, logarithmic; {machine['cores']} cores, {machine['processor']}", fontsize=11)
    figure.savefig(directory / FILE_NAME, dpi=130)
    return [FILE_NAME]


def _timed_works(found):
    works = {}
    for measurement in found["measurements"]:
        if measurement["unit"] == "ms/image" and measurement["values"]:
            works.setdefault(measurement["work"], []).append((measurement["contender"], measurement["values"]))
    return {work: sorted(bars, key=lambda bar: -median(bar[1])) for work, bars in works.items()}


def _common_limits(works):
    values = [median(values) for bars in works.values() for _, values in bars]
    return (min(values) / 2, max(values) * 2.2) if values else (0.1, 10)


def _draw_bars(axes, title, bars, limits):
    names = [name for name, _ in bars]
    medians = [median(values) for _, values in bars]
    errors = [[middle - min(values), max(values) - middle] for middle, (_, values) in zip(medians, bars)]
    axes.barh(names, medians, color=[_colour(name) for name in names], height=0.72)
    axes.errorbar(medians, names, xerr=list(zip(*errors)), fmt="none", ecolor="black", elinewidth=0.8, capsize=2)
    original = dict(zip(names, medians)).get(rows.ORIGINAL)
    for name, middle, (_, values) in zip(names, medians, bars):
        ratio = "" if original is None or name == rows.ORIGINAL else f"   {original / middle:.1f}×"
        axes.annotate(f"{middle:.3g} ms{ratio}", (max(values), name), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9, loc="left")
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_growth(axes, table, points):
    ticks = sorted({point["size"] for point in points})
    for side, colour in ((rows.ORIGINAL, ORIGINAL), (rows.DROPIN, OURS)):
        line = [(point["size"], median(point["measurement"]["values"])) for point in points if _measured(point, side)]
        if line:
            axes.plot(*zip(*line), marker="o", color=colour, label=side)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.tick_params(axis="y", which="both", labelsize=8)
    axes.set_xlabel(GROWTH_LABELS[table], fontsize=9)
    axes.set_ylabel("ms per image", fontsize=9)
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _measured(point, side):
    return point["side"] == side and point["measurement"]["values"]


def _colour(name):
    if name == rows.ORIGINAL:
        return ORIGINAL
    if name.startswith(rows.DROPIN):
        return OURS
    return LIMIT if name == rows.DECODING else PEER
