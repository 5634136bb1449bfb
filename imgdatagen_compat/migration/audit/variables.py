"""All bindings of one name in one scope, in an order in which the last before a use is found without looking at every one."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator

from imgdatagen_compat.migration.audit.scopes import FUNCTIONS, Binding, Scope

Position = tuple[int, int]  # line and column


class Variable:
    """What a name is bound to in its scope.

    Args:
        owner: the scope.
        bindings: of the name, in the order of the source.

    Attributes:
        is_bound_elsewhere: whether a function binds it as well, with `global`.
        first: where the first binding stands.
        imported: dotted names of all imports.
        assigned: the bindings that are no imports, less those to None.
    """

    def __init__(self, owner: Scope, bindings: list[Binding]):
        self.is_bound_elsewhere = any(binding.scope is not owner for binding in bindings)
        self.first = min(start(binding.node) for binding in bindings)
        self.imported = frozenset(binding.origin for binding in bindings if binding.origin is not None)
        self.assigned = [binding for binding in bindings if binding.origin is None and not _is_none(binding.value)]
        self._ordered = sorted(bindings, key=lambda binding: end(binding.node))
        self._ends = [end(binding.node) for binding in self._ordered]

    def last_before(self, position: Position) -> list[Binding]:
        """Returns the last binding that is done at a position; several only where one statement has several; [] if there is none."""
        after = bisect.bisect_right(self._ends, position)
        return self._ordered[bisect.bisect_left(self._ends, self._ends[after - 1]) : after] if after else []

    def between(self, position: Position, last: Position) -> Iterator[Binding]:
        """Yields the bindings that are done after one position, and not after another."""
        for index in range(bisect.bisect_right(self._ends, position), bisect.bisect_right(self._ends, last)):
            yield self._ordered[index]


def start(node: ast.AST) -> Position:
    """Returns where a node begins."""
    if isinstance(node, ast.comprehension):
        node = node.target
    return (node.lineno, node.col_offset)


def end(node: ast.AST) -> Position:
    """Returns where a statement has bound its names: a compound one does so in its first line."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        node = node.iter
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        node = node.items[-1].context_expr
    elif isinstance(node, ast.ExceptHandler):
        node = node.type
    elif isinstance(node, ast.comprehension):
        return (0, 0)
    elif isinstance(node, FUNCTIONS):
        return start(node)
    return (node.end_lineno, node.end_col_offset)


def _is_none(value):
    return isinstance(value, ast.Constant) and value.value is None
