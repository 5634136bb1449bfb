"""For the test suites of those who migrate: is the new flow the old one? And random images, configurations and calls to ask it with.

    from imgdatagen_compat.testing import assert_parity, assert_same_flow   # plain Python
    from imgdatagen_compat.testing import configs, flow_calls, images       # Hypothesis strategies

pytest finds the fixture `parity` and the option `--parity-report=PATH` by itself. Names are imported when first used: neither TensorFlow
nor Hypothesis nor pytest is needed before.
"""

from imgdatagen_compat.lazy_imports import lazy_names

_MODULES = {
    "assertions": ("FlowsDifferError", "assert_same_flow"),
    "parity": ("assert_parity",),
    "strategies": ("configs", "fit_calls", "flow_calls", "images"),
}

__all__, __getattr__, __dir__ = lazy_names(globals(), _MODULES)
