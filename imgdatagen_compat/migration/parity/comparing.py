"""Runs the configurations on both sides, seed after seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imgdatagen_compat.comparison.iterators import compare_iterators
from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.migration.parity.cases import ParityCase
from imgdatagen_compat.migration.parity.data import Data
from imgdatagen_compat.migration.parity.evidence import Evidence


@dataclasses.dataclass(frozen=True)
class Result:
    """One row.

    Attributes:
        name: of the configuration, with the seed where there are several.
        case: the configuration.
        seed: of both sides.
        comparison: the verdict.
        evidence: images and draws to show; None if they were not asked for.
    """

    name: str
    case: ParityCase
    seed: int
    comparison: Comparison
    evidence: Evidence | None


def compare_cases(
    original,
    dropin,
    data: Data,
    *,
    cases: Sequence[ParityCase],
    flow: Mapping[str, Any],
    batches: int,
    seeds: Sequence[int] = (0,),
    with_evidence: bool = False,
    after_batch: Callable[[str], None] = lambda name: None,
) -> list[Result]:
    """Compares the `ImageDataGenerator` of two modules on every case, with every seed.

    Args:
        original, dropin: anything with an attribute `ImageDataGenerator`.
        data: the images.
        cases: the configurations.
        flow: arguments of the flow method, for what a case leaves open.
        batches: batches per case and seed.
        seeds: of the flows and of the global `np.random` state.
        with_evidence: whether to keep images, draws and histograms.
        after_batch: called with the row's name after each batch.

    Returns:
        One `Result` for each case and seed, those of one case together.
    """
    results = []
    for case in cases:
        for seed in seeds:
            name = case.name if len(seeds) == 1 else f"{case.name}, seed {seed}"
            evidence = Evidence(case.pairs) if with_evidence else None

            def make(module, watch=lambda iterator: iterator, case=case, seed=seed):
                return watch(case.make_iterator(module, data, flow, seed))

            comparison = compare_iterators(
                lambda make=make, evidence=evidence: make(original, *([evidence.watch] if evidence else [])),
                lambda make=make: make(dropin),
                batches=batches,
                seed=seed,
                after_batch=lambda name=name: after_batch(name),
                **({"on_pair": evidence.add} if evidence else {}),
            )
            results.append(Result(name, case, seed, comparison, evidence))
    return results
