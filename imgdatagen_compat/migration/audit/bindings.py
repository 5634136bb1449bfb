"""What names stand for where they are used in a module of code.

Everything here answers "for certain" or not at all: a name that may hold one of two things holds, for the audit, neither.
"""

from __future__ import annotations

import ast

from imgdatagen_compat.migration.audit.scopes import COMPREHENSIONS, Binding, Scope, Tree
from imgdatagen_compat.migration.audit.variables import Variable, start

_LOOPS = (ast.For, ast.AsyncFor, ast.While)

_STARRED_PACKAGES = ("imgdatagen_compat", "keras", "keras_preprocessing", "matplotlib", "numpy", "pylab", "tensorflow", "tf_keras")


class Code(Tree):
    """A parsed module that answers what its names hold and where they come from."""

    def __init__(self, tree: ast.Module):
        super().__init__(tree)
        self._origins: dict[ast.expr, frozenset[str]] = {}
        self._reached: dict[ast.Name, Binding | None] = {}
        self._variables: dict[tuple[Scope, str], Variable] = {}

    def bindings(self, name: ast.Name) -> list[Binding]:
        """Returns everything that a name may hold; [] for builtins, and what came with a star."""
        scope = self._owner(name)
        return scope.bindings.get(name.id, []) if scope else []

    def _owner(self, name):
        for scope in self.scope(name).visible_parents():
            if name.id in scope.global_names:
                return self.module_scope
            if name.id in scope.bindings:
                return scope
        return None

    def _variable(self, owner, name):
        if (owner, name) not in self._variables:
            self._variables[owner, name] = Variable(owner, owner.bindings[name])
        return self._variables[owner, name]

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
        in_body = [binding for binding in self.scope(owner.body[0]).bindings.get(attribute.attr, []) if binding.value is not None]
        # An assignment through any other object may be to this one.
        assigned = self.attribute_bindings.get(attribute.attr, [])
        found = in_body + assigned
        # `self` may be of a class derived from this one.
        overridden = attribute.value.id in ("self", "cls") and bool(self.binding_classes.get(attribute.attr, set()) - {owner})
        if overridden or len(found) != 1 or (assigned and self.enclosing_class(assigned[0].node) is not owner):
            return None
        return found[0]

    def _class_of(self, expression):
        if not isinstance(expression, ast.Name):
            return None
        if expression.id in ("self", "cls"):
            return self.enclosing_class(expression)
        binding = self._reaching(expression)
        return binding.node if binding is not None and isinstance(binding.node, ast.ClassDef) else None

    def _reaching(self, name):
        if name not in self._reached:
            self._reached[name] = self._find_reaching(name)
        return self._reached[name]

    def _find_reaching(self, name):
        found = self.bindings(name)
        if not found or name.id in self.nonlocal_names:
            return None
        owner = self._owner(name)
        variable = self._variable(owner, name.id)
        if self._may_come_with_star(owner, variable):
            return None
        if len(found) == 1:
            return found[0]
        at_once = self.scope(name)
        while at_once is not owner and isinstance(at_once.node, COMPREHENSIONS):
            at_once = at_once.parent
        if at_once is not owner or variable.is_bound_elsewhere:
            return None  # a function runs at a time that is not seen here
        before = variable.last_before(start(name))
        last = next((binding for binding in before if self._always_runs_before(binding.node, name)), None)
        if last is None:
            return None
        loops = [loop for loop in self.ancestors(name) if isinstance(loop, _LOOPS) and loop not in self.ancestors(last.node)]
        for loop in loops:
            later = variable.between(start(name), (loop.end_lineno, loop.end_col_offset))
            if any(loop in self.ancestors(binding.node) for binding in later):
                return None  # from the round before
        return last

    def _may_come_with_star(self, owner, variable):
        """Whether a later `from settings import *` may bind the name anew; those of Keras bring no names that scripts use for their own."""
        strange = (node for module, node in owner.stars if module.split(".")[0] not in _STARRED_PACKAGES)
        return any(start(node) > variable.first for node in strange)

    def _always_runs_before(self, node, use):
        """Whether `node` stands in a block that `use` is in as well, so that no branch leads around it."""
        block = self.parent(node)
        while isinstance(block, (ast.With, ast.AsyncWith)):
            node, block = block, self.parent(block)
        return any(
            outer is block and self.field(node) == self.field(inner)
            for inner, outer in zip((use, *self.ancestors(use)), self.ancestors(use))
        )

    def origins(self, expression: ast.expr) -> frozenset[str]:
        """Returns the dotted names of what an expression may be, such as {"tensorflow.keras.Model"}; empty if it may be anything else.

        More than one where a `try` or an `if` imports from several places.
        """
        if expression not in self._origins:
            self._origins[expression] = frozenset()  # for `a = b; b = a`
            self._origins[expression] = self._find_origins(expression)
        return self._origins[expression]

    def _find_origins(self, expression):
        if isinstance(expression, ast.Attribute):
            return frozenset(f"{origin}.{expression.attr}" for origin in self.origins(expression.value))
        if not isinstance(expression, ast.Name):
            return frozenset()
        reaching = self._reaching(expression)
        if reaching is not None:
            return self._binding_origins(reaching)
        variable = self._variable(self._owner(expression), expression.id) if self.bindings(expression) else None
        if variable is None or not (variable.imported or variable.assigned):
            stars = {module for scope in self.scope(expression).visible_parents() for module, _ in scope.stars}
            return frozenset(f"{module}.{expression.id}" for module in stars)
        found = variable.imported
        for binding in variable.assigned:
            origins = self._binding_origins(binding)
            if not origins:
                return frozenset()
            found |= origins
        return found

    def _binding_origins(self, binding):
        if binding.origin is not None:
            return frozenset((binding.origin,))
        if isinstance(binding.value, (ast.Name, ast.Attribute)) and not binding.items:
            return self.origins(binding.value)
        return frozenset()
