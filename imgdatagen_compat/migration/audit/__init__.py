"""`imgdatagen-compat audit`: what a file of code does with `ImageDataGenerator`, read without running it.

Needs neither TensorFlow nor LibCST. What is not certain is not said: a value that the code does not show is listed as unknown.
"""

from __future__ import annotations

from pathlib import Path

from imgdatagen_compat.migration.audit.findings import (
    ERROR,
    NOTE,
    SEVERITIES,
    WARNING,
    AuditReport,
    Finding,
    FoundFlow,
    FoundGenerator,
    Place,
)
from imgdatagen_compat.migration.audit.module import audit_module
from imgdatagen_compat.migration.reading import Parsed, parse_notebook, parse_script

__all__ = [
    "ERROR",
    "NOTE",
    "SEVERITIES",
    "WARNING",
    "AuditReport",
    "Finding",
    "FoundFlow",
    "FoundGenerator",
    "Place",
    "audit_file",
    "audit_source",
]


def audit_source(source: str | bytes, filename: str = "<string>", *, semantics: str = "keras") -> AuditReport:
    """Audits a script, or a notebook if the name ends in ".ipynb".

    Args:
        source: its text, or its bytes, which are decoded as Python does.
        filename: for the report.
        semantics: what draws mean where the code imports from Keras: `"keras"` as since 2.9, `"keras_preprocessing"` as in 2.2.3 to 2.8.

    Returns:
        The report. Code that cannot be parsed is a finding; code of Python 2 is one as well, and is audited nevertheless.
    """
    parsed = parse_notebook(source) if filename.endswith(".ipynb") else parse_script(source)
    found = _syntax_findings(parsed)
    if parsed.tree is None:
        return AuditReport(filename, findings=found)
    try:
        report = audit_module(parsed.tree, filename, semantics=semantics, python_2=parsed.python_2, place=parsed.place)
    except RecursionError:
        finding = Finding(Place(0, 1, 1), WARNING, "syntax", "Nested too deeply to be read.", "Divide the longest expression.")
        return AuditReport(filename, findings=(*found, finding))
    return AuditReport(filename, report.generators, report.other_flows, tuple(sorted((*found, *report.findings))))


def audit_file(path: str | Path, *, semantics: str = "keras") -> AuditReport:
    """Audits a file; see `audit_source`.

    Raises:
        OSError: it cannot be read.
    """
    return audit_source(Path(path).read_bytes(), str(path), semantics=semantics)


def _syntax_findings(parsed: Parsed) -> tuple[Finding, ...]:
    if parsed.python_2:
        advice = "Run 2to3 or futurize on it; it was read as far as possible, and 1/255 is 0 in Python 2."
        return tuple(Finding(place, ERROR, "python-2", f"Python 2: {what}.", advice) for place, what in parsed.problems)
    advice = "Nothing more is said of it: correct it first."
    return tuple(Finding(place, ERROR, "syntax", f"Cannot be read: {what}.", advice) for place, what in parsed.problems)
