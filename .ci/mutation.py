"""Small changes of a Python module, one at a time, and an importer that puts a changed module in the place of its source."""

from __future__ import annotations

import ast
import collections
import copy
import dataclasses
import functools
import importlib.machinery
from collections.abc import Callable, Iterator

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {
    "min": "max", "any": "all", "minimum": "maximum", "sin": "cos", "reduce_min": "reduce_max", "bitwise_and": "bitwise_or",
    "floor": "ceil", "width": "height", "tx": "ty", "zx": "zy", "flip_horizontal": "flip_vertical",
}  # fmt: skip
NAMES |= {new: old for old, new in NAMES.items()}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        text: where and what: `function: statement  |  old part -> new part`, numbered from the second of the same words on.
        line: of the change in the source.
        tree: makes the syntax tree of the changed module.
    """

    text: str
    line: int
    tree: Callable[[], ast.Module]


def mutants(source: str) -> Iterator[Mutant]:
    """Every change of a module, in the order of the source: comparison, arithmetic, constant, condition, twin name, result, statement.

    Left alone are docstrings, annotations, decorators, messages (f-strings, and what is raised or warned of), and `None`.
    """
    module = ast.parse(source)
    counts = collections.Counter()
    for place, statement, node in _mutable(module, "module", None):
        for change in _changes(node):
            mutated = change(copy.deepcopy(node))
            text = f"{place}: {_text(statement)}  |  {_text(node)} -> {_text(mutated)}"
            counts[text] += 1
            number = f"  #{counts[text]}" if counts[text] > 1 else ""
            yield Mutant(text + number, node.lineno, functools.partial(_replaced, module, node, mutated))


def _replaced(module, node, mutated):
    return ast.fix_missing_locations(_Replace(node, mutated).visit(copy.deepcopy(module, {id(node): node})))


def _text(node):
    first = ast.unparse(node).splitlines()[0]
    return first if len(first) <= 100 else first[:97] + "..."


class _Replace(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return ast.copy_location(self.new, node) if node is self.old else super().generic_visit(node)


def _mutable(node, place, statement):
    """Yields (name of the function, statement, node) for the nodes below `node` that may be changed."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        place = node.name if place == "module" else f"{place}.{node.name}"
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr) or not isinstance(child, ast.AST) or _is_docstring(child) or _is_message(child):
                continue
            inside = child if isinstance(child, ast.stmt) else statement
            if hasattr(child, "lineno"):
                yield place, inside, child
            yield from _mutable(child, place, inside)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_message(node):
    """Whether it only says something; that it does so, and when, is changed with the statement as a whole."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("warnings.warn", "Error"))


def _changes(node) -> list[Callable]:
    """What may be done to a copy of this node, each a function from it to the node that takes its place."""
    changes = []
    if isinstance(node, ast.Compare) and len(node.ops) >= 1:
        changes += [_with_operator(i) for i in range(len(node.ops))]
    elif isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in OPERATORS:
        changes.append(lambda node: _set(node, op=OPERATORS[type(node.op)]()))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        changes.append(lambda node: _set(node, left=node.right, right=node.left))
    elif isinstance(node, ast.UnaryOp):
        changes.append(lambda node: node.operand)
    elif isinstance(node, ast.Constant) and node.value is not None and node.value is not Ellipsis:
        changes.append(lambda node: _set(node, value=_other_constant(node.value)))
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        changes.append(lambda node: _set(node, attr=NAMES[node.attr]))
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        changes.append(lambda node: _set(node, id=NAMES[node.id]))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        changes.append(lambda node: _set(node, value=ast.Constant(None)))
    elif isinstance(node, (ast.Raise, ast.Expr)) and not _is_yield(node) or _assigns_attribute(node):
        changes.append(lambda node: ast.Pass())
    if isinstance(node, (ast.If, ast.IfExp, ast.While)) and isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
        changes.append(lambda node: _set(node, test=ast.UnaryOp(ast.Not(), node.test)))
    return changes


def _with_operator(i):
    return lambda node: _set(node, ops=[COMPARISONS[type(op)]() if j == i else op for j, op in enumerate(node.ops)])


def _set(node, **fields):
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _other_constant(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    return value * 2 if isinstance(value, float) and 0 < abs(value) < 0.01 else value + 1


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _is_yield(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Yield, ast.YieldFrom))


def _assigns_attribute(node):
    return isinstance(node, ast.Assign) and all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)


class MutantFinder(importlib.machinery.PathFinder):
    """Finds one module, as the given syntax tree instead of its source; `was_asked` says whether anybody wanted it."""

    def __init__(self, name: str, tree: ast.Module):
        self.name, self.tree = name, tree
        self.was_asked = False

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        self.was_asked = True
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        spec.loader = _TreeLoader(fullname, spec.origin, self.tree)
        return spec


class _TreeLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname, path, tree):
        super().__init__(fullname, path)
        self.tree = tree

    def get_code(self, fullname):
        return compile(self.tree, self.path, "exec")
