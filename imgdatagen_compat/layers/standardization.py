"""The steps of `standardize` for which Keras has no layer."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from imgdatagen_compat import keras_environment
from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.kernels import preprocessing, standardization
from imgdatagen_compat.kernels.rounding import runtime_zero


@tf.keras.utils.register_keras_serializable(package="imgdatagen_compat")
class PreprocessInput(tf.keras.layers.Layer):
    """What a `preprocess_input` of `keras.applications` does to images.

    Equal to the function on float32 arrays: identical bits.

    Args:
        mode: `"tf"` (x / 127.5 - 1), `"torch"` ((x / 255 - mean) / std) or `"caffe"` (channels reversed, less their means).
        data_format: `"channels_last"` or `"channels_first"`; None for the Keras global setting.
        **layer: `name` and other arguments of `keras.layers.Layer`.

    Raises:
        ValueError: another mode.
    """

    def __init__(self, mode, *, data_format=None, **layer):
        layer.setdefault("autocast", False)
        super().__init__(**layer)
        if mode not in preprocessing.PREPROCESS:
            raise ValueError(f"`mode` should be one of {', '.join(map(repr, preprocessing.PREPROCESS))}. Received: {mode!r}")
        self.mode = mode
        self.data_format = keras_environment.image_data_format() if data_format is None else data_format

    def call(self, images):
        """[N, H, W, C], any number type, grey levels of 0 to 255 -> the same shape, in the layer's compute dtype; computed in float32."""
        images = tf.cast(images, tf.float32)
        channels_first = self.data_format == CHANNELS_FIRST
        if channels_first:
            images = tf.transpose(images, (0, 2, 3, 1))
        images = preprocessing.preprocess(images, self.mode, runtime_zero(images))
        return tf.cast(tf.transpose(images, (0, 3, 1, 2)) if channels_first else images, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "mode": self.mode, "data_format": self.data_format}

    def compute_output_shape(self, images_shape):
        return images_shape


@tf.keras.utils.register_keras_serializable(package="imgdatagen_compat")
class SamplewiseNormalization(tf.keras.layers.Layer):
    """Subtracts from every image its own mean, and divides it by its own standard deviation.

    Equal to the samplewise steps of `ImageDataGenerator.standardize` within `kernels.standardization.SAMPLEWISE_BOUND` of the largest
    magnitude, more on an almost uniform image.

    Args:
        samplewise_center, samplewise_std_normalization: whether the step is done.
        **layer: `name` and other arguments of `keras.layers.Layer`.
    """

    def __init__(self, *, samplewise_center=True, samplewise_std_normalization=True, **layer):
        layer.setdefault("autocast", False)
        super().__init__(**layer)
        self.samplewise_center = samplewise_center
        self.samplewise_std_normalization = samplewise_std_normalization

    def call(self, images):
        """[N, H, W, C] in either layout, any number type -> the same shape, in the layer's compute dtype; computed in float32."""
        images = tf.cast(images, tf.float32)
        if self.samplewise_center:
            images = standardization.samplewise_center(images)
        if self.samplewise_std_normalization:
            images = standardization.samplewise_std_normalization(images)
        return tf.cast(images, self.compute_dtype)

    def get_config(self):
        steps = {name: getattr(self, name) for name in ("samplewise_center", "samplewise_std_normalization")}
        return {**super().get_config(), **steps}

    def compute_output_shape(self, images_shape):
        return images_shape


@tf.keras.utils.register_keras_serializable(package="imgdatagen_compat")
class ZCAWhitening(tf.keras.layers.Layer):
    """Multiplies every flattened image by a whitening matrix, in double.

    The matrix is a weight that does not train: it is saved with the model's weights, and not in the configuration, so that a layer made by
    `from_config` whitens nothing (its matrix is the identity) until its weights are set.

    Args:
        zca_whitening_matrix: [D, D], D the number of values of an image; what `ImageDataGenerator.fit` measured. None for the identity.
        size: D; None for that of the matrix.
        **layer: `name` and other arguments of `keras.layers.Layer`.

    Raises:
        ValueError: a matrix that is not square, or of another size; neither matrix nor size.
    """

    def __init__(self, zca_whitening_matrix=None, *, size=None, **layer):
        layer.setdefault("autocast", False)
        super().__init__(**layer)
        shape = (size, size) if zca_whitening_matrix is None else np.shape(zca_whitening_matrix)
        self.size = shape[0] if size is None and shape else size
        if self.size is None or shape != (self.size, self.size):
            raise ValueError(f"`zca_whitening_matrix` should be a square matrix of side `size`. Received: shape={shape}, size={size}")
        self.zca_whitening_matrix = self.add_weight(
            name="zca_whitening_matrix", shape=shape, dtype="float64", initializer="identity", trainable=False
        )
        if zca_whitening_matrix is not None:
            self.zca_whitening_matrix.assign(zca_whitening_matrix)

    def call(self, images):
        """[N, H, W, C] in the layout that the matrix was measured in -> the same shape, in the layer's compute dtype.

        Raises:
            ValueError: images of another number of values.
        """
        if int(np.prod(images.shape[1:])) != self.size:
            raise ValueError(f"The whitening matrix is for images of {self.size} values. Received: shape={tuple(images.shape)}")
        matrix = tf.convert_to_tensor(self.zca_whitening_matrix)
        return tf.cast(standardization.zca_whitening(tf.cast(images, tf.float32), matrix), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "size": self.size}

    def compute_output_shape(self, images_shape):
        return images_shape
