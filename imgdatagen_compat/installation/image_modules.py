"""Under which names the legacy image module is known, and how others than Keras itself find ours there.

A module that exists stays what it is; only its class changes, to one whose attribute look-up gives our names. So nothing of ours is
imported before it is used, code that holds the module already finds ours too, and the originals, which find each other in the module's
dictionary, stay whole.
"""

from __future__ import annotations

import importlib
import sys
import types

from imgdatagen_compat.installation.import_hook import ModuleMakers
from imgdatagen_compat.installation.patches import Patches
from imgdatagen_compat.keras_preprocessing import image as older_image

KERAS, KERAS_PREPROCESSING = "keras", "keras_preprocessing"

NAMES = frozenset((*older_image.__all__, "apply_transform", "smart_resize"))

# These find the originals: each other's, and what `imgdatagen-compat parity` compares with.
LIBRARIES = ("keras", "tf_keras", "keras_preprocessing", "tensorflow", "imgdatagen_compat")

# The modules that define the originals, in Keras 3, in Keras 2.15 and in tf_keras.
DEFINING = ("keras.src.legacy.preprocessing.image", "keras.src.preprocessing.image", "tf_keras.src.preprocessing.image")

_OLDER = "keras_preprocessing.image"
_OLDER_PARTS = ("affine_transformations", "dataframe_iterator", "directory_iterator", "image_data_generator", "iterator")
_OLDER_PARTS += ("numpy_array_iterator", "utils")
OLDER_MODULES = (_OLDER, *(f"{_OLDER}.{part}" for part in _OLDER_PARTS))

_RE_EXPORTING = (
    "keras.preprocessing.image",
    "keras._tf_keras.keras.preprocessing.image",
    "keras.api._v1.keras.preprocessing.image",
    "keras.api._v2.keras.preprocessing.image",
    "tf_keras.preprocessing.image",
    "tf_keras.api._v1.keras.preprocessing.image",
    "tf_keras.api._v2.keras.preprocessing.image",
    # What `import tensorflow.keras.preprocessing.image` makes out of the same file, a second time.
    "tensorflow.keras.preprocessing.image",
)
IMAGE_MODULES = (*DEFINING, *OLDER_MODULES, *_RE_EXPORTING)

# Imported by code of its time, and gone from today's Keras and TensorFlow.
_GONE_IMAGES = (
    "keras._legacy.preprocessing.image",
    "keras.legacy.preprocessing.image",
    "keras.src.preprocessing.image",
    "tensorflow.python.keras.preprocessing.image",
)
_GONE_PACKAGES = ("keras._legacy", *(name.removesuffix(".image") for name in _GONE_IMAGES))

_ABSENT = object()


def redirect(patches: Patches, module_name: str, semantics: str) -> None:
    """Makes a loaded module of `IMAGE_MODULES` give our names to all but `LIBRARIES`; names that are assigned to it later win."""
    module = sys.modules[module_name]
    semantics = KERAS_PREPROCESSING if module_name in OLDER_MODULES else semantics
    originals = {name: vars(module).get(name, _ABSENT) for name in NAMES}

    class Redirected(type(module)):
        def __getattribute__(self, name):
            if (name in NAMES or name == "__all__") and not _is_library(sys._getframe(1)):
                if name == "__all__":
                    return sorted({name for name in vars(self) if not name.startswith("_")} | NAMES)
                if vars(self).get(name, _ABSENT) is originals[name]:
                    return our_value(name, semantics)
            return super().__getattribute__(name)

        def __dir__(self):
            return sorted({*super().__dir__(), *NAMES})

    patches.set_class(module, Redirected)


def missing_modules(semantics: str) -> ModuleMakers:
    """What an `ImportHook` is to make where it does not exist: keras-preprocessing, and modules that are gone from Keras."""
    packages = dict.fromkeys((KERAS_PREPROCESSING, *_GONE_PACKAGES), _empty_package)
    older_images = dict.fromkeys(OLDER_MODULES, lambda name: _stand_in(name, KERAS_PREPROCESSING))
    return packages | older_images | dict.fromkeys(_GONE_IMAGES, lambda name: _stand_in(name, semantics))


def our_value(name: str, semantics: str):
    """What `name`, one of `NAMES`, is with these semantics, `"keras"` or `"keras_preprocessing"`."""
    if semantics == KERAS_PREPROCESSING and name in older_image.__all__:
        return getattr(older_image, name)
    return getattr(importlib.import_module("imgdatagen_compat"), name)


def _is_library(frame):
    return str(frame.f_globals.get("__name__")).partition(".")[0] in LIBRARIES


def _stand_in(name, semantics):
    """A package `name` that has only our names, looked up when they are asked for."""

    def look_up(attribute):
        if attribute not in NAMES:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return our_value(attribute, semantics)

    module = _empty_package(name)
    module.__all__ = sorted(NAMES)
    module.__getattr__ = look_up
    module.__dir__ = lambda: sorted({*vars(module), *NAMES})
    return module


def _empty_package(name):
    package = types.ModuleType(name)
    package.__path__ = []
    return package
