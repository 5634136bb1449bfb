"""The namespace for code that imported `keras_preprocessing`: its names, signatures and defaults, and what it did with the same draws.

`from imgdatagen_compat.keras_preprocessing.image import ImageDataGenerator` replaces `from keras_preprocessing.image import
ImageDataGenerator` of keras-preprocessing 1.1.2, which is also what Keras 2.2.3 to 2.8 computed with. The names of `image` can be imported
from here, too. Names are imported when first used: importing the package does not import TensorFlow.
"""

from imgdatagen_compat.keras_preprocessing import image

__all__ = ["image", *image.__all__]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(image, name)


def __dir__():
    return sorted({*globals(), *__all__})
