"""Runs of the command, and what it found."""

import json

from imgdatagen_compat.migration.cli import main


def scan(folder, *options):
    """(exit status, what `--json` writes)."""
    file = folder.parent / "scan.json"
    status = main(["scan", str(folder), "--json", str(file), *options])
    return status, json.loads(file.read_text())


def codes(results):
    return {finding["code"]: finding for finding in results["findings"]}
