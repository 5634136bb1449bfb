"""`scale_weights_by_activation`: kernels scaled so that every linear layer answers real data at one scale."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Sequence

import keras
import numpy as np

from imgdatagen_compat.models.batches import first_inputs
from imgdatagen_compat.models.copying import check_finite, check_model, copy_model
from imgdatagen_compat.models.scaling import (
    LayerScaling,
    ScalingReport,
    check_built,
    layers_before_batch_norm,
    layers_with_weights,
    linear_note,
    multiply,
    scalable,
)

_ROUNDS = 10
_TOLERANCE = 0.01  # of the target


def scale_weights_by_activation(
    model: keras.Model,
    data,
    *,
    target: float = 1.0,
    percentile: float | None = None,
    layers: Sequence[str] | None = None,
    biases: bool = False,
    largest_factor: float = 1e4,
) -> tuple[keras.Model, ScalingReport]:
    """A copy of a model whose linear layers answer `data` at the scale `target`.

    The first batch of `data` goes through the copy in inference mode. Layer by layer, in the order in which they are called, the kernel is
    multiplied so that the layer's results before its activation have the standard deviation `target`, or a percentile of their
    magnitude equal to it; the layers after it are measured with what it then gives. This is what layer-sequential unit-variance
    initialization does after its orthogonal start (Mishkin and Matas, "All you need is a good init", 2016).

    A layer is left alone, and the report says so, if all of its results are equal or not finite, if it would need a factor above
    `largest_factor` or below its inverse, or if it is not called. Units whose activation gives 0 for the whole batch are counted in the
    note. Without `biases` a layer whose biases alone spread further than the target cannot reach it.

    Args:
        model: Sequential, functional, or subclassed with a `get_config`; built.
        data: inputs, an array or what else the model takes; or a dataset or iterator of batches (inputs, or tuples with the inputs first).
        target: above 0, in the unit of the results.
        percentile: None for the standard deviation; else which percentile of the magnitude, above 0, up to 100.
        layers: names of the layers to scale; None for all linear layers.
        biases: whether to scale biases along.
        largest_factor: above 1.

    Returns:
        The copy, and the report, with the measure before and after.

    Raises:
        TypeError: no model of Keras 3.
        ValueError: an argument out of its range, a name that no linear layer has, no data, or a model that is not built or cannot be
            copied.
    """
    check_model(model)
    check_built(model)
    check_finite(target=target, largest_factor=largest_factor, percentile=50 if percentile is None else percentile)
    if target <= 0 or largest_factor <= 1 or not (percentile is None or 0 < percentile <= 100):
        raise ValueError(
            "`target` should be above 0, `largest_factor` above 1 and `percentile` None, or above 0 and up to 100. "
            f"Received: target={target}, largest_factor={largest_factor}, percentile={percentile}"
        )
    inputs = first_inputs(data)
    copy = copy_model(model)
    linear = {name: layer for name, layer in layers_with_weights(copy) if _is_linear(layer)}
    chosen = _chosen(linear, layers)
    normalized = layers_before_batch_norm(copy)
    order = _call_order(copy, inputs, chosen)
    rows = {}
    for name in order:
        row = _scale_to(copy, inputs, chosen[name], target, percentile, biases, largest_factor)
        note = row.note or linear_note(chosen[name], row.factor, id(chosen[name]) in normalized)
        rows[name] = dataclasses.replace(row, name=name, note=note)
    for name, layer in layers_with_weights(copy):
        if name not in rows:
            note = "not called with this data" if name in chosen else "not chosen" if name in linear else scalable(layer)[1]
            rows[name] = LayerScaling(name, type(layer).__name__, (), 1.0, math.nan, math.nan, note)
    in_order = tuple(rows[name] for name, _ in layers_with_weights(copy))
    return copy, ScalingReport("std" if percentile is None else f"percentile {percentile:g}", in_order)


def _is_linear(layer):
    names, reason = scalable(layer)
    return bool(names) and not reason and hasattr(layer, "activation")


def _chosen(linear, names):
    if names is None:
        return linear
    unknown = [name for name in names if name not in linear]
    if isinstance(names, str) or unknown:
        raise ValueError(f"`layers` should be names of linear layers, of {sorted(linear)}. Received: layers={names!r}")
    return {name: linear[name] for name in names}


def _call_order(model, inputs, layers):
    called = []
    with contextlib.ExitStack() as recording:
        for name, layer in layers.items():
            recording.enter_context(_results_of(layer, lambda _, name=name: called.append(name)))
        model(inputs, training=False)
    return list(dict.fromkeys(called))


def _scale_to(model, inputs, layer, target, percentile, biases, largest_factor):
    """Scales one layer; returns its row of the report, without a name."""
    total, before, weights, note = 1.0, math.nan, (), ""
    for _ in range(_ROUNDS):
        results = _measured(model, inputs, layer)
        now = _scale_of(results, percentile)
        before = now if math.isnan(before) else before
        if not math.isfinite(now) or now == 0 or np.ptp(results) == 0:
            note = "left alone: dead, its results are all equal" if math.isfinite(now) else "left alone: its results are not finite"
            break
        factor = target / now
        if abs(factor - 1) <= _TOLERANCE:
            break
        if not 1 / largest_factor <= total * factor <= largest_factor:
            note = f"stopped at this factor: it would need {total * factor:.3g}"
            break
        weights = multiply(layer, factor, biases)
        total *= factor
    after = _scale_of(_measured(model, inputs, layer), percentile)
    if not note and abs(after / target - 1) > _TOLERANCE:
        note = "not reached: its biases are larger than the target"
    return LayerScaling("", type(layer).__name__, weights, total, before, after, note or _silent_units(model, inputs, layer))


def _scale_of(results, percentile):
    if not np.isfinite(results).all():
        return math.inf
    return float(results.std() if percentile is None else np.percentile(np.abs(results), percentile))


def _measured(model, inputs, layer):
    """The layer's results before its activation, in all calls, float64."""
    results = []
    with _results_of(layer, lambda values: results.append(keras.ops.convert_to_numpy(keras.ops.cast(values, "float32")))):
        model(inputs, training=False)
    return np.concatenate([np.ravel(values).astype(np.float64) for values in results])


def _silent_units(model, inputs, layer):
    """How many units never answer, as a note; empty where all do."""
    silent = []

    def look(values):
        answers = keras.ops.convert_to_numpy(keras.ops.cast(activation(values), "float32"))
        axis = 1 if getattr(layer, "data_format", None) == "channels_first" else answers.ndim - 1
        silent.append(~np.moveaxis(answers, axis, -1).reshape(-1, answers.shape[axis]).any(axis=0))

    activation = layer.activation or keras.activations.linear
    with _results_of(layer, look):
        model(inputs, training=False)
    count = int(np.all(silent, axis=0).sum())
    return f"{count} of {len(silent[0])} units are dead: 0 for all of this data" if count else ""


@contextlib.contextmanager
def _results_of(layer, record):
    """Calls `record` with what the layer hands to its activation, before that."""
    activation = layer.activation

    def recording(values):
        record(values)
        return values if activation is None else activation(values)

    layer.activation = recording
    try:
        yield
    finally:
        layer.activation = activation
