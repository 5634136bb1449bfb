"""What the command prints: text in the form of compilers and linters, tables, JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from imgdatagen_compat.migration.audit.findings import ERROR, NOTE, SEVERITIES, WARNING, AuditReport, Finding, FoundFlow, FoundGenerator
from imgdatagen_compat.migration.output import counted

_STYLES = {ERROR: "bold red", WARNING: "yellow", NOTE: "cyan"}


def print_audit(console: Console, report: AuditReport, findings: Sequence[Finding]) -> None:
    """Prints what is in a file: generators with their flows, then these of its findings."""
    for generator in report.generators:
        _line(console, report, generator.place, _described(generator.class_name, generator))
        for flow in generator.flows:
            _line(console, report, flow.place, f"  {_described(flow.method, flow)}")
    for flow in report.other_flows:
        _line(console, report, flow.place, f"{_described(flow.method, flow)}; of a generator that is not seen here")
    for finding in findings:
        console.print(f"{report.filename}:{finding.place}: ", end="", markup=False, highlight=False, soft_wrap=True)
        console.print(finding.severity, style=_STYLES[finding.severity], end="", markup=False, highlight=False)
        console.print(f": {finding.what} [{finding.code}]", markup=False, highlight=False, soft_wrap=True)
        console.print(f"    -> {finding.advice}", markup=False, highlight=False, soft_wrap=True)


def _line(console, report, place, text):
    console.print(f"{report.filename}:{place}: {text}", style="bold", markup=False, highlight=False, soft_wrap=True)


def _described(what: str, found: FoundGenerator | FoundFlow) -> str:
    """`train_datagen = ImageDataGenerator(rescale=0.00392157, **options?)`: a question mark stands behind what is not known."""
    known = [f"{name}={_shown(value)}" for name, value in found.known.items()]
    unknown = [f"{code}?" if name == "*" else f"**{code}?" if name == "**" else f"{name}={code}?" for name, code in found.unknown.items()]
    call = f"{what}({', '.join(known + unknown)})"
    return f"{found.variable} = {call}" if found.variable else call


def _shown(value):
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def print_summary(console: Console, reports: Sequence[AuditReport], findings: Sequence[Finding]) -> None:
    """Prints a table of the kinds of findings, the worst first, and one line of totals."""
    if findings:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("severity")
        table.add_column("finding")
        table.add_column("places", justify="right")
        kinds = Counter((SEVERITIES.index(finding.severity), finding.code) for finding in findings)
        for (severity, code), places in sorted(kinds.items(), key=lambda item: (-item[0][0], -item[1], item[0][1])):
            table.add_row(SEVERITIES[severity], code, str(places), style=_STYLES[SEVERITIES[severity]])
        console.print()
        console.print(table)
    counts = totals(reports, findings)
    severities = ", ".join(counted(counts[f"{severity}s"], severity) for severity in reversed(SEVERITIES))
    found = f"{counted(counts['generators'], 'generator')}, {counted(counts['flows'], 'flow')}"
    console.print(f"{counted(counts['files'], 'file')} read; {found}; {severities}", markup=False, highlight=False, soft_wrap=True)


def totals(reports: Sequence[AuditReport], findings: Sequence[Finding]) -> dict[str, int]:
    """Returns how many files, generators, flows, and findings of each severity there are."""
    generators = [generator for report in reports for generator in report.generators]
    flows = sum(len(generator.flows) for generator in generators) + sum(len(report.other_flows) for report in reports)
    severities = Counter(finding.severity for finding in findings)
    by_severity = {f"{severity}s": severities[severity] for severity in reversed(SEVERITIES)}
    return {"files": len(reports), "generators": len(generators), "flows": flows, **by_severity}


def as_json(reports: Sequence[AuditReport], shown: Sequence[Sequence[Finding]]) -> dict[str, Any]:
    """Returns reports as plain data for `json.dumps`.

    Args:
        reports: of the files.
        shown: for each report, those of its findings that count.
    """
    every = [finding for findings in shown for finding in findings]
    return {
        "totals": totals(reports, every),
        "files": [
            {
                "path": report.filename,
                "generators": [_generator_as_json(generator) for generator in report.generators],
                "other_flows": [_flow_as_json(flow) for flow in report.other_flows],
                "findings": [
                    _place_as_json(finding.place)
                    | {"severity": finding.severity, "code": finding.code, "what": finding.what, "advice": finding.advice}
                    for finding in findings
                ],
            }
            for report, findings in zip(reports, shown)
            if not report.is_empty
        ],
    }


def _generator_as_json(generator):
    return _flow_as_json(generator, "class", generator.class_name) | {
        "semantics": generator.semantics,
        "complete": generator.config is not None,
        "flows": [_flow_as_json(flow) for flow in generator.flows],
    }


def _flow_as_json(found, kind="method", name=None):
    return _place_as_json(found.place) | {
        kind: name or found.method,
        "variable": found.variable,
        "known": {argument: _plain(value) for argument, value in found.known.items()},
        "unknown": found.unknown,
    }


def _place_as_json(place):
    return {"cell": place.cell or None, "line": place.line, "column": place.column}


def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return {str(name): _plain(element) for name, element in value.items()}
    is_finite = not isinstance(value, float) or value - value == 0  # JSON has no infinity and no NaN
    return value if value is None or (isinstance(value, (bool, int, float, str)) and is_finite) else repr(value)
