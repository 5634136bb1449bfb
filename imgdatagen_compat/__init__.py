"""A drop-in for Keras's `ImageDataGenerator`: the same batches, faster.

`from imgdatagen_compat import ImageDataGenerator` replaces `from keras.preprocessing.image import ImageDataGenerator`, and so for
every name of that module. Names are imported when first used: importing the package does not import TensorFlow.
"""

from imgdatagen_compat.lazy_imports import lazy_names

__version__ = "0.1.0"

_MODULES = {
    "bit_depth": ("BitDepthWarning",),
    "generator": ("ImageDataGenerator",),
    "iterators.base": ("Iterator",),
    "iterators.files": ("BatchFromFilesMixin",),
    "iterators.directory": ("DirectoryIterator",),
    "iterators.numpy_array": ("NumpyArrayIterator",),
    "iterators.dataframe": ("DataFrameIterator",),
    "indexing": ("validate_filename",),
    "installation": ("install", "installed", "uninstall"),
    "image_io": ("array_to_img", "img_to_array", "list_pictures", "load_img", "save_img", "smart_resize"),
    "transformations": (
        "apply_affine_transform",
        "apply_brightness_shift",
        "apply_channel_shift",
        "apply_transform",
        "flip_axis",
        "random_brightness",
        "random_channel_shift",
        "random_rotation",
        "random_shear",
        "random_shift",
        "random_zoom",
        "transform_matrix_offset_center",
    ),
}

# What `%load_ext imgdatagen_compat` calls.
_UNLISTED = {"installation": ("load_ipython_extension", "unload_ipython_extension")}

__all__, __getattr__, __dir__ = lazy_names(globals(), _MODULES, unlisted=_UNLISTED)
