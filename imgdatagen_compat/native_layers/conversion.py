"""What a conversion of one setting to stock layers is, and what it is told and returns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.native_layers.layer_spec import LayerSpec

TO_LAYERS = "`datagen.to_layers()` keeps it."


@dataclasses.dataclass(frozen=True)
class Images:
    """What of the images decides the units.

    Attributes:
        size: (height, width) in pixels.
        size_is_known: False where it is that of the images made to measure on.
        value_range: black and white, in the unit of the pixels that reach the layer.
        gain: what numbers in the unit of raw pixels are multiplied by to be in that unit: `rescale`, if it comes first.
        mean, std: featurewise statistics, arrays or None.
    """

    size: tuple[int, int]
    size_is_known: bool
    value_range: tuple[float, float]
    gain: float = 1.0
    mean: Any = None
    std: Any = None

    @property
    def span(self) -> float:
        """From black to white."""
        return self.value_range[1] - self.value_range[0]


@dataclasses.dataclass(frozen=True)
class Twin:
    """The stock layers for a setting.

    Attributes:
        layers: in their order, drawing from the whole range.
        pinned: takes one draw of the original (see `params.draw_transform`) to the same layers drawing nothing else, but for a sign or a
            flip, which only their seed decides.
        notes: sentences that only these settings need.
    """

    layers: tuple[LayerSpec, ...]
    pinned: Callable[[Mapping], tuple[LayerSpec, ...]]
    notes: tuple[str, ...] = ()

    @classmethod
    def fixed(cls, *layers: LayerSpec, notes=()) -> Twin:
        """Layers that draw nothing."""
        return cls(layers, lambda draw: layers, tuple(notes))


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """Why a setting has no stock layer.

    Attributes:
        reason: a sentence.
        remedy: what to do, a sentence.
    """

    reason: str
    remedy: str = TO_LAYERS


@dataclasses.dataclass(frozen=True)
class Conversion:
    """One row of the table.

    Attributes:
        name: what the report calls it.
        stages: names of the rows of `stages.STAGES` that it stands for, whole or in part.
        arguments: constructor arguments of `ImageDataGenerator` that it converts.
        layer: the stock layer, Markdown; "none" where there is none.
        units: how the numbers convert, Markdown.
        differs: what stays different whatever the numbers, Markdown.
        is_active: tells from a config whether the setting does anything.
        twin: takes `(config, images)` to the stock layers.
        shaped_by: further constructor arguments that it takes into account.
    """

    name: str
    stages: tuple[str, ...]
    arguments: tuple[str, ...]
    layer: str
    units: str
    differs: str
    is_active: Callable[[GeneratorConfig], bool]
    twin: Callable[[GeneratorConfig, Images], Twin | LeftOut]
    shaped_by: tuple[str, ...] = ()


def random_twin(name: str, factors: Callable, lows: Mapping, highs: Mapping, limits: tuple[float, float], notes=(), **fixed) -> Twin:
    """A layer that draws uniformly, from the range of the original in the layer's units.

    Args:
        name: of the class in `keras.layers`.
        factors: takes a draw of the original to the arguments of the layer, each a number: the conversion of units.
        lows, highs: the ends of the range of the original's draws.
        limits: smallest and largest number that the layer takes; what is beyond is cut off, with a note.
        notes: sentences to add.
        **fixed: further arguments of the layer.
    """

    def within(factor):
        return min(max(factor, limits[0]), limits[1])

    def pinned(draw):
        return (LayerSpec(name, {argument: (within(value),) * 2 for argument, value in factors(draw).items()} | fixed),)

    ends = [factors(lows), factors(highs)]
    # Ten digits: 0.2 rather than 0.19999999999999996 in code to paste; and 0.0 rather than -0.0.
    ranges = {argument: tuple(sorted(float(f"{end[argument]:.10g}") + 0.0 for end in ends)) for argument in ends[0]}
    cut = {argument: tuple(within(end) for end in found) for argument, found in ranges.items()}
    beyond = tuple(
        f"`{argument}` would be {low:.4g} to {high:.4g}: {name} takes {limits[0]:g} to {limits[1]:g}, and the rest is cut off."
        for argument, (low, high) in ranges.items()
        if cut[argument] != (low, high)
    )
    return Twin((LayerSpec(name, cut | fixed),), pinned, (*notes, *beyond))
