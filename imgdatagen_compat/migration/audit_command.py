"""`imgdatagen-compat audit`: what code does with `ImageDataGenerator`, and what to look at before it meets Keras 3. Reads, runs nothing."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from imgdatagen_compat.migration.audit import ERROR, SEVERITIES, AuditReport, Finding, Place, audit_source
from imgdatagen_compat.migration.audit.report import as_json, print_audit, print_summary
from imgdatagen_compat.migration.options import add_json_option, add_source_options
from imgdatagen_compat.migration.output import printable, write_json
from imgdatagen_compat.migration.source_files import missing_path, read_source, source_files

DESCRIPTION = """\
Reads scripts and notebooks, runs none of them, and lists every
ImageDataGenerator with its settings, every flow call, the known traps that the
code shows, and what Keras 3 no longer takes. A value that the code does not
say is listed as unknown, with a question mark.

PATH is a file or a directory, - is standard input. In directories, *.py, *.pyw
and *.ipynb are read; .git, virtual environments, build, node_modules and the
like are not.
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
  imgdatagen-compat audit --semantics keras_preprocessing keras_2_4.py
  imgdatagen-compat audit --json audit.json .
"""
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
    add_source_options(parser, nargs="+")
    parser.add_argument("--severity", choices=SEVERITIES, default="note", help="report findings of this severity and worse (default: note)")
    add_json_option(parser, "generators, flows and findings")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Audits, prints, and returns the exit status described in `--help`."""
    missing = missing_path(arguments.paths)
    if missing is not None:
        arguments.parser.error(f"no such file or directory: {printable(str(missing))}")
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
        write_json(arguments.json, as_json(reports, shown))
    findings = [finding for each in shown for finding in each]
    if arguments.json != "-":
        print_summary(console, reports, findings)
    return 1 if findings else 0


def _audit(path: Path, semantics: str) -> AuditReport:
    """Returns the report of one file; one that cannot be read is a finding."""
    name = printable(str(path))
    try:
        source = read_source(path)
    except OSError as error:
        finding = Finding(Place(0, 1, 1), ERROR, "file", f"Cannot be read: {error.strerror}.", "Check its permissions.")
        return AuditReport(name, findings=(finding,))
    return audit_source(source, name, semantics=semantics) if _RELEVANT.search(source) else AuditReport(name)
