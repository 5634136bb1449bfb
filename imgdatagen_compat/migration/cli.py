"""The `imgdatagen-compat` command: picks the subcommand and hands over.

A subcommand is one module with `add_parser(subparsers)`, which sets `run` to a function from the parsed arguments to the exit status.
No TensorFlow here, nor at the top of a subcommand's module: `--help` answers at once. Only the module of the subcommand that is asked for
is imported, so that `run` leaves it to the script when NumPy and its threads are set up.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence

from imgdatagen_compat.migration.output import CannotWriteError

SUBCOMMANDS = {
    "audit": "imgdatagen_compat.migration.audit_command",
    "export": "imgdatagen_compat.migration.export_command",
    "parity": "imgdatagen_compat.migration.parity.command",
    "rewrite": "imgdatagen_compat.migration.rewrite_command",
    "run": "imgdatagen_compat.migration.run_command",
    "scan": "imgdatagen_compat.migration.scan_command",
}


def build_parser(subcommands: Iterable[str] = SUBCOMMANDS) -> argparse.ArgumentParser:
    """Returns the parser of the command, one subparser for each of `subcommands`, which are keys of `SUBCOMMANDS`."""
    parser = argparse.ArgumentParser(
        prog="imgdatagen-compat",
        description="A drop-in for Keras's legacy ImageDataGenerator: run old code with it, and check it against the original.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for subcommand in subcommands:
        importlib.import_module(SUBCOMMANDS[subcommand]).add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        argv: arguments without the program's name; `None` takes those of the process.

    Returns:
        The exit status: 0 for success, 1 when what was checked is not so, 2 when it could not be checked; of `run`, the script's own. As of
        commands in general, 130 after Ctrl-C, and 141 when who reads the output has gone.
    """
    argv = sys.argv[1:] if argv is None else argv
    asked_for = argv[:1] if argv and argv[0] in SUBCOMMANDS else SUBCOMMANDS
    try:
        arguments = build_parser(asked_for).parse_args(argv)
        status = arguments.run(arguments)
        if argv[0] != "run":  # whose output is the script's own
            sys.stdout.flush()
        return status
    except CannotWriteError as error:
        print(f"imgdatagen-compat {argv[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 141
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
