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
    measured = {point["table"] for point in found["growth"] if point["measurement"]["values"]}
    tables = [name for name in rows.GROWTH_TABLES if name in measured]
    if not works and not tables:
        return []
    bar_height = sum(len(bars) + 1.6 for bars in works.values())
    heights = [height for height in (bar_height, 7.5 if tables else 0) if height]
    figure = Figure(figsize=(11, 0.33 * sum(heights) + 0.8), layout="constrained")
    FigureCanvasAgg(figure)
    panels = list(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
    if works:
        _draw_bars(panels.pop(0).subplots(), works)
    if tables:
        for axes, table in zip(panels.pop(0).subplots(1, len(tables), squeeze=False)[0], tables):
            _draw_growth(axes, table, [point for point in found["growth"] if point["table"] == table])
    machine = found["machine"]
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    figure.suptitle(f"Milliseconds per image (median, and the range of all rounds); {cores}, {machine['processor']}", fontsize=11)
    figure.savefig(directory / FILE_NAME, dpi=130)
    return [FILE_NAME]


def _timed_works(found):
    works = {}
    for measurement in found["measurements"]:
        if measurement["unit"] == "ms/image" and measurement["values"]:
            works.setdefault(measurement["work"], []).append((measurement["contender"], measurement["values"]))
    return {work: sorted(bars, key=lambda bar: -median(bar[1])) for work, bars in works.items()}


def _draw_bars(axes, works):
    position, positions, labels = 0.0, [], []
    every_median = [median(values) for bars in works.values() for _, values in bars]
    left = min(every_median) / 2
    for work, bars in works.items():
        axes.text(left, position, f" {rows.TITLES[work]}", fontsize=9, weight="bold", va="center")
        original = next((median(values) for name, values in bars if name == rows.ORIGINAL), None)
        for name, values in bars:
            position += 1
            positions.append(position)
            labels.append(name)
            _draw_bar(axes, position, name, values, original)
        position += 1.6
    axes.set_xscale("log")
    axes.set_xlim(left, max(every_median) * 3)  # room for the numbers
    axes.set_ylim(position - 0.8, -0.8)
    axes.set_yticks(positions, labels, fontsize=8)
    axes.set_xlabel("ms per image, logarithmic; × = times faster than the original", fontsize=9)
    _label_plainly(axes.xaxis)
    axes.grid(True, axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_bar(axes, position, name, values, original):
    middle = median(values)
    axes.barh(position, middle, color=_colour(name), height=0.76)
    axes.plot([min(values), max(values)], [position, position], color="black", linewidth=0.9, marker="|", markersize=5)
    ratio = "" if original is None or name == rows.ORIGINAL else f"   {original / middle:.1f}×"
    offset = {"xytext": (6, 0), "textcoords": "offset points"}
    axes.annotate(f"{middle:.3g} ms{ratio}", (max(values), position), va="center", fontsize=8, **offset)


def _label_plainly(axis):
    """Numbers such as 0.2, 0.5 and 20 instead of powers of ten."""
    from matplotlib.ticker import LogLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")
    axis.set_tick_params(labelsize=8)


def _draw_growth(axes, table, points):
    ticks = sorted({point["size"] for point in points})
    for side, colour in ((rows.ORIGINAL, ORIGINAL), (rows.DROPIN, OURS)):
        line = sorted((point["size"], median(point["measurement"]["values"])) for point in points if _measured(point, side))
        if line:
            axes.plot(*zip(*line), marker="o", color=colour, label=side)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks], fontsize=8)
    axes.set_xticks([], minor=True)
    _label_plainly(axes.yaxis)
    axes.set_ylim(*_rounded_out(axes.get_ylim()))
    axes.set_xlabel(GROWTH_LABELS[table], fontsize=9)
    axes.set_ylabel("ms per image", fontsize=9)
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _rounded_out(limits):
    """Wide enough to hold labelled ticks, and for flat lines to look flat."""
    low, high = limits
    return min(low, high / 10) / 1.3, high * 1.3


def _measured(point, side):
    return point["side"] == side and point["measurement"]["values"]


def _colour(name):
    if name == rows.ORIGINAL:
        return ORIGINAL
    if name.startswith(rows.DROPIN):
        return OURS
    return LIMIT if name == rows.DECODING else PEER
