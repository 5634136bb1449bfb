"""Copies of Keras models, with weights of their own."""

from __future__ import annotations

import contextlib
import math
import numbers
from collections.abc import Callable

import keras

from imgdatagen_compat.models.graph import graph_of


def check_model(model) -> None:
    """Raises `TypeError` for what is no model of Keras 3."""
    if not isinstance(model, keras.Model):
        raise TypeError(f"`model` should be a model of Keras 3 (`keras.Model`). Received: {type(model).__module__}.{type(model).__name__}")


def check_finite(**values) -> None:
    """Raises `ValueError` for an argument that is not one finite number."""
    for name, value in values.items():
        if not isinstance(value, numbers.Real) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(f"`{name}` should be a finite number. Received: {name}={value!r}")


def copy_model(model: keras.Model) -> keras.Model:
    """A copy: same class, names, weights, frozen layers, and arguments of `compile`, with an optimizer that has taken no step.

    A functional model whose class has a constructor of its own is copied as a plain functional model, as `keras.models.clone_model` does.

    Args:
        model: Sequential, functional, or subclassed with a `get_config`.

    Raises:
        ValueError: layers share a variable, which a copy would have twice; or the class cannot be made from its configuration.
    """
    with custom_objects_of(model):
        try:
            copy = layer_cloner()(model)
        except (NotImplementedError, TypeError) as error:
            raise ValueError(
                f"{type(model).__name__} {model.name!r} cannot be copied: Keras cannot make it from its configuration. Give its class a "
                f"`get_config` that returns the arguments of its constructor. ({error})"
            ) from error
        if model.built and not copy.built:
            copy.build_from_config(model.get_build_config())
        take_state(copy, model)
        compile_like(copy, model)
    return copy


def take_state(copy: keras.Model, model: keras.Model, added: keras.layers.Layer | None = None) -> None:
    """Gives `copy` the weights and the frozen layers of `model`, layer by layer.

    Args:
        copy: has the layers of `model`, and `added`.
        model: stays as it is.
        added: a layer of `copy` only.

    Raises:
        ValueError: layers of `model` share a variable.
    """
    layers, copies = model._flatten_layers(), [layer for layer in copy._flatten_layers() if layer is not added]
    if len(model.weights) != len(copy.weights) or len(layers) != len(copies):
        raise ValueError(
            f"{model.name!r} cannot be copied: layers of it share a variable or a layer, and the copy would have it twice "
            f"({len(model.weights)} weights in the model, {len(copy.weights)} in the copy)."
        )
    for layer, twin in zip(layers, copies):
        twin.trainable = layer.trainable
        state = {}
        layer.save_own_variables(state)
        if state:
            twin.load_own_variables(state)


def compile_like(copy: keras.Model, model: keras.Model) -> None:
    """Compiles `copy` with the arguments of `model`, if that is compiled, and Keras has not done so already."""
    if model.compiled and not copy.compiled:
        copy.compile_from_config(model.get_compile_config())


def layer_cloner() -> Callable[[keras.layers.Layer], keras.layers.Layer]:
    """A function that makes a layer or a model anew from its configuration, each only once, whatever it is nested in.

    `clone_model(recursive=True)` of releases up to Keras 3.13 shares the layers of models that are nested twice.
    """
    made = {}

    def clone(layer):
        if id(layer) not in made:
            if isinstance(layer, keras.Model):
                has_layers = graph_of(layer) is not None or isinstance(layer, keras.Sequential)
                made[id(layer)] = keras.models.clone_model(layer, clone_function=clone if has_layers else None)
            else:
                made[id(layer)] = type(layer).from_config(layer.get_config())
        return made[id(layer)]

    return clone


@contextlib.contextmanager
def custom_objects_of(model):
    """Lets Keras find the classes of `model`'s layers, its losses and its metrics, registered or not."""
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    found = [*map(type, model._flatten_layers()), *keras.tree.flatten([getattr(model, "loss", None), metrics])]
    classes = [value if callable(value) and hasattr(value, "__name__") else type(value) for value in found]
    own = [value for value in classes if not value.__module__.startswith(("keras.", "builtins"))]
    with keras.saving.custom_object_scope({keras.saving.get_registered_name(value): value for value in own}):
        yield
