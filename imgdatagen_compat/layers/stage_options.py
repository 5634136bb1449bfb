"""From a configuration to `ImageTransform`: which stages it gets, and the numbers that were drawn for it."""

from __future__ import annotations

import tensorflow as tf

from imgdatagen_compat.kernels.matrices import affine_ramps
from imgdatagen_compat.preprocessing_functions import preprocessing_of
from imgdatagen_compat.rescaling import brightens_in_float, rescales_first
from imgdatagen_compat.semantics import semantics_level
from imgdatagen_compat.stages import STAGES

_ACTIVE = {stage.name: stage.is_active for stage in STAGES}


def layer_options(config, statistics, is_8_bit) -> tuple:
    """Chooses the stages.

    Args:
        config: `GeneratorConfig`.
        statistics: `Statistics`; a stage whose statistic is None is left out.
        is_8_bit: whether the raw images are uint8.

    Returns:
        Arguments of `ImageTransform` as sorted (name, value) pairs, which can be a key.
    """
    affine = _ACTIVE["affine"](config)
    # Interpolation never leaves the range of its input; only a fill value can.
    stays_8_bit = is_8_bit and not (affine and config.fill_mode == "constant" and not 0 <= config.cval <= 255)
    options = {
        "geometry": "affine" if affine else "flip" if _ACTIVE["flip"](config) else None,
        "interpolation_order": config.interpolation_order if affine else 1,
        "fill_mode": config.fill_mode if affine else "nearest",
        "channel_shift": _ACTIVE["channel shift"](config),
        "brightness": _brightness_option(config, stays_8_bit),
        "preprocessing": preprocessing_of(config),
        "rescale": bool(config.rescale),
        "rescale_first": rescales_first(config),
        "samplewise_center": bool(config.samplewise_center),
        "samplewise_std_normalization": bool(config.samplewise_std_normalization),
        "featurewise_center": bool(config.featurewise_center) and statistics.mean is not None,
        "featurewise_std_normalization": bool(config.featurewise_std_normalization) and statistics.std is not None,
        "zca_whitening": bool(config.zca_whitening) and statistics.zca_whitening_matrix is not None,
    }
    return tuple(sorted(options.items()))


def _brightness_option(config, stays_8_bit):
    if not _ACTIVE["brightness"](config):
        return None
    stretches = semantics_level(config.semantics).stretches_contrast
    if brightens_in_float(config):
        return "float, stretched" if stretches else "float"
    if stretches:
        return "stretched"
    return "8-bit" if stays_8_bit else "any"


def drawn_numbers(options, params, semantics, height: int, width: int) -> dict:
    """The numbers that differ from image to image, for `ImageTransform.call`, made inside a graph.

    Args:
        options: dictionary of what `layer_options` returned.
        params: `TransformParams` of tensors [N].
        semantics: the level, a `Semantics`.
        height, width: sides of the images in pixels.

    Returns:
        Name -> tensor [N], or `CoordinateRamps` of N images.
    """
    numbers = {}
    if options["geometry"] == "affine":
        numbers["ramps"] = affine_ramps(params, height, width, semantics)
    elif options["geometry"] == "flip":
        numbers["flip_horizontal"], numbers["flip_vertical"] = params.flip_horizontal, params.flip_vertical
    if options["channel_shift"]:
        numbers["channel_shift_intensity"] = tf.cast(params.channel_shift_intensity, tf.float32)
    if options["brightness"]:
        numbers["brightness"] = tf.cast(params.brightness, tf.float32)
    return numbers
