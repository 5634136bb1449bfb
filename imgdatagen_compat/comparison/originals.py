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
    """Returns a copy of the module with the original's `ImageDataGenerator`; imports TensorFlow, except for "keras_preprocessing".

    A copy, because after `install()` the module itself shows ours to all but this package.

    Args:
        name: "keras" (Keras 3, or the Keras that TensorFlow brings), "tf_keras" (Keras 2 on today's TensorFlow) or "keras_preprocessing".

    Raises:
        NoOriginalError: it is not installed, or has no `ImageDataGenerator` any more, or the drop-in stands in its place.
        ValueError: no such name.
    """
    path, requirement, _ = _row(name)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        module = _keras() if name == "keras" else importlib.import_module(path)
        generator = module.ImageDataGenerator
    except (ImportError, AttributeError) as error:
        raise NoOriginalError(
            f"the original is not there to compare with ({error}). Install one that still has {path}.ImageDataGenerator: "
            f"pip install {requirement}"
        ) from error
    if _is_ours(generator):
        raise NoOriginalError(
            f"{path}.ImageDataGenerator is the drop-in, which would be compared with itself. If it was assigned there, take it back; "
            f"if the original is not installed: pip install {requirement}"
        )
    copy = types.ModuleType(path, module.__doc__)
    vars(copy).update(vars(module))
    return copy


def load_dropin(name: str) -> types.ModuleType:
    """Returns the module whose `ImageDataGenerator` promises the batches of the original of that name."""
    return importlib.import_module(_row(name)[2])


def _is_ours(generator):
    package = __name__.partition(".")[0]
    return any(base.__module__.partition(".")[0] == package for base in getattr(generator, "__mro__", ()))


def _row(name):
    if name not in _ORIGINALS:
        raise ValueError(f"Unknown original; there are {', '.join(map(repr, _ORIGINALS))}. Received: {name!r}")
    return _ORIGINALS[name]


def _keras():
    import tensorflow as tf

    return tf.keras.preprocessing.image  # loaded lazily, so not to be had by its path
