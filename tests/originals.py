"""The originals, and what the tests of drop-in behaviour compare: results, the state of `np.random`, warnings, error classes."""

from __future__ import annotations

import pathlib
import sys
import types
import warnings

import numpy as np
import tensorflow as tf
from PIL import Image
from sample_files import photograph

import imgdatagen_compat

keras_image = tf.keras.preprocessing.image
# Of Keras 3, Keras 2.15 or tf_keras; looked up before any test calls `install()`.
_DEFINING_MODULE = sys.modules[keras_image.ImageDataGenerator.__module__]

AUGMENTING = {"rotation_range": 20, "width_shift_range": 0.2, "zoom_range": 0.3, "horizontal_flip": True, "rescale": 1 / 255}


def keras_internals() -> types.ModuleType:
    """The module that defines the original: also what it does not export, such as `DataFrameIterator`."""
    return _DEFINING_MODULE


def photographs(n=10, height=12, width=17, channels=3) -> np.ndarray:
    """uint8 [n, height, width, channels], all different."""
    return np.stack([photograph(height, width, channels, seed=i).reshape(height, width, channels) for i in range(n)])


def write_class_folders(directory, classes=("cat", "dog"), n=5, height=15, width=18) -> str:
    """Writes `n` PNG files for every class, all different; returns the path as a string."""
    for number, name in enumerate(classes):
        folder = pathlib.Path(directory, name)
        folder.mkdir(parents=True)
        for i in range(n):
            Image.fromarray(photograph(height, width, seed=100 * number + i)).save(folder / f"{name}{i}.png")
    return str(directory)


def assert_same(ours, theirs, where="result"):
    """Same structure, types, shapes and bits."""
    if isinstance(theirs, (tuple, list)):
        assert type(ours) is type(theirs), f"{where}: {type(ours)} instead of {type(theirs)}"
        assert len(ours) == len(theirs), f"{where}: {len(ours)} instead of {len(theirs)} items"
        for i, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, f"{where}[{i}]")
    elif isinstance(theirs, np.ndarray):
        assert isinstance(ours, np.ndarray), f"{where}: {type(ours)}"
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), where
        np.testing.assert_array_equal(ours, theirs, err_msg=where)
    elif isinstance(theirs, Image.Image):
        assert ours.mode == theirs.mode, where
        assert_same(np.asarray(ours), np.asarray(theirs), where)
    else:
        assert type(ours) is type(theirs), f"{where}: {type(ours)} instead of {type(theirs)}"
        assert ours == theirs, where


def assert_runs_alike(run, original=keras_image, seed=7):
    """Runs `run(module)` with the original and with ours from one `np.random` state, and compares the results and the states left behind.

    Returns what ours gave.
    """
    theirs, their_state = _run(run, original, seed)
    ours, our_state = _run(run, imgdatagen_compat, seed)
    assert_same(ours, theirs)
    assert_same(our_state, their_state, "state of np.random")
    return ours


def _run(run, module, seed):
    np.random.seed(seed)
    result = run(module)
    return result, list(np.random.get_state())


def error_class(run, module):
    """The class of the exception that `run(module)` ends with, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run(module)
        except Exception as error:
            return type(error)
    return None


def warnings_of(run, module) -> list[type]:
    """The categories of the warnings that `run(module)` gives, each as often as it is given; not those of other libraries."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(module)
    return [entry.category for entry in caught if not any(other in str(entry.message) for other in ("scipy", "Pillow"))]
