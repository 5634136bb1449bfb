"""`scale_weights`: weights times a factor, with a report of what was scaled and what that does."""

from __future__ import annotations

import dataclasses
import difflib
import math
import numbers
from collections.abc import Iterator, Mapping

import keras
import numpy as np
from rich.console import Console
from rich.table import Table

from imgdatagen_compat.models.copying import check_finite, check_model, copy_model
from imgdatagen_compat.models.graph import graph_of, successions
from imgdatagen_compat.report_console import report_console, text_of

_HOMOGENEOUS = ("linear", "relu", "leaky_relu")  # f(a x) = a f(x) for a > 0

_LINEAR = ("kernel", "depthwise_kernel", "pointwise_kernel")
# Layers that a factor for the whole model leaves alone, by the weights that a factor of their own scales, and why.
_NOT_LINEAR = {
    keras.layers.BatchNormalization: (("gamma",), "normalizes: gamma is in the unit of its output"),
    keras.layers.LayerNormalization: (("gamma",), "normalizes: gamma is in the unit of its output"),
    keras.layers.GroupNormalization: (("gamma",), "normalizes: gamma is in the unit of its output"),
    keras.layers.UnitNormalization: ((), "has no weights"),
    keras.layers.Normalization: ((), "holds statistics of the data"),
    keras.layers.Embedding: (("embeddings",), "a table, no map"),
    keras.layers.PReLU: (("alpha",), "a slope of an activation"),
    keras.layers.SpectralNormalization: ((), "normalizes its kernel itself"),
    keras.layers.MultiHeadAttention: ((), "its scores go with the square of the factor, through a softmax"),
    keras.layers.GroupQueryAttention: ((), "its scores go with the square of the factor, through a softmax"),
    keras.layers.RNN: ((), "its gates are not linear"),
}
_BIASES = ("bias", "beta")


@dataclasses.dataclass(frozen=True)
class LayerScaling:
    """What happened to one layer that has weights.

    Attributes:
        name: of the layer, after those of the models and wrappers that it is in, with slashes.
        layer: its class.
        weights: names of the weights that were scaled; empty for none.
        factor: by which; 1 for none.
        before, after: what `ScalingReport.measure` says; NaN where it is not known.
        note: why it was left alone, or what to mind; may be empty.
    """

    name: str
    layer: str
    weights: tuple[str, ...]
    factor: float
    before: float
    after: float
    note: str = ""


@dataclasses.dataclass(frozen=True, repr=False)
class ScalingReport:
    """What happened to the weights of a model. `str()` of it is a table.

    Attributes:
        measure: what `before` and `after` of a layer are.
        layers: every layer with weights, in the order of the model.
    """

    measure: str
    layers: tuple[LayerScaling, ...]

    @property
    def scaled(self) -> tuple[LayerScaling, ...]:
        """The layers that were scaled."""
        return tuple(layer for layer in self.layers if layer.weights)

    def print(self, console: Console | None = None) -> None:
        """Prints the table: with colours on a terminal, as plain text of 140 columns elsewhere."""
        console = report_console(console)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("layer", "class", "scaled", "factor", f"{self.measure} before", "after", "note"):
            table.add_column(heading, justify="right" if heading in ("factor", f"{self.measure} before", "after") else "left")
        for layer in self.layers:
            numbers_shown = [f"{layer.factor:.4g}", f"{layer.before:.4g}", f"{layer.after:.4g}"]
            row = [layer.name, layer.layer, ", ".join(layer.weights) or "-", *numbers_shown, layer.note]
            table.add_row(*(cell.replace("[", "\\[") for cell in row), style=None if layer.weights else "dim")
        console.print(table)

    def __str__(self):
        return text_of(self.print)

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self.scaled)} of {len(self.layers)} layers scaled>"


def scale_weights(model: keras.Model, factor: float | Mapping, *, biases: bool = False) -> tuple[keras.Model, ScalingReport]:
    """A copy of a model with kernels multiplied by a factor.

    A single number means the kernels of linear layers (Dense, EinsumDense, every convolution; custom layers with a `kernel`). Layers that
    are not linear in their weights are left alone, and the report says why: normalization, recurrent layers, attention, embeddings, PReLU.
    Named in a mapping, a normalization layer has its `gamma` scaled (never its moving statistics), an embedding its table, PReLU its
    slopes.

    With `biases` the layer's result before its activation is scaled exactly; without, only what the kernel contributes.

    Args:
        model: Sequential, functional, or subclassed with a `get_config`; built.
        factor: finite, not 0; or a mapping of layer names, names of layer classes, or layer classes, to factors. A layer's name goes
            before its class. Names are looked up in nested models as well, with or without the names of these before them.
        biases: whether to scale `bias`, and `beta` of a normalization that is scaled, along.

    Returns:
        The copy, with the arguments of `compile`; and the report, with the root mean square of the kernels before and after.

    Raises:
        TypeError: no model of Keras 3.
        ValueError: a factor that is 0 or not finite, a name that no layer has, a named layer that has no weight to scale, a model that is
            not built or cannot be copied.
    """
    check_model(model)
    factor_of = _factor_lookup(model, factor)
    check_built(model)
    copy = copy_model(model)
    normalized = layers_before_batch_norm(copy)
    rows = []
    for name, layer in layers_with_weights(copy):
        names, reason = scalable(layer)
        chosen, named = factor_of(name, layer)
        if chosen is None or (reason and not named) or not names:
            rows.append(LayerScaling(name, type(layer).__name__, (), 1.0, *(2 * [_rms(layer, names)]), "" if chosen is None else reason))
            continue
        before = _rms(layer, names)
        scaled = multiply(layer, chosen, biases)
        note = reason or linear_note(layer, chosen, id(layer) in normalized)
        rows.append(LayerScaling(name, type(layer).__name__, scaled, float(chosen), before, _rms(layer, names), note))
    return copy, ScalingReport("rms of weights", tuple(rows))


