"""`imgdatagen-compat export`: a configuration as stock Keras layers, with a report of what they do otherwise."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from imgdatagen_compat.migration.configuration import ConfigurationError, asked_configuration
from imgdatagen_compat.migration.configuration.flags import add_configuration_flags, size
from imgdatagen_compat.migration.native import is_whole, native_conversion
from imgdatagen_compat.migration.options import add_json_option
from imgdatagen_compat.migration.output import printable, write_json, write_text
from imgdatagen_compat.migration.parity.cases import FEATUREWISE
from imgdatagen_compat.migration.parity.data import NothingToCompareError, open_data

DESCRIPTION = """\
Prints Python that builds stock Keras layers for an ImageDataGenerator, found
in a script or given by a file or flags, and on standard error what becomes of
each setting and how far the layers are from the original when both get the
same draws.

Differences are measured on images made for it, or on those of --sample, from
which mean and standard deviation are taken as well.
"""
EPILOG = """\
exit status:
  0  every setting has stock layers
  1  at least one is left out; the report says why and what to do
  2  wrong usage, or a configuration that cannot be read

examples:
  imgdatagen-compat export --script train.py --name train_datagen
  imgdatagen-compat export --script train.py --line 12 --sample photographs/train --output layers.py
  imgdatagen-compat export --config augmentation.json --image-size 224x224 --json report.json
  imgdatagen-compat export --rotation-range 20 --zoom-range 0.2 --horizontal-flip --rescale 1/255
"""


def add_parser(subparsers) -> None:
    """Adds the `export` subcommand to `subparsers` (what `ArgumentParser.add_subparsers` returns)."""
    parser = subparsers.add_parser(
        "export",
        help="print stock Keras layers for a configuration, and what they do otherwise",
        usage="imgdatagen-compat export (--script FILE | --config FILE | flags) [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--image-size", type=size, metavar="HxW", help="of a batch's images in pixels; shifts in pixels need it")
    parser.add_argument("--sample", type=Path, metavar="PATH", help="raw images to measure on: a folder, a .csv, .npy or .npz file")
    parser.add_argument("--seed", type=int, metavar="N", help="of the first layer that draws")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the code to FILE instead of standard output")
    add_json_option(parser, "the report and the code")
    add_configuration_flags(parser, with_flow=False)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Converts, prints, and returns the exit status described in `--help`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        configuration = asked_configuration(arguments)
        if not configuration.generator:
            raise ConfigurationError("nothing to export. Pass --script, --config or flags such as --rotation-range 20.")
        data = open_data(arguments.sample) if arguments.sample else None
        conversion = native_conversion(configuration, data, image_size=arguments.image_size, seed=arguments.seed)
        if arguments.output:
            write_text(arguments.output, conversion.code)
        elif arguments.json != "-":
            sys.stdout.write(conversion.code)
        if arguments.json:
            document = {"origin": configuration.origin, "code": conversion.code, "report": conversion.report.as_json()}
            write_json(arguments.json, document)
    except (ConfigurationError, NothingToCompareError) as error:
        print(f"imgdatagen-compat export: {printable(str(error))}", file=sys.stderr)
        return 2
    conversion.report.show(Console(stderr=True, emoji=False))
    if data is None and any(configuration.generator.get(name) for name in FEATUREWISE):
        print("Statistics are those of the images of --sample: pass the folder that the generator is fit on.", file=sys.stderr)
    return 0 if is_whole(conversion) else 1
