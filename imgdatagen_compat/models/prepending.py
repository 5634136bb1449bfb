"""`prepend_rescaling`: a model that takes raw pixels."""

from __future__ import annotations

import math
import warnings

import keras

from imgdatagen_compat.models.copying import (
    check_finite,
    check_model,
    compile_like,
    copy_model,
    custom_objects_of,
    layer_cloner,
    take_state,
)
from imgdatagen_compat.models.graph import graph_of, input_named
from imgdatagen_compat.models.input_range import rescales_input


def prepend_rescaling(model: keras.Model, scale: float = 1 / 255, offset: float = 0.0, *, input: str | None = None) -> keras.Model:
    """A model that computes `model(scale * x + offset)`.

    The stock layer `keras.layers.Rescaling` does it, in float32 even under mixed precision, so that pixels of 16 bits stay finite. The
    new model has weights of its own, equal to those of `model`, which stays as it is. Names of layers, inputs and outputs, frozen layers
    and the arguments of `compile` are kept; the optimizer has taken no step.

    Args:
        model: Sequential, built or not; functional, with nested models, shared layers, several inputs and outputs; or subclassed, with a
            `get_config` and one input, which becomes the second layer of a Sequential.
        scale: factor.
        offset: added after the multiplication.
        input: name of the input to rescale; needed where a functional model has several.

    Returns:
        The new model, of the class of `model` if that is Sequential or functional.

    Raises:
        TypeError: no model of Keras 3.
        ValueError: a scale or offset that is no finite number, an unknown input, an input that is itself an output, or a model that cannot
            be copied.

    Warns:
        UserWarning: `model` rescales raw pixels already; or its own `train_step` is lost.
    """
    check_model(model)
    check_finite(scale=scale, offset=offset)
    if abs(scale) <= 1 / 16 and not _makes_8_bits(scale) and rescales_input(model, input):
        warnings.warn(f"{model.name!r} rescales its input already: with another {scale:.4g} it will see almost black images.", stacklevel=2)
    if isinstance(model, keras.Sequential):
        if input is not None and graph_of(model) is not None:
            input_named(model, input)
        return _prepend_to_sequential(model, scale, offset)
    if graph_of(model) is not None:
        return _prepend_to_functional(model, scale, offset, input)
    if input is not None:
        kind = type(model).__name__
        raise ValueError(f"`input` can be chosen where the model has a graph; {kind} is subclassed. Received: input={input!r}")
    return _prepend_to_subclassed(model, scale, offset)


def _makes_8_bits(scale):
    """Whether it makes pixels of more bits what those of 8 bits are."""
    return any(math.isclose(scale, 255 / (2**bits - 1), rel_tol=0.003) for bits in (10, 12, 14, 16))


def _prepend_to_sequential(model, scale, offset):
    rescaling = _rescaling_for(model, scale, offset)
    graph = graph_of(model)
    first = [] if graph is None else [_like(graph.inputs[0])]
    with custom_objects_of(model):
        rescaled = type(model)([*first, rescaling, *map(layer_cloner(), model.layers)], name=model.name)
        take_state(rescaled, model, rescaling)
        compile_like(rescaled, model)
    return rescaled


def _prepend_to_functional(model, scale, offset, name):
    chosen = input_named(model, name)
    if any(output is chosen for output in model.outputs):
        raise ValueError(f"Input {chosen.name!r} of {model.name!r} is an output as well, which no layer can be put before.")
    rescaling = _rescaling_for(model, scale, offset)
    inputs = keras.tree.map_structure(_like, model.input)
    raw = next(tensor for tensor in keras.tree.flatten(inputs) if tensor.name == chosen.name)
    rescaled = rescaling(raw)

    def call_with_rescaled(layer, *args, **kwargs):
        args, kwargs = keras.tree.map_structure(lambda value: rescaled if value is raw else value, (args, kwargs))
        return layer(*args, **kwargs)

    with custom_objects_of(model):
        copy = keras.models.clone_model(model, input_tensors=inputs, clone_function=layer_cloner(), call_function=call_with_rescaled)
        take_state(copy, model, rescaling)
        compile_like(copy, model)
    return copy


def _prepend_to_subclassed(model, scale, offset):
    if type(model).train_step is not keras.Model.train_step:
        warnings.warn(f"`train_step` of {type(model).__name__} is not used by the new model, which is a Sequential.", stacklevel=3)
    rescaled = keras.Sequential([_rescaling_for(model, scale, offset), copy_model(model)], name=f"rescaled_{model.name}")
    shape = (model.get_build_config() or {}).get("input_shape") if model.built else None
    if isinstance(shape, (tuple, list)) and shape and not isinstance(shape[0], (tuple, list)):
        rescaled.build((None, *shape[1:]))
    with custom_objects_of(model):
        compile_like(rescaled, model)
    return rescaled


def _rescaling_for(model, scale, offset):
    taken = {layer.name for layer in model.layers}
    name = next(name for name in ("rescaling", *(f"rescaling_{number}" for number in range(1, len(taken) + 2))) if name not in taken)
    dtype = "float64" if model.variable_dtype == "float64" else "float32"
    return keras.layers.Rescaling(float(scale), float(offset), dtype=dtype, name=name)


def _like(tensor):
    """A new input of the name, shape and dtype of `tensor`, the input of a model."""
    # The first releases of Keras 3 know no optional inputs.
    optional = {"optional": True} if getattr(tensor._keras_history.operation, "optional", False) else {}
    return keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name, sparse=tensor.sparse, **optional)
