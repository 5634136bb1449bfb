"""The installed originals that the tests compare with. Nothing here is ours."""

import keras_preprocessing.image as keras_preprocessing
import tensorflow as tf
import tf_keras

# Keras 3, the first reference: a package whose `__init__` has the public names; two functions are in its module only.
keras = tf.keras.preprocessing.image
# Keras 2 on today's TensorFlow: the same numbers, from another copy of the code.
legacy_keras = tf_keras.preprocessing.image

__all__ = ["keras", "keras_preprocessing", "legacy_keras", "loaded"]


def loaded(path, color_mode, target_size, interpolation="nearest", keep_aspect_ratio=False):
    """What Keras 3 or Keras 2 makes of an image file, float32 [H, W, C]; their arguments have another order."""
    options = {"color_mode": color_mode, "target_size": target_size, "interpolation": interpolation, "keep_aspect_ratio": keep_aspect_ratio}
    return tf.keras.utils.img_to_array(tf.keras.utils.load_img(path, **options))
