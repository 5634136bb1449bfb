"""`imgdatagen-compat parity`: reads the command line, compares, and says the result as a table, a file, a page and an exit status."""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from imgdatagen_compat.comparison.originals import ORIGINALS, NoOriginalError, load_dropin, load_original
from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.migration.audit.signatures import OWN_OPTIONS
from imgdatagen_compat.migration.configuration import Configuration, ConfigurationError, asked_configuration
from imgdatagen_compat.migration.configuration.flags import add_configuration_flags
from imgdatagen_compat.migration.options import add_json_option, positive
from imgdatagen_compat.migration.output import printable, write_json, write_text
from imgdatagen_compat.migration.parity.cases import PARITY_CASES, own_cases
from imgdatagen_compat.migration.parity.comparing import compare_cases
from imgdatagen_compat.migration.parity.data import NothingToCompareError, open_data
from imgdatagen_compat.migration.parity.html.page import parity_page
from imgdatagen_compat.migration.parity.report import as_json, exit_status, plain, print_report, written
from imgdatagen_compat.sample_photographs import write_sample_photographs

NATIVE = "native"
TARGET_SIZE = (150, 150)  # height, width in pixels
# What the flows of the usual configurations can be told as well: that makes none of one's own.
_OF_ALL_CONFIGURATIONS = {"batch_size", "target_size", "seed", "x_col", "y_col"}
_PLAIN_WIDTH = 150  # columns, where the output is no terminal
_LARGEST_ZCA = 10_000  # values of an image; the matrix has the square of that
DESCRIPTION = """\
Runs an original ImageDataGenerator and the drop-in with one seed, and compares
every batch (pixels, labels, dtypes), the iterators' attributes and the
np.random state after each batch.

PATH is a folder with one subfolder of images per class, a folder of images, a
.csv file with a row for each image, a .npy file with images [N, H, W, C], or
an .npz file with images and labels. Without one, a small folder of
photograph-like images is made in a temporary directory.

The configuration is that of --config, --script or the flags; each of its
stages is then compared alone as well. Without any, the usual configurations
are. Nothing is written but what --json and --html name.
"""
EPILOG = """\
exit status:
  0  every configuration is within its promise; with --against native: every
     setting has a stock layer
  1  at least one is not, or has none
  2  nothing could be compared: wrong usage, no readable images, or the
     original is not installed

examples:
  imgdatagen-compat parity
  imgdatagen-compat parity photographs/train
  imgdatagen-compat parity photographs/train --target-size 224x224 --batches 20 --json parity.json
  imgdatagen-compat parity photographs/train --script train.py --name train_datagen --html parity.html
  imgdatagen-compat parity photographs/train --config augmentation.json --seed 0,1,2
  imgdatagen-compat parity photographs/train --rotation-range 20 --horizontal-flip --rescale 1/255 --target-size 64
  imgdatagen-compat parity images.npz --zoom-range 0.8,1.2 --against keras_preprocessing
  imgdatagen-compat parity photographs/train --rotation-range 20 --against native
"""


