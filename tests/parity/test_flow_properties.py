"""Flows from arrays: random images, configurations and uses, value for value against the installed original."""

import numpy as np
import oracles
import pytest
from flows import FlowCase, check_flow, flow_cases
from hypothesis import given, settings
from spelled_settings import spelled

from imgdatagen_compat.testing.strategies import ARGUMENTS, FlowCall, Step, configs, invert_in_place

GRAPH_ARGUMENTS = tuple(name for name in ARGUMENTS if name not in ("interpolation_order", "fill_mode", "dtype", "preprocessing_function"))


@settings(max_examples=8 * settings.default.max_examples)
@given(flow_cases())
def test_every_flow_is_the_original_s(case):
    check_flow(case)


@settings(max_examples=6 * settings.default.max_examples)
@given(flow_cases(configs(GRAPH_ARGUMENTS)))
def test_compiled_flows_are_the_original_s(case):
    check_flow(case)


EXACT_ARGUMENTS = tuple(
    name for name in GRAPH_ARGUMENTS if not name.startswith(("samplewise", "zca")) and name not in ("rotation_range", "shear_range")
)


@settings(max_examples=4 * settings.default.max_examples)
@given(flow_cases(configs(EXACT_ARGUMENTS)))
def test_flows_of_tf_keras_are_ours(case):
    check_flow(case, original=oracles.legacy_keras)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("low", [217, 216])
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"horizontal_flip": True, "vertical_flip": True},
        {"rotation_range": 20, "horizontal_flip": True},
        {"width_shift_range": 2, "height_shift_range": 2, "vertical_flip": True},
        {"channel_shift_range": 20.0},
        {"preprocessing_function": invert_in_place, "horizontal_flip": True},
        {"preprocessing_function": invert_in_place, "rotation_range": 20},
    ],
    ids=spelled,
)
def test_samplewise_normalization_of_nearly_uniform_images(config, low, data_format):
    """The deviation is a rounding of the mean, or little more: only NumPy's own sums, in the original's order, give these images."""
    shape = (9, 3, 13, 17) if data_format == "channels_first" else (9, 13, 17, 3)
    x = np.random.default_rng(0).integers(low, 218, shape).astype(np.uint8)
    check_flow(FlowCase(x, config | {"rescale": 1 / 255, "samplewise_std_normalization": True, "data_format": data_format}))


def test_neighbours_that_almost_do_not_count():
    """A slight shear after a shift by whole pixels reads close to whole coordinates: SciPy's second weight is 0 or at least 1.1e-16."""
    for seed in (5, 14):
        x = np.random.default_rng(seed).integers(0, 256, (4, 6, 11, 4))
        call = FlowCall({"batch_size": 4, "seed": 5, "shuffle": False}, (Step("for", 4),))
        check_flow(FlowCase(x, {"width_shift_range": 2, "shear_range": 0.2}, call=call))
