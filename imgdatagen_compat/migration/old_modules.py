"""The modules that had the image generator, and where their names are now. No LibCST here, no TensorFlow."""

from __future__ import annotations

import functools

import imgdatagen_compat
from imgdatagen_compat.keras_preprocessing import image as keras_preprocessing_image

PACKAGE = "imgdatagen_compat"
NAMESPACE = "imgdatagen_compat.keras_preprocessing.image"

# In every Keras and TensorFlow release that had one, public and private.
KERAS_MODULES = frozenset(
    f"{keras}.preprocessing.image"
    for keras in (
        "keras",
        "keras._legacy",
        "keras._tf_keras.keras",
        "keras.api",
        "keras.api._v1.keras",
        "keras.api._v2.keras",
        "keras.legacy",
        "keras.src",
        "keras.src.legacy",
        "tensorflow.compat.v1.keras",
        "tensorflow.compat.v2.keras",
        "tensorflow.contrib.keras",
        "tensorflow.contrib.keras.api.keras",
        "tensorflow.contrib.keras.python.keras",
        "tensorflow.keras",
        "tensorflow.python.keras",
        "tensorflow.python.keras.api._v1.keras",
        "tensorflow.python.keras.api._v2.keras",
        "tensorflow_core.keras",
        "tensorflow_core.python.keras",
    )
)

# Its parts were imported by themselves, too.
KERAS_PREPROCESSING_MODULES = frozenset(
    (
        "keras_preprocessing.image",
        *(
            f"keras_preprocessing.image.{part}"
            for part in (
                "affine_transformations",
                "dataframe_iterator",
                "directory_iterator",
                "image_data_generator",
                "iterator",
                "numpy_array_iterator",
                "utils",
            )
        ),
    )
)

OLD_MODULES = KERAS_MODULES | KERAS_PREPROCESSING_MODULES

# Under them stand other modules, which stay: `keras.preprocessing.sequence`.
OLD_PACKAGES = frozenset(module.rpartition(".")[0] for module in OLD_MODULES)

# Said where code replaces a function in an old module, a well-known trick.
REPLACED = "what is replaced inside the module is not reached in imgdatagen_compat. For files, pass loader= to the flow method."

GENERATORS = frozenset(f"{module}.ImageDataGenerator" for module in (PACKAGE, NAMESPACE, NAMESPACE.rpartition(".")[0]))
OLD_GENERATORS = frozenset(f"{module}.ImageDataGenerator" for module in OLD_MODULES)


@functools.cache
def _names(module: str) -> frozenset[str]:
    return frozenset(imgdatagen_compat.__all__ if module == PACKAGE else keras_preprocessing_image.__all__)


def new_module(old: str, semantics: str = "keras") -> str:
    """Returns the module that replaces `old`, one of `OLD_MODULES`.

    Args:
        old: its full name.
        semantics: `"keras"`, or `"keras_preprocessing"` for code whose `keras.preprocessing.image` was that of Keras 2.2 to 2.8.
    """
    return NAMESPACE if old in KERAS_PREPROCESSING_MODULES or semantics == "keras_preprocessing" else PACKAGE


def has_name(module: str, name: str) -> bool:
    """Whether `module`, one of those that `new_module` returns, has the public name."""
    return name in _names(module)
