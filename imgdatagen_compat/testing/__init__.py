"""For the test suites of those who migrate: is the new flow the old one? And random images, configurations and calls to ask it with.

    from imgdatagen_compat.testing import assert_parity, assert_same_flow   # plain Python
    from imgdatagen_compat.testing import configs, flow_calls, images       # Hypothesis strategies

pytest finds the fixture `parity` and the option `--parity-report=PATH` by itself. Names are imported when first used: neither TensorFlow
nor Hypothesis nor pytest is needed before.
"""

import importlib

_MODULES = {
    "assertions": ("FlowsDifferError", "assert_same_flow"),
    "parity": ("assert_parity",),
    "strategies": ("configs", "fit_calls", "flow_calls", "images"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
