"""What is known, in one module of code, of generators and their iterators."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.old_modules import GENERATORS, OLD_GENERATORS
from imgdatagen_compat.migration.rewrite.document import Document

# Names that nothing else has; `flow` alone says too little.
UNMISTAKABLE = ("flow_from_directory", "flow_from_dataframe")
_FLOW_METHODS = ("flow", *UNMISTAKABLE)

# Longer lines of subclasses are not followed; also ends `class A(A)`.
_DEEPEST_CLASS = 8


class Flows:
    """Answers what an expression of `document` is, as far as it can be told for certain."""

    def __init__(self, document: Document):
        self._document = document

    def is_generator(self, expression: cst.BaseExpression, classes: frozenset[str] = GENERATORS | OLD_GENERATORS) -> bool:
        """Whether it is an instance of one of `classes`, or of a class here derived from one, without a flow method of its own."""
        if isinstance(expression, cst.Name):
            values = self._document.values(expression)
            return bool(values) and all(isinstance(value, cst.Call) and self.is_generator(value, classes) for value in values)
        return isinstance(expression, cst.Call) and self._is_generator_class(expression.func, classes)

    def _is_generator_class(self, expression, classes, depth=0):
        origins = self._document.origins(expression)
        if origins and origins <= classes:
            return True
        local = [assignment.node for assignment in self._document.assignments(expression)] if isinstance(expression, cst.Name) else []
        if len(local) != 1 or not isinstance(local[0], cst.ClassDef) or depth == _DEEPEST_CLASS:
            return False
        if any(isinstance(node, cst.FunctionDef) and node.name.value in _FLOW_METHODS for node in local[0].body.body):
            return False  # what its own method returns is not known
        return any(self._is_generator_class(base.value, classes, depth + 1) for base in local[0].bases)

    def flow_call(self, expression: cst.BaseExpression) -> cst.Call | None:
        """Returns the call of a flow method that made an iterator: `expression` itself, or the only thing its name was assigned."""
        if isinstance(expression, cst.Name):
            values = self._document.values(expression) or []
            return self.flow_call(values[0]) if len(values) == 1 and isinstance(values[0], cst.Call) else None
        if not isinstance(expression, cst.Call) or not isinstance(expression.func, cst.Attribute):
            return None
        method = expression.func.attr.value
        known = method in UNMISTAKABLE or (method == "flow" and self.is_generator(expression.func.value))
        return expression if known else None

    def is_iterator(self, expression: cst.BaseExpression) -> bool:
        """Whether it is what a flow method returned."""
        if isinstance(expression, cst.Name):
            values = self._document.values(expression)
            return bool(values) and all(isinstance(value, cst.Call) and self.flow_call(value) is not None for value in values)
        return self.flow_call(expression) is not None

    def is_ours(self, call: cst.Call) -> bool:
        """Whether the flow method called is that of this package."""
        return self.is_generator(call.func.value, GENERATORS)


def argument(call: cst.Call, name: str) -> cst.Arg | None:
    """Returns the keyword argument of a call."""
    return next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def first_argument(call: cst.Call, name: str) -> cst.BaseExpression | None:
    """Returns the value of the first positional argument, or of the keyword `name`; None with a star before it."""
    if call.args and call.args[0].keyword is None:
        return call.args[0].value if not call.args[0].star else None
    found = argument(call, name)
    return found.value if found else None


def without(call: cst.Call, names) -> cst.Call:
    """Returns `call` less the keyword arguments of these names, with the spaces and comments of those that stay."""
    kept = [arg for arg in call.args if arg.keyword is None or arg.keyword.value not in names]
    if kept and len(kept) < len(call.args) and kept[-1].comma != call.args[-1].comma:
        last, dropped = kept[-1], call.args[-1]
        space = getattr(last.comma, "whitespace_after", None)
        if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment:
            # The comment stands behind the comma, which has to stay for it.
            end = getattr(dropped.comma, "whitespace_after", dropped.whitespace_after_arg)
            if isinstance(end, cst.ParenthesizedWhitespace):
                space = space.with_changes(indent=end.indent, last_line=end.last_line)
            kept[-1] = last.with_changes(comma=last.comma.with_changes(whitespace_after=space))
        else:
            kept[-1] = last.with_changes(comma=dropped.comma, whitespace_after_arg=dropped.whitespace_after_arg)
    return call.with_changes(args=kept)


def with_keyword(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    """Returns `call` with `name=value` behind its last argument that is not `**`, laid out like the arguments before it."""
    stars = next((index for index, arg in enumerate(call.args) if arg.star == "**"), len(call.args))
    before, after = list(call.args[:stars]), call.args[stars:]
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(value, keyword=cst.Name(name), equal=tight)
    if before:
        last, separator = before[-1], cst.Comma(whitespace_after=_separator(call))
        new = new.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
        before[-1] = last.with_changes(comma=separator, whitespace_after_arg=cst.SimpleWhitespace(""))
    elif after:
        new = new.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return call.with_changes(args=[*before, new, *after])


def _separator(call):
    """What stands between two arguments of `call`: a line break where it has one between any."""
    for arg in call.args[:-1]:
        space = getattr(arg.comma, "whitespace_after", None)
        if isinstance(space, cst.ParenthesizedWhitespace):
            return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    return cst.SimpleWhitespace(" ")
