"""Charts as inline SVG and HTML, coloured by the page's style."""

from __future__ import annotations

import math

import numpy as np

from imgdatagen_compat.migration.parity.html.markup import Markup, element

_WIDTH, _HEIGHT = 360, 96  # units of the drawing


def histogram(counts: np.ndarray, edges: np.ndarray) -> Markup:
    """Returns two histograms in one drawing: the original's as an area, the drop-in's as a line.

    Args:
        counts: [2, N], of the original and of the drop-in; drawn by their square roots, so that small ones are seen beside large ones.
        edges: [N + 1], where the bins end.
    """
    heights = np.sqrt(counts / max(counts.max(), 1)) * _HEIGHT
    across = np.linspace(0, _WIDTH, counts.shape[1] + 1)
    original, dropin = (_steps(across, _HEIGHT - row) for row in heights)
    return element(
        "figure",
        element(
            "svg",
            element("path", d=f"M0,{_HEIGHT} {original} L{_WIDTH},{_HEIGHT} Z", class_="area"),
            element("path", d=f"M{dropin[1:]}", class_="line"),
            viewBox=f"0 -2 {_WIDTH} {_HEIGHT + 2}",
            preserveAspectRatio="none",
            role="img",
            aria_label="histograms of the values of both sides",
        ),
        element("div", element("span", number(edges[0])), element("span", number(edges[-1])), class_="ends"),
        element("figcaption", "values of all images: ", _key("area", "original"), _key("line", "drop-in")),
        class_="histogram",
    )


def times(original_ms: float, dropin_ms: float) -> Markup | None:
    """Returns two bars with the wall time per image, in milliseconds; None where they were not measured."""
    if not (math.isfinite(original_ms) and math.isfinite(dropin_ms)):
        return None
    longest = max(original_ms, dropin_ms) or 1.0
    bars = [
        (element("span", name), element("i", style=f"width:{100 * ms / longest:.1f}%", class_=kind), element("span", f"{ms:.2f} ms"))
        for name, ms, kind in (("original", original_ms, "theirs"), ("drop-in", dropin_ms, "ours"))
    ]
    return element(
        "figure",
        element("div", [element("div", bar, class_="bar") for bar in bars], class_="bars"),
        element("figcaption", f"time per image: {original_ms / dropin_ms:.1f} times as fast" if dropin_ms else "time per image"),
        class_="times",
    )


def number(value: float) -> str:
    """Returns a number with four digits."""
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _steps(across, down):
    return " ".join(f"L{left:.1f},{y:.1f} L{right:.1f},{y:.1f}" for left, right, y in zip(across, across[1:], down))


def _key(kind, name):
    return element("span", element("i", class_=kind), name, class_="key")
