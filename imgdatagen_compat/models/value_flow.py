"""What becomes of the range of a model's input on the way to the first weights."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np

from imgdatagen_compat.models.applications import Family, family_of
from imgdatagen_compat.models.graph import graph_of, input_named, walk

# By the names of the classes: those of tf_keras have the same.
_KEEPS_RANGE = (
    "Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "InputLayer", "Dropout", "SpatialDropout", "ZeroPadding", "Cropping",
    "UpSampling", "MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling", "GaussianNoise", "Resizing", "CenterCrop",
    "Random", "RandAugment", "AugMix", "AutoContrast", "Equalization", "Solarization", "CLAHE", "Cast",
)  # fmt: skip
# They move values, whatever these are; some releases of Keras give them a `value_range` all the same.
_GEOMETRIC = (
    "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear", "RandomPerspective", "RandomElasticTransform",
)  # fmt: skip
_ARITHMETIC = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative", "GetItem")
_NORMALIZES = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization")


@dataclasses.dataclass(frozen=True)
class Range:
    """Smallest and largest value of each channel, arrays [C], and what a step of 1 in the input has become."""

    low: np.ndarray
    high: np.ndarray
    gain: float = 1.0

    @classmethod
    def of(cls, low, high, channels=1):
        """The same range in every channel."""
        return cls(np.full(channels, low, np.float64), np.full(channels, high, np.float64))

    def mapped(self, function):
        """The range of what a monotonic function, of arrays [C], makes of the values."""
        ends = np.asarray(function(self.low), np.float64), np.asarray(function(self.high), np.float64)
        low, high = np.minimum(*ends), np.maximum(*ends)
        before, after = np.mean(self.high - self.low), np.mean(high - low)
        return Range(low, high, self.gain * (after / before if before else 1.0))

    @property
    def ends(self) -> tuple[float, float]:
        """Over all channels."""
        return float(self.low.min()), float(self.high.max())


@dataclasses.dataclass
class ValueFlow:
    """What happens to the values, as a `graph.Visitor` found it.

    Attributes:
        rescaling: names of the layers and operations that change the range, in their order.
        augmentation: layers with a `value_range`, and the range that reaches each.
        applications: models of `keras.applications`, whether they rescale inside, and the range that enters each.
        first_weights: name, and range, of whatever is reached after all that; layers that normalize are left out.
        in_order: False where the order of the layers is a guess: subclassed models have no graph.
    """

    rescaling: list[str] = dataclasses.field(default_factory=list)
    augmentation: list[tuple] = dataclasses.field(default_factory=list)
    applications: list[tuple[Family, bool, Range]] = dataclasses.field(default_factory=list)
    first_weights: list[tuple[str, Range]] = dataclasses.field(default_factory=list)
    in_order: bool = True

    def enter(self, model, arriving):
        family = family_of(model.name)
        if family is not None:
            rescales = any(type(layer).__name__ in ("Rescaling", "Normalization") for layer in model._flatten_layers())
            self.applications.append((family, rescales, arriving))

    def visit(self, node, ranges):
        operation, arriving = node.operation, ranges[0]
        kind = type(operation).__name__
        if kind in _ARITHMETIC and len(node.input_tensors) == 1:
            self.rescaling.append(operation.name)
            return arriving.mapped(lambda values: _result_of(node, values))
        return self.pass_layer(operation, arriving)

    def pass_layer(self, layer, arriving):
        """The range after a layer that has no weights; None after one that has, which is noted."""
        kind = type(layer).__name__
        if kind == "TimeDistributed":
            return self.pass_layer(layer.layer, arriving)
        if kind in ("Rescaling", "Normalization"):
            self.rescaling.append(layer.name)
            return arriving.mapped(lambda values: _rescaled(layer, values))
        if kind == "MinMaxRescaling":
            return Range.of(layer.low, layer.high, len(arriving.low))
        if kind not in _GEOMETRIC and getattr(layer, "value_range", None) is not None:
            self.augmentation.append((layer, arriving))
        if kind.rstrip("123D").startswith(_KEEPS_RANGE):
            return arriving
        if kind not in (*_NORMALIZES, "Embedding"):
            self.first_weights.append((layer.name, arriving))
        return None


def value_flow(model, low: float, high: float, input: str | None = None) -> ValueFlow:
    """Follows values of `low` to `high` from an input of `model` to its first weights.

    Args:
        model: of Keras 3, or of tf_keras.
        low, high: of the input.
        input: name of the input; needed where there are several.
    """
    flow = ValueFlow()
    if graph_of(model) is not None:
        tensor = input_named(model, input)
        arriving = Range.of(low, high, _channels(tensor.shape))
        flow.enter(model, arriving)
        walk(model, {id(tensor): arriving}, flow)
        return flow
    arriving = Range.of(low, high)
    flow.in_order = isinstance(model, keras.Sequential)
    _pass_layers(model, arriving, flow)
    return flow


def _pass_layers(model, arriving, flow):
    """Follows the values through layers one after the other; returns the range after them, or None past the first weights."""
    flow.enter(model, arriving)
    for layer in model._flatten_layers(include_self=False, recursive=False):
        is_model = hasattr(layer, "layers") and hasattr(layer, "predict")
        after = _pass_layers(layer, arriving, flow) if is_model else flow.pass_layer(layer, arriving)
        if after is None:
            return None
        arriving = after
    return arriving


def _rescaled(layer, values):
    if type(layer).__name__ == "Rescaling":
        return values * np.asarray(layer.scale, np.float64) + np.asarray(layer.offset, np.float64)
    if getattr(layer, "mean", None) is None:  # not adapted: Keras refuses to call it
        return values
    mean, variance = (_per_channel(statistic, len(values)) for statistic in (layer.mean, layer.variance))
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    return values * deviation + mean if layer.invert else (values - mean) / deviation


def _per_channel(statistic, channels):
    statistic = np.ravel(np.asarray(statistic, np.float64))
    return statistic if channels == 1 or len(statistic) in (1, channels) else np.full(channels, statistic.mean())


def _result_of(node, values):
    """What an operation on one tensor makes of values [C], with the numbers that stand in the model."""
    rank = len(node.input_tensors[0].shape)
    shape = [1] * rank
    shape[_channel_axis(rank)] = len(values)
    args, kwargs = node.arguments.fill_in({id(node.input_tensors[0]): keras.ops.convert_to_tensor(values.reshape(shape), "float32")})
    return np.ravel(keras.ops.convert_to_numpy(node.operation(*args, **kwargs)))


def _channels(shape):
    return (shape[_channel_axis(len(shape))] or 1) if len(shape) > 2 else 1


def _channel_axis(rank):
    return 1 if rank > 2 and keras.config.image_data_format() == "channels_first" else rank - 1
