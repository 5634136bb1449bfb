"""Seeds of layers that draw a flip or a sign, and have no argument to state it."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from imgdatagen_compat.native_layers.layer_spec import LayerSpec

_RAMP = np.arange(8, dtype=np.float32)[np.newaxis, np.newaxis, :, np.newaxis] + np.zeros((1, 8, 8, 1), np.float32)


def flipped(layer: LayerSpec) -> LayerSpec:
    """A `RandomFlip` of one mode with a seed that flips the first image it is called with."""
    return layer.having(seed=_seed("RandomFlip", ("mode", layer.arguments["mode"]), layer.arguments["mode"] == "horizontal", True))


def sheared(layer: LayerSpec, positive: bool) -> LayerSpec:
    """A `RandomShear` of one factor with a seed that draws this sign for the first image it is called with."""
    is_horizontal = "x_factor" in layer.arguments
    return layer.having(seed=_seed("RandomShear", ("x_factor" if is_horizontal else "y_factor", (0.25, 0.25)), is_horizontal, positive))


@functools.cache
def _seed(name, argument, is_horizontal, rises):
    """The first seed with which a pixel of a ramp along the axis comes from where the ramp is higher, or (`rises` False) lower."""
    ramp, (row, col) = (_RAMP, (6, 1)) if is_horizontal else (_RAMP.transpose(0, 2, 1, 3), (1, 6))
    for seed in itertools.count():
        made = np.asarray(LayerSpec(name, dict([argument]) | {"seed": seed}).build()(ramp, training=True))
        if (made[0, row, col, 0] > ramp[0, row, col, 0]) == rises:
            return seed
