"""`imgdatagen-compat run`: an unmodified old script, with the names of Keras's legacy image module resolved to the drop-in's."""

from __future__ import annotations

import argparse
from pathlib import Path

from imgdatagen_compat.migration.options import add_semantics_option
from imgdatagen_compat.migration.run_script import CannotStartError, load_module, load_script, run_as_main

DESCRIPTION = """\
Runs an old training script as it is, under today's TensorFlow. While it runs,

  * keras.preprocessing.image, tensorflow.keras.preprocessing.image,
    tf.keras.preprocessing.image and keras_preprocessing.image are the
    drop-in's, however they are imported;
  * keras.Model has fit_generator, evaluate_generator and predict_generator
    again, and fit, evaluate and predict take workers, use_multiprocessing and
    max_queue_size; iterators and Sequences are read in the order of Keras 2,
    epoch after epoch, also where steps_per_epoch is not their length.

Whatever else Keras 3 has removed keeps its own error. Nothing is written; the
options of this command stand before the script.
"""
EPILOG = """\
exit status: the script's own; 2 when there is no script to start

examples:
  imgdatagen-compat run train.py
  imgdatagen-compat run train.py --epochs 3 --data photographs
  imgdatagen-compat run --semantics keras_preprocessing keras_2_4.py
  imgdatagen-compat run --profile -m project.train --epochs 3
"""


def add_parser(subparsers) -> None:
    """Adds the `run` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "run",
        help="run an old script unmodified",
        usage="imgdatagen-compat run [options] SCRIPT [ARGUMENT ...]\n       imgdatagen-compat run [options] -m MODULE [ARGUMENT ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("script", nargs=argparse.REMAINDER, metavar="SCRIPT ARGUMENT", help="the script and its own arguments")
    parser.add_argument(
        "-m", dest="module", nargs=argparse.REMAINDER, metavar="MODULE ARGUMENT", help="a module instead, found as `python -m` does"
    )
    add_semantics_option(parser)
    parser.add_argument("--profile", action="store_true", help="end with a table of the flows on standard error: batches, speed, path")
    parser.add_argument("--profile-json", type=Path, metavar="FILE", help="write the profile to FILE")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the script in this process, as its `__main__`, and returns its exit status; `SystemExit` of the script passes through."""
    command = arguments.module or arguments.script
    if not command:
        arguments.parser.error("nothing to run: name a script, or a module after -m")
    try:
        program = (load_module if arguments.module else load_script)(command[0])
    except CannotStartError as error:
        arguments.parser.exit(2, f"imgdatagen-compat run: {error}\n")
    # Where it is now: the script may change the folder.
    json_path = arguments.profile_json and arguments.profile_json.absolute()
    if json_path and not json_path.parent.is_dir():
        arguments.parser.exit(2, f"imgdatagen-compat run: the folder of {arguments.profile_json} does not exist. Make it first.\n")
    from imgdatagen_compat.installation import install

    install(semantics=arguments.semantics)
    if not (arguments.profile or arguments.profile_json):
        return run_as_main(program, command)
    from imgdatagen_compat.migration.run_profile import profiled

    with profiled(print_table=arguments.profile, json_path=json_path):
        return run_as_main(program, command)
