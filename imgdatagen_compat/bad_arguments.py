"""Names the argument that an error comes from.

Only what has failed is looked at: nothing that works is refused, and nothing fails earlier or with another class than in the original.
No TensorFlow here.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import operator
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from imgdatagen_compat.bit_depth import is_auto

_LONGEST = 200  # characters of a value in a message


@contextlib.contextmanager
def naming_arguments(*owners: Any, trials: Mapping[str, tuple[Callable, str]] | None = None) -> Iterator[None]:
    """Makes an error of the `with` block say which of these arguments it comes from, as far as their `TRIALS` tell.

    Args:
        *owners: mappings from arguments to values; generators and iterators, whose attributes they are; None. Read after an error only.
        trials: further rows of `TRIALS`.

    Raises:
        Exception: what the block raises. An error of a built-in class is raised anew, of the same class, with the argument, what it should
            be and what it is at the end of its message; another is given a note (from Python 3.11 on).
    """
    try:
        yield
    except Exception as error:
        blamed = _blamed(error, owners, {**TRIALS, **(trials or {})})
        if not blamed:
            raise
        named = _with_message(error, blamed)
        if named is None:
            if hasattr(error, "add_note"):
                error.add_note(blamed)
            raise
        raise named from error


def _blamed(error, owners, trials):
    """Says which arguments fail in their trial as the call did, but for those that its message names already; "" if none."""
    message = str(error)
    sentences = []
    for name, (trial, expected) in trials.items():
        for value in _values(owners, name):
            if not re.search(rf"\b{name}\b", message) and _fails_alike(trial, value, error):
                sentences.append(f"`{name}` should be {expected}. Received: {name}={_short(value)}")
    return ". ".join(dict.fromkeys(sentences))


def _short(value):
    written = repr(value)
    return written if len(written) <= _LONGEST else f"{written[:_LONGEST]}…"


def _values(owners, name):
    for owner in owners:
        if isinstance(owner, Mapping):
            if name in owner:
                yield owner[name]
        elif name in _ATTRIBUTES and hasattr(owner, name):
            yield getattr(owner, name)


def _fails_alike(trial, value, error):
    try:
        trial(value)
    except Exception as failure:
        return isinstance(failure, type(error)) or isinstance(error, type(failure))
    return False


def _with_message(error, message):
    """An error of the same class whose message ends with `message`; None where a class has no such constructor."""
    if type(error).__module__ != "builtins":
        return None
    if isinstance(error, OSError) and error.errno is not None:
        return type(error)(error.errno, f"{error.strerror}. {message}", error.filename)
    if len(error.args) != 1:
        return None
    return type(error)(f"{error.args[0]}: {message}")


def _function(value):
    if value and not callable(value):
        raise TypeError


def _spline_order(value):
    if value < 0 or value > 5:
        raise RuntimeError
    operator.index(value)


def _one_number(operate, value):
    pixel = np.ones(1, np.float32)
    operate(pixel, value, out=pixel)


def _factor(value):
    if value and not is_auto(value):
        _one_number(np.multiply, value)


def _fraction(value):
    if value:
        bool(0 < value < 1)
    int(1 * value)


def _number_of_samples(value):
    bool(value > 0)
    1 // operator.index(value)
    if value < 0:
        raise ValueError


def _seed(value):
    if value is not None:
        np.random.RandomState(value + 0)


def _folder_to_write_to(value):
    if value and not os.path.isdir(os.path.join(value, "")):
        raise FileNotFoundError


def _image_format(value):
    from PIL import Image

    if os.path.splitext(f"_.{value}")[1].lower() not in Image.registered_extensions():
        raise ValueError


def _height_and_width(value):
    sides = [operator.index(side) for side in value]
    if min(sides[0], sides[1]) < 1:
        raise ValueError


def _folder_names(value):
    if value:
        len(value)
        for name in value:
            os.path.join("", name)


def _has_length(value):
    if value is not None:
        len(value)


_SWITCH = (bool, "True or False")
_NUMBER = "a number"
_SHIFT = (bool, "a number, or a tuple or list of numbers")

# What the originals do with an argument, on its own, and what the argument should be. What a call and its trial alike fail of is to blame.
TRIALS: dict[str, tuple[Callable, str]] = {
    "featurewise_center": _SWITCH,
    "samplewise_center": _SWITCH,
    "featurewise_std_normalization": _SWITCH,
    "samplewise_std_normalization": _SWITCH,
    "zca_whitening": _SWITCH,
    "zca_epsilon": (lambda value: _one_number(np.add, value), _NUMBER),
    "rotation_range": (bool, _NUMBER),
    "width_shift_range": _SHIFT,
    "height_shift_range": _SHIFT,
    "shear_range": (bool, _NUMBER),
    "zoom_range": (lambda value: isinstance(value, numbers.Real) or len(value), "a float or a tuple or list of two floats"),
    "channel_shift_range": (bool, _NUMBER),
    "fill_mode": (lambda value: bool(value == "nearest"), '"constant", "nearest", "reflect" or "wrap"'),
    "cval": (math.fabs, _NUMBER),
    "horizontal_flip": (lambda value: bool(False * value), "True or False"),
    "vertical_flip": (lambda value: bool(False * value), "True or False"),
    "rescale": (_factor, 'a number, such as 1/255, or "auto", or None'),
    "preprocessing_function": (_function, "a function, or None"),
    "data_format": (hash, '"channels_last", "channels_first" or None'),
    "validation_split": (_fraction, "a number between 0 and 1"),
    "interpolation_order": (_spline_order, "a whole number from 0 to 5"),
    "dtype": (np.dtype, 'the name of a dtype, such as "float32", or None'),
    "rounds": (operator.index, "a whole number"),
    "batch_size": (_number_of_samples, "a whole number above 0"),
    "shuffle": _SWITCH,
    "seed": (_seed, "a whole number from 0 to 2**32 - 1, or None"),
    "y": (_has_length, "an array of one target per image, or None"),
    "sample_weight": (_has_length, "an array of one weight per image, or None"),
    "ignore_class_split": _SWITCH,
    "subset": (hash, '"training", "validation" or None'),
    "save_to_dir": (_folder_to_write_to, "a directory that exists, or None"),
    "save_format": (_image_format, 'the extension of an image format, such as "png"'),
    "directory": (os.fspath, "the path of a directory"),
    "target_size": (_height_and_width, "two whole numbers, (height, width)"),
    "color_mode": (hash, '"rgb", "rgba" or "grayscale"'),
    "classes": (_folder_names, "a list of names, or None"),
    "class_mode": (hash, "the name of a class mode, or None"),
    "follow_links": _SWITCH,
    "interpolation": (hash, 'the name of a filter, such as "nearest"'),
    "keep_aspect_ratio": _SWITCH,
    "validate_filenames": _SWITCH,
}

# Attributes of generators and iterators that are still what was passed; `classes` of an iterator, say, is not.
_ATTRIBUTES = frozenset(TRIALS) - {"rounds", "y", "sample_weight", "subset", "directory", "classes"}
