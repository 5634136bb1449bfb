"""Keras layer over the kernels: what the pipeline runs is what a model can contain."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from imgdatagen_compat.kernels import color, geometry, preprocessing, standardization
from imgdatagen_compat.kernels.rounding import rounded, runtime_zero


@tf.keras.utils.register_keras_serializable(package="imgdatagen_compat")
class ImageTransform(tf.keras.layers.Layer):
    """Applies drawn transform parameters and normalization to a batch of images, with TensorFlow operations whatever Keras's backend.

    The configuration says which stages there are; every number is an argument of the call, so that new numbers compile nothing.

    Args:
        geometry: "affine" (flips included), "flip" or None.
        interpolation_order: 0 or 1.
        fill_mode: "nearest", "constant", "reflect" or "wrap".
        channel_shift, rescale, samplewise_center, samplewise_std_normalization, featurewise_center,
            featurewise_std_normalization, zca_whitening: whether the stage is there.
        rescale_first: whether rescale comes before all other stages, and scales `cval`, `channel_shift_intensity` and `white` along.
        brightness: None; "8-bit" where all values are known to be in [0, 255] when it is reached; "any" otherwise; "stretched" to stretch
            every image to [0, 255] first; "float" and "float, stretched" for the same without 8 bits, on the range that `white` tells.
        preprocessing: None, or the mode of a `preprocess_input` of `keras.applications`: "tf", "caffe" or "torch".
        **layer: arguments of `keras.layers.Layer`.
    """

    def __init__(
        self,
        *,
        geometry=None,
        interpolation_order=1,
        fill_mode="nearest",
        channel_shift=False,
        brightness=None,
        preprocessing=None,
        rescale=False,
        rescale_first=False,
        samplewise_center=False,
        samplewise_std_normalization=False,
        featurewise_center=False,
        featurewise_std_normalization=False,
        zca_whitening=False,
        **layer,
    ):
        layer.setdefault("autocast", False)
        super().__init__(**layer)
        self.geometry = geometry
        self.interpolation_order = interpolation_order
        self.fill_mode = fill_mode
        self.channel_shift = channel_shift
        self.brightness = brightness
        self.preprocessing = preprocessing
        self.rescale = rescale
        self.rescale_first = rescale_first
        self.samplewise_center = samplewise_center
        self.samplewise_std_normalization = samplewise_std_normalization
        self.featurewise_center = featurewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.zca_whitening = zca_whitening
        # The reductions between the clusters run outside of them: inside, they cost several times the resampling.
        self._whole_cluster = tf.function(self._whole, jit_compile=True, autograph=False)
        self._geometry_cluster = tf.function(self._apply_geometry, jit_compile=True, autograph=False)
        self._color_cluster = tf.function(self._apply_color, jit_compile=True, autograph=False)
        self.built = True  # it has no weights

    def __call__(self, images, params):
        if tf.is_tensor(images) or isinstance(images, np.ndarray):
            # Past Keras, which would convert to its backend's tensors, and double to single precision.
            return self.call(tf.convert_to_tensor(images), params)
        return super().__call__(images, params)

    def call(self, images, params):
        """Transforms a batch.

        Args:
            images: uint8 or float32 [N, H, W, C]; H, W and C static.
            params: dictionary of tensors, those of the stages that are there: `ramps` (a `CoordinateRamps`; "affine"), `cval`
                (float64 scalar; "affine"), `flip_horizontal`, `flip_vertical` (bool [N]; "flip"), `channel_shift_intensity`,
                `brightness` (float32 [N]), `white` (float32 [N], in the unit of raw pixels; "float"), `rescale` (scalar, or float32
                [N, 1, 1, 1]), `mean`, `std_divisor` (broadcast to [H, W, C]), `zca_whitening_matrix`.
                A float64 `rescale`, `mean` or `std_divisor` is applied in double.

        Returns:
            float32 [N, H, W, C].
        """
        zero = runtime_zero(images)
        if self.rescale_first:
            params = color.rescaled_settings(params)
        if self.channel_shift or self.brightness not in (None, "8-bit"):
            images = self._geometry_cluster(images, params, zero)
            images = self._color_cluster(images, params, zero, color.value_range(images))
        else:
            images = self._whole_cluster(images, params, zero)
        if self.samplewise_center:
            images = standardization.samplewise_center(images)
        if self.samplewise_std_normalization:
            images = standardization.samplewise_std_normalization(images)
        if self._samplewise:
            images = self._apply_featurewise(images, params, zero)
        if self.zca_whitening:
            images = standardization.zca_whitening(images, params["zca_whitening_matrix"])
        return images

    def get_config(self):
        return {**super().get_config(), **{name: getattr(self, name) for name in STAGE_OPTIONS}}

    def compute_output_shape(self, images_shape, params_shape=None):
        return images_shape

    @property
    def _samplewise(self):
        return self.samplewise_center or self.samplewise_std_normalization

    def _whole(self, images, params, zero):
        return self._apply_color(self._apply_geometry(images, params, zero), params, zero)

    def _apply_geometry(self, images, params, zero):
        if self.rescale_first:
            images = rounded(color.rescale(tf.cast(images, tf.float32), params["rescale"]), zero)
        if self.geometry == "affine":
            order = self.interpolation_order
            return geometry.resample(images, params["ramps"], params["cval"], zero, order=order, fill_mode=self.fill_mode)
        if self.geometry == "flip":
            images = geometry.flip(images, params["flip_horizontal"], params["flip_vertical"])
        return tf.cast(images, tf.float32)

    def _apply_color(self, images, params, zero, value_range=None):
        if self.channel_shift:
            intensity = params["channel_shift_intensity"]
            images = color.channel_shift(images, intensity, *value_range)
            value_range = [color.channel_shift(end, intensity, *value_range) for end in value_range]
        if self.brightness == "stretched":
            images = color.stretched(images, value_range, zero)
        if self.brightness in ("float", "float, stretched"):
            stretches = self.brightness == "float, stretched"
            images = color.brightness_in_float(images, params["brightness"], params["white"], zero, value_range, stretches=stretches)
        elif self.brightness:
            images = color.brightness(images, params["brightness"], zero, value_range if self.brightness == "any" else None)
        if self.preprocessing:
            images = preprocessing.preprocess(images, self.preprocessing, zero)
        if self.rescale and not self.rescale_first:
            images = rounded(color.rescale(rounded(images, zero), params["rescale"]), zero)
        return images if self._samplewise else self._apply_featurewise(images, params, zero)

    def _apply_featurewise(self, images, params, zero):
        if self.featurewise_center:
            images = rounded(standardization.featurewise_center(rounded(images, zero), params["mean"]), zero)
        if self.featurewise_std_normalization:
            images = standardization.featurewise_std_normalization(images, params["std_divisor"])
        return images


STAGE_OPTIONS = (
    "geometry",
    "interpolation_order",
    "fill_mode",
    "channel_shift",
    "brightness",
    "preprocessing",
    "rescale",
    "rescale_first",
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "zca_whitening",
)
