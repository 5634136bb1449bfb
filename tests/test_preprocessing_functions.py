"""`preprocess_input` of `keras.applications` as `preprocessing_function`: made in the graph, with the original's bits."""

import functools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from hypothesis import given
from hypothesis import strategies as st
from originals import keras_image, photographs

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline.paths import COMPILED, COMPILED_THEN_STANDARDIZE, choose_path
from imgdatagen_compat.preprocessing_functions import application_of, graph_mode

X = photographs(6, 11, 14)
BATCH = 4


def families(package):
    modules = [getattr(package, name) for name in dir(package)]
    return {module.__name__: module.preprocess_input for module in modules if hasattr(module, "preprocess_input")}


FAMILIES = families(keras.applications) | families(tf_keras.applications)
OF_EACH_MODE = {
    "tf": keras.applications.mobilenet_v2.preprocess_input,
    "caffe": tf_keras.applications.vgg16.preprocess_input,
    "torch": keras.applications.densenet.preprocess_input,
    "identity": keras.applications.efficientnet.preprocess_input,
}


def path_of(datagen, x=X):
    return choose_path(datagen, datagen.flow(x, batch_size=BATCH)._source(range(BATCH)))


def assert_batches_equal(settings, x=X):
    """Two epochs of original and drop-in, from one seed; returns the drop-in."""
    datagen = ImageDataGenerator(**settings)
    flows = [one.flow(x, batch_size=BATCH, seed=3) for one in (datagen, keras_image.ImageDataGenerator(**settings))]
    if datagen.featurewise_center:
        for flow in flows:
            flow.image_data_generator.fit(x)
    for _ in range(4):
        ours, theirs = map(next, flows)
        np.testing.assert_array_equal(ours, theirs)
    return datagen


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_equals_the_original_in_the_graph(name):
    datagen = assert_batches_equal({"preprocessing_function": FAMILIES[name], "horizontal_flip": True})
    assert path_of(datagen).name == COMPILED


def test_all_modes_and_both_packages_are_there():
    modes = {graph_mode(function, "channels_last") for function in FAMILIES.values()}
    assert modes == set(OF_EACH_MODE)
    assert {name.split(".")[0] for name in FAMILIES} >= {"keras", "tf_keras"} and len(FAMILIES) > 30


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "rotation_range": st.just(30),
        "horizontal_flip": st.just(True),
        "vertical_flip": st.just(True),
        "channel_shift_range": st.just(40),
        "brightness_range": st.just((0.6, 1.5)),
        "rescale": st.sampled_from((1 / 255, 1 / 3)),
        "samplewise_std_normalization": st.just(True),
        "samplewise_center": st.just(True),
        "featurewise_std_normalization": st.just(True),
        "featurewise_center": st.just(True),
    },
)


@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
@given(mode=st.sampled_from(sorted(OF_EACH_MODE)), settings=SETTINGS)
def test_any_settings_equal_the_original(mode, settings):
    datagen = assert_batches_equal({"preprocessing_function": OF_EACH_MODE[mode], **settings})
    assert path_of(datagen).name == COMPILED


@pytest.mark.parametrize("mode", OF_EACH_MODE)
def test_channels_first(mode):
    """Keras's global format is channels-last: only what treats all channels alike does what it is meant to, and goes to the graph."""
    x = np.ascontiguousarray(X.transpose(0, 3, 1, 2))
    settings = {"preprocessing_function": OF_EACH_MODE[mode], "data_format": "channels_first", "vertical_flip": True}
    datagen = assert_batches_equal({**settings, "samplewise_center": True}, x)
    assert path_of(datagen, x).name == (COMPILED if mode in ("tf", "identity") else COMPILED_THEN_STANDARDIZE)


@pytest.mark.parametrize("mode", OF_EACH_MODE)
def test_channels_first_everywhere(mode):
    package = tf_keras if mode == "caffe" else keras
    package.backend.set_image_data_format("channels_first")
    try:
        x = np.ascontiguousarray(X.transpose(0, 3, 1, 2))
        settings = {"preprocessing_function": OF_EACH_MODE[mode], "data_format": "channels_first", "vertical_flip": True}
        datagen = assert_batches_equal({**settings, "samplewise_center": True}, x)
        assert path_of(datagen, x).name == COMPILED
        assert graph_mode(OF_EACH_MODE[mode], "channels_last") == (mode if mode in ("tf", "identity") else None)
    finally:
        package.backend.set_image_data_format("channels_last")


