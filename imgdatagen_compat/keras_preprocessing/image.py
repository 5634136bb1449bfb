"""Every name of `keras_preprocessing.image` 1.1.2, with that release's semantics by default. No TensorFlow on import."""

import importlib

_MODULES = {
    "keras_preprocessing.generator": ("ImageDataGenerator",),
    "keras_preprocessing.iterators": ("DataFrameIterator", "DirectoryIterator", "NumpyArrayIterator"),
    "keras_preprocessing.image_io": ("array_to_img", "img_to_array", "load_img", "save_img"),
    "keras_preprocessing.transformations": (
        "apply_affine_transform",
        "apply_brightness_shift",
        "random_brightness",
        "random_rotation",
        "random_shear",
        "random_shift",
        "random_zoom",
        "transform_matrix_offset_center",
    ),
    # The same in both eras.
    "image_io": ("list_pictures",),
    "indexing": ("validate_filename",),
    "iterators.base": ("Iterator",),
    "iterators.files": ("BatchFromFilesMixin",),
    "transformations": ("apply_channel_shift", "flip_axis", "random_channel_shift"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"imgdatagen_compat.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
