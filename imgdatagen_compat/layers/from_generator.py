"""What an `ImageDataGenerator` does to images, as layers."""

from __future__ import annotations

import numbers

import numpy as np
import tensorflow as tf

from imgdatagen_compat.bit_depth import is_auto, rescale_factor, stated_white
from imgdatagen_compat.keras_environment import statistics_shape
from imgdatagen_compat.layers.random_image_transform import AUGMENTATION_SETTINGS, RandomImageTransform
from imgdatagen_compat.layers.standardization import PreprocessInput, SamplewiseNormalization, ZCAWhitening
from imgdatagen_compat.pipeline.paths import AUGMENTATION_HOOKS, is_overridden
from imgdatagen_compat.preprocessing_functions import graph_mode
from imgdatagen_compat.rescaling import brightens_in_float, rescales_first
from imgdatagen_compat.semantics import semantics_of, whitening_matrix
from imgdatagen_compat.stages import STAGES, TRANSFORM

# Statistics lose digits, and grey levels fractions, in half precision: the layers after these cast their input themselves.
_DTYPE = "float32"


def to_layers(datagen, seed=None):
    """The layers that do what the settings of `datagen` say. See `ImageDataGenerator.to_layers`."""
    for hook in (*AUGMENTATION_HOOKS, "standardize"):
        if is_overridden(datagen, hook):
            raise ValueError(f"`{hook}` of this {type(datagen).__name__} is overridden, and a layer cannot call it.")
    augmentation = [_random_image_transform(datagen, seed)] if _augments(datagen) else []
    preprocessing = _preprocess_input(datagen) if datagen.preprocessing_function else []
    rescaling = [rescaling_layer(datagen)] if datagen.rescale else []
    first, last = (rescaling, []) if rescales_first(datagen) else ([], rescaling)
    layers = first + augmentation + preprocessing + last
    if datagen.samplewise_center or datagen.samplewise_std_normalization:
        steps = {name: bool(getattr(datagen, name)) for name in ("samplewise_center", "samplewise_std_normalization")}
        layers.append(SamplewiseNormalization(**steps, dtype=_DTYPE))
    if datagen.featurewise_center or datagen.featurewise_std_normalization:
        layers.append(_normalization(datagen))
    if datagen.zca_whitening:
        layers.append(ZCAWhitening(_measured(datagen, whitening_matrix(datagen), "zca_whitening"), dtype=_DTYPE))
    return tf.keras.Sequential(layers or [RandomImageTransform(dtype=_DTYPE)])


def rescaling_layer(datagen):
    """The stock layer that multiplies by `datagen.rescale`. See `ImageDataGenerator.rescaling_layer`."""
    return tf.keras.layers.Rescaling(_factor(datagen), dtype=_DTYPE)


def _factor(datagen):
    if not datagen.rescale:
        return 1.0
    if is_auto(datagen.rescale) and stated_white(datagen) is None:
        raise ValueError(
            'rescale="auto" asks every image for its depth, and a layer has one factor: pass `bit_depth` as a number '
            "(8 for 1/255, 16 for 1/65535), or `rescale`."
        )
    factor = rescale_factor(datagen, stated_white(datagen))
    if not isinstance(factor, numbers.Real):
        raise ValueError(f"`rescale` should be a number to become a layer. Received: {factor!r}")
    return float(factor)


def _augments(datagen):
    return any(stage.method == TRANSFORM and stage.is_active(datagen) for stage in STAGES)


def _random_image_transform(datagen, seed):
    settings = {name: getattr(datagen, name) for name in AUGMENTATION_SETTINGS}
    unit = 1.0
    if rescales_first(datagen):
        unit = _factor(datagen)
        settings["cval"] *= unit
        settings["channel_shift_range"] *= unit
    return RandomImageTransform(**settings, white=_white(datagen, unit), seed=seed, dtype=_DTYPE)


def _white(datagen, unit):
    """The white of the images that the augmentation sees; None where brightness works on whole grey levels, or there is none."""
    if datagen.brightness_range is None or not brightens_in_float(datagen):
        return None
    white = stated_white(datagen)
    if white is None:
        raise ValueError("`brightness_range` needs one white for all images in a layer: pass `bit_depth` as a number.")
    return white * unit


def _preprocess_input(datagen):
    mode = graph_mode(datagen.preprocessing_function, datagen.data_format)
    if mode is None:
        name = getattr(datagen.preprocessing_function, "__name__", repr(datagen.preprocessing_function))
        raise ValueError(
            f"`preprocessing_function={name}` is Python, and a layer cannot call it; only `preprocess_input` of `keras.applications` is "
            "known. Take the layers of a generator without it, and put one of your own where it was."
        )
    return [] if mode == "identity" else [PreprocessInput(mode, data_format=datagen.data_format, dtype=_DTYPE)]


def _normalization(datagen):
    mean, divisor = np.zeros((1, 1, 1)), np.ones((1, 1, 1))
    if datagen.featurewise_center:
        mean = mean + _measured(datagen, datagen.mean, "featurewise_center")
    if datagen.featurewise_std_normalization:
        divisor = divisor * (_measured(datagen, datagen.std, "featurewise_std_normalization") + 1e-6)
    mean, divisor = np.broadcast_arrays(mean, divisor)
    axes = [axis for axis, side in enumerate(mean.shape, start=1) if side > 1]
    shape = statistics_shape(tf.keras.layers.Normalization, (1, *mean.shape))
    statistics = {"mean": mean.reshape(shape).tolist(), "variance": np.square(divisor).reshape(shape).tolist()}
    layer = tf.keras.layers.Normalization(axis=tuple(axes) or None, **statistics, dtype=_DTYPE)
    # Now, for in the graph of a `dataset.map` it would keep tensors of that graph.
    layer.build((None, *(side if side > 1 else None for side in mean.shape)))
    return layer


def _measured(datagen, statistic, option):
    if statistic is None:
        name = semantics_of(datagen).zca_attribute if option == "zca_whitening" else "`mean` and `std`"
        raise ValueError(f"`{option}` needs {name}, which are None: call `fit` with sample images first.")
    return np.asarray(statistic, np.float64)
