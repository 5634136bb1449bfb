"""Source code in, source code and findings out. Pure: no file is touched."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Sequence

import libcst as cst

from imgdatagen_compat.migration.reading import parse_script
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.findings import Finding
from imgdatagen_compat.migration.rewrite.fixers import FIXERS

SYNTAX = "syntax"


@dataclasses.dataclass(frozen=True)
class Rewritten:
    """What became of a file.

    Attributes:
        before, after: its bytes; equal if nothing is changed.
        findings: what is left to a person, with the lines of `before`, in their order.
        encoding: of the bytes.
        fixers: names of those that changed something, in the order in which they ran.
    """

    before: bytes
    after: bytes
    findings: tuple[Finding, ...] = ()
    encoding: str = "utf-8"
    fixers: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def rewrite_source(source: bytes, fixers: Sequence = FIXERS, semantics: str = "keras") -> Rewritten:
    """Runs fixers over a Python module.

    Args:
        source: its bytes, in the encoding that its cookie or byte-order mark says, or UTF-8; line ends, tabs and the end are kept.
        fixers: some of `FIXERS`, run in this order.
        semantics: `"keras"`, or `"keras_preprocessing"` to give code from before Keras 2.9 the namespace with its arithmetic.

    Returns:
        The result; code that cannot be parsed is unchanged, with a finding that says where.
    """
    try:
        return _rewrite_module(source, cst.parse_module(source), fixers, semantics)
    except (cst.ParserSyntaxError, SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Rewritten(source, source, (syntax_finding(source, error),))
    except RecursionError:
        return Rewritten(source, source, (Finding(1, 1, SYNTAX, "an expression is nested too deeply to be read: left as it is."),))


def _rewrite_module(source, module, fixers, semantics):
    code, findings, changing, steps_back = module.code, [], [], []
    document = None
    for fixer in fixers:
        if not any(word in code for word in fixer.WORDS):
            continue
        document = document or Document(module, semantics)
        edits = Edits(document, fixer.NAME)
        fixer.fix(document, edits)
        for finding in edits.findings:
            line = functools.reduce(lambda line, step_back: step_back(line), reversed(steps_back), finding.line)
            findings.append(dataclasses.replace(finding, line=line))
        module = edits.apply()
        if module.code != code:
            changing.append(fixer.NAME)
            # Step by step: over all fixers at once, lines that were moved would be taken for those that stayed.
            steps_back.append(line_map(module.code, code))
            code, document = module.code, None
    # Bytes that do not round-trip are not ours to normalize.
    after = module.bytes if changing else source
    return Rewritten(source, after, tuple(sorted(set(findings))), module.encoding, tuple(changing))


def line_map(text: str, other: str):
    """Returns a function from a line number in `text` to that of the same line in `other`, or of what stands in its place."""
    blocks = difflib.SequenceMatcher(None, text.splitlines(), other.splitlines(), autojunk=False).get_opcodes()

    def line_in_other(line):
        for _, start, end, other_start, other_end in blocks:
            if start < line <= end:
                return max(1, min(other_start + line - start, other_end))
        return line

    return line_in_other


def syntax_finding(source: str | bytes, error: Exception, cell: int | None = None) -> Finding:
    """Returns where code cannot be parsed, and why, in Python's words, for LibCST stops behind the place; `error` is what LibCST raised."""
    parsed = parse_script(source)
    if not parsed.problems:  # Python reads what LibCST does not
        line, column = getattr(error, "raw_line", 1), getattr(error, "raw_column", 0) + 1
        return Finding(line, column, SYNTAX, "LibCST cannot read it: left as it is. A newer LibCST may.", cell)
    place, what = parsed.problems[0]
    if parsed.python_2:
        message = f"Python 2: {what}. Left as it is: run 2to3 or futurize on it first."
    else:
        message = f"cannot be read: {what}. Left as it is: correct it first."
    return Finding(place.line, place.column, SYNTAX, message, cell)
