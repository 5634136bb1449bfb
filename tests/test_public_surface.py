"""Names, signatures and attributes, compared by machine with the installed originals."""

import importlib
import inspect
import types

import keras_preprocessing.image
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tf_keras
from originals import assert_same, keras_image, keras_internals, photographs, write_class_folders

import imgdatagen_compat

ORIGINALS = [keras_image, tf_keras.preprocessing.image, keras_preprocessing.image]
EXTENSIBLE = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)

# What code of any era may import, whether or not an installed original still has it.
PROMISED = (
    "ImageDataGenerator", "Iterator", "BatchFromFilesMixin", "DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator",
    "random_rotation", "random_shift", "random_shear", "random_zoom", "random_channel_shift", "random_brightness",
    "apply_affine_transform", "apply_channel_shift", "apply_brightness_shift", "apply_transform", "flip_axis",
    "transform_matrix_offset_center", "validate_filename", "array_to_img", "img_to_array", "load_img", "save_img", "smart_resize",
    "list_pictures",
    "BitDepthWarning",
    "install", "installed", "uninstall",
)

# `keep_aspect_ratio` has no default in the original; classes written before it existed leave it out.
WIDER_ON_PURPOSE = {("set_processing_attrs", "keep_aspect_ratio")}

# `smart_resize` names it below Keras 3.15, for Keras itself; later it is taken out of `**kwargs`, as ours takes it.
INTERNAL = "backend_module"


# See "What the drop-in adds" in `known_differences`.
ADDED_METHODS = {"explain", "fit_iterator", "flow_pair", "for_inference", "rescaling_layer", "to_layers", "to_native"}


def public_names(module):
    futures = importlib.import_module("__future__").all_feature_names
    values = {name: getattr(module, name) for name in dir(module) if not name.startswith("_") and name not in futures}
    return {name for name, value in values.items() if not isinstance(value, types.ModuleType)}


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda module: module.__name__)
def test_every_public_name_of_the_originals(original):
    names = public_names(original)
    assert len(names) > 15
    assert names <= set(imgdatagen_compat.__all__)


def test_every_promised_name():
    assert sorted(PROMISED) == sorted(imgdatagen_compat.__all__)
    for name in PROMISED:
        assert getattr(imgdatagen_compat, name).__name__ == name


def originals_of(name):
    """What `name` is in the installed Keras; in keras-preprocessing, if only there."""
    for module in (keras_image, keras_internals(), tf.keras.utils, keras_preprocessing.image):
        if hasattr(module, name):
            return getattr(module, name)
    return None


def callables():
    for name in PROMISED:
        original = originals_of(name)
        if original is None:
            continue
        ours = getattr(imgdatagen_compat, name)
        yield name, ours, original
        if inspect.isclass(original):
            for method, value in inspect.getmembers(original, inspect.isfunction):
                is_own = value.__module__ == original.__module__
                if is_own and (not method.startswith("_") or method in ("__init__", "__getitem__", "__len__", "__next__")):
                    yield f"{name}.{method}", getattr(ours, method), value


CALLABLES = list(callables())


def test_most_names_have_an_original_to_compare_with():
    compared = {name for name, _, _ in CALLABLES}
    assert set(PROMISED) - compared == {"apply_transform", "BitDepthWarning", "install", "installed", "uninstall"}
    assert len(compared) > 60


@pytest.mark.parametrize(("name", "ours", "original"), CALLABLES, ids=[name for name, _, _ in CALLABLES])
def test_signature(name, ours, original):
    theirs = [p for p in inspect.signature(original).parameters.values() if p.name != INTERNAL]
    mine = list(inspect.signature(ours).parameters.values())
    open_end = [p for p in theirs if p.kind in EXTENSIBLE]
    theirs = [p for p in theirs if p not in open_end]
    for expected, parameter in zip(theirs, mine):
        assert (parameter.name, parameter.kind) == (expected.name, expected.kind)
        if (name.split(".")[-1], parameter.name) not in WIDER_ON_PURPOSE:
            assert parameter.default == expected.default, parameter.name
    assert len(mine) >= len(theirs)
    for parameter in mine[len(theirs) :]:
        assert parameter.kind in EXTENSIBLE, parameter
    for parameter in open_end:
        assert parameter.kind in {p.kind for p in mine}, parameter


@pytest.mark.parametrize("name", ["Iterator", "DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator", "ImageDataGenerator"])
def test_public_members_of_classes(name):
    originals = [getattr(keras_internals(), name), getattr(keras_preprocessing.image, name)]
    for original in originals:
        members = {member for member in dir(original) if not member.startswith("_")}
        assert members <= set(dir(getattr(imgdatagen_compat, name)))


