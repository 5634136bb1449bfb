"""The table of `keras.applications` against the installed Keras: every `preprocess_input`, and the models that are cheap to build."""

import inspect

import keras
import numpy as np
import pytest
import tf_keras

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.models import check_input_range
from imgdatagen_compat.models.applications import ALWAYS, FAMILIES, NEVER, OPTIONAL, family_of

# One model of each family that is built, below a second each; by hand all of Keras 3.15 were, with and without preprocessing.
CHEAP = ("MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ConvNeXtTiny", "VGG16")


def makers(module):
    """The functions of `keras.applications` that make models, by their names."""
    functions = {name: getattr(module, name) for name in dir(module) if inspect.isfunction(getattr(module, name))}
    return {name: function for name, function in functions.items() if "weights" in inspect.signature(function).parameters}


def modules_of(package):
    found = {name: getattr(package, name) for name in dir(package) if inspect.ismodule(getattr(package, name))}
    return {name: module for name, module in found.items() if hasattr(module, "preprocess_input") and name != "imagenet_utils"}


def rescales(model):
    return any(type(layer).__name__ in ("Rescaling", "Normalization") for layer in model._flatten_layers())


def test_no_family_is_missing():
    known = {family.module for family in FAMILIES} - {"regnet", "resnet_rs"}
    assert known == set(modules_of(keras.applications)) - {"resnet50"}  # another name of `resnet`
    assert {"regnet", "resnet_rs"} <= set(modules_of(tf_keras.applications))


@pytest.mark.parametrize("family", FAMILIES, ids=[family.names for family in FAMILIES])
def test_preprocess_input_makes_the_range_of_the_table_or_nothing(family):
    package = keras.applications if hasattr(keras.applications, family.module) else tf_keras.applications
    module = getattr(package, family.module)
    greys = [np.full((1, 2, 2, 3), grey, np.float32) for grey in (0, 255)]
    made = [module.preprocess_input(grey) for grey in greys]
    expected = family.weights_take if family.rescales == NEVER else (0, 255)
    assert (min(map(np.min, made)), max(map(np.max, made))) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", makers(keras.applications))
def test_the_option_and_the_default_name(name):
    parameters = inspect.signature(makers(keras.applications)[name]).parameters
    default_name = parameters["name"].default if "name" in parameters else None
    if isinstance(default_name, str) and name not in ("MobileNet", "MobileNetV2"):  # whose names have their size besides
        family = family_of(default_name)
        assert ("include_preprocessing" in parameters) == (family.rescales == OPTIONAL), default_name


@pytest.mark.parametrize("name", CHEAP)
def test_built_with_and_without(name):
    make = makers(keras.applications)[name]
    options = {"weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    model = make(**options)
    family = family_of(model.name)
    assert rescales(model) == (family.rescales != NEVER)
    found = [finding.code for finding in check_input_range(model, ImageDataGenerator(rescale=1 / 255)).findings]
    assert found == ["application-range" if family.rescales == NEVER else "double-rescaling"]
    if family.rescales == OPTIONAL:
        assert not rescales(make(**options, include_preprocessing=False))


@pytest.mark.parametrize(("module", "name"), [("regnet", "regnetx002"), ("resnet_rs", "resnet-rs-50")])
def test_families_that_keras_3_no_longer_has(module, name):
    family = family_of(name)
    assert (family.module, family.rescales) == (module, OPTIONAL)
    older = makers(getattr(tf_keras.applications, module))
    assert older
    assert all(inspect.signature(make).parameters["include_preprocessing"].default is True for make in older.values())


def test_other_names_are_of_no_family():
    for name in ("functional", "model_1", "my_resnet50", "sequential", "resnet", "mobilenet"):
        assert family_of(name) is None
    assert {family.rescales for family in FAMILIES} == {ALWAYS, OPTIONAL, NEVER}
