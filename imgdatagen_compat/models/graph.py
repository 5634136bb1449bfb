"""Following a tensor through the graph of a model, nested models included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import keras


class Visitor(Protocol):
    """What `walk` tells of, and asks."""

    def enter(self, model: keras.Model, state: Any) -> None:
        """A nested model takes a tensor that carries `state`."""

    def visit(self, node, states: list[Any]) -> Any:
        """An operation takes tensors with these states; returns the state of its results, or None to follow them no further."""


def graph_of(model):
    """The functional model that `model` is, or that a built Sequential is made of; None for anything else, models of tf_keras too."""
    graph = getattr(model, "_functional", model)
    return graph if isinstance(graph, keras.Model) and hasattr(graph, "_nodes_by_depth") else None


def input_named(model, name=None):
    """The symbolic input tensor of a model with a graph.

    Raises:
        ValueError: no such name, or None for a model with several inputs.
    """
    inputs = {tensor.name: tensor for tensor in graph_of(model).inputs}
    if name is None and len(inputs) == 1:
        return next(iter(inputs.values()))
    if name not in inputs:
        raise ValueError(f"`input` should be the name of an input of {model.name!r}, one of {sorted(inputs)}. Received: input={name!r}")
    return inputs[name]


def walk(model, states: dict[int, Any], visitor: Visitor) -> dict[int, Any]:
    """Follows tensors from operation to operation, as far as the visitor says.

    Args:
        model: has a graph.
        states: what the visitor wants to know of a tensor, by the `id` of the symbolic tensor.
        visitor: see `Visitor`.

    Returns:
        The states that reach outputs of the model, by their index.
    """
    graph, states = graph_of(model), dict(states)
    for node in _in_order(graph):
        arriving = [states[id(tensor)] for tensor in node.input_tensors if id(tensor) in states]
        if not arriving:
            continue
        nested = graph_of(node.operation)
        if nested is None:
            result = visitor.visit(node, arriving)
            reached = {} if result is None else dict.fromkeys(range(len(node.output_tensors)), result)
        else:
            visitor.enter(node.operation, arriving[0])
            pairs = zip(nested.inputs, node.input_tensors)
            reached = walk(nested, {id(inner): states[id(outer)] for inner, outer in pairs if id(outer) in states}, visitor)
        states.update({id(node.output_tensors[index]): state for index, state in reached.items()})
    return {index: states[id(tensor)] for index, tensor in enumerate(graph.outputs) if id(tensor) in states}


def calls(model) -> Iterator[Any]:
    """Every operation in the order of the graph, as often as it is called, inside nested models too."""
    for node in _in_order(graph_of(model)):
        if graph_of(node.operation) is None:
            yield node.operation
        else:
            yield from calls(node.operation)


def successions(model) -> Iterator[tuple[Any, Any]]:
    """Pairs of operations of which the second takes a result of the first, within each of the nested models."""
    for node in _in_order(graph_of(model)):
        yield from ((tensor._keras_history.operation, node.operation) for tensor in node.input_tensors)
        if graph_of(node.operation) is not None:
            yield from successions(node.operation)


def _in_order(graph):
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        yield from (node for node in graph._nodes_by_depth[depth] if not node.is_input)