def test_class_attributes_have_equal_values():
    for name in ("Iterator", "DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator"):
        for attribute in ("white_list_formats", "allowed_class_modes"):
            if hasattr(getattr(keras_internals(), name), attribute):
                assert getattr(getattr(imgdatagen_compat, name), attribute) == getattr(getattr(keras_internals(), name), attribute)


def test_inheritance():
    for name in ("DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator"):
        assert issubclass(getattr(imgdatagen_compat, name), imgdatagen_compat.Iterator)
    assert issubclass(imgdatagen_compat.DirectoryIterator, imgdatagen_compat.BatchFromFilesMixin)
    assert issubclass(imgdatagen_compat.DataFrameIterator, imgdatagen_compat.BatchFromFilesMixin)
    assert issubclass(imgdatagen_compat.Iterator, tf.keras.utils.Sequence)


GENERATORS = [
    {},
    {"zca_whitening": True, "featurewise_center": True},
    {"featurewise_std_normalization": True, "samplewise_std_normalization": True, "samplewise_center": True, "featurewise_center": True},
    {"zoom_range": 0.2, "brightness_range": (0.5, 1), "width_shift_range": [1, 2], "validation_split": 0.25, "dtype": "float64"},
    {"zoom_range": (1, 2), "data_format": "channels_first", "rescale": 1 / 255, "fill_mode": "wrap", "cval": 3},
]


@pytest.mark.parametrize("options", GENERATORS, ids=range(len(GENERATORS)))
def test_attributes_of_a_generator(options):
    theirs, ours = keras_image.ImageDataGenerator(**options), imgdatagen_compat.ImageDataGenerator(**options)
    for name, value in vars(theirs).items():
        assert_same(getattr(ours, name), value, name)
    options_of_ours = {name for name, p in inspect.signature(type(ours)).parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert public_attributes(ours) - options_of_ours - ADDED_METHODS == public_attributes(theirs)


def public_attributes(instance):
    return {name for name in dir(instance) if not name.startswith("_")}


def flows(folder):
    x, y = photographs(6), np.arange(6) % 2
    frame = pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(5)], "class": list("abaab"), "w": np.linspace(0, 1, 5)})
    size = {"target_size": (6, 7)}
    return {
        "flow": lambda g: g.flow(x, y, seed=1, sample_weight=np.ones(6)),
        "flow of two inputs": lambda g: g.flow((x, [y, y]), batch_size=2, shuffle=False),
        "flow of a subset": lambda g: g.flow(x, subset="training", save_prefix="p"),
        "directory": lambda g: g.flow_from_directory(folder, seed=1, **size),
        "directory, options": lambda g: g.flow_from_directory(
            folder, color_mode="grayscale", classes=["dog", "cat"], class_mode="binary", subset="validation", interpolation="box", **size
        ),
        "dataframe": lambda g: g.flow_from_dataframe(frame, folder, **size),
        "dataframe, weights": lambda g: g.flow_from_dataframe(frame, folder, weight_col="w", class_mode="raw", y_col="w", **size),
        "dataframe, no classes": lambda g: g.flow_from_dataframe(frame, folder, class_mode=None, color_mode="rgba", **size),
    }


@pytest.mark.parametrize("name", flows(""))
def test_attributes_of_an_iterator(tmp_path, name):
    flow = flows(write_class_folders(tmp_path))[name]
    options = {"validation_split": 0.25, "horizontal_flip": True}
    theirs = flow(keras_image.ImageDataGenerator(**options))
    ours = flow(imgdatagen_compat.ImageDataGenerator(**options))
    for when in ("after construction", "after a batch"):
        for attribute, value in vars(theirs).items():
            if attribute not in ("lock", "index_generator", "image_data_generator"):
                np.testing.assert_equal(getattr(ours, attribute), value, err_msg=f"{attribute} {when}")
                assert type(getattr(ours, attribute)) is type(value), attribute
        ours.index_generator, ours.lock, ours.image_data_generator  # noqa: B018
        assert public_attributes(theirs) <= public_attributes(ours)
        for attribute in ("filepaths", "labels", "sample_weight"):
            assert hasattr(ours, attribute) == hasattr(theirs, attribute)
            if hasattr(theirs, attribute):
                np.testing.assert_equal(getattr(ours, attribute), getattr(theirs, attribute))
        for it in (theirs, ours):
            np.random.seed(3)
            next(it)
