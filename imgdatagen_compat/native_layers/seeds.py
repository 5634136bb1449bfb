"""Seeds of layers that draw a flip or a sign, and have no argument to state it."""

from __future__ import annotations

import functools

import keras
import numpy as np

from imgdatagen_compat.native_layers.layer_spec import LayerSpec, LayerUnavailableError

_TRIES = 64
_ROWS, _COLS = np.mgrid[:8, :8].astype(np.float32)


def flipped(layer: LayerSpec) -> LayerSpec:
    """A `RandomFlip` of one mode with a seed that flips the first image it is called with."""
    mode = layer.arguments["mode"]
    return layer.having(seed=_seed("RandomFlip", "mode", mode, mode == "horizontal", True))


def sheared(layer: LayerSpec, positive: bool) -> LayerSpec:
    """A `RandomShear` of one factor with a seed that draws this sign for the first image it is called with."""
    factor = "x_factor" if "x_factor" in layer.arguments else "y_factor"
    return layer.having(seed=_seed("RandomShear", factor, (0.25, 0.25), factor == "x_factor", positive))


@functools.cache
def _seed(name, argument, value, is_horizontal, rises):
    """The first seed with which a pixel of a ramp along the axis comes from where the ramp is higher, or (`rises` False) lower."""
    ramp, place = (_COLS, (6, 1)) if is_horizontal else (_ROWS, (1, 6))
    for seed in range(_TRIES):
        layer = LayerSpec(name, {argument: value, "seed": seed})
        made = layer.build()(ramp[np.newaxis, np.newaxis] if layer.is_channels_first else ramp[np.newaxis, ..., np.newaxis], training=True)
        if (keras.ops.convert_to_numpy(made).reshape(8, 8)[place] > ramp[place]) == rises:
            return seed
    raise LayerUnavailableError(f"No seed below {_TRIES} has `{name}` of Keras {keras.__version__} draw what is asked for")
