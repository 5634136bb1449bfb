"""What the command prints: diffs, findings, JSON. No LibCST here."""

from __future__ import annotations

import difflib
import re

_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}
_BOLD, _PLAIN = "\033[1m", "\033[0m"


def unified_diff(name: str, before: str, after: str) -> str:
    """Returns the difference as `diff -u` and `patch` have it."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text):
    # As `diff` counts them, not as `str.splitlines` does.
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def coloured(diff: str) -> str:
    """Returns a diff with the escape sequences of a terminal."""
    return "".join(_coloured_line(line) + "\n" for line in diff.splitlines())


def _coloured_line(line):
    colour = _BOLD if line.startswith(("+++", "---")) else _COLOURS.get(line[:1])
    return f"{colour}{line}{_PLAIN}" if colour else line


def finding_line(name: str, finding) -> str:
    """Returns "train.py:3:1: message [fixer]", with the number of the cell in a notebook."""
    cell = f"cell {finding.cell}:" if finding.cell is not None else ""
    return f"{name}:{cell}{finding.line}:{finding.column}: {finding.message} [{finding.fixer}]"


def as_json(results: dict) -> dict:
    """Returns {name: `Rewritten`} as plain data, with the totals."""
    return {
        "changed": sum(result.is_changed for result in results.values()),
        "findings": sum(len(result.findings) for result in results.values()),
        "files": [
            {
                "path": name,
                "changed": result.is_changed,
                "fixers": list(result.fixers),
                "findings": [vars(finding) for finding in result.findings],
            }
            for name, result in results.items()
        ],
    }
