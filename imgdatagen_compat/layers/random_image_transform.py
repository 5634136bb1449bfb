"""The legacy augmentation as a layer of a model: draws for every image, and transforms it, while training."""

from __future__ import annotations

import numbers
import random

import numpy as np
import tensorflow as tf

from imgdatagen_compat import keras_environment
from imgdatagen_compat.bit_depth import AUTO
from imgdatagen_compat.config import CHANNELS_FIRST, NOTHING_ON, validated_config
from imgdatagen_compat.kernels.standardization import Statistics
from imgdatagen_compat.layers.image_transform import ImageTransform
from imgdatagen_compat.layers.stage_options import drawn_numbers, layer_options
from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.semantics import semantics_level
from imgdatagen_compat.stages import GRAPH_FILL_MODES, GRAPH_ORDERS

AUGMENTATION_SETTINGS = (
    "rotation_range",
    "width_shift_range",
    "height_shift_range",
    "brightness_range",
    "shear_range",
    "zoom_range",
    "channel_shift_range",
    "fill_mode",
    "cval",
    "horizontal_flip",
    "vertical_flip",
    "data_format",
    "interpolation_order",
    "semantics",
)

# Odd, so that two seeds do not meet before one of them has made billions of batches.
_SEED_STRIDE = -0x61C8864680B583EB


