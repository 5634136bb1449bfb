"""`parity --against native`: what stock Keras layers do otherwise than the configuration, on one's own images."""

from __future__ import annotations

import argparse

from rich.console import Console

from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.migration.configuration import Configuration
from imgdatagen_compat.migration.native import is_whole, native_conversion
from imgdatagen_compat.migration.output import write_json, write_text
from imgdatagen_compat.migration.parity.data import Data, NothingToCompareError
from imgdatagen_compat.migration.parity.html.native_page import native_page


def compare_with_layers(console: Console, data: Data, configuration: Configuration, arguments: argparse.Namespace) -> int:
    """Prints the report of `to_native()`, writes what `--json` and `--html` name, and returns the exit status.

    No batch is equal to the original's, so none is asked to be: 0 says that every setting has stock layers, 1 that one is left out.

    Raises:
        NothingToCompareError: there is no configuration to convert.
        ConfigurationError: it cannot be converted.
    """
    if not configuration.generator:
        raise NothingToCompareError("--against native needs a configuration: pass --config, --script or flags such as --rotation-range 20.")
    conversion = native_conversion(configuration, data, seed=(arguments.seed or [None])[0])
    conversion.report.show(console)
    status = 0 if is_whole(conversion) else 1
    document = {
        "versions": installed_versions(),
        "settings": {"data": data.described, "against": "stock Keras layers", "configuration": configuration.origin},
        "report": conversion.report.as_json(),
        "code": conversion.code,
    }
    if arguments.json:
        write_json(arguments.json, document)
    if arguments.html:
        write_text(arguments.html, native_page(document, status))
    return status
