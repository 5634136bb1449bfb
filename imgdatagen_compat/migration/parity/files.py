"""The files that `--json` and `--html` name."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any

from imgdatagen_compat.migration.parity.data import NothingToCompareError


def write_files(arguments: argparse.Namespace, document: Mapping[str, Any], make_page: Callable[[], str]) -> None:
    """Writes the document where `--json` says, and the page, if there is to be one, where `--html` says.

    Args:
        arguments: of the command line.
        document: for JSON.
        make_page: returns the page. Bytes of file names that are no text are written as escapes.

    Raises:
        NothingToCompareError: a file cannot be written.
    """
    try:
        if arguments.json:
            arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        if arguments.html:
            arguments.html.write_text(make_page(), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise NothingToCompareError(f"{error.filename} cannot be written: {error.strerror}.") from error
