"""Settings of every test run: Hypothesis profiles, a quiet TensorFlow, no GPU."""

import multiprocessing.pool
import os
import sys
from unittest import mock

# Read by TensorFlow when it is first imported, hence before any test module.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the references and the bounds are those of the CPU

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# `ci` gives the same examples on every run and every machine; `thorough` looks for new ones (HYPOTHESIS_PROFILE=thorough pytest).
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", max_examples=25, deadline=None, derandomize=True, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("thorough", max_examples=500, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _restored_numpy_state():
    """The global NumPy generator is what the project is about: no test may depend on what another one left in it."""
    state = np.random.get_state()
    yield
    np.random.set_state(state)


@pytest.fixture(autouse=True)
def _pools_ended():
    """The originals leave a pool of threads when they cannot list a folder.

    Python's garbage collector may come upon it in one of those threads, which then waits for itself: nothing is collected any more.
    """
    pools, init = [], multiprocessing.pool.ThreadPool.__init__

    def remembering(pool, *arguments, **keywords):
        init(pool, *arguments, **keywords)
        pools.append(pool)

    with mock.patch.object(multiprocessing.pool.ThreadPool, "__init__", remembering):
        yield
    for pool in pools:
        pool.terminate()


def pytest_sessionfinish(session):
    """Ends coverage in a process of pytest-xdist, which is killed if it then takes ten seconds to end, with what is not yet written."""
    if hasattr(session.config, "workerinput") and "coverage" in sys.modules:
        measuring = sys.modules["coverage"].Coverage.current()
        if measuring:
            measuring.stop()
            measuring.save()
