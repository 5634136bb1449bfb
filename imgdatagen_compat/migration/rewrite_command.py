"""`imgdatagen-compat rewrite`: old code changed to import and use the drop-in, shown as a diff or written in place."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys

from rich.console import Console
from rich.progress import track

from imgdatagen_compat.migration.options import add_json_option, add_source_options
from imgdatagen_compat.migration.output import counted, printable, write_json
from imgdatagen_compat.migration.rewrite.files import write_atomically
from imgdatagen_compat.migration.rewrite.findings import Finding
from imgdatagen_compat.migration.rewrite.report import as_json, coloured, finding_line, unified_diff
from imgdatagen_compat.migration.source_files import STANDARD_INPUT, missing_path, read_source, source_files

DESCRIPTION = """\
Changes scripts and notebooks that were written for Keras's ImageDataGenerator:
imports, attribute chains, fit_generator and its kin, arguments that moved or
are ignored. Formatting and comments stay. Where it is not certain, it leaves
the code and says on standard error what to do, with the line of the file as it
was.

PATH is a file or a directory, - is standard input. In directories, *.py, *.pyw
and *.ipynb are read; .git, virtual environments, build, node_modules and the
like are not. Without --write, nothing is written.
"""
EPILOG = """\
exit status:
  0  nothing to change, nothing to say
  1  something was changed, would be, or needs a person
  2  wrong usage, a path that is not there, or LibCST is not installed

examples:
  imgdatagen-compat rewrite train.py
  imgdatagen-compat rewrite --write src notebooks --exclude old
  imgdatagen-compat rewrite --check --only imports --only attributes .
  imgdatagen-compat rewrite --semantics keras_preprocessing keras_2_4.py
  imgdatagen-compat rewrite --write - < old.py > new.py
"""


def add_parser(subparsers) -> None:
    """Adds the `rewrite` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "rewrite",
        help="change old code to use the drop-in",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_options(parser, nargs="*")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", dest="mode", action="store_const", const="diff", help="print what would change (the default)")
    mode.add_argument("--check", dest="mode", action="store_const", const="check", help="name the files that would change")
    mode.add_argument("--write", dest="mode", action="store_const", const="write", help="change the files; - goes to standard output")
    parser.add_argument("--only", action="append", default=[], metavar="FIXER", help="run this fixer; may be repeated")
    parser.add_argument("--skip", action="append", default=[], metavar="FIXER", help="do not run this fixer; may be repeated")
    parser.add_argument("--list-fixers", action="store_true", help="say what each fixer does")
    add_json_option(parser, "changes and findings")
    parser.set_defaults(run=run, mode="diff", parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Rewrites, prints, and returns the exit status described in `--help`."""
    try:
        from imgdatagen_compat.migration.rewrite.fixers import FIXERS, summary
    except ModuleNotFoundError as error:
        if error.name != "libcst":
            raise
        print("imgdatagen-compat rewrite needs LibCST: pip install 'imgdatagen-compat[migrate]'", file=sys.stderr)
        return 2
    if arguments.list_fixers:
        for fixer in FIXERS:
            print(f"{fixer.NAME}: {summary(fixer)}")
        return 0
    fixers = _chosen(arguments, FIXERS)
    if not arguments.paths:
        arguments.parser.error("no PATH. Pass files or directories, or - for standard input.")
    missing = missing_path(arguments.paths)
    if missing is not None:
        arguments.parser.error(f"no such file or directory: {printable(str(missing))}")
    files = list(source_files(arguments.paths, arguments.exclude))
    shown = track(files, "rewriting", console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty() or len(files) < 20)
    results = {}
    for path in shown:
        results[printable(str(path))] = result = _rewrite(path, fixers, arguments)
        if arguments.json != "-":
            _show(path, result, arguments.mode)
    return _finish(results, arguments)


def _chosen(arguments, fixers):
    names = [fixer.NAME for fixer in fixers]
    for name in (*arguments.only, *arguments.skip):
        if name not in names:
            arguments.parser.error(f"no fixer {name!r}. There are: {', '.join(names)}")
    return [fixer for fixer in fixers if (not arguments.only or fixer.NAME in arguments.only) and fixer.NAME not in arguments.skip]


def _rewrite(path, fixers, arguments):
    """Returns what becomes of one file, written if that is asked for; a file that cannot be read or written is a finding."""
    from imgdatagen_compat.migration.rewrite.notebook import rewrite_notebook
    from imgdatagen_compat.migration.rewrite.source import Rewritten, rewrite_source

    rewrite = rewrite_notebook if path.suffix == ".ipynb" else rewrite_source
    try:
        source = read_source(path)
    except OSError as error:
        return Rewritten(b"", b"", (Finding(1, 1, "file", f"cannot be read: {error.strerror}."),))
    result = rewrite(source, fixers, arguments.semantics)
    if arguments.mode == "write" and result.is_changed and path != STANDARD_INPUT:
        try:
            write_atomically(path, result.after)
        except OSError as error:
            finding = Finding(1, 1, "file", f"cannot be written: {error.strerror}. It is as it was.")
            return dataclasses.replace(result, after=result.before, fixers=(), findings=(finding, *result.findings))
    return result


def _show(path, result, mode):
    name = printable(str(path))
    if mode == "write" and path == STANDARD_INPUT:
        sys.stdout.buffer.write(result.after)
        sys.stdout.flush()
    elif mode == "diff" and result.is_changed:
        diff = unified_diff(name, result.before.decode(result.encoding), result.after.decode(result.encoding))
        sys.stdout.write(coloured(diff) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else diff)
    elif result.is_changed:
        print(f"{'would change' if mode == 'check' else 'changed'} {name}")
    for finding in result.findings:
        print(finding_line(name, finding), file=sys.stderr)


def _finish(results, arguments):
    summary = as_json(results)
    if arguments.json:
        write_json(arguments.json, summary)
    verb = "changed" if arguments.mode == "write" else "would change"
    print(f"{counted(len(results), 'file')} read; {summary['changed']} {verb}; {counted(summary['findings'], 'finding')}", file=sys.stderr)
    return 1 if summary["changed"] or summary["findings"] else 0
