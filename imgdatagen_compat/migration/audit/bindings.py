"""What names stand for in a module of code: scopes, imports, assignments, and which of them reaches a use. Reads `ast` alone.

Everything here answers "for certain" or not at all: a name that may hold one of two things holds, for the audit, neither.
"""

from __future__ import annotations

import ast
import dataclasses
from collections import defaultdict
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_MOST_STEPS = 30  # along aliases; also ends `a = b; b = a`


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
        self.elsewhere: dict[str, Scope] = {}  # names declared global or nonlocal
        self.stars: list[str] = []

    def visible_parents(self) -> Iterator[Scope]:
        """Yields this scope and those around it, less the classes, whose names their methods do not see."""
        yield self
        scope = self.parent
        while scope is not None:
            if not isinstance(scope.node, ast.ClassDef):
                yield scope
            scope = scope.parent


class Code:
    """A parsed module, with every node's parent and scope.

    Attributes:
        nodes: {type: nodes of it, in the order of the source}.
    """

    def __init__(self, tree: ast.Module):
        self.tree = tree
        self.nodes: dict[type, list] = defaultdict(list)
        self._parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self._attribute_bindings: dict[str, list[Binding]] = defaultdict(list)
        self.module_scope = Scope(tree, None)
        self._visit(tree, self.module_scope)
        self.loads: dict[str, list[ast.Name]] = defaultdict(list)
        for name in self.nodes[ast.Name]:
            if isinstance(name.ctx, ast.Load):
                self.loads[name.id].append(name)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Returns the node that `node` is a part of."""
        return self._parents.get(node)

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

    # What a node binds -------------------------------------------------------------------------------------------------------------

    def _visit(self, node, scope):
        self._scopes[node] = scope
        self.nodes[type(node)].append(node)
        self._bind(node, scope)
        inner = Scope(node, scope) if isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)) else scope
        for field, value in ast.iter_fields(node):
            # Decorators, defaults, bases and annotations belong to the scope outside.
            child_scope = scope if field in ("decorator_list", "bases", "keywords", "returns") and inner is not scope else inner
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    self._parents[child] = node
                    self._visit(child, child_scope)

    def _bind(self, node, scope):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._add(scope, node.name, Binding(node))
        elif isinstance(node, ast.arg):
            self._add(scope, node.arg, Binding(node))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._bind_import(node, scope)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                outer = scope.parent if isinstance(node, ast.Nonlocal) else None
                scope.elsewhere[name] = outer or self.module_scope
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
        elif isinstance(node, ast.ExceptHandler) and node.name:
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
                scope.stars.append(module)
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
            self._attribute_bindings[target.attr].append(Binding(node, value, items, scope=scope))

    def _add(self, scope, name, binding):
        owner = scope.elsewhere.get(name, scope)
        owner.bindings[name].append(dataclasses.replace(binding, scope=scope))

    # What a use gets ---------------------------------------------------------------------------------------------------------------

    def bindings(self, name: ast.Name) -> list[Binding]:
        """Returns everything that a name may hold; [] for builtins, and what came with a star."""
        scope = self._owner(name)
        return scope.bindings[name.id] if scope else []

    def _owner(self, name):
        for scope in self.scope(name).visible_parents():
            if name.id in scope.elsewhere:
                return scope.elsewhere[name.id]
            if name.id in scope.bindings:
                return scope
        return None

    def binding(self, expression: ast.expr) -> Binding | None:
        """Returns what a name, or an attribute of `self` or of a class here, must hold where it is used; None if not certain."""
        if isinstance(expression, ast.Name):
            return self._reaching(expression)
        if isinstance(expression, ast.Attribute):
            return self._attribute_binding(expression)
        return None

    def _attribute_binding(self, attribute):
        owner = self._class_of(attribute.value)
        if owner is None:
            return None
        in_body = [binding for binding in self._body_scope(owner).bindings[attribute.attr] if binding.value is not None]
        # An assignment through any other object may be to this one.
        assigned = self._attribute_bindings[attribute.attr]
        found = in_body + assigned
        if len(found) != 1 or (assigned and self.enclosing_class(assigned[0].node) is not owner):
            return None
        return found[0]

    def _class_of(self, expression):
        if not isinstance(expression, ast.Name):
            return None
        if expression.id in ("self", "cls"):
            return self.enclosing_class(expression)
        binding = self._reaching(expression)
        return binding.node if binding is not None and isinstance(binding.node, ast.ClassDef) else None

    def _body_scope(self, class_definition):
        return self.scope(class_definition.body[0])

    def _reaching(self, name):
        found = self.bindings(name)
        if len(found) <= 1:
            return found[0] if found else None
        owner = self._owner(name)
        at_once = self.scope(name)
        while at_once is not owner and isinstance(at_once.node, _COMPREHENSIONS):
            at_once = at_once.parent
        if at_once is not owner or any(binding.scope is not owner for binding in found):
            return None  # a function runs at a time that is not seen here
        before = [binding for binding in found if _end(binding.node) <= _start(name)]
        certain = [binding for binding in before if self._always_runs_before(binding.node, name)]
        if not certain:
            return None
        last = max(certain, key=lambda binding: _end(binding.node))
        if any(_end(binding.node) > _end(last.node) for binding in before):
            return None
        loops = [loop for loop in self.ancestors(name) if isinstance(loop, _LOOPS) and loop not in self.ancestors(last.node)]
        later = [binding for binding in found if _end(binding.node) > _start(name)]
        if any(loop in self.ancestors(binding.node) for loop in loops for binding in later):
            return None  # from the round before
        return last

    def _always_runs_before(self, node, use):
        """Whether `node` stands in a block that `use` is in as well, so that no branch leads around it."""
        block = self._parents.get(node)
        while isinstance(block, (ast.With, ast.AsyncWith)):
            node, block = block, self._parents.get(block)
        return any(
            outer is block and _field_of(block, node) == _field_of(block, inner)
            for inner, outer in zip((use, *self.ancestors(use)), self.ancestors(use))
        )

    # Where a name comes from ---------------------------------------------------------------------------------------------------------

    def origins(self, expression: ast.expr, steps: int = 0) -> frozenset[str]:
        """Returns the dotted names of what an expression may be, such as {"tensorflow.keras.Model"}; empty if it may be anything else.

        More than one where a `try` or an `if` imports from several places.
        """
        if steps > _MOST_STEPS:
            return frozenset()
        if isinstance(expression, ast.Attribute):
            return frozenset(f"{origin}.{expression.attr}" for origin in self.origins(expression.value, steps + 1))
        if not isinstance(expression, ast.Name):
            return frozenset()
        found = [binding for binding in self.bindings(expression) if not _is_none(binding.value)]
        reaching = self._reaching(expression)
        if reaching is not None:
            found = [reaching]
        if not found:
            stars = {module for scope in self.scope(expression).visible_parents() for module in scope.stars}
            return frozenset(f"{module}.{expression.id}" for module in stars)
        each = [self._binding_origins(binding, steps) for binding in found]
        return frozenset().union(*each) if all(each) else frozenset()

    def _binding_origins(self, binding, steps):
        if binding.origin is not None:
            return frozenset((binding.origin,))
        if isinstance(binding.value, (ast.Name, ast.Attribute)) and not binding.items:
            return self.origins(binding.value, steps + 1)
        return frozenset()


def _start(node):
    return (node.lineno, node.col_offset)


def _end(node):
    """Where a statement has bound its names: a compound one does so in its first line."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        node = node.iter
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        node = node.items[-1].context_expr
    elif isinstance(node, ast.ExceptHandler):
        node = node.type
    elif isinstance(node, ast.comprehension):
        return (0, 0)
    elif isinstance(node, _FUNCTIONS):
        return _start(node)
    return (node.end_lineno, node.end_col_offset)


def _field_of(parent, child):
    """Name of the list or field of `parent` that `child` is in: the body and the `else` of an `if` are two."""
    for field, value in ast.iter_fields(parent):
        if value is child or (isinstance(value, list) and any(element is child for element in value)):
            return field
    return None


def _is_none(value):
    return isinstance(value, ast.Constant) and value.value is None
