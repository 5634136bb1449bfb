"""What an expression is worth, as far as the code says so without running it."""

from __future__ import annotations

import ast
import dataclasses
import math
import operator
from typing import Any

from imgdatagen_compat.migration.audit.bindings import Code

_LONGEST = 1000  # items, characters or bits; nobody configures a generator with more

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS = {ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: operator.not_}
_CONSTANTS = {f"{module}.{name}": getattr(math, name) for module in ("math", "numpy") for name in ("pi", "e", "inf", "nan")}
_CALLS = {function.__name__: function for function in (float, int, bool, tuple, list, abs, round, min, max, len)}
_TYPES = ("uint8", "uint16", "int8", "int16", "int32", "int64", "float16", "float32", "float64")

# What may be done with a list or dict without changing it.
_HARMLESS_METHODS = frozenset(("copy", "get", "items", "keys", "values", "index", "count"))
_HARMLESS_FUNCTIONS = frozenset((*_CALLS, "dict", "print", "sorted", "repr", "str", "enumerate", "zip"))


class UnknownValueError(Exception):
    """The value is not seen in the code; the argument is the part of the code that is not known."""


@dataclasses.dataclass(frozen=True)
class Reference:
    """A function, class or module that the code names.

    Attributes:
        code: as it is written.
        origin: dotted name of where it was imported from, such as "keras.applications.vgg16.preprocess_input"; None for code of its own.
    """

    code: str
    origin: str | None = None

    def __repr__(self):
        return self.code