@tf.keras.utils.register_keras_serializable(package="imgdatagen_compat")
class RandomImageTransform(tf.keras.layers.Layer):
    """Augments images as `ImageDataGenerator` does, inside a model or in `dataset.map`; leaves them alone when not training.

    Every image has draws of its own, with the distributions of the original's, and the pixels that `apply_transform` of the generator
    makes of them, but for the rounding of a double where coordinates are computed.

    In a model it stands before the first layer that learns: no gradient passes through it. It runs with TensorFlow operations, on the
    device of the model, also with `jit_compile=True`, and always in float32. With another backend of Keras it works in `dataset.map`.

    Args:
        rotation_range, width_shift_range, height_shift_range, brightness_range, shear_range, zoom_range, channel_shift_range, fill_mode,
            cval, horizontal_flip, vertical_flip, data_format, interpolation_order, semantics: as for `ImageDataGenerator`; of the
            interpolation orders 0 and 1 only.
        white: the value of full intensity. Brightness then keeps fractions and ends at it, as with a `bit_depth`: 1 for images in [0, 1],
            65535 for 16 bits. None: brightness works on whole grey levels of 0 to 255.
        seed: int that makes the sequence of draws reproducible; None for another in every run, unless `keras.utils.set_random_seed` was
            called. A model that is loaded begins the sequence anew, as with Keras's own random layers.
        **layer: `name` and other arguments of `keras.layers.Layer`.

    Raises:
        ValueError: what `ImageDataGenerator` refuses; an interpolation order or fill mode that the graph does not know.
    """

    def __init__(
        self,
        *,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        data_format=None,
        interpolation_order=1,
        semantics="keras",
        white=None,
        seed=None,
        **layer,
    ):
        layer.setdefault("autocast", False)
        super().__init__(**layer)
        arguments = {
            "rotation_range": rotation_range,
            "width_shift_range": width_shift_range,
            "height_shift_range": height_shift_range,
            "brightness_range": brightness_range,
            "shear_range": shear_range,
            "zoom_range": zoom_range,
            "channel_shift_range": channel_shift_range,
            "fill_mode": fill_mode,
            "cval": cval,
            "horizontal_flip": horizontal_flip,
            "vertical_flip": vertical_flip,
            "data_format": keras_environment.image_data_format() if data_format is None else data_format,
            "interpolation_order": interpolation_order,
            "semantics": semantics,
        }
        self._settings = validated_config(**_NO_STANDARDIZATION | arguments | {"bit_depth": None if white is None else AUTO})
        self.white = white
        self.seed = seed
        self._options = dict(layer_options(self._settings, Statistics(), is_8_bit=False))
        if self._options["geometry"] == "affine":
            _check_resampling(self._settings)
        self._transform = ImageTransform(**self._options)
        self._seed_generator = _seed_generator(seed)

    def __call__(self, images, *args, **kwargs):
        if tf.keras.backend.backend() == "tensorflow":
            return super().__call__(images, *args, **kwargs)
        if tf.is_tensor(images) or isinstance(images, np.ndarray):
            return self.call(images, *args, **kwargs)
        raise ValueError(
            f"RandomImageTransform computes with TensorFlow, and Keras with {tf.keras.backend.backend()}: use it in tf.data, "
            f"`dataset.map(layer)`, or set KERAS_BACKEND=tensorflow. Received: {type(images).__name__}"
        )

    def call(self, images, training=True, seed=None):
        """Augments a batch, or one image.

        Args:
            images: [N, H, W, C] or [H, W, C] (or channels first) of any number type; H, W and C static. Unit: grey levels of 0 to
                255, or what `white` says.
            training: False returns the images as they are, in the dtype of the result.
            seed: int, or integer scalar tensor; the draws are then a function of it and of the place in the batch, and of nothing else.
                None: the layer's own sequence goes on.

        Returns:
            Images of the same shape, in the layer's compute dtype: float32 unless its dtype policy says otherwise.

        Raises:
            ValueError: another rank, or a height, width or number of channels that is not static; `brightness_range` without `white`,
                and not 1, 3 or 4 channels.
        """
        images = tf.convert_to_tensor(images)
        if not training:
            return tf.cast(images, self.compute_dtype)
        return tf.cast(self._augmented(images, self._key(seed)), self.compute_dtype)

    def get_config(self):
        settings = {name: _plain(getattr(self._settings, name)) for name in AUGMENTATION_SETTINGS}
        return {**super().get_config(), **settings, "white": _plain(self.white), "seed": self.seed}

    def compute_output_shape(self, images_shape, seed_shape=None):
        return images_shape

    def _augmented(self, images, key):
        if images.shape.rank == 3:
            return self._augmented(images[tf.newaxis], key)[0]
        if images.shape.rank != 4 or None in images.shape[1:]:
            raise ValueError(
                "RandomImageTransform needs images of rank 4, or 3 for a single one, whose height, width and channels are static: resize "
                f"them, or state their shape with `tf.ensure_shape`. Received: shape={images.shape}"
            )
        if images.dtype != tf.uint8:
            images = tf.cast(images, tf.float32)
        channels_first = self._settings.data_format == CHANNELS_FIRST
        if channels_first:
            images = tf.transpose(images, (0, 2, 3, 1))
        images = self._transform.call(images, self._numbers(images, key))
        return tf.transpose(images, (0, 3, 1, 2)) if channels_first else images

    def _numbers(self, images, key):
        """The arguments of `ImageTransform.call` for channels-last images."""
        _, height, width, _ = images.shape
        n = tf.shape(images)[0]
        params = stateless.draw_params(self._settings, key, tf.range(n, dtype=tf.int64), height, width)
        drawn = drawn_numbers(self._options, params, semantics_level(self._settings.semantics), height, width)
        if self._options["geometry"] == "affine":
            drawn["cval"] = tf.constant(self._settings.cval, tf.float64)
        if self.white is not None:
            drawn["white"] = tf.fill([n], tf.constant(self.white, tf.float32))
        return drawn

    def _key(self, seed):
        if seed is not None:
            return tf.cast(seed, tf.int64)
        if isinstance(self._seed_generator, tf.random.Generator):
            return self._seed_generator.uniform_full_int([], tf.int64)
        start, calls = tf.unstack(tf.cast(self._seed_generator.next(), tf.int64))
        replica = tf.distribute.get_replica_context()
        if replica is not None:  # every replica has the generator at the same place
            calls = calls * replica.num_replicas_in_sync + tf.cast(replica.replica_id_in_sync_group, tf.int64)
        return start * tf.constant(_SEED_STRIDE, tf.int64) + calls


_NO_STANDARDIZATION = NOTHING_ON | {"zca_epsilon": 1e-6, "dtype": "float32", "rescale_order": "original", "augment_validation": True}


def _check_resampling(config):
    for name, known in (("fill_mode", GRAPH_FILL_MODES), ("interpolation_order", GRAPH_ORDERS)):
        value = getattr(config, name)
        if value not in known:
            raise ValueError(
                f"`{name}` should be one of {', '.join(map(repr, known))} in a layer; for others, augment with the iterators of "
                f"ImageDataGenerator. Received: {value!r}"
            )
    if not isinstance(config.cval, numbers.Real):
        raise ValueError(f"`cval` should be a number in a layer. Received: {config.cval!r}")


def _seed_generator(seed):
    """Keras's own; TensorFlow's where Keras has none that computes with TensorFlow."""
    keras = tf.keras
    if hasattr(keras, "random") and keras.backend.backend() == "tensorflow":
        return keras.random.SeedGenerator(seed)
    # As Keras does it: from the generator that `keras.utils.set_random_seed` seeds.
    return tf.random.Generator.from_seed(random.randint(1, 10**9) if seed is None else seed)


def _plain(value):
    """NumPy's numbers and arrays, and tuples, as what JSON has; a float stays a float, and an int an int."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
