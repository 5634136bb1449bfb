"""The table of conversions: each setting of `ImageDataGenerator`, the stock Keras layer for it, the units, and what stays different.

The documents show this table.
"""

from __future__ import annotations

from imgdatagen_compat.native_layers import geometry, intensity, standardization
from imgdatagen_compat.native_layers.conversion import Conversion
from imgdatagen_compat.params import zooms
from imgdatagen_compat.rescaling import rescales_first

_RESAMPLING = ("fill_mode", "cval", "interpolation_order")

CONVERSIONS = (
    Conversion(
        "rotation",
        ("affine",),
        ("rotation_range",),
        "`RandomRotation`",
        "degrees / 360",
        "resampled on its own",
        lambda config: bool(config.rotation_range),
        geometry.rotation,
        _RESAMPLING,
    ),
    Conversion(
        "shift",
        ("affine",),
        ("width_shift_range", "height_shift_range"),
        "`RandomTranslation`",
        "fraction of the side that moves; pixels / side",
        "resampled on its own; no whole pixels, no list of values",
        lambda config: bool(config.width_shift_range or config.height_shift_range),
        geometry.shift,
        _RESAMPLING,
    ),
    Conversion(
        "shear",
        ("affine",),
        ("shear_range",),
        "`RandomShear`",
        "sin(degrees)",
        "resampled on its own; pivots on the top left corner, not the centre; the other axis is not scaled by cos(degrees)",
        lambda config: bool(config.shear_range),
        geometry.shear,
        _RESAMPLING,
    ),
    Conversion(
        "zoom",
        ("affine",),
        ("zoom_range",),
        "`RandomZoom`",
        "zoom factor - 1 (above 0 shows more of the image)",
        "resampled on its own",
        zooms,
        geometry.zoom,
        _RESAMPLING,
    ),
    Conversion(
        "channel shift",
        ("channel shift",),
        ("channel_shift_range",),
        "`RandomBrightness`",
        "grey levels / 255",
        "cut off at black and white, not at the darkest and brightest value of the image",
        lambda config: config.channel_shift_range != 0,
        intensity.channel_shift,
    ),
    Conversion(
        "flip",
        ("flip",),
        ("horizontal_flip", "vertical_flip"),
        "`RandomFlip`, one for each",
        "each drawn on its own",
        "nothing",
        lambda config: bool(config.horizontal_flip or config.vertical_flip),
        geometry.flip,
    ),
    Conversion(
        "brightness",
        ("brightness",),
        ("brightness_range",),
        "`RandomBrightness`",
        "(factor - 1) / 2, right for mid-grey",
        "adds to every pixel instead of multiplying it; keeps fractions of grey levels; changes an alpha channel too",
        lambda config: config.brightness_range is not None,
        intensity.brightness,
    ),
    Conversion(
        "preprocessing function",
        ("preprocessing function",),
        ("preprocessing_function",),
        "`Rescaling` or `Normalization` for those of `keras.applications` that scale to [-1, 1] or standardize; none for others",
        "the same numbers",
        "rounding",
        lambda config: bool(config.preprocessing_function),
        standardization.preprocessing_function,
    ),
    Conversion(
        "rescale",
        ("rescale",),
        ("rescale",),
        "`Rescaling`",
        "the same factor",
        "nothing",
        lambda config: bool(config.rescale),
        standardization.rescale,
        ("rescale_order",),
    ),
    Conversion(
        "samplewise",
        ("samplewise center", "samplewise std"),
        ("samplewise_center", "samplewise_std_normalization"),
        "`LayerNormalization` over the whole image for both; none for one",
        "epsilon = (1e-6)²",
        "1e-6 / std of the image",
        lambda config: bool(config.samplewise_center or config.samplewise_std_normalization),
        standardization.samplewise,
    ),
    Conversion(
        "featurewise",
        ("featurewise center", "featurewise std"),
        ("featurewise_center", "featurewise_std_normalization"),
        "`Normalization`",
        "`mean`; variance = (`std` + 1e-6)²",
        "rounding",
        lambda config: bool(config.featurewise_center or config.featurewise_std_normalization),
        standardization.featurewise,
    ),
    Conversion(
        "zca whitening",
        ("zca whitening",),
        ("zca_whitening",),
        "none",
        "none",
        "left out",
        lambda config: bool(config.zca_whitening),
        standardization.zca_whitening,
        ("zca_epsilon",),
    ),
)


def active_conversions(config) -> tuple[Conversion, ...]:
    """The rows that these settings switch on, in the order in which the original does them."""
    active = [conversion for conversion in CONVERSIONS if conversion.is_active(config)]
    if rescales_first(config):
        active.sort(key=lambda conversion: conversion.name != "rescale")
    return tuple(active)


def markdown_table() -> str:
    """The table as Markdown."""
    rows = [("`ImageDataGenerator`", "stock layer", "its number is", "what stays different"), ("---",) * 4]
    for conversion in CONVERSIONS:
        arguments = ", ".join(f"`{name}`" for name in conversion.arguments)
        rows.append((arguments, conversion.layer, conversion.units, conversion.differs))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows).replace("| --- | --- | --- | --- |", "|---|---|---|---|")
