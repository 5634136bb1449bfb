"""From the bytes of a file to a syntax tree: encodings, notebooks, and the syntax of Python 2. Only the standard library."""

from __future__ import annotations

import ast
import bisect
import io
import json
import re
import tokenize
import warnings
from collections.abc import Callable
from typing import NamedTuple

from imgdatagen_compat.migration.ipython_lines import IPYTHON_LINE, PYTHON_CELL_MAGICS

# Does what `imgdatagen_compat.install()` does.
_LOAD_EXTENSION = re.compile(r"^%(?:re)?load_ext[ \t]+imgdatagen_compat[ \t]*$", re.MULTILINE)

# Statements of Python 2, each made into one of Python 3 that mentions the same; columns stay, but for `except`.
_PYTHON_2 = (
    (re.compile(r"""\bprint\b(?=[ \t]+[^\s=>]|["'`])"""), "p   ="),
    (re.compile(r"\bexec\b(?=[ \t]+[^\s=])"), "p  ="),
    (re.compile(r"\bexcept\b(.+?),[ \t]*(\w+)[ \t]*:"), r"except\1 as \2:"),
    (re.compile(r"\braise\b([^,(]+),"), r"raise\1;"),
    (re.compile(r"<>"), "!="),
    (re.compile(r"`([^`]*)`"), r"(\1)"),
    (re.compile(r"\b(\d+)[lL]\b"), r"\1 "),
    (re.compile(r"\bur(?=[\"'])"), "r"),
    (re.compile(r"(?<![\w.])0(\d+)\b"), r"0o\1"),
)


class Place(NamedTuple):
    """Where in a file, line and column from 1; in a notebook they count within the cell, whose number is from 1, and 0 in a script."""

    cell: int
    line: int
    column: int

    def __str__(self):
        return f"cell {self.cell}:{self.line}:{self.column}" if self.cell else f"{self.line}:{self.column}"


class SyntaxProblem(NamedTuple):
    """Code that cannot be read: where, and what is the matter."""

    place: Place
    what: str


class Parsed(NamedTuple):
    """What a file holds.

    Attributes:
        tree: its code; None if there is none that can be read.
        place: from a node of the tree to where it stands.
        python_2: whether the code had to be taken for Python 2.
        problems: what could not be read.
    """

    tree: ast.Module | None
    place: Callable[[ast.AST], Place]
    python_2: bool
    problems: tuple[SyntaxProblem, ...]


def parse_script(source: str | bytes) -> Parsed:
    """Parses a module; bytes are decoded as Python does it."""
    try:
        text = source if isinstance(source, str) else _decoded(source)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Parsed(None, _in_script, False, (SyntaxProblem(Place(0, 1, 1), f"cannot be decoded: {error}"),))
    tree, python_2, problem = _parse(text)
    problems = () if problem is None else (SyntaxProblem(Place(0, problem.lineno or 1, problem.offset or 1), _shown(problem, text)),)
    return Parsed(tree, _in_script, python_2, problems)


def parse_notebook(source: str | bytes) -> Parsed:
    """Parses the code cells of a notebook as one module, for what one imports the others use; lines of IPython are passed over."""
    try:
        notebook = json.loads(source)
        cells = {number: "".join(cell["source"]) for number, cell in enumerate(notebook["cells"], start=1) if cell["cell_type"] == "code"}
    except (ValueError, KeyError, TypeError) as error:
        what = f"not a notebook of format 4 ({type(error).__name__}: {error}). Convert it with jupyter nbconvert --to notebook."
        return Parsed(None, _in_script, False, (SyntaxProblem(Place(0, 1, 1), what),))
    body, first_lines, problems, python_2, lines = [], [], [], False, 0
    for number, code in cells.items():
        python = _as_python(code)
        tree, is_python_2, problem = _parse(python)
        python_2 |= is_python_2
        if problem is not None:
            problems.append(SyntaxProblem(Place(number, problem.lineno or 1, problem.offset or 1), _shown(problem, python)))
        if tree is not None:
            body += ast.increment_lineno(tree, lines).body
            first_lines.append((lines, number))
            lines += python.count("\n") + 1

    def place(node):
        before, number = first_lines[bisect.bisect_left(first_lines, (node.lineno,)) - 1]
        return Place(number, node.lineno - before, node.col_offset + 1)

    return Parsed(ast.Module(body, []), place, python_2, tuple(problems))


def _in_script(node):
    return Place(0, node.lineno, node.col_offset + 1)


def _decoded(source):
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


def _as_python(code):
    """A cell with its IPython lines replaced, line for line; nothing of a cell in another language."""
    magic = code.split(maxsplit=1)[0] if code.strip() else ""
    if magic.startswith("%%") and magic not in PYTHON_CELL_MAGICS:
        return ""
    if _tree(code)[0] is not None:
        return code
    return IPYTHON_LINE.sub(r"\1pass", _LOAD_EXTENSION.sub("import imgdatagen_compat; imgdatagen_compat.install()", code))


def _parse(text):
    """Returns the tree or None, whether it is that of Python 2, and the first `SyntaxError` or None."""
    tree, first = _tree(text)
    if first is None:
        return tree, False, None
    lines, changed, error = text.splitlines(keepends=True), set(), first
    if isinstance(error, TabError):
        lines = [line.expandtabs(8) for line in lines]
        tree, error = _tree("".join(lines))
    earliest = first
    while tree is None and error.lineno and error.lineno <= len(lines) and error.lineno not in changed:
        line = lines[error.lineno - 1]
        earliest = min(earliest, error, key=lambda each: each.lineno or 1)
        changed.add(error.lineno)
        for pattern, replacement in _PYTHON_2:
            lines[error.lineno - 1] = pattern.sub(replacement, lines[error.lineno - 1])
        if lines[error.lineno - 1] == line:
            break
        tree, error = _tree("".join(lines))
    return (tree, True, earliest) if tree is not None else (None, False, error if changed else first)


def _tree(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SyntaxWarning, of the code that is read
            return ast.parse(text.removeprefix("\ufeff")), None
    except SyntaxError as error:
        return None, error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, nesting without end
        return None, SyntaxError(str(error))


def _shown(problem, text):
    lines = text.splitlines()
    number = problem.lineno or 1
    line = lines[number - 1].strip()[:60] if number <= len(lines) else ""
    return f"{problem.msg} (`{line}`)"
