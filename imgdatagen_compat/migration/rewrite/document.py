"""A module of Python code with what its names mean: where they come from, which values they hold, who uses them."""

from __future__ import annotations

import functools
import itertools

import libcst as cst
from libcst.metadata import (
    Assignment,
    ExpressionContext,
    ExpressionContextProvider,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from imgdatagen_compat.migration.old_modules import NAMESPACE, OLD_MODULES, PACKAGE, has_name, new_module

# Longer chains of `a = b` are not followed; also ends `a = a.b`.
_DEEPEST_ALIAS = 8


def dotted(node: cst.BaseExpression | None) -> str | None:
    """Returns "a.b.c" for such an expression, None for any other."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        value = dotted(node.value)
        return value and f"{value}.{node.attr.value}"
    return None


def dotted_expression(name: str) -> cst.Name | cst.Attribute:
    """Returns the expression `a.b.c` for "a.b.c"."""
    first, *rest = name.split(".")
    expression = cst.Name(first)
    for attribute in rest:
        expression = cst.Attribute(expression, cst.Name(attribute))
    return expression


def imported_module(statement: cst.ImportFrom) -> str:
    """Returns the module of a from-import, with the dots of a relative one, which no absolute name has."""
    return "." * len(statement.relative) + (dotted(statement.module) or "")


def bound_name(alias: cst.ImportAlias) -> str:
    """Returns the name that an import binds: `c` for `a.b as c`, `a` for `a.b`."""
    return alias.evaluated_alias or alias.evaluated_name.split(".")[0]


class Document:
    """A parsed module, read-only.

    Args:
        module: the tree.
        semantics: what its `keras.preprocessing.image` is to be replaced with, see `old_modules.new_module`.

    Attributes:
        module: a copy of the tree; every node below is one of its nodes.
        loads: every name that is read.
    """

    def __init__(self, module: cst.Module, semantics: str = "keras"):
        self.semantics = semantics
        wrapper = MetadataWrapper(module)
        self.module = wrapper.module
        self._scopes = wrapper.resolve(ScopeProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._wrapper = wrapper
        self._contexts = wrapper.resolve(ExpressionContextProvider)
        collector = _Collector()
        self.module.visit(collector)
        self._nodes = collector.nodes
        self.loads = [name for name in self.nodes(cst.Name) if self._is_read(name)]

    def nodes(self, *kinds: type[cst.CSTNode]) -> list[cst.CSTNode]:
        """Returns the nodes of these types, in their order within each; those inside import statements are left out."""
        return [node for kind in kinds for node in self._nodes.get(kind, ())]

    def is_stored(self, chain: cst.Attribute) -> bool:
        """Whether `a.b` is assigned to or deleted, instead of read."""
        return self._contexts.get(chain) != ExpressionContext.LOAD

    def _is_read(self, name):
        parent = self.parent(name)
        if isinstance(parent, cst.Arg) and parent.keyword is name:
            return False
        return self._contexts.get(name) == ExpressionContext.LOAD

    @functools.cached_property
    def _positions(self):
        return self._wrapper.resolve(PositionProvider)

    def place(self, node: cst.CSTNode) -> tuple[int, int]:
        """Returns line and column of the start of `node`, from 1."""
        start = self._positions[node].start
        return start.line, start.column + 1

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode):
        """Yields the nodes around `node`, innermost first, up to the module."""
        while (node := self._parents.get(node)) is not None:
            yield node

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """Returns the scope in which `node` is looked up."""
        for holder in (node, *self.ancestors(node)):
            if holder in self._scopes:
                return self._scopes[holder]
        return None

    def assignments(self, name: cst.Name) -> list[Assignment]:
        """Returns what binds `name` where it is read, in the scope that it is found in; empty for an unknown name or a builtin."""
        scope = self.scope(name)
        found = scope[name.value] if scope is not None else ()
        return [assignment for assignment in found if isinstance(assignment, Assignment)]

    def values(self, name: cst.Name) -> list[cst.BaseExpression] | None:
        """Returns every expression that `name` may hold; None where something else binds it (an import, a parameter, a loop, …)."""
        values = [self._assigned_value(assignment) for assignment in self.assignments(name)]
        return values if values and None not in values else None

    def _assigned_value(self, assignment):
        parent = self.parent(assignment.node)
        if isinstance(parent, cst.AssignTarget):
            statement = self.parent(parent)
            return statement.value if len(statement.targets) == 1 else None
        if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and parent.target is assignment.node:
            return parent.value
        return None

    def origins(self, expression: cst.BaseExpression, _depth: int = 0) -> frozenset[str]:
        """Returns the dotted names that an expression may stand for: {"tensorflow.keras"} for `keras` after `keras = tf.keras`.

        Empty if one of the ways it is bound is not understood. An assigned `None`, the usual stand-in for a failed import, is passed over.
        """
        if isinstance(expression, cst.Attribute):
            return frozenset(f"{origin}.{expression.attr.value}" for origin in self.origins(expression.value, _depth))
        if not isinstance(expression, cst.Name) or _depth > _DEEPEST_ALIAS:
            return frozenset()
        assignments = self.assignments(expression)
        if not assignments:
            return self._origins_in_stars(expression)
        origins = set()
        for assignment in assignments:
            if isinstance(assignment.node, (cst.Import, cst.ImportFrom)):
                found = _imported_origins(assignment.node, expression.value)
            elif isinstance(assignment.node, cst.ClassDef):
                found = {f"<local>.{expression.value}"}
            else:
                value = self._assigned_value(assignment)
                if isinstance(value, cst.Name) and value.value == "None":
                    continue
                found = self.origins(value, _depth + 1) if value is not None else frozenset()
            if not found:
                return frozenset()
            origins |= found
        return frozenset(origins)

    def _origins_in_stars(self, name):
        """Where a name may have come from with `from … import *`, of the modules whose names are known."""
        modules = (imported_module(node) for node in self.nodes(cst.ImportFrom) if isinstance(node.names, cst.ImportStar))
        return frozenset(
            f"{module}.{name.value}"
            for module in modules
            if module in (PACKAGE, NAMESPACE, *OLD_MODULES)
            and has_name(new_module(module) if module in OLD_MODULES else module, name.value)
        )

    def root_imports(self, expression: cst.BaseExpression, _depth: int = 0) -> list[cst.CSTNode]:
        """Returns the import statements that bind the first name of a chain, in their order, through aliases."""
        while isinstance(expression, cst.Attribute):
            expression = expression.value
        found = []
        for assignment in self.assignments(expression) if isinstance(expression, cst.Name) and _depth <= _DEEPEST_ALIAS else ():
            if isinstance(assignment.node, (cst.Import, cst.ImportFrom)):
                found.append(assignment.node)
            elif (value := self._assigned_value(assignment)) is not None:
                found += self.root_imports(value, _depth + 1)
        return sorted(set(found), key=self.place)

    def uses(self, statement: cst.CSTNode, name: str) -> list[cst.Name]:
        """Returns the places where `name` is read and `statement`, which imports it, may be what binds it."""
        return [
            load
            for load in self.loads
            if load.value == name and any(assignment.node is statement for assignment in self.assignments(load))
        ]

    def exported_names(self) -> set[str]:
        """Returns the strings assigned to `__all__`."""
        return {
            element.value.evaluated_value
            for statement in itertools.chain.from_iterable(
                line.body for line in self.module.body if isinstance(line, cst.SimpleStatementLine)
            )
            if isinstance(statement, cst.Assign) and any(dotted(target.target) == "__all__" for target in statement.targets)
            for element in getattr(statement.value, "elements", ())
            if isinstance(element.value, cst.SimpleString)
        }

    def imports_package(self, *names: str) -> bool:
        """Whether some import statement is of one of these packages or of a module in them."""
        modules = itertools.chain.from_iterable(
            [imported_module(node)] if isinstance(node, cst.ImportFrom) else [alias.evaluated_name for alias in node.names]
            for node in self.nodes(cst.Import, cst.ImportFrom)
        )
        return any(module.split(".")[0] in names for module in modules)

    def code(self, node: cst.CSTNode) -> str:
        return self.module.code_for_node(node)


def _imported_origins(statement, name):
    if isinstance(statement.names, cst.ImportStar):
        return frozenset()
    module = f"{imported_module(statement)}." if isinstance(statement, cst.ImportFrom) else ""
    whole = isinstance(statement, cst.ImportFrom)
    return {
        module + (alias.evaluated_name if whole or alias.asname else alias.evaluated_name.split(".")[0])
        for alias in statement.names
        if bound_name(alias) == name
    }


class _Collector(cst.CSTVisitor):
    """Lists the nodes of a module by type; import statements are not looked into."""

    def __init__(self):
        super().__init__()
        self.nodes = {}

    def on_visit(self, node):
        self.nodes.setdefault(type(node), []).append(node)
        return not isinstance(node, (cst.Import, cst.ImportFrom))
