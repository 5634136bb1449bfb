"""Flows from arrays: random images, configurations and uses, value for value against the installed original."""

import oracles
from flows import check_flow, flow_cases
from hypothesis import given, settings

from imgdatagen_compat.testing.strategies import ARGUMENTS, configs

GRAPH_ARGUMENTS = tuple(name for name in ARGUMENTS if name not in ("interpolation_order", "fill_mode", "dtype", "preprocessing_function"))


@settings(max_examples=4 * settings.default.max_examples)
@given(flow_cases())
def test_every_flow_is_the_original_s(case):
    check_flow(case)


@settings(max_examples=3 * settings.default.max_examples)
@given(flow_cases(configs(GRAPH_ARGUMENTS)))
def test_compiled_flows_are_the_original_s(case):
    check_flow(case)


EXACT_ARGUMENTS = tuple(
    name for name in GRAPH_ARGUMENTS if not name.startswith(("samplewise", "zca")) and name not in ("rotation_range", "shear_range")
)


@settings(max_examples=settings.default.max_examples)
@given(flow_cases(configs(EXACT_ARGUMENTS)))
def test_flows_of_tf_keras_are_ours(case):
    check_flow(case, original=oracles.legacy_keras)
