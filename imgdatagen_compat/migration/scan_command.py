"""`imgdatagen-compat scan`: what the images of a folder are, before anyone trains on them."""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from imgdatagen_compat.migration.options import add_json_option, positive
from imgdatagen_compat.migration.output import printable, write_json

DESCRIPTION = """\
Reads every image below a folder as flow_from_directory would list it, and says
what a flow makes of it: formats, depths and sizes, files that cannot be read,
pixels that change without a word (16 bits, floats, CMYK, transparency, EXIF
orientation), folders that are no classes and files that are not read.

DIRECTORY has one subfolder of images per class. Nothing is written into it.
"""
EPILOG = """\
exit status:
  0  no errors and no warnings; there may be notes
  1  errors or warnings
  2  wrong usage, or a folder that cannot be listed

examples:
  imgdatagen-compat scan photographs/train
  imgdatagen-compat scan photographs/train --quick
  imgdatagen-compat scan photographs/train --duplicates --json scan.json
"""
_FILES_A_JOB = 200  # fewer are done before another process has started
_PLAIN_WIDTH = 120  # of output that is no terminal


def add_parser(subparsers) -> None:
    """Adds the `scan` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "scan",
        help="say what the images of a folder are, and which are damaged",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", type=Path, metavar="DIRECTORY", help="folder with one subfolder of images per class")
    parser.add_argument("--quick", action="store_true", help="read headers only: damage behind them stays unseen")
    parser.add_argument("--duplicates", action="store_true", help="find files of the same contents; takes some 200 bytes of memory a file")
    parser.add_argument("--follow-links", action="store_true", help="follow links to folders, as flow_from_directory(follow_links=True)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="processes (default: one per core)")
    add_json_option(parser, "the results")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Scans, prints, and returns the exit status described in `--help`."""
    from imgdatagen_compat.migration.scan.findings import NOTE, findings
    from imgdatagen_compat.migration.scan.folders import survey_folders
    from imgdatagen_compat.migration.scan.report import as_json, print_report

    if arguments.quick and arguments.duplicates:
        arguments.parser.error("--duplicates reads whole files: leave out --quick.")
    directory = os.fspath(arguments.directory)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    try:
        with progress:
            task = progress.add_task("listing", total=None)
            survey = survey_folders(directory, arguments.follow_links)
            progress.update(task, description="reading headers" if arguments.quick else "decoding", total=survey.images)
            tally = _tally(survey, arguments, lambda: progress.advance(task))
        found = findings(survey, tally)
        if arguments.json:
            write_json(arguments.json, as_json(survey, tally, found, arguments.quick))
    except OSError as error:
        print(f"imgdatagen-compat scan: {printable(str(error.filename or directory))}: {error.strerror or error}", file=sys.stderr)
        return 2
    if arguments.json != "-":
        console = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
        print_report(console, survey, tally, found, arguments.quick)
    return 1 if any(finding.severity != NOTE for finding in found) else 0


def _tally(survey, arguments, advance):
    from imgdatagen_compat.migration.scan.folders import image_paths
    from imgdatagen_compat.migration.scan.image_file import inspect_below
    from imgdatagen_compat.migration.scan.tally import Tally
    from imgdatagen_compat.migration.scan.workers import inspected

    inspect = functools.partial(inspect_below, survey.directory, quick=arguments.quick, hashed=arguments.duplicates)
    jobs = max(1, min(arguments.jobs, survey.images // _FILES_A_JOB))
    tally = Tally()
    with contextlib.closing(inspected(image_paths(survey, arguments.follow_links), inspect, jobs)) as results:
        for path, facts in results:
            tally.add(path, facts)
            advance()
    return tally
