"""Rotation, shift, shear, zoom and flip as stock layers.

The original composes one matrix, input = rotation · shift · shear · zoom · output, and resamples once. A chain of layers in the order
rotation, shift, shear, zoom has the same product, resampled at every step.
"""

from __future__ import annotations

import dataclasses
import math
import numbers

import keras
import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.native_layers.conversion import LeftOut, Twin, random_twin
from imgdatagen_compat.native_layers.layer_spec import LayerSpec
from imgdatagen_compat.native_layers.seeds import flipped, sheared
from imgdatagen_compat.semantics import semantics_level

# SciPy's name -> the layers' name, and what differs where the names mean different things.
FILL_MODES = {
    "nearest": ("nearest", ""),
    "constant": ("constant", 'fill_mode="constant" blends with the fill value across the edge, where the original cuts off at it.'),
    "reflect": ("reflect", ""),
    "wrap": ("wrap", 'fill_mode="wrap" repeats after n pixels, where SciPy\'s repeats after n - 1.'),
    "mirror": ("reflect", 'fill_mode="mirror" becomes "reflect", which repeats the pixel at the edge.'),
    "grid-mirror": ("reflect", ""),
    "grid-wrap": ("wrap", 'fill_mode="grid-wrap" becomes "wrap", which does not interpolate across the seam.'),
    "grid-constant": ("constant", ""),
}
_INTERPOLATIONS = {0: "nearest", 1: "bilinear"}
_SMALLEST_ZOOM = -0.99  # the layer refuses -1, a zoom factor of 0


def _resampled(convert):
    """Wraps a conversion to a layer that resamples: it gets what such layers have in common, or is not called where they cannot."""

    def twin(config, images):
        order, mode = config.interpolation_order, config.fill_mode
        if order not in _INTERPOLATIONS:
            reason = f"Stock layers interpolate with nearest or bilinear, not with splines of order {order}."
            return LeftOut(reason, "Pass `interpolation_order=1`, or stay with the iterator for this.")
        if mode not in FILL_MODES:
            return LeftOut(f"SciPy knows no fill mode {mode!r}, the original raises.", f"Pass one of {', '.join(map(repr, FILL_MODES))}.")
        if mode in ("constant", "grid-constant") and not isinstance(config.cval, numbers.Real):
            return LeftOut("A stock layer fills with one number.", "Pass a number as `cval`.")
        name, note = FILL_MODES[mode]
        common = {"fill_mode": name, "interpolation": _INTERPOLATIONS[order]}
        if name == "constant":
            common["fill_value"] = float(config.cval) * images.gain
        common |= _data_format(config)
        return convert(config, images, common, (note,) if note else ())

    return twin


def _data_format(config):
    # Layers follow the global setting, which may be another one where the code is pasted.
    is_usual = CHANNELS_FIRST not in (config.data_format, keras.config.image_data_format())
    return {} if is_usual else {"data_format": config.data_format}


@_resampled
def rotation(config, images, common, notes):
    sign = 1 if semantics_level(config.semantics).swaps_axes else -1
    reach = abs(config.rotation_range)

    def factors(draw):
        return {"factor": sign * draw["theta"] / 360}

    notes = [*notes, *_pivot(config, images)]
    return random_twin("RandomRotation", factors, {"theta": -reach}, {"theta": reach}, (-1.0, 1.0), notes, **common)


def _pivot(config, images):
    level = semantics_level(config.semantics)
    if level.centre_offset != -0.5:
        return ["The layer turns and zooms about the centre, the original about a point one pixel below and right of it."]
    if level.tx_moves_columns and images.size[0] != images.size[1]:
        first, second = level.pivot(*images.size)
        return [f"The layer turns and zooms about the centre, the original about row {second:g}, column {first:g}: the images are oblong."]
    return []