class Evaluator:
    """Evaluates expressions of `code`.

    Args:
        code: the module.
        divides_as_python_2: whether `1 / 255` is 0 there, which is then not taken for either.
    """

    def __init__(self, code: Code, divides_as_python_2: bool = False):
        self._code = code
        self._divides_as_python_2 = divides_as_python_2
        self._found: dict[ast.expr, Any] = {}
        self._changed: dict[int, bool] = {}  # by the identity of a variable's bindings

    def value(self, expression: ast.expr):
        """Returns the value: a number, string, None, tuple, list or dict of such, or a `Reference`.

        Raises:
            UnknownValueError: it is not seen here, or may change before it is used.
        """
        if expression not in self._found:
            self._found[expression] = UnknownValueError(ast.unparse(expression))  # for `a = b; b = a`
            self._found[expression] = self._value_or_error(expression)
        found = self._found[expression]
        if isinstance(found, UnknownValueError):
            raise found
        return found

    def _value_or_error(self, expression):
        evaluate = getattr(self, f"_{type(expression).__name__.lower()}", None)
        try:
            if evaluate is not None:
                return evaluate(expression)
        except (ArithmeticError, TypeError, ValueError, LookupError, UnknownValueError):
            pass
        return UnknownValueError(ast.unparse(expression))

    def _constant(self, expression):
        return expression.value

    def _tuple(self, expression):
        return tuple(self.value(element) for element in expression.elts)

    def _list(self, expression):
        return [self.value(element) for element in expression.elts]

    def _dict(self, expression):
        made = {}
        for key, value in zip(expression.keys, expression.values):
            made.update(self.value(value) if key is None else {self.value(key): self.value(value)})
        return made

    def _unaryop(self, expression):
        if type(expression.op) not in _SIGNS:
            raise UnknownValueError(ast.unparse(expression))
        return _SIGNS[type(expression.op)](self.value(expression.operand))

    def _binop(self, expression):
        left, right = self.value(expression.left), self.value(expression.right)
        apply = _OPERATORS.get(type(expression.op))
        is_long = isinstance(expression.op, ast.Mult) and any(isinstance(side, (str, tuple, list)) for side in (left, right))
        is_cut = self._divides_as_python_2 and isinstance(expression.op, ast.Div) and isinstance(left, int) and isinstance(right, int)
        if apply is None or is_long or is_cut:
            raise UnknownValueError(ast.unparse(expression))
        made = apply(left, right)
        if isinstance(made, int) and made.bit_length() > _LONGEST or isinstance(made, (str, tuple, list)) and len(made) > _LONGEST:
            raise UnknownValueError(ast.unparse(expression))
        return made

    def _subscript(self, expression):
        return self.value(expression.value)[self.value(expression.slice)]

    def _lambda(self, expression):
        return Reference(ast.unparse(expression))

    def _call(self, expression):
        name = expression.func.id if isinstance(expression.func, ast.Name) and not self._code.bindings(expression.func) else None
        arguments = [self.value(argument) for argument in expression.args]
        if name == "dict":
            made = dict(*arguments)
            for keyword in expression.keywords:
                value = self.value(keyword.value)
                made.update(value if keyword.arg is None else {keyword.arg: value})
            return made
        if name not in _CALLS or expression.keywords:
            raise UnknownValueError(ast.unparse(expression))
        return _CALLS[name](*arguments)

    def _attribute(self, expression):
        return self._name(expression)

    def _name(self, expression):
        binding = self._code.binding(expression)
        if binding is not None and binding.value is not None:
            if isinstance(expression, ast.Name) and self.may_change(expression, binding):
                raise UnknownValueError(ast.unparse(expression))
            value = self.value(binding.value)
            for item in binding.items:
                value = value[item]
            return value
        if binding is not None and isinstance(binding.node, (ast.FunctionDef, ast.ClassDef)):
            return Reference(ast.unparse(expression))
        return self._imported(expression)

    def _imported(self, expression):
        origins = {_alias(origin) for origin in self._code.origins(expression)}
        if len(origins) != 1:
            raise UnknownValueError(ast.unparse(expression))
        (origin,) = origins
        if origin in _CONSTANTS:
            return _CONSTANTS[origin]
        package, _, name = origin.rpartition(".")
        if package in ("numpy", "tensorflow") and name in _TYPES:
            return name
        if application_module(origin) is not None:
            return Reference(ast.unparse(expression), origin)
        raise UnknownValueError(ast.unparse(expression))

    def may_change(self, name, binding):
        """Whether a list or dict that a name holds is used, anywhere, in a way that may change it."""
        if not isinstance(binding.value, (ast.List, ast.Dict, ast.Call)):
            return False
        bound = self._code.bindings(name)
        if id(bound) not in self._changed:
            loads = (load for load in self._code.loads[name.id] if self._code.bindings(load) is bound)
            self._changed[id(bound)] = any(not self._keeps(load) for load in loads)
        return self._changed[id(bound)]

    def _keeps(self, load):
        user = self._code.parent(load)
        if isinstance(user, ast.keyword):
            return True  # `**options`, or an argument of a call that has its name
        if isinstance(user, ast.Subscript):
            return user.slice is load or isinstance(user.ctx, ast.Load)
        if isinstance(user, ast.Attribute):
            return isinstance(user.ctx, ast.Load) and user.attr in _HARMLESS_METHODS
        if isinstance(user, ast.Call):
            if isinstance(user.func, ast.Attribute):
                return user.func.attr.startswith("flow")
            return isinstance(user.func, ast.Name) and (user.func.id in _HARMLESS_FUNCTIONS or user.func.id[:1].isupper())
        return isinstance(user, (ast.Dict, ast.BinOp, ast.Compare, ast.FormattedValue, ast.For, ast.comprehension, ast.Starred, ast.Tuple))


def application_module(origin: str | None) -> str | None:
    """Returns "vgg16" for "tensorflow.keras.applications.vgg16.preprocess_input"; None for the name of anything else."""
    *packages, module, name = (origin or "").split(".") if (origin or "").count(".") >= 2 else ("", "", "")
    return module if name == "preprocess_input" and packages[-1] in ("applications", "keras_applications") else None


def _alias(origin):
    return origin.replace("tensorflow.compat.v1.", "tensorflow.").replace("tensorflow.compat.v2.", "tensorflow.")
