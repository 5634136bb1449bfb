"""The names that a module of code binds, scope by scope: imports, assignments, definitions. Reads `ast` alone."""

from __future__ import annotations

import ast
import dataclasses
from collections import defaultdict
from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclasses.dataclass(frozen=True, eq=False)
class Binding:
    """One place where a name, or an attribute of `self`, gets what it holds.

    Attributes:
        node: the statement that binds; the `ast.arg` of a parameter.
        value: what is assigned, where that is an expression.
        items: the way into `value` where it is unpacked: `a, (b, c) = value` gives `c` the items (1, 1).
        origin: dotted name of what is imported.
        scope: where it stands.
    """

    node: ast.AST
    value: ast.expr | None = None
    items: tuple[int, ...] = ()
    origin: str | None = None
    scope: Scope | None = None


class Scope:
    """A module, class, function or comprehension, and the names bound in it."""

    def __init__(self, node: ast.AST, parent: Scope | None):
        self.node, self.parent = node, parent
        self.bindings: dict[str, list[Binding]] = defaultdict(list)
        self.global_names: set[str] = set()
        self.stars: list[tuple[str, ast.ImportFrom]] = []

    def visible_parents(self) -> Iterator[Scope]:
        """Yields this scope and those around it, less the classes, whose names their methods do not see."""
        yield self
        scope = self.parent
        while scope is not None:
            if not isinstance(scope.node, ast.ClassDef):
                yield scope
            scope = scope.parent


class Tree:
    """A parsed module, with every node's parent and scope, and what each scope binds.

    Attributes:
        nodes: {type: nodes of it, in the order of the source}.
        loads: {name: where it is read}.
        attribute_bindings: {attribute: where any object gets it}.
        nonlocal_names: names that some function rebinds in one around it.
        function_names: names of all functions and methods.
        binding_classes: {name: classes whose body binds it}.
    """

    def __init__(self, tree: ast.Module):
        self.tree = tree
        self.nodes: dict[type, list] = defaultdict(list)
        self._parents: dict[ast.AST, ast.AST] = {}
        self._fields: dict[ast.AST, str] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self.attribute_bindings: dict[str, list[Binding]] = defaultdict(list)
        self.nonlocal_names: set[str] = set()
        self.module_scope = Scope(tree, None)
        self._visit(tree, self.module_scope)
        self.loads: dict[str, list[ast.Name]] = defaultdict(list)
        for name in self.nodes[ast.Name]:
            if isinstance(name.ctx, ast.Load):
                self.loads[name.id].append(name)
        self.function_names = {function.name for function in self.nodes[ast.FunctionDef]}
        self.binding_classes: dict[str, set[ast.ClassDef]] = defaultdict(set)
        for definition in self.nodes[ast.ClassDef]:
            for name in self.scope(definition.body[0]).bindings:
                self.binding_classes[name].add(definition)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Returns the node that `node` is a part of."""
        return self._parents.get(node)

    def field(self, node: ast.AST) -> str | None:
        """Returns which field of its parent a node is in: the body and the `else` of an `if` are two."""
        return self._fields.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yields the nodes that `node` is in, the nearest first."""
        while (node := self._parents.get(node)) is not None:
            yield node

    def scope(self, node: ast.AST) -> Scope:
        """Returns the scope in which `node` is evaluated."""
        return self._scopes[node]

    def enclosing_class(self, node: ast.AST) -> ast.ClassDef | None:
        """Returns the class that a method with `node` in it belongs to."""
        return next((ancestor for ancestor in self.ancestors(node) if isinstance(ancestor, ast.ClassDef)), None)

    def _visit(self, node, scope):
        self._scopes[node] = scope
        self.nodes[type(node)].append(node)
        self._bind(node, scope)
        inner = Scope(node, scope) if isinstance(node, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)) else scope
        for field, value in ast.iter_fields(node):
            # Decorators, defaults, bases and annotations belong to the scope outside.
            child_scope = scope if field in ("decorator_list", "bases", "keywords", "returns") and inner is not scope else inner
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    self._parents[child] = node
                    self._fields[child] = field
                    self._visit(child, child_scope)

    def _bind(self, node, scope):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._add(scope, node.name, Binding(node))
        elif isinstance(node, ast.arg):
            self._add(scope, node.arg, Binding(node))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._bind_import(node, scope)
        elif isinstance(node, ast.Global):
            scope.global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            self.nonlocal_names.update(node.names)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind_target(target, node, node.value, (), scope)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._bind_target(node.target, node, node.value, (), scope)
        elif isinstance(node, ast.AugAssign):
            self._bind_target(node.target, node, None, (), scope)
        elif isinstance(node, ast.NamedExpr):
            self._bind_target(node.target, node, node.value, (), scope)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._bind_target(node.target, node, None, (), scope)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind_target(node.optional_vars, self._parents[node], None, (), scope)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self._add(scope, node.name, Binding(node))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._bind_target(target, node, None, (), scope)

    def _bind_import(self, node, scope):
        module = "." * getattr(node, "level", 0) + (getattr(node, "module", None) or "")
        for alias in node.names:
            if isinstance(node, ast.Import):
                origin = alias.name if alias.asname else alias.name.split(".")[0]
            else:
                origin = f"{module}.{alias.name}"
            if alias.name == "*":
                scope.stars.append((module, node))
            else:
                self._add(scope, alias.asname or origin.rpartition(".")[2], Binding(node, origin=origin))

    def _bind_target(self, target, node, value, items, scope):
        if isinstance(target, (ast.Tuple, ast.List)):
            starred = any(isinstance(element, ast.Starred) for element in target.elts)
            for index, element in enumerate(target.elts):
                self._bind_target(element, node, None if starred else value, (*items, index), scope)
        elif isinstance(target, ast.Starred):
            self._bind_target(target.value, node, None, (), scope)
        elif isinstance(target, ast.Name):
            self._add(scope, target.id, Binding(node, value, items))
        elif isinstance(target, ast.Attribute):
            self.attribute_bindings[target.attr].append(Binding(node, value, items, scope=scope))

    def _add(self, scope, name, binding):
        owner = self.module_scope if name in scope.global_names else scope
        owner.bindings[name].append(dataclasses.replace(binding, scope=scope))
