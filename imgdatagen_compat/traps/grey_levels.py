"""Traps of pixel values: what range a setting takes them to have. See `Trap.advise` for what each function takes and returns."""

from __future__ import annotations

import numbers

import numpy as np

from imgdatagen_compat.bit_depth import is_auto
from imgdatagen_compat.depth_mismatch import array_problem, file_problem
from imgdatagen_compat.preprocessing_functions import application_of
from imgdatagen_compat.rescaling import brightens_in_float, rescales_first
from imgdatagen_compat.semantics import semantics_level
from imgdatagen_compat.traps.sample import value_range


def brightness_of_unit_range(config, sample):
    if config.brightness_range is None or not sample.in_unit_range:
        return None
    if semantics_level(config.semantics).stretches_contrast or brightens_in_float(config):
        return None
    low, high = sample.value_range
    return (
        f"`brightness_range` works on whole grey levels of 0-255; these images range from {low:g} to {high:g}, and every value below 1 "
        "becomes 0: they turn black.",
        "Give raw pixels in 0-255 and rescale with `rescale=1 / 255`, which comes after brightness.",
    )


def brightness_stretches_contrast(config, sample):
    if config.brightness_range is None or not semantics_level(config.semantics).stretches_contrast:
        return None
    return (
        "At this level `brightness_range` first stretches every image from its own minimum and maximum to 0-255, even for a factor of 1.",
        "Keep it for a model that was trained so; for a new one, use another level of `semantics`.",
    )


def channel_shift_unit(config, sample):
    shift = config.channel_shift_range
    if not shift or sample.value_range is None:
        return None
    low, high = sample.value_range
    if sample.in_unit_range and abs(shift) >= 1:
        return (
            f"`channel_shift_range={shift:g}` is in the unit of the raw pixels, which range from {low:g} to {high:g}: most images become "
            "all black or all white.",
            "Give raw pixels in 0-255, or a range that fits these.",
        )
    if abs(shift) < 1 and high - low > 100:
        return (
            f"`channel_shift_range={shift:g}` is in the unit of the raw pixels, which range from {low:g} to {high:g}: nobody can see it.",
            f"If a fraction was meant, pass `channel_shift_range={255 * shift:g}`; `rescale` comes later.",
        )
    return None


def rescale_with_preprocess_input(config, sample):
    function = config.preprocessing_function
    application = application_of(function)
    factor = _factor(config)
    if application is None or factor in (0, 1):
        return None
    # Affine in every channel, so that black and white are the extremes.
    black_and_white = [np.full((3, 3, 3), grey, np.float32) for grey in (0, 255)]
    low, high = value_range([function(image.copy()) for image in black_and_white])
    before, after = (factor, 1) if rescales_first(config) else (1, factor)
    reached = value_range([function(image * before) * after for image in black_and_white])
    return (
        f"The models of `keras.applications.{application}` expect what their `preprocess_input` makes of pixels in 0-255, {low:.4g} to "
        f"{high:.4g}. With `rescale` they get {reached[0]:.4g} to {reached[1]:.4g}.",
        "Leave `rescale` out.",
    )


def bit_depth(config, sample):
    if sample.array is not None:
        found = [array_problem(config, sample.array, config.dtype)]
    else:
        found = [file_problem(config, depth, sample.color_mode) for depth in dict.fromkeys(sample.depths)]
    problems = [problem for problem in found if problem is not None]
    if not problems:
        return None
    # What happens is the first sentence, what to do the others.
    happens, remedies = zip(*(problem.split(". ", 1) for problem in problems))
    return f"{'; '.join(happens)}.", " ".join(dict.fromkeys(remedies))


def fit_augments_rescaled(config, sample):
    is_shrunk = 0 < abs(_factor(config)) < 1 and not rescales_first(config)
    in_grey_levels = [name for name in ("channel_shift_range", "brightness_range") if getattr(config, name)]
    if not is_shrunk or not in_grey_levels or not (config.featurewise_center or config.featurewise_std_normalization):
        return None
    return (
        "`fit(augment=True)` rescales before it augments, batches are rescaled after it: "
        f"{' and '.join(f'`{name}`' for name in in_grey_levels)}, in grey levels, spoils the statistics.",
        "Call `fit` without `augment=True`.",
    )


def _factor(config) -> float:
    """The number that `rescale` multiplies 8-bit pixels by; 1 where it cannot be told."""
    if is_auto(config.rescale):
        return 1 / 255
    return config.rescale if isinstance(config.rescale, numbers.Real) else 1
