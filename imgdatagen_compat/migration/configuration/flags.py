"""The flags of a configuration: one for each argument of the constructor and of the flow methods, made from their tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from imgdatagen_compat.migration.configuration import FLOW_ARGUMENTS, GENERATOR_ARGUMENTS
from imgdatagen_compat.migration.configuration.values import parsed_size
from imgdatagen_compat.migration.options import positive

_NOT_FLAGS = ("classes", "weight_col", "ignore_class_split", "seed")


def add_configuration_flags(parser: argparse.ArgumentParser, with_flow: bool = True) -> None:
    """Adds `--config`, `--script` and one flag for each argument; what is not given is absent from the parsed arguments.

    Args:
        parser: to add to.
        with_flow: whether the arguments of the flow methods have flags as well.
    """
    source = parser.add_argument_group("where the configuration comes from")
    one = source.add_mutually_exclusive_group()
    one.add_argument("--config", type=Path, metavar="FILE", help='JSON or TOML, such as {"rotation_range": 20, "rescale": "1/255"}')
    one.add_argument("--script", type=Path, metavar="FILE", help="script or notebook with an ImageDataGenerator; it is read, not run")
    which = source.add_mutually_exclusive_group()
    which.add_argument("--name", metavar="NAME", help="variable of the generator in --script, if there are several")
    which.add_argument("--line", type=int, metavar="N", help="line of the generator in --script, if there are several")
    group = parser.add_argument_group(
        "arguments of ImageDataGenerator",
        "numbers, fractions such as 1/255, lists such as 0.8,1.2 or [-9,9]; they go above --config and --script",
    )
    for name, default in GENERATOR_ARGUMENTS.items():
        _add_flag(group, name, default)
    if with_flow:
        group = parser.add_argument_group("arguments of the flow method")
        for name, default in FLOW_ARGUMENTS.items():
            if name not in _NOT_FLAGS:
                _add_flag(group, name, default)


def _add_flag(group, name, default):
    flag = "--" + name.replace("_", "-")
    if isinstance(default, bool):
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
    elif name == "target_size":
        group.add_argument(flag, type=size, metavar="HxW", default=argparse.SUPPRESS, help="height and width in pixels; N means NxN")
    elif name == "batch_size":
        group.add_argument(flag, type=positive, metavar="N", default=argparse.SUPPRESS, help="images per batch")
    else:
        group.add_argument(flag, metavar="VALUE", default=argparse.SUPPRESS)


def size(text: str) -> tuple[int, int]:
    """Returns (height, width) in pixels, as an `argparse` type."""
    try:
        return parsed_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
