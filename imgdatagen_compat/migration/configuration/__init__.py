"""The user's own configuration for a command: from a file, a script or flags, as arguments of the constructor and of the flow method.

No TensorFlow here, unless a function is named that comes from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, FLOWS, OWN_OPTIONS

GENERATOR_ARGUMENTS = {**CONSTRUCTOR, **OWN_OPTIONS}
# What decides what a flow reads and writes: the command's own business.
_DATA = ("directory", "dataframe", "x", "y", "sample_weight", "follow_links", "validate_filenames")
_SAVING = ("save_to_dir", "save_prefix", "save_format")
_IGNORED = (*_DATA, *_SAVING, "workers", "use_multiprocessing", "max_queue_size", "has_ext", "sort", "drop_duplicates")
FLOW_ARGUMENTS = {name: default for flow in FLOWS.values() for name, default in flow.items() if name not in (*_DATA, *_SAVING)}


class ConfigurationError(Exception):
    """The configuration cannot be had; the message says the remedy."""


@dataclasses.dataclass(frozen=True)
class Configuration:
    """What a generator and its flow are told.

    Attributes:
        generator: keyword arguments of `ImageDataGenerator`.
        flow: keyword arguments of the flow method, those that say where it reads and what it writes left out.
        origin: where it comes from, in words; empty where nothing was said.
    """

    generator: Mapping[str, Any]
    flow: Mapping[str, Any]
    origin: str = ""

    def updated(self, other: Configuration) -> Configuration:
        """This configuration with what `other` says in the place of its own."""
        origin = " and ".join(filter(None, (self.origin, other.origin)))
        return Configuration({**self.generator, **other.generator}, {**self.flow, **other.flow}, origin)


def configuration_from(values: Mapping[str, Any], origin: str) -> Configuration:
    """Sorts named values into arguments of the constructor and of the flow method.

    Args:
        values: by name; text is a number, a fraction such as "1/255", a list such as "0.8,1.2", or itself.
        origin: where they come from, for messages.

    Raises:
        ConfigurationError: there is no such argument.
    """
    generator, flow = {}, {}
    for name, value in values.items():
        if name in _IGNORED:
            continue
        if name not in GENERATOR_ARGUMENTS and name not in FLOW_ARGUMENTS:
            close = difflib.get_close_matches(name, [*GENERATOR_ARGUMENTS, *FLOW_ARGUMENTS], 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise ConfigurationError(f"{origin}: neither ImageDataGenerator nor its flow methods take {name!r}.{hint}")
        (generator if name in GENERATOR_ARGUMENTS else flow)[name] = _read(name, value, origin)
    return Configuration(generator, flow, origin)


def asked_configuration(arguments: argparse.Namespace) -> Configuration:
    """Returns what `--config`, `--script` and the flags say, flags above the others.

    Args:
        arguments: parsed, with what `flags.add_configuration_flags` adds.

    Raises:
        ConfigurationError: a file cannot be read, or says something that is no configuration.
    """
    from imgdatagen_compat.migration.configuration.files import configuration_of_file, script_configuration

    if (arguments.name or arguments.line) and not arguments.script:
        raise ConfigurationError("--name and --line say which generator of --script: pass that as well.")
    asked = Configuration({}, {})
    if arguments.config:
        asked = configuration_of_file(arguments.config)
    elif arguments.script:
        asked = script_configuration(arguments.script, arguments.name, arguments.line)
    # A seed is the command's own: of both sides, or of the layers.
    given = {name: value for name, value in vars(arguments).items() if name in {**GENERATOR_ARGUMENTS, **FLOW_ARGUMENTS} and name != "seed"}
    return asked.updated(configuration_from(given, "flags")) if given else asked


def _read(name, value, origin):
    from imgdatagen_compat.migration.configuration.values import parsed_value

    if name == "preprocessing_function" and isinstance(value, str):
        return _imported(value, origin)
    return parsed_value(value) if isinstance(value, str) else value


def _imported(dotted, origin):
    """The function of a dotted name, such as "keras.applications.vgg16.preprocess_input"; modules are looked for here as well."""
    module, _, function = dotted.rpartition(".")
    sys.path.insert(0, os.getcwd())
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"{origin}: preprocessing_function {dotted!r} cannot be imported ({error}). Name it as package.module.function."
        ) from error
    finally:
        sys.path.remove(os.getcwd())
    return found
