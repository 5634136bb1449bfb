"""`imgdatagen-compat audit`: what code does with `ImageDataGenerator`, and what to look at before it meets Keras 3. Reads, runs nothing."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from imgdatagen_compat.migration.audit import ERROR, SEVERITIES, AuditReport, Finding, Place, audit_source
from imgdatagen_compat.migration.audit.report import as_json, print_audit, print_summary
from imgdatagen_compat.migration.rewrite.files import source_files

DESCRIPTION = """\
Reads scripts and notebooks, runs none of them, and lists every ImageDataGenerator with its settings, every flow call, the known
traps that the code shows, and what Keras 3 no longer takes. A value that the code does not say is listed as unknown, with a
question mark.

PATH is a file or a directory, - is standard input. In directories, *.py, *.pyw and *.ipynb are read; .git, virtual environments,
build, node_modules and the like are not.
"""
EPILOG = """\
severities:
  error    raises under Keras 3, or goes wrong for certain
  warning  runs, and likely does something else than it seems to
  note     good to know

exit status:
  0  no finding of the severity asked for, or worse
  1  findings
  2  wrong usage, or a path that is not there

examples:
  imgdatagen-compat audit train.py
  imgdatagen-compat audit --severity error src notebooks --exclude 'old_*'
  imgdatagen-compat audit --semantics keras_preprocessing train.py     (written for Keras 2.2 to 2.8)
  imgdatagen-compat audit --json audit.json .
"""
STANDARD_INPUT = Path("-")
# A file without any of these has no generator, and nothing of Keras.
_RELEVANT = re.compile(rb"keras|imgdatagen_compat|ImageDataGenerator|flow_from_")
_FEW_FILES = 20


def add_parser(subparsers) -> None:
    """Adds the `audit` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "audit",
        help="list what old code does with ImageDataGenerator, without running it",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, directory, or - for standard input")
    parser.add_argument("--severity", choices=SEVERITIES, default="note", help="report findings of this severity and worse (default: note)")
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="name or path to leave out, such as 'old_*'")
    parser.add_argument(
        "--semantics",
        choices=("keras", "keras_preprocessing"),
        default="keras",
        help="what the random draws mean where the code imports from Keras: as in Keras 2.9 and later (the default), or as in "
        "Keras 2.2.3 to 2.8; keras_preprocessing has always the older meaning",
    )
    parser.add_argument("--json", metavar="FILE", help="write everything to FILE as well; - for standard output instead of text")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Audits, prints, and returns the exit status described in `--help`."""
    for path in arguments.paths:
        if path != STANDARD_INPUT and not path.exists():
            arguments.parser.error(f"no such file or directory: {path}")
    files = list(source_files(arguments.paths, arguments.exclude))
    console = Console(emoji=False)  # line 100 is not an emoji
    progress = Console(stderr=True)
    reports, shown = [], []
    worst = SEVERITIES.index(arguments.severity)
    for path in track(files, "auditing", console=progress, transient=True, disable=not sys.stderr.isatty() or len(files) < _FEW_FILES):
        report = _audit(path, arguments.semantics)
        reports.append(report)
        shown.append([finding for finding in report.findings if SEVERITIES.index(finding.severity) >= worst])
        if arguments.json != "-":
            print_audit(console, report, shown[-1])
    if arguments.json:
        text = json.dumps(as_json(reports, shown), indent=2, ensure_ascii=False) + "\n"
        if arguments.json == "-":
            sys.stdout.write(text)
        else:
            Path(arguments.json).write_text(text, encoding="utf-8")
    findings = [finding for each in shown for finding in each]
    if arguments.json != "-":
        print_summary(console, reports, findings)
    return 1 if findings else 0


def _audit(path: Path, semantics: str) -> AuditReport:
    """Returns the report of one file; one that cannot be read is a finding."""
    name = _printable(path)
    try:
        source = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        finding = Finding(Place(0, 1, 1), ERROR, "file", f"Cannot be read: {error.strerror}.", "Check its permissions.")
        return AuditReport(name, findings=(finding,))
    return audit_source(source, name, semantics=semantics) if _RELEVANT.search(source) else AuditReport(name)


def _printable(path):
    """Returns a path as text that can be printed: bytes that are not UTF-8 as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
