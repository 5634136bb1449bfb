"""Under which names the legacy image module is known, and what stands there instead.

Modules that only hand on what another defines get our names as attributes, so that `image.ImageDataGenerator` is ours also where `image`
was imported before. Modules that define the originals are replaced: their functions look each other up in them.
"""

from __future__ import annotations

import importlib
import sys
import types

from imgdatagen_compat.installation.patches import Patches
from imgdatagen_compat.keras_preprocessing import image as older_image

KERAS, KERAS_PREPROCESSING = "keras", "keras_preprocessing"

# Keras 3, alone and as tf.keras; tf_keras, the same way.
RE_EXPORTING = (
    "keras.preprocessing.image",
    "keras._tf_keras.keras.preprocessing.image",
    "tf_keras.preprocessing.image",
    "tf_keras.api._v1.keras.preprocessing.image",
    "tf_keras.api._v2.keras.preprocessing.image",
    # What `import tensorflow.keras.preprocessing.image` makes out of the same file, a second time.
    "tensorflow.keras.preprocessing.image",
)
DEFINING = ("keras.src.legacy.preprocessing.image", "tf_keras.src.preprocessing.image")

# Imported by code of its time, and gone from today's Keras and TensorFlow.
_GONE_IMAGES = (
    "keras._legacy.preprocessing.image",
    "keras.legacy.preprocessing.image",
    "keras.src.preprocessing.image",
    "tensorflow.python.keras.preprocessing.image",
)
_GONE_PACKAGES = ("keras._legacy", *(name.removesuffix(".image") for name in _GONE_IMAGES))

_OLDER = "keras_preprocessing.image"
_OLDER_PARTS = ("affine_transformations", "dataframe_iterator", "directory_iterator", "image_data_generator", "iterator")
_OLDER_PARTS += ("numpy_array_iterator", "utils")
OLDER_MODULES = (_OLDER, *(f"{_OLDER}.{part}" for part in _OLDER_PARTS))

NAMES = sorted({*older_image.__all__, "apply_transform", "smart_resize"})


def our_value(name: str, semantics: str):
    """What `name` of the image module is with these semantics, `"keras"` or `"keras_preprocessing"`; `AttributeError` if unknown."""
    if name not in NAMES:
        raise AttributeError(f"no {name!r} in the legacy image module")
    if semantics == KERAS_PREPROCESSING and name in older_image.__all__:
        return getattr(older_image, name)
    return getattr(importlib.import_module("imgdatagen_compat"), name)


def stand_in(name: str, semantics: str, original: types.ModuleType | None = None) -> types.ModuleType:
    """A module `name` with our names, looked up when they are asked for, and for all others those of `original`."""

    def look_up(attribute):
        if attribute in NAMES:
            return our_value(attribute, semantics)
        if original is not None and not attribute.startswith("__"):
            return getattr(original, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    module = types.ModuleType(name, "Stands in for the legacy image module: see imgdatagen_compat.install.")
    module.__all__ = list(NAMES)
    module.__getattr__ = look_up
    module.__dir__ = lambda: sorted({*vars(module), *NAMES})
    module.__path__ = []
    return module


def older_modules() -> dict:
    """The modules of keras-preprocessing that ours replace: full name to the function that makes the stand-in."""
    return dict.fromkeys(OLDER_MODULES, lambda name: stand_in(name, KERAS_PREPROCESSING))


def gone_modules(semantics: str) -> dict:
    """The modules to be made where they do not exist: full name to the function that makes them."""
    packages = dict.fromkeys(("keras_preprocessing", *_GONE_PACKAGES), _empty_package)
    return packages | dict.fromkeys(_GONE_IMAGES, lambda name: stand_in(name, semantics))


def replace_loaded(patches: Patches, semantics: str, root: str) -> None:
    """Puts our names where the loaded modules of `root`, such as `"keras"`, have the legacy image module."""
    for name in (*DEFINING, *OLDER_MODULES):
        original = sys.modules.get(name)
        if name.startswith(f"{root}.") and original is not None:
            patches.set_module(name, stand_in(name, KERAS_PREPROCESSING if name in OLDER_MODULES else semantics, original))
    for name in RE_EXPORTING:
        if name.startswith(f"{root}.") and name in sys.modules:
            take_names(patches, semantics, name)


def take_names(patches: Patches, semantics: str, module_name: str) -> None:
    """Sets our names as attributes of a loaded module."""
    for name in NAMES:
        patches.set_attribute(sys.modules[module_name], name, our_value(name, semantics))


def _empty_package(name):
    package = types.ModuleType(name)
    package.__path__ = []
    return package
