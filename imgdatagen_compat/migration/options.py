"""Options, and types of options, that several commands have, in the same words."""

from __future__ import annotations

import argparse
from pathlib import Path

SEMANTICS = ("keras", "keras_preprocessing")


def add_semantics_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--semantics`, one of `SEMANTICS`, for code that imports from Keras."""
    parser.add_argument(
        "--semantics",
        choices=SEMANTICS,
        default=SEMANTICS[0],
        help="what the random draws mean where the code imports from Keras: as in Keras 2.9 and later (the default), or as in "
        "Keras 2.2.3 to 2.8; keras_preprocessing has always the older meaning",
    )


def add_source_options(parser: argparse.ArgumentParser, nargs: str) -> None:
    """Adds `PATH`, `--exclude` and `--semantics`, which say what code to read and how."""
    parser.add_argument("paths", nargs=nargs, type=Path, metavar="PATH", help="file, directory, or - for standard input")
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="name or path to leave out, such as 'old_*'")
    add_semantics_option(parser)


def add_json_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds `--json FILE`, for `write_json`; `what` is what it holds."""
    parser.add_argument("--json", metavar="FILE", help=f"write {what} to FILE as well; - for standard output instead of text")


def positive(text: str) -> int:
    """Returns a whole number above 0, as an `argparse` type."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return number