def check_built(model) -> None:
    """Raises `ValueError` for a model that has no weights yet."""
    if not model.built:
        raise ValueError(f"{model.name!r} has no weights yet: call it once, or give it an Input.")


def layers_with_weights(model) -> Iterator[tuple[str, keras.layers.Layer]]:
    """The layers that own weights, or are taken as one (attention, recurrent layers), each once, with their names."""
    seen = set()

    def below(parent, prefix):
        for layer in parent._flatten_layers(include_self=False, recursive=False):
            if id(layer) in seen or layer.name.startswith("functional") and layer is getattr(parent, "_functional", None):
                continue
            seen.add(id(layer))
            is_whole = _entry(layer) is not None
            if is_whole or layer._trainable_variables or layer._non_trainable_variables:
                yield f"{prefix}{layer.name}", layer
            if not is_whole:
                yield from below(layer, f"{prefix}{layer.name}/")

    yield from below(model, "")


def scalable(layer) -> tuple[tuple[str, ...], str]:
    """Names of the weights that a factor multiplies, and why only a factor of the layer's own does; empty for linear layers."""
    entry = _entry(layer)
    if entry is not None:
        names, reason = entry
    else:
        names, reason = _LINEAR, ""
    present = tuple(name for name in names if _weight(layer, name) is not None)
    return present, reason if present or reason else "has no kernel"


def multiply(layer, factor: float, biases: bool) -> tuple[str, ...]:
    """Multiplies the weights of a layer; returns their names. A kernel of two factors is scaled in the first."""
    names = scalable(layer)[0][:1] + (tuple(name for name in _BIASES if _weight(layer, name) is not None) if biases else ())
    for name in names:
        weight = _weight(layer, name)
        weight.assign(keras.ops.convert_to_numpy(weight).astype(np.float64) * factor)
    return names


def _entry(layer):
    return next((entry for kind, entry in _NOT_LINEAR.items() if isinstance(layer, kind)), None)


def _weight(layer, name):
    weight = getattr(layer, f"_{name}" if hasattr(layer, f"_{name}") else name, None)
    is_float = hasattr(weight, "assign") and keras.backend.is_float_dtype(weight.dtype)  # not one that is quantized
    return weight if is_float else None


def _rms(layer, names):
    if not names:
        return math.nan
    weight = keras.ops.convert_to_numpy(_weight(layer, names[0])).astype(np.float64)
    return float(np.sqrt(np.mean(np.square(weight))))


def _factor_lookup(model, factor):
    """A function of (name, layer) to its factor, or None, and whether it was named."""
    if isinstance(factor, numbers.Real):
        _check_factor(factor)
        return lambda name, layer: (factor, False)
    if not isinstance(factor, Mapping):
        raise ValueError(f"`factor` should be a number or a mapping of layers to numbers. Received: factor={factor!r}")
    found = list(layers_with_weights(model))
    for key, value in factor.items():
        _check_factor(value)
        matching = [layer for name, layer in found if _matches(key, name, layer)]
        if not matching:
            known = sorted({name for name, _ in found} | {type(layer).__name__ for _, layer in found})
            close = difflib.get_close_matches(str(key), known, n=3, cutoff=0)
            raise ValueError(f"`factor`: no layer with weights has the name or class {key!r}. Close to it: {', '.join(close)}")
        for layer in matching:
            names, reason = scalable(layer)
            if not names:
                raise ValueError(f"`factor`: {type(layer).__name__} {layer.name!r} has no weight that can be scaled: {reason}.")
    keys = sorted(factor, key=lambda key: isinstance(key, type))

    def lookup(name, layer):
        by_name = [key for key in keys if isinstance(key, str) and key in (name, layer.name)]
        by_class = [key for key in keys if _matches(key, name, layer)]
        return (factor[(by_name or by_class)[0]], True) if by_class else (None, False)

    return lookup


def _matches(key, name, layer):
    return isinstance(layer, key) if isinstance(key, type) else key in (name, layer.name, type(layer).__name__)


def _check_factor(factor):
    check_finite(factor=factor)
    if factor == 0:
        raise ValueError("`factor` should not be 0, which leaves nothing of a layer. Received: factor=0")


def layers_before_batch_norm(model) -> set[int]:
    """The `id` of every layer whose result goes into a batch normalization; empty for a model without a graph."""
    if graph_of(model) is None:
        return set()
    return {id(layer) for layer, after in successions(model) if isinstance(after, keras.layers.BatchNormalization)}


def linear_note(layer, factor: float, is_normalized: bool) -> str:
    """What to mind when the kernel of a linear layer is multiplied; may be empty."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation not in _HOMOGENEOUS or (factor < 0 and activation != "linear"):
        return f"{activation} follows: its result is not scaled by the factor"
    if is_normalized:
        return "batch norm follows: undone in training, statistics unfit in inference"
    return ""
