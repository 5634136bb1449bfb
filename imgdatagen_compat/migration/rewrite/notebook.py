"""Jupyter notebooks: their code cells are rewritten as one module, for what one imports the others use."""

from __future__ import annotations

import bisect
import dataclasses
import json
import re
from collections.abc import Sequence

import libcst as cst

from imgdatagen_compat.migration.ipython_lines import IPYTHON_LINE, PYTHON_CELL_MAGICS
from imgdatagen_compat.migration.rewrite.findings import Finding
from imgdatagen_compat.migration.rewrite.fixers import FIXERS
from imgdatagen_compat.migration.rewrite.source import SYNTAX, Rewritten, rewrite_source, syntax_finding

# Statements, not comments: what is put above a statement must not slip into the cell before.
_CELL = "pass  # imgdatagen-compat: cell "
_MAGIC = "pass  # imgdatagen-compat: magic "
_CELL_LINE = re.compile(rf"^{re.escape(_CELL)}(\d+)\n", re.MULTILINE)
_MAGIC_LINE = re.compile(rf"^([ \t]*){re.escape(_MAGIC)}(.*)$", re.MULTILINE)


def rewrite_notebook(source: bytes, fixers: Sequence = FIXERS, semantics: str = "keras") -> Rewritten:
    """Runs fixers over the code cells of a notebook of format 4; outputs, metadata and the other cells stay, and so do lines of IPython.

    Args:
        source: bytes of the file, JSON in UTF-8.
        fixers, semantics: as for `rewrite_source`.

    Returns:
        The result, its findings with cell and line in the cell. A cell that cannot be parsed is left alone, with a finding.
    """
    try:
        text = source.decode("utf-8")
        notebook = json.loads(text)
        cells = list(enumerate(notebook["cells"], start=1))
        sources = {number: "".join(cell["source"]) for number, cell in cells if cell["cell_type"] == "code"}
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        message = f"not a notebook of format 4 ({reason}): left as it is. Convert it with jupyter nbconvert --to notebook."
        return Rewritten(source, source, (Finding(1, 1, SYNTAX, message),))
    joined, first_lines, findings = _join(sources)
    rewritten = rewrite_source(joined.encode("utf-8"), fixers, semantics)
    findings += (_in_cell(finding, first_lines) for finding in rewritten.findings)
    if not rewritten.is_changed:
        return Rewritten(source, source, tuple(findings))
    changed = _split(rewritten.after.decode("utf-8"))
    for number, cell in cells:
        if number in changed and changed[number] != sources[number]:
            cell["source"] = _lines(changed[number]) if isinstance(cell["source"], list) else changed[number]
    return Rewritten(source, _like(text, notebook).encode("utf-8"), tuple(findings), fixers=rewritten.fixers)


def _join(sources):
    """Returns the cells that are Python as one module, [(its line, number of the cell that begins there)], and findings on the others."""
    parts, first_lines, findings, line = [], [], [], 1
    for number, code in sources.items():
        python = _as_python(code)
        if python is None:
            continue
        try:
            cst.parse_module(python)
        except cst.ParserSyntaxError as error:
            findings.append(syntax_finding(python, error, cell=number))
            continue
        parts.append(f"{_CELL}{number}\n{python}\n")
        first_lines.append((line, number))
        line += parts[-1].count("\n")
    return "".join(parts), first_lines, findings


def _as_python(code):
    """Returns a cell with IPython's lines replaced by statements that name them, None for a cell in another language."""
    magic = code.lstrip().split(maxsplit=1)[0] if code.strip() else ""
    if magic.startswith("%%") and magic not in PYTHON_CELL_MAGICS:
        return None
    try:
        cst.parse_module(code)
    except cst.ParserSyntaxError:
        return IPYTHON_LINE.sub(lambda line: f"{line[1]}{_MAGIC}{line[2]}", code)
    return code


def _split(joined):
    """Returns {number: code} of what `_join` joined."""
    _, *parts = _CELL_LINE.split(joined)
    return {
        int(number): _MAGIC_LINE.sub(lambda line: line[1] + line[2], code.removesuffix("\n"))
        for number, code in zip(parts[::2], parts[1::2], strict=True)
    }


def _in_cell(finding, first_lines):
    first, number = first_lines[bisect.bisect([line for line, _ in first_lines], finding.line) - 1]
    return dataclasses.replace(finding, line=finding.line - first, cell=number)


def _lines(code):
    return re.findall(r"[^\n]*\n|[^\n]+", code)


def _like(text, notebook):
    """Returns `notebook` as JSON in the layout of `text`: indentation, escapes, the line break at the end."""
    indent = re.match(r"\s*\{\r?\n([ \t]+)", text)
    escaped = text.isascii() and re.search(r"\\u[0-9a-fA-F]{4}", text) is not None
    separators = None if indent or '": ' in text[:200] else (",", ":")
    dumped = json.dumps(notebook, indent=indent and indent[1], ensure_ascii=escaped, separators=separators)
    return dumped + text[len(text.rstrip()) :]
