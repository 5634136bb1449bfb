"""Counts over many files: their memory and their quantiles."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgdatagen_compat.migration.scan.image_file import ImageFacts
from imgdatagen_compat.migration.scan.tally import Tally, quantiles


@pytest.mark.parametrize(("digested", "at_least", "at_most"), [(False, 0, 5), (True, 100, 250)])
def test_memory_for_a_file(digested, at_least, at_most):
    """In bytes; what `--help` says of `--duplicates`."""
    tally, n = Tally(), 20_000
    depth_problem = "16 bits; clipped. Keep them."
    tracemalloc.start()
    for i in range(n):
        digest = i.to_bytes(16, "big") if digested else None
        facts = ImageFacts(None, "PNG", "I;16", (30 + i % 50, 20), "16 bits", 65535.0, depth_problem, ("misnamed",), (0, i), digest)
        tally.add(f"class{i % 9}/image_{i:06}.jpg", facts)
        tally.add(f"class{i % 9}/broken_{i:06}.jpg", ImageFacts(problem=f"damaged: in its own way, {i}"))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tally.files == 2 * n
    assert at_least * n <= used <= at_most * n


@given(st.lists(st.integers(1, 9), min_size=1))
def test_quantiles_are_numpys(values):
    tally = Tally()
    tally.widths.update(values)
    fractions = (0, 0.25, 0.5, 0.75, 1)
    assert quantiles(tally.widths) == np.quantile(values, fractions, method="lower").tolist()


def test_quantiles_of_nothing():
    assert quantiles(Tally().widths) == []
