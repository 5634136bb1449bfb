"""`MinMaxRescaling`: every image from its own darkest to its own brightest value."""

from __future__ import annotations

import math
import numbers

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="imgdatagen_compat")
class MinMaxRescaling(keras.layers.Layer):
    """Stretches each image linearly, so that its smallest value becomes `low` and its largest `high`.

    Over all pixels and channels of one image: `low + (high - low) * (x - min) / max(max - min, epsilon)`. A constant image becomes `low`
    everywhere. Both ends are met exactly. The arithmetic is in float32, or in float64 for a layer of that dtype, whatever the precision of
    the result.

    Args:
        low, high: the range of the result.
        epsilon: the least range, in the unit of the input, that is stretched to the whole of the output's.
        **layer: arguments of `keras.layers.Layer`.

    Input:
        Any integer or float dtype. [N, H, W, C], or any other rank above 3 with the images first; rank 3 or less is one image.

    Output:
        Of the shape of the input, in the compute dtype of the layer.

    Raises:
        ValueError: `low` is not below `high`, one of them is not finite, or `epsilon` is not above 0.
    """

    def __init__(self, low=0.0, high=1.0, epsilon=1e-7, **layer):
        for name, value in {"low": low, "high": high, "epsilon": epsilon}.items():
            if not isinstance(value, numbers.Real) or not math.isfinite(value):
                raise ValueError(f"`{name}` should be a finite number. Received: {name}={value!r}")
        if not low < high:
            raise ValueError(f"`low` should be below `high`. Received: low={low}, high={high}")
        if not epsilon > 0:
            raise ValueError(f"`epsilon` should be above 0. Received: epsilon={epsilon}")
        layer.setdefault("autocast", False)  # half precision would round the pixels before they are stretched
        super().__init__(**layer)
        self.low = float(low)
        self.high = float(high)
        self.epsilon = float(epsilon)

    def call(self, inputs):
        images = ops.cast(inputs, "float64" if self.compute_dtype == "float64" else "float32")
        axes = tuple(range(1, len(images.shape))) if len(images.shape) > 3 else None
        darkest, brightest = ops.min(images, axes, keepdims=True), ops.max(images, axes, keepdims=True)
        share = (images - darkest) / ops.maximum(brightest - darkest, self.epsilon)
        return ops.cast(self.low * (1 - share) + self.high * share, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "low": self.low, "high": self.high, "epsilon": self.epsilon}
