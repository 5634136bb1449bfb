"""The functions `preprocess_input` of `keras.applications`: which of them a graph can do in their place. No TensorFlow here."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable

import numpy as np

# Grey levels of the photographs of ImageNet: of blue, green and red; then red, green and blue as fractions of 255.
CAFFE_MEAN = np.array([103.939, 116.779, 123.68], np.float32)
TORCH_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
TORCH_STD = np.array([0.229, 0.224, 0.225], np.float32)

# The modes that treat the channels differently, which must be the three of a colour image.
COLOUR_MODES = ("caffe", "torch")

_PACKAGES = ("keras", "tf_keras")
_PROBE = np.linspace(0, 255, 27, dtype=np.float32).reshape(3, 3, 3)


def application_of(function) -> str | None:
    """The module of `keras.applications` that a `preprocess_input` comes from, such as "vgg16"; None for any other function.

    Arguments that were bound to it with `functools.partial` do not matter.
    """
    while isinstance(function, functools.partial):
        function = function.func
    package, _, module = (getattr(function, "__module__", None) or "").rpartition(".")
    is_known = package.rpartition(".")[2] in ("applications", "keras_applications")
    return module if is_known and getattr(function, "__name__", None) == "preprocess_input" else None


def graph_mode(function: Callable, data_format: str) -> str | None:
    """What a function does to one float32 image, where it is a `preprocess_input` of the installed Keras or tf_keras.

    Only the very function counts: one of the same name, a wrapper and a `functools.partial` may do anything. What it does is seen by
    calling it with a small image, so Keras's global data format and a Keras that computes otherwise are accounted for.

    Args:
        function: any callable.
        data_format: of the images.

    Returns:
        `"tf"`: to [-1, 1]. `"caffe"`: blue, green, red, less their means. `"torch"`: to [0, 1], less means, by standard deviations.
        `"identity"`: nothing. None for anything else. Computed as `preprocessed` does, bit for bit.
    """
    if not _is_original(function):
        return None
    made = function(_PROBE.copy())
    return next((mode for mode, expected in _expected(data_format).items() if np.array_equal(made, expected)), None)


def preprocessing_of(config) -> str | None:
    """The mode of the `preprocessing_function` of a generator, or its config; None where it changes nothing, or no graph knows it."""
    mode = graph_mode(config.preprocessing_function, config.data_format)
    return None if mode == "identity" else mode


def preprocessed(x, mode: str) -> np.ndarray:
    """What a `preprocess_input` of this mode makes of channels-last images, float32 [..., C]: a new float32 array, identical bits."""
    if mode == "tf":
        return x / np.float32(127.5) - np.float32(1)
    if mode == "torch":
        return (x / np.float32(255) - TORCH_MEAN) / TORCH_STD
    if mode == "caffe":
        return x[..., ::-1] - CAFFE_MEAN
    return x.copy()


MODES = ("tf", "caffe", "torch", "identity")


def _is_original(function) -> bool:
    if not isinstance(function, types.FunctionType) or function.__module__.split(".")[0] not in _PACKAGES:
        return False
    module = vars(sys.modules.get(function.__module__, types.ModuleType("")))
    # A function that `functools.wraps` dressed up as this one has the globals of its own module.
    return application_of(function) is not None and module.get("preprocess_input") is function and function.__globals__ is module


@functools.cache
def _expected(data_format):
    """What each mode makes of the probe."""
    if data_format == "channels_last":
        return {mode: preprocessed(_PROBE, mode) for mode in MODES}
    return {mode: preprocessed(_PROBE.transpose(1, 2, 0), mode).transpose(2, 0, 1) for mode in MODES}