def add_parser(subparsers) -> None:
    """Adds the `parity` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "parity",
        help="compare the original and the drop-in, batch for batch",
        usage="imgdatagen-compat parity [PATH] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="folder of images, or .csv, .npy, .npz file")
    parser.add_argument(
        "--against",
        choices=(*ORIGINALS, NATIVE),
        help="the original: of the installed Keras (keras, the default), of Keras 2 (tf_keras), of Keras 2.2 to 2.8 (keras_preprocessing); "
        "or what stock Keras layers do otherwise (native)",
    )
    parser.add_argument("--batches", type=positive, default=8, metavar="N", help="batches per configuration (default: 8)")
    parser.add_argument("--seed", type=_seeds, metavar="N[,N…]", help="seeds of both sides, one after the other (default: 0)")
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="where the file names of a .csv file start (default: beside it)")
    add_json_option(parser, "the results, settings and versions")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with images, their differences and draws to FILE as well")
    add_configuration_flags(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the comparison, prints the table and returns the exit status described in `--help`."""
    console = Console(emoji=False, quiet=arguments.json == "-", width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    try:
        for path in map(Path, filter(None, (arguments.json, arguments.html))):
            if not path.absolute().parent.is_dir():
                raise NothingToCompareError(f"the folder of {path} does not exist. Make it first.")
        configuration = asked_configuration(arguments)
        with _opened_data(arguments, configuration) as data:
            if arguments.against == NATIVE:
                from imgdatagen_compat.migration.parity.native import compare_with_layers

                return compare_with_layers(console, data, configuration, arguments)
            return _compare(console, data, configuration, arguments)
    except (NothingToCompareError, ConfigurationError, NoOriginalError) as error:
        print(f"imgdatagen-compat parity: {printable(str(error))}", file=sys.stderr)
        return 2


def _compare(console, data, configuration, arguments):
    against, configuration = _original_of(configuration, arguments.against)
    is_own = bool(configuration.generator or set(configuration.flow) - _OF_ALL_CONFIGURATIONS)
    flow = _flow(data, configuration, is_own, console)
    seeds = arguments.seed or [configuration.flow.get("seed") or 0]
    original, dropin = load_original(against), load_dropin(against)
    cases = own_cases(original, configuration.generator) if is_own else [case for case in PARITY_CASES if case.suits(data)]
    _check_whitening(cases, data, flow)
    versions = ", ".join(f"{name} {version}" for name, version in installed_versions().items())
    console.print(f"original: {original.ImageDataGenerator.__module__}; {versions}", highlight=False, soft_wrap=True)
    if is_own:
        described = f"configuration of {configuration.origin}: ImageDataGenerator({written(configuration.generator)})"
        console.print(printable(described), highlight=False, markup=False, soft_wrap=True)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("comparing", total=len(cases) * len(seeds) * arguments.batches)
        results = compare_cases(
            original,
            dropin,
            data,
            cases=cases,
            flow=flow,
            batches=arguments.batches,
            seeds=seeds,
            with_evidence=arguments.html is not None,
            after_batch=lambda name: progress.update(task, advance=1, description=name),
        )
    print_report(console, results)
    settings = {
        "path": str(arguments.path) if arguments.path else None,
        "data": data.described,
        "against": against,
        "batches": arguments.batches,
        "seeds": seeds,
        "configuration": configuration.origin if is_own else "the usual ones",
        "flow": plain(flow),
    }
    document = as_json(results, settings)
    if arguments.json:
        write_json(arguments.json, document)
    if arguments.html:
        write_text(arguments.html, parity_page(results, document))
    return exit_status(results)


def _original_of(configuration, against):
    """The original to compare with, and the configuration without what only this package has."""
    own = {name: value for name, value in configuration.generator.items() if name in OWN_OPTIONS and value != OWN_OPTIONS[name]}
    if own.get("semantics") == "keras_preprocessing" and against in (None, "keras_preprocessing"):
        del own["semantics"]
        against = "keras_preprocessing"
    if own:
        raise NothingToCompareError(
            f"no original has {', '.join(f'{name}={value!r}' for name, value in own.items())}: leave it out to compare the rest. "
            'semantics="keras_preprocessing" is compared with --against keras_preprocessing.'
        )
    shared = {name: value for name, value in configuration.generator.items() if name not in OWN_OPTIONS}
    return against or ORIGINALS[0], Configuration(shared, configuration.flow, configuration.origin)


def _flow(data, configuration, is_own, console):
    """Arguments of the flow method for all rows."""
    flow = {name: value for name, value in configuration.flow.items() if name != "seed"}
    left_out = [name for name in flow if not data.takes(name)]
    if left_out:
        console.print(f"{data.method} takes no {', '.join(left_out)}: left out", highlight=False)
    if not is_own and data.takes("target_size"):
        flow = {"target_size": TARGET_SIZE, **flow}
    return {name: value for name, value in flow.items() if name not in left_out}


def _check_whitening(cases, data, flow):
    for case in cases:
        size = case.flow.get("target_size", flow.get("target_size", (256, 256)))
        if case.generator.get("zca_whitening") and data.takes("target_size") and 3 * math.prod(size) > _LARGEST_ZCA:
            raise NothingToCompareError(
                f"zca_whitening of images of {size[0]} x {size[1]} pixels takes a matrix of {(3 * math.prod(size)) ** 2 * 4 / 1e9:.0f} GB. "
                "Pass a smaller --target-size, such as 32x32."
            )


@contextlib.contextmanager
def _opened_data(arguments, configuration):
    if arguments.path is not None:
        yield open_data(arguments.path, configuration.flow.get("x_col"), arguments.images)
        return
    with tempfile.TemporaryDirectory(prefix="imgdatagen-compat-") as directory:
        write_sample_photographs(directory)
        yield open_data(Path(directory))


def _seeds(text):
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor several, such as 0,1,2") from error
