"""The originals that can be installed, by name, each with the drop-in that gives its batches."""

from __future__ import annotations

import importlib
import os
import types

# Name: module of the original, what installs it, and the module of ours that stands for it.
_ORIGINALS = {
    "keras": ("tensorflow.keras.preprocessing.image", "'tensorflow>=2.15,<2.22'", "imgdatagen_compat"),
    "tf_keras": ("tf_keras.preprocessing.image", "tf-keras", "imgdatagen_compat"),
    "keras_preprocessing": ("keras_preprocessing.image", "keras-preprocessing", "imgdatagen_compat.keras_preprocessing.image"),
}
ORIGINALS = tuple(_ORIGINALS)


class NoOriginalError(ImportError):
    """The original asked for is not installed; the message says how to install it."""


def load_original(name: str) -> types.ModuleType:
    """Returns the module with the original's `ImageDataGenerator`; imports TensorFlow, except for "keras_preprocessing".

    Args:
        name: "keras" (Keras 3, or the Keras that TensorFlow brings), "tf_keras" (Keras 2 on today's TensorFlow) or "keras_preprocessing".

    Raises:
        NoOriginalError: it is not installed, or has no `ImageDataGenerator` any more.
        ValueError: no such name.
    """
    path, requirement, _ = _row(name)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        module = _keras() if name == "keras" else importlib.import_module(path)
        module.ImageDataGenerator  # noqa: B018 - looked up to learn whether it is there
    except (ImportError, AttributeError) as error:
        raise NoOriginalError(
            f"the original is not there to compare with ({error}). Install one that still has {path}.ImageDataGenerator: "
            f"pip install {requirement}"
        ) from error
    return module


def load_dropin(name: str) -> types.ModuleType:
    """Returns the module whose `ImageDataGenerator` promises the batches of the original of that name."""
    return importlib.import_module(_row(name)[2])


def _row(name):
    if name not in _ORIGINALS:
        raise ValueError(f"Unknown original; there are {', '.join(map(repr, _ORIGINALS))}. Received: {name!r}")
    return _ORIGINALS[name]


def _keras():
    import tensorflow as tf

    return tf.keras.preprocessing.image  # loaded lazily, so not to be had by its path
