"""The `imgdatagen-compat` command: picks the subcommand and hands over.

A subcommand is one module with `add_parser(subparsers)`, which sets `run` to a function from the parsed arguments to the exit status.
No TensorFlow here, nor at the top of a subcommand's module: `--help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from imgdatagen_compat.migration import parity_command

SUBCOMMANDS = (parity_command,)


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command, one subparser for each of `SUBCOMMANDS`."""
    parser = argparse.ArgumentParser(
        prog="imgdatagen-compat",
        description="A drop-in for Keras's legacy ImageDataGenerator: check it against the original on your own images.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        argv: arguments without the program's name; `None` takes those of the process.

    Returns:
        The exit status: 0 for success, 1 when what was checked is not so, 2 when it could not be checked.
    """
    arguments = build_parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
