"""Traps of the affine transform: units, exchanged axes, interpolated masks. See `Trap.advise` for what each function takes and returns."""

from __future__ import annotations

import functools
import numbers

import numpy as np

from imgdatagen_compat.semantics import semantics_level
from imgdatagen_compat.stages import STAGES

_MOST_LABELS = 32  # distinct values; photographs have more, of 8 bits as of any depth
_PIXELS_PER_LABEL = 16
_MOVES_PIXELS = next(stage.is_active for stage in STAGES if stage.name == "affine")


def shear_below_one_degree(config, sample):
    return _below_one_degree("shear_range", config.shear_range)


def rotation_below_one_degree(config, sample):
    return _below_one_degree("rotation_range", config.rotation_range)


def _below_one_degree(name, angle):
    if not isinstance(angle, numbers.Real) or not 0 < abs(angle) < 1:
        return None
    return (
        f"`{name}={angle:g}` is in degrees, and {angle:g} degrees move no pixel of a 200-pixel image by more than "
        f"{200 * np.tan(np.deg2rad(abs(angle))):.1f} pixels.",
        f"If radians were meant, pass `{name}={np.rad2deg(angle):.3g}`"
        + (f"; if a fraction of a turn, as in `keras.layers.RandomRotation`, `{name}={360 * angle:g}`." if "rotation" in name else "."),
    )


def integer_shift(config, sample):
    shifts = {name: getattr(config, name) for name in ("width_shift_range", "height_shift_range")}
    found = {name: value for name, value in shifts.items() if isinstance(value, numbers.Integral) and value > 0}
    if not found:
        return None
    settings = " and ".join(f"`{name}={value}`" for name, value in found.items())
    reach = max(found.values()) - 1
    return (
        f"{settings}: an int means whole pixels, "
        + (f"0 to {reach} with a random sign." if reach else "0 to 0 of them, which shifts nothing."),
        "For a fraction of the side pass a float below 1; for any number of pixels up to n pass `float(n)`, from 1.0 on.",
    )


def axes_swapped(config, sample):
    height, width = sample.size or (0, 0)
    if height == width or not _exchanges_axes(config) or not _MOVES_PIXELS(config):
        return None
    return (
        f"Images are {height} x {width}. As in Keras since 2.9, the affine transform exchanges rows and columns: rotation, shear and zoom "
        f"pivot on row {width / 2 - 0.5:g}, column {height / 2 - 0.5:g} instead of row {height / 2 - 0.5:g}, column {width / 2 - 0.5:g}, "
        "and shifts are fractions of the other side.",
        'Pass `semantics="documented"`, or train on square images.',
    )


def shifts_swapped(config, sample):
    shifts = [shift if np.any(shift) else 0 for shift in (config.width_shift_range, config.height_shift_range)]
    if not _exchanges_axes(config) or np.array_equal(*shifts):
        return None
    return (
        "As in Keras since 2.9, `height_shift_range` moves columns and `width_shift_range` moves rows.",
        'Pass `semantics="documented"`, or the two values the other way round.',
    )


def zoom_through_zero(config, sample):
    low, high = config.zoom_range
    if low > 0 and high > 0:
        return None
    return (
        f"Zoom factors are drawn from {low:g} to {high:g}: one near 0 smears a single pixel over the image, a negative one mirrors it.",
        "A number z means factors from 1 - z to 1 + z: pass one below 1, or a pair of positive factors.",
    )


def interpolated_labels(config, sample):
    if not config.interpolation_order or not _MOVES_PIXELS(config):
        return None
    labels = _labels(sample.images)
    if labels is None:
        return None
    shown = ", ".join(f"{value:g}" for value in labels[:4]) + (", …" if len(labels) > 4 else "")
    return (
        f"These look like masks: {len(labels)} distinct values ({shown}). `interpolation_order={config.interpolation_order}` makes values "
        "between them at every edge, which are no labels, or those of other classes.",
        "Make batches of images and masks with `flow_pair(images, masks)`, which moves both alike and keeps the values of masks.",
    )


def _exchanges_axes(config):
    return semantics_level(config.semantics).tx_moves_columns


def _labels(images):
    """The distinct values of images that look like masks: few, and whole numbers; None for others."""
    if not len(images):
        return None
    values = functools.reduce(np.union1d, (np.unique(image) for image in images))
    pixels = sum(image.shape[0] * image.shape[1] * image.shape[2] for image in images)
    is_few = 2 <= len(values) <= min(_MOST_LABELS, pixels / _PIXELS_PER_LABEL)
    return values if is_few and np.array_equal(values, np.round(values)) else None
