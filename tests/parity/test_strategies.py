"""The strategies themselves: what they draw, and what they say without Hypothesis."""

import importlib
import inspect
import sys

import numpy as np
import oracles
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from imgdatagen_compat.testing import strategies
from imgdatagen_compat.testing.strategies import ACTIONS, ARGUMENTS, PIXELS, SIDES, configs, flow_calls, images


def test_every_argument_of_the_generator_is_drawn():
    parameters = list(inspect.signature(oracles.keras.ImageDataGenerator.__init__).parameters)[1:]
    assert set(ARGUMENTS) | {"validation_split"} == set(parameters)


@given(config=configs(("rotation_range", "fill_mode"), cval=3))
def test_configs_are_of_the_arguments_asked_for(config):
    assert config["cval"] == 3
    assert set(config) <= {"rotation_range", "fill_mode", "cval"}


@given(data=st.data(), data_format=st.sampled_from(("channels_last", "channels_first")))
def test_images_are_finite_and_have_the_layout_asked_for(data, data_format):
    x = data.draw(images(n=(2,), channels=(4,), data_format=data_format))
    n, *shape = x.shape
    height, width, channels = shape if data_format == "channels_last" else (*shape[1:], shape[0])
    assert (n, channels) == (2, 4) and (height, width) in SIDES
    magnitudes = np.abs(x.astype(np.float64))
    assert np.isfinite(magnitudes).all()
    assert (magnitudes[magnitudes > 0] > np.finfo(np.float32).tiny).all()


@pytest.mark.parametrize("name", PIXELS)
def test_every_kind_of_pixels_can_be_drawn(name):
    x = find(images(pixels=(name,)), lambda x: x.size > 1)
    assert x.dtype == name.split()[0].rstrip(",")


@pytest.mark.parametrize("name", ACTIONS)
def test_every_step_can_be_drawn(name):
    find(flow_calls(4), lambda call: any(step.name == name for step in call.steps))


def test_without_hypothesis_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, strategies.__name__)
    with pytest.raises(ImportError, match=r"pip install 'imgdatagen-compat\[testing\]'"):
        importlib.import_module(strategies.__name__)