@pytest.mark.parametrize("mode", OF_EACH_MODE)
def test_four_channels(mode):
    x = photographs(6, 11, 14, 4)
    datagen = assert_batches_equal({"preprocessing_function": OF_EACH_MODE[mode], "horizontal_flip": True}, x)
    path = path_of(datagen, x)
    assert path.name == (COMPILED if mode in ("tf", "identity") else COMPILED_THEN_STANDARDIZE)
    assert path.name == COMPILED or "3 channels" in path.reason


def preprocess_input(x, data_format=None):
    return x / 255


@functools.wraps(OF_EACH_MODE["tf"])
def wrapped(x):
    return x - 1


NEAR_MISSES = {
    "same name": preprocess_input,
    "wrapped": wrapped,
    "lambda": lambda x: OF_EACH_MODE["tf"](x),
    "partial": functools.partial(OF_EACH_MODE["tf"]),
    "copy": types.FunctionType(OF_EACH_MODE["tf"].__code__, OF_EACH_MODE["tf"].__globals__, "preprocess_input"),
    "other function": keras.applications.vgg16.VGG16,
    "no function": np.negative,
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_stays_on_the_host(name):
    function = NEAR_MISSES[name]
    assert graph_mode(function, "channels_last") is None
    path = path_of(ImageDataGenerator(preprocessing_function=function))
    assert path.name == COMPILED_THEN_STANDARDIZE and "preprocessing function" in path.reason


def test_a_module_whose_function_was_replaced_stays_on_the_host(monkeypatch):
    genuine = OF_EACH_MODE["tf"]
    module = __import__("sys").modules[genuine.__module__]
    monkeypatch.setattr(module.imagenet_utils, "preprocess_input", lambda x, data_format, mode: x / 200)
    assert graph_mode(genuine, "channels_last") is None
    monkeypatch.undo()
    assert graph_mode(genuine, "channels_last") == "tf"
    monkeypatch.setattr(module, "preprocess_input", preprocess_input)
    assert graph_mode(genuine, "channels_last") is None


def test_the_function_may_be_assigned_between_two_batches():
    datagens = ImageDataGenerator(), keras_image.ImageDataGenerator()
    x = photographs(6, 190, 190)  # large enough to be made ahead
    flows = [datagen.flow(x, batch_size=BATCH, seed=3) for datagen in datagens]
    for mode in (None, "tf", "tf", "caffe", "caffe", "identity", None):
        for datagen in datagens:
            datagen.preprocessing_function = OF_EACH_MODE.get(mode)
        ours, theirs = map(next, flows)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("mode", OF_EACH_MODE)
def test_the_dataset_is_a_pure_graph(mode):
    datagen = ImageDataGenerator(preprocessing_function=OF_EACH_MODE[mode], rescale=1 / 3)
    flow = datagen.flow(X, batch_size=BATCH, shuffle=False)
    dataset = flow.as_dataset()
    graph = dataset._as_serialized_graph(external_state_policy=tf.data.experimental.ExternalStatePolicy.IGNORE).numpy()
    assert b"PyFunc" not in graph
    for found, expected in zip(dataset.as_numpy_iterator(), flow):
        np.testing.assert_array_equal(found, expected)
    own = ImageDataGenerator(preprocessing_function=preprocess_input).flow(X, batch_size=BATCH).as_dataset()
    assert b"PyFunc" in own._as_serialized_graph(external_state_policy=tf.data.experimental.ExternalStatePolicy.IGNORE).numpy()


def test_explain_names_the_function():
    explanation = ImageDataGenerator(preprocessing_function=OF_EACH_MODE["caffe"]).explain(X)
    assert explanation.path.name == COMPILED
    assert "preprocessing_function=vgg16.preprocess_input" in str(explanation)
    assert "preprocessing_function=preprocess_input" in str(ImageDataGenerator(preprocessing_function=preprocess_input).explain(X))
    assert application_of(functools.partial(OF_EACH_MODE["caffe"])) == "vgg16" and application_of(preprocess_input) is None
