"""Keras layers that do to batches inside a model, or in `dataset.map`, what `ImageDataGenerator` does to them on the way in.

Importing this module registers the layers, which is what loading a saved model needs.
"""

from imgdatagen_compat.layers.image_transform import ImageTransform
from imgdatagen_compat.layers.random_image_transform import RandomImageTransform
from imgdatagen_compat.layers.standardization import PreprocessInput, SamplewiseNormalization, ZCAWhitening

__all__ = ["ImageTransform", "PreprocessInput", "RandomImageTransform", "SamplewiseNormalization", "ZCAWhitening"]
