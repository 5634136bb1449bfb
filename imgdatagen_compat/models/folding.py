"""`fold_rescaling`: the first layers absorb the rescaling of their input."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np

from imgdatagen_compat.models.copying import check_finite, check_model, copy_model
from imgdatagen_compat.models.graph import calls, graph_of, input_named, walk

layers = keras.layers

# Layers that only move values: whatever is done to each value before them can be done after them.
_MOVES = {
    layers.Flatten, layers.Reshape, layers.Permute, layers.RepeatVector, layers.Identity, layers.Cropping1D, layers.Cropping2D,
    layers.Cropping3D, layers.UpSampling1D, layers.UpSampling3D, layers.RandomFlip,
}  # fmt: skip
# Layers that put zeros among the values besides: only a multiplication can be done after them.
_ADDS_ZEROS = {
    layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D, layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D,
    layers.SpatialDropout3D,
}  # fmt: skip
# Linear layers, by the variables whose product multiplies the input.
_KERNELS = {
    layers.Dense: ("kernel",),
    layers.Conv1D: ("kernel",),
    layers.Conv2D: ("kernel",),
    layers.Conv3D: ("kernel",),
    layers.Conv1DTranspose: ("kernel",),
    layers.Conv2DTranspose: ("kernel",),
    layers.Conv3DTranspose: ("kernel",),
    layers.DepthwiseConv1D: ("kernel",),
    layers.DepthwiseConv2D: ("kernel",),
    layers.SeparableConv1D: ("depthwise_kernel", "pointwise_kernel"),
    layers.SeparableConv2D: ("depthwise_kernel", "pointwise_kernel"),
}
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
_BATCH_NORM_REASON = "it normalizes by the statistics of each batch in training, and its epsilon does not scale"


class _Affine(NamedTuple):
    scale: float
    offset: float


def fold_rescaling(model: keras.Model, scale: float, offset: float = 0.0, *, input: str | None = None) -> keras.Model:
    """A model without a rescaling layer that computes `model(scale * x + offset)`.

    The layers that the input reaches first absorb it: kernels are multiplied by `scale`, biases take up what the offset contributes.
    Between the input and them may stand layers that only move values (Flatten, Reshape, Cropping, …) and, without an offset, those that add
    zeros (ZeroPadding, Dropout). Equal in exact arithmetic; in float32 results differ by rounding, below 1e-5 of the largest magnitude for
    one layer. In training the gradients of a folded kernel are `1 / scale` times those of the original's, so that the learning rate means
    something else, and weight decay does: it is made for inference.

    | first layer | scale | offset |
    |---|---|---|
    | Dense | yes | with a bias |
    | Conv, DepthwiseConv, SeparableConv | with any padding: zeros stay zeros | with a bias and `padding="valid"` |
    | ConvTranspose | with any padding | no: border pixels take up less of it |
    | Rescaling | yes | yes |
    | any other | no | no |

    Args:
        model: Sequential or functional, built; nested models are looked into.
        scale: factor, not 0.
        offset: added after the multiplication.
        input: name of the input that is rescaled; needed where there are several.

    Returns:
        The new model, with weights of its own.

    Raises:
        TypeError: no model of Keras 3.
        ValueError: a layer that cannot absorb the rescaling exactly, with the reason; a model without a graph; arguments that are no
            finite numbers; or what `prepend_rescaling` refuses.
    """
    check_model(model)
    check_finite(scale=scale, offset=offset)
    if scale == 0:
        raise ValueError("`scale` should not be 0, which makes all images equal. Received: scale=0")
    if graph_of(model) is None:
        kind = "is not built yet: call it, or give it an Input" if isinstance(model, keras.Sequential) else "is subclassed"
        raise _refusal(f"{model.name!r} {kind}; which layers its input reaches is not known")
    copy = copy_model(model)
    affine = _Affine(float(scale), float(offset))
    first = _FirstLayers()
    if walk(copy, {id(input_named(copy, input)): affine}, first):
        raise _refusal(f"an output of {model.name!r} is made of its input without any weight")
    for layer in first.checked(copy):
        _absorb(layer, affine)
    return copy


class _FirstLayers:
    """A `graph.Visitor` that collects the layers which are to absorb."""

    def __init__(self):
        self.calls = []

    def enter(self, model, affine):
        """Nested models are looked into."""

    def visit(self, node, affines):
        layer, affine = node.operation, affines[0]
        kind = type(layer)
        if kind in _MOVES or kind in _ADDS_ZEROS:
            if kind in _ADDS_ZEROS and affine.offset:
                raise _refusal(f"{_named(layer)} puts zeros among the values, where the offset belongs as well")
            return affine
        reason = _why_not(layer, affine)
        if reason:
            raise _refusal(f"{_named(layer)} cannot absorb it: {reason}")
        self.calls.append(layer)
        return None

    def checked(self, model):
        """Yields the layers, each once.

        Raises:
            ValueError: one of them is called with other tensors, too.
        """
        everywhere = list(calls(model))
        for layer in dict.fromkeys(self.calls):
            if everywhere.count(layer) != self.calls.count(layer):
                raise _refusal(f"{_named(layer)} is shared: it takes other tensors as well, which are not rescaled")
            yield layer


def _why_not(layer, affine):
    """Why a layer cannot absorb it, or None."""
    if isinstance(layer, layers.TimeDistributed):
        return _why_not(layer.layer, affine)
    kind = type(layer)
    if kind is layers.Rescaling:
        return None
    if kind is layers.BatchNormalization:
        return _BATCH_NORM_REASON
    if kind not in _KERNELS:
        return "only Dense, convolutions and Rescaling are known to do it exactly"
    if getattr(layer, "lora_enabled", False) or getattr(layer, "quantization_mode", None):
        return "its kernel is quantized, or made of several factors"
    if not affine.offset:
        return None
    if kind in _TRANSPOSED:
        return "at the border its results take up less of the offset"
    if getattr(layer, "padding", "valid") != "valid":
        return f'padding="{layer.padding}" adds zeros, where the offset belongs as well'
    return None if layer.use_bias else "it has no bias that could take up the offset"


def _absorb(layer, affine):
    if isinstance(layer, layers.TimeDistributed):
        return _absorb(layer.layer, affine)
    if type(layer) is layers.Rescaling:
        old = np.asarray(layer.scale)
        layer.scale, layer.offset = _plain(old * affine.scale), _plain(old * affine.offset + np.asarray(layer.offset))
        return None
    kernels = [np.asarray(keras.ops.convert_to_numpy(getattr(layer, name)), np.float64) for name in _KERNELS[type(layer)]]
    if affine.offset:
        bias = keras.ops.convert_to_numpy(layer.bias).astype(np.float64)
        layer.bias.assign(bias + affine.offset * _response_to_ones(layer, kernels))
    getattr(layer, _KERNELS[type(layer)][0]).assign(kernels[0] * affine.scale)
    return None


def _response_to_ones(layer, kernels):
    """What the kernels make of an image of ones, float64 [output channels]."""
    first = kernels[0]
    if len(kernels) == 1 and not isinstance(layer, _DEPTHWISE):
        return first.sum(axis=tuple(range(first.ndim - 1)))
    response = first.sum(axis=tuple(range(first.ndim - 2))).reshape(-1)  # of each channel and its multiples
    return response if len(kernels) == 1 else response @ kernels[1].reshape(len(response), -1)


def _plain(value):
    return value.item() if value.ndim == 0 else value


def _named(layer):
    return f"{type(layer).__name__} {layer.name!r}"


def _refusal(reason):
    return ValueError(f"The rescaling cannot be folded: {reason}. `prepend_rescaling` works for every model.")
