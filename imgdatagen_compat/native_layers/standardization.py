"""What `standardize` does, as stock layers."""

from __future__ import annotations

import numbers

import keras
import numpy as np

from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.keras_environment import statistics_shape
from imgdatagen_compat.native_layers.conversion import LeftOut, Twin
from imgdatagen_compat.native_layers.layer_spec import LayerSpec
from imgdatagen_compat.preprocessing_functions import TORCH_MEAN, TORCH_STD, application_of, graph_mode

_STD_EPSILON = 1e-6  # what the original adds to a standard deviation


def preprocessing_function(config, images):
    function = config.preprocessing_function
    mode = graph_mode(function, config.data_format)
    if mode == "identity":
        return Twin.fixed(notes=[f"`preprocess_input` of {application_of(function)} changes nothing."])
    if mode == "tf":
        return Twin.fixed(LayerSpec("Rescaling", {"scale": 1 / 127.5, "offset": -1.0}))
    if mode == "torch":
        mean, deviation = (np.float64(255) * fraction for fraction in (TORCH_MEAN, TORCH_STD))
        return Twin.fixed(_normalization(config, mean, deviation))
    name = getattr(function, "__name__", type(function).__name__)
    reason = "No stock layer reverses the channels." if mode == "caffe" else f"`{name}` is Python, and stock layers hold none."
    return LeftOut(reason, "Cut the layers in two where the code says so, and map it over the images in between.")


def rescale(config, images):
    if not isinstance(config.rescale, numbers.Real):
        return LeftOut("A stock layer multiplies by one number.", "Pass a number as `rescale`, or give `keras.layers.Rescaling` the array.")
    return Twin.fixed(LayerSpec("Rescaling", {"scale": float(config.rescale)}))


def samplewise(config, images):
    if not (config.samplewise_center and config.samplewise_std_normalization):
        return LeftOut("No stock layer subtracts the mean of an image without dividing by its standard deviation, or the other way round.")
    # The square of the original's epsilon: it is added to the variance.
    arguments = {"axis": (1, 2, 3), "epsilon": _STD_EPSILON**2, "center": False, "scale": False}
    return Twin.fixed(LayerSpec("LayerNormalization", arguments))


def featurewise(config, images):
    wanted = {"mean": config.featurewise_center, "std": config.featurewise_std_normalization}
    missing = [name for name, is_wanted in wanted.items() if is_wanted and getattr(images, name) is None]
    if missing:
        return LeftOut(f"The generator has no {' and no '.join(missing)} yet.", "Call `datagen.fit(images)` first, then `to_native()`.")
    mean = np.asarray(images.mean if wanted["mean"] else 0.0, dtype=np.float64)
    divisor = np.asarray(images.std + _STD_EPSILON if wanted["std"] else 1.0, dtype=np.float64)
    if not all(_is_per_channel(statistic, _channel_axis(config)) for statistic in (mean, divisor)):
        return LeftOut("Its statistics are neither one number nor one for each channel.")
    return Twin.fixed(_normalization(config, *np.broadcast_arrays(mean.ravel(), divisor.ravel())))


def _channel_axis(config):
    return 1 if config.data_format == CHANNELS_FIRST else -1


def _normalization(config, mean, deviation):
    """The layer for vectors [channels], or [1] for all of them."""
    axis, variance = _channel_axis(config), np.square(deviation)
    if len(mean) == 1:
        return LayerSpec("Normalization", {"axis": None, "mean": mean.item(), "variance": variance.item()})
    shape = statistics_shape(keras.layers.Normalization, (1, len(mean), 1, 1) if axis == 1 else (1, 1, 1, len(mean)))
    return LayerSpec("Normalization", {"axis": axis, "mean": mean.reshape(shape).tolist(), "variance": variance.reshape(shape).tolist()})


def _is_per_channel(statistic, axis):
    shape = (1,) * (3 - statistic.ndim) + statistic.shape
    return statistic.size == 1 or statistic.size == shape[axis if axis < 0 else axis - 1]


def zca_whitening(config, images):
    return LeftOut("No stock layer multiplies whole images with a matrix.", "`datagen.to_layers()` keeps it, after `datagen.fit(images)`.")
