"""One flow from arrays, made and used on both sides."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import oracles
from hypothesis import strategies as st
from side_by_side import SideBySide
from tally import tally

import imgdatagen_compat
from imgdatagen_compat.stages import tolerance
from imgdatagen_compat.testing.strategies import FlowCall, Step, configs, fit_calls, flow_calls, images


@dataclasses.dataclass(eq=False)
class FlowCase:
    """Images, configuration, `fit` and `flow` calls: all that a flow depends on, with the seed of the random state before it."""

    x: np.ndarray
    config: dict[str, Any]
    fit: dict[str, Any] | None = None
    call: FlowCall = FlowCall({"batch_size": 4}, (Step("for", 3),))
    seed: int = 0
    misc: bool = False

    def __repr__(self):
        pixels = f"{self.x.dtype} {self.x.shape}, {self.x.min()} to {self.x.max()}"
        return f"x: {pixels}\n{self.config}\nfit: {self.fit}\n{self.call}\nseed: {self.seed}, misc: {self.misc}"


@st.composite
def flow_cases(draw, config_strategy=None, **image_options):
    """Random `FlowCase`s; `image_options` are those of `images`."""
    config = draw(configs() if config_strategy is None else config_strategy)
    x = draw(images(data_format=config.get("data_format") or "channels_last", **image_options))
    call = draw(flow_calls(len(x)))
    if "subset" in call.arguments:
        config["validation_split"] = 0.4
    normalizes = any(config.get(name) for name in ("featurewise_center", "featurewise_std_normalization", "zca_whitening"))
    return FlowCase(x, config, draw(fit_calls()) if normalizes else None, call, draw(st.integers(0, 9)), draw(st.integers(0, 9)) == 0)


def compare_flow(case: FlowCase, original=oracles.keras, dropin=imgdatagen_compat):
    """Runs one case on both sides and returns the `Comparison`."""
    pair = SideBySide(case.seed)
    modules = (original, dropin)
    datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**case.config), modules)
    if pair.failed:
        return pair.result
    if case.fit is not None:
        pair.call("fit", lambda datagen: datagen.fit(case.x, **case.fit), datagens)
        compare_statistics(pair, datagens)
    # A copy each: what one side does to its images must not reach the other.
    arrays = case.x.copy(), case.x.copy()
    iterators = pair.call("flow", lambda datagen, x: datagen.flow(_with_misc(x, case.misc), **case.call.arguments), datagens, arrays)
    if iterators[0] is not None and iterators[1] is not None:
        _use(pair, case, datagens, iterators)
    for side, array in zip(("original", "drop-in"), arrays):
        assert np.array_equal(array, case.x), f"the {side} changed the images it was given"
    return pair.result


def compare_statistics(pair, datagens):
    """Compares what `fit` set, under the original's names."""
    names = [name for name in ("mean", "std", "zca_whitening_matrix", "principal_components") if hasattr(datagens[0], name)]
    assert len(names) == 3
    for name in names:
        pair.compare("fit", name, *(getattr(datagen, name) for datagen in datagens))


def _with_misc(x, misc):
    return (x, [np.arange(len(x)), np.eye(len(x))]) if misc else x


def _use(pair, case, datagens, iterators):
    pair.compare_attributes("after flow", *iterators)
    for number, step in enumerate(case.call.steps):
        pair.call(f"step {number}, {step}", step, iterators, pixels_within=tolerance(datagens[0]))
    pair.compare_attributes("at the end", *iterators)
    pair.compare("at the end", "attribute x", *(iterator.x for iterator in iterators))
    path = getattr(iterators[1], "_logged_path", None)
    tally.add(datagens[0], pair.result, getattr(path, "name", None))


def check_flow(case: FlowCase, original=oracles.keras, dropin=imgdatagen_compat):
    """Fails unless the drop-in keeps its promise on this case."""
    comparison = compare_flow(case, original, dropin)
    assert not comparison.problems, "\n".join(comparison.problems)