@_resampled
def shift(config, images, common, notes):
    level = semantics_level(config.semantics)
    height, width = images.size
    # tx and ty in pixels are fractions of the side along which they move, whichever side they were drawn for.
    moved_by_tx, moved_by_ty = (width, height) if level.tx_moves_columns else (height, width)
    for_tx, for_ty = ("width_factor", "height_factor") if level.tx_moves_columns else ("height_factor", "width_factor")

    def factors(draw):
        moved = {for_tx: -draw["tx"] / moved_by_tx, for_ty: -draw["ty"] / moved_by_ty}
        return {name: moved[name] for name in ("height_factor", "width_factor")}

    notes = [*notes]
    reach = {}
    for name, draw, side in (("height_shift_range", "tx", height), ("width_shift_range", "ty", width)):
        in_pixels, reach[draw], note = _reach(getattr(config, name))
        if in_pixels and not images.size_is_known:
            raise ValueError(
                f"`{name}` is in pixels, and the layer takes a fraction of the side: pass `image_size=(height, width)`. "
                f"Received: {name}={getattr(config, name)!r}"
            )
        reach[draw] *= 1 if in_pixels else side
        notes += [f"`{name}`: {note}"] if note else []
    if level.tx_moves_columns:
        notes.append("As in Keras since 2.9, `height_shift_range` moves columns and `width_shift_range` moves rows; so do the factors.")
        if not images.size_is_known:
            notes.append("Taken for square images; pass `image_size=(height, width)` for others.")
    lows = {draw: -value for draw, value in reach.items()}
    return random_twin("RandomTranslation", factors, lows, reach, (-1.0, 1.0), notes, **common)


def _reach(shift_range):
    """Whether a shift is in pixels, the largest one (in pixels or as a fraction), and what differs in the draw."""
    if not np.any(shift_range):
        return False, 0.0, ""
    in_pixels = bool(np.max(shift_range) >= 1)
    if isinstance(shift_range, numbers.Integral) and shift_range > 0:
        reach = float(shift_range - 1)
        return in_pixels, reach, f"the original draws whole pixels, 0 to {reach:g} with a random sign, the layer any number between."
    if np.ndim(shift_range):
        reach = float(np.max(np.abs(shift_range)))
        return in_pixels, reach, f"the original draws one of {list(shift_range)} with a random sign, the layer any number up to {reach:g}."
    return in_pixels, float(abs(shift_range)), ""


@_resampled
def shear(config, images, common, notes):
    moves_columns = semantics_level(config.semantics).swaps_axes
    reach = min(abs(config.shear_range), 90)

    def factors(draw):
        return {"x_factor" if moves_columns else "y_factor": abs(math.sin(math.radians(draw["shear"])))}

    moved, side = factors({"shear": reach}).popitem()[1] / 2, "height" if moves_columns else "width"
    notes = [*notes, f"The layer pivots on the top left corner: the middle of the image moves by up to {moved:.0%} of the {side}."]
    # The layer draws the sign by itself; a positive one reads from larger coordinates, a positive angle from smaller ones.
    twin = random_twin("RandomShear", factors, {"shear": 0}, {"shear": reach}, (0.0, 1.0), notes, **common)
    return dataclasses.replace(twin, pinned=lambda draw: tuple(sheared(layer, draw["shear"] < 0) for layer in twin.pinned(draw)))


@_resampled
def zoom(config, images, common, notes):
    by_row, by_col = ("zy", "zx") if semantics_level(config.semantics).swaps_axes else ("zx", "zy")
    low, high = (float(end) for end in config.zoom_range)

    def factors(draw):
        return {"height_factor": draw[by_row] - 1, "width_factor": draw[by_col] - 1}

    lows, highs = {"zx": low, "zy": low}, {"zx": high, "zy": high}
    return random_twin("RandomZoom", factors, lows, highs, (_SMALLEST_ZOOM, 1.0), [*notes, *_pivot(config, images)], **common)


def flip(config, images):
    # Two layers: one layer for both has, in newer releases of Keras, one draw for both.
    modes = {"horizontal": config.horizontal_flip, "vertical": config.vertical_flip}
    layers = {mode: LayerSpec("RandomFlip", {"mode": mode, **_data_format(config)}) for mode, wanted in modes.items() if wanted}

    def pinned(draw):
        return tuple(flipped(layer) for mode, layer in layers.items() if draw[f"flip_{mode}"])

    return Twin(tuple(layers.values()), pinned)
