"""Makes `benchmarks` importable: it lies beside the tests and is not installed with the package."""

import sys
from pathlib import Path

import pytest

# At the end, so that an installed package is tested rather than the one in the checkout.
sys.path.append(str(Path(__file__).parents[2]))


@pytest.fixture(autouse=True)
def _no_coverage_of_benchmarks(monkeypatch):
    """Their processes run nothing that other tests do not run, and would take half as long again under coverage."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
