"""Every name of `keras_preprocessing.image` 1.1.2, with that release's semantics by default. No TensorFlow on import."""

from imgdatagen_compat.lazy_imports import lazy_names

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

__all__, __getattr__, __dir__ = lazy_names(globals(), _MODULES, package="imgdatagen_compat")
