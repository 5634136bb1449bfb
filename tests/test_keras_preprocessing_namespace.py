"""The namespace `imgdatagen_compat.keras_preprocessing`, compared by machine with the installed keras-preprocessing 1.1.2."""

import copy
import importlib
import inspect
import os
import pickle
import types

import keras_preprocessing.image as original
import keras_preprocessing.image.iterator
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from fresh_process import run_python
from originals import assert_same, error_class, photographs, write_class_folders
from PIL import Image

import imgdatagen_compat
from imgdatagen_compat import keras_preprocessing as namespace
from imgdatagen_compat.keras_preprocessing import image

X = photographs(6)
EXTENSIBLE = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
# Our load-time option comes last and has a default: classes written for 1.1.2 need not know it.
WIDER_ON_PURPOSE = {("set_processing_attrs", "keep_aspect_ratio")}


def names_of_the_original():
    futures = importlib.import_module("__future__").all_feature_names
    values = {name: getattr(original, name) for name in dir(original) if not name.startswith("_") and name not in futures}
    return {name for name, value in values.items() if not isinstance(value, types.ModuleType)} | {"BatchFromFilesMixin"}


def value_of(name):
    return getattr(original, name, None) or getattr(keras_preprocessing.image.iterator, name)


def test_the_names_are_the_original_s():
    assert names_of_the_original() == set(image.__all__)
    assert set(image.__all__) <= set(dir(image))
    assert set(image.__all__) <= set(dir(namespace))


@pytest.mark.parametrize("name", image.__all__)
def test_each_name_from_both_modules(name):
    value = getattr(image, name)
    assert getattr(namespace, name) is value
    assert value.__name__ == name and value.__doc__


def callables():
    for name in image.__all__:
        theirs, ours = value_of(name), getattr(image, name)
        yield name, ours, theirs
        if inspect.isclass(theirs):
            for method, value in inspect.getmembers(theirs, inspect.isfunction):
                is_own = value.__module__.startswith("keras_preprocessing")
                if is_own and (not method.startswith("_") or method in ("__init__", "__getitem__", "__len__", "__next__")):
                    yield f"{name}.{method}", getattr(ours, method), value


CALLABLES = [entry for entry in callables() if not inspect.isclass(entry[1])]


@pytest.mark.parametrize(("name", "ours", "theirs"), CALLABLES, ids=[name for name, _, _ in CALLABLES])
def test_signature(name, ours, theirs):
    expected = [p for p in inspect.signature(theirs).parameters.values() if p.kind not in (*EXTENSIBLE, inspect.Parameter.VAR_POSITIONAL)]
    mine = list(inspect.signature(ours).parameters.values())
    for parameter, model in zip(mine, expected):
        assert (parameter.name, parameter.kind, parameter.default) == (model.name, model.kind, model.default)
    assert len(mine) >= len(expected)
    for parameter in mine[len(expected) :]:
        is_open = parameter.kind in (*EXTENSIBLE, inspect.Parameter.VAR_POSITIONAL)
        assert is_open or (name.split(".")[-1], parameter.name) in WIDER_ON_PURPOSE, parameter


def test_most_of_it_was_compared():
    assert len(CALLABLES) > 50


def test_import_does_not_import_tensorflow():
    code = """
import json, sys
import imgdatagen_compat.keras_preprocessing
from imgdatagen_compat.keras_preprocessing import image
from imgdatagen_compat.keras_preprocessing.image import load_img, list_pictures, array_to_img, apply_channel_shift
heavy = [name for name in ("tensorflow", "keras", "tf_keras", "pandas", "scipy") if name in sys.modules]
print(json.dumps([heavy, "ImageDataGenerator" in dir(image)]))
"""
    assert run_python(code) == [[], True]


def test_star_imports():
    code = """
import json
from imgdatagen_compat.keras_preprocessing.image import *
found = [ImageDataGenerator.__module__]
from imgdatagen_compat.keras_preprocessing import *
print(json.dumps([*found, ImageDataGenerator.__module__, image.load_img is load_img]))
"""
    module = "imgdatagen_compat.keras_preprocessing.generator"
    assert run_python(code) == [module, module, True]


@pytest.mark.parametrize("module", [namespace, image])
def test_unknown_name(module):
    with pytest.raises(AttributeError, match="no attribute 'smart_resize'"):
        module.smart_resize  # noqa: B018


def test_classes_are_of_both_families(tmp_path):
    folder = write_class_folders(tmp_path)
    frame = pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(4)], "class": list("abab")})
    datagen = image.ImageDataGenerator(rescale=1 / 255)
    assert isinstance(datagen, imgdatagen_compat.ImageDataGenerator)
    flows = {
        "NumpyArrayIterator": datagen.flow(X),
        "DirectoryIterator": datagen.flow_from_directory(folder),
        "DataFrameIterator": datagen.flow_from_dataframe(frame, folder),
    }
    for name, iterator in flows.items():
        assert type(iterator) is getattr(image, name)
        assert isinstance(iterator, getattr(imgdatagen_compat, name))
        next(iterator)
        assert str(iterator._logged_path) == "compiled graph"


def test_subset_is_the_tenth_argument_of_flow():
    y = np.arange(6) % 2
    arguments = (X, y, 4, False, None, 1, None, "", "png", "validation")
    ours, theirs = (module.ImageDataGenerator(validation_split=0.4).flow(*arguments) for module in (image, original))
    assert ours.n == theirs.n == 2


def test_options_of_ours_are_passed_on(tmp_path):
    folder = write_class_folders(tmp_path)
    black = lambda path, **settings: Image.new("RGB", settings["target_size"])  # noqa: E731
    batch = next(image.ImageDataGenerator().flow_from_directory(folder, (5, 5), loader=black, class_mode=None, workers=2))
    assert not batch.any()
    with pytest.raises(TypeError, match="rescaling"):
        image.ImageDataGenerator(rescaling=2)


def test_the_level_can_be_another():
    keras = imgdatagen_compat.ImageDataGenerator(rotation_range=40).flow(X, seed=1)
    np.testing.assert_array_equal(next(image.ImageDataGenerator(rotation_range=40, semantics="keras").flow(X, seed=1)), next(keras))


@pytest.mark.parametrize("name", ["NumpyArrayIterator", "DirectoryIterator", "DataFrameIterator"])
def test_iterators_built_directly(name, tmp_path):
    folder = write_class_folders(tmp_path)
    frame = pd.DataFrame({"filename": ["cat/cat1.png", "dog/dog1.png"], "class": ["b", "a"]})
    arguments = {"NumpyArrayIterator": (X, None), "DirectoryIterator": (folder,), "DataFrameIterator": (frame, folder)}[name]
    options = {"DataFrameIterator": {"classes": ["b", "a"], "class_mode": "sparse"}}.get(name, {})

    def build(module):
        datagen = module.ImageDataGenerator(brightness_range=(0.5, 1))
        return getattr(module, name)(*arguments, datagen, batch_size=2, seed=1, **options)

    ours, theirs = build(image), build(original)
    assert (ours.dtype, ours.data_format) == (theirs.dtype, theirs.data_format)
    assert getattr(ours, "class_indices", None) == getattr(theirs, "class_indices", None)
    assert_same(next(ours), next(theirs))


def test_given_classes_are_sorted_without_a_generator_too(tmp_path):
    frame = pd.DataFrame({"filename": ["cat/cat1.png", "dog/dog1.png"], "class": ["b", "a"]})
    folder = write_class_folders(tmp_path)
    iterators = [module.DataFrameIterator(frame, folder, classes=["b", "a", "b"]) for module in (image, original)]
    assert [iterator.class_indices for iterator in iterators] == 2 * [{"a": 0, "b": 1}]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))], ids=["deepcopy", "pickle"])
def test_copies(copied):
    iterator = image.ImageDataGenerator(zoom_range=0.4).flow(X, batch_size=2, seed=3)
    next(iterator)
    np.testing.assert_array_equal(next(copied(iterator)), next(iterator))


IMAGE_CALLS = {
    "load": lambda module, path: module.load_img(path),
    "load, positional": lambda module, path: module.load_img(path, False, "rgba", (5, 4), "bilinear"),
    "load grey": lambda module, path: module.load_img(path, color_mode="grayscale"),
    "to array": lambda module, path: module.img_to_array(Image.open(path)),
    "to array, channels first": lambda module, path: module.img_to_array(Image.open(path), "channels_first", "float64"),
    "to array, as it is": lambda module, path: module.img_to_array(Image.open(path), dtype=None),
    "to image": lambda module, path: module.array_to_img(X[0] / 3),
    "to image, not stretched": lambda module, path: module.array_to_img(X[0].transpose(2, 0, 1), "channels_first", False, None),
    "to image of 32 bits": lambda module, path: module.array_to_img(X[0][..., :1].astype("int64") * 9, scale=False),
    "brightness": lambda module, path: module.apply_brightness_shift(X[0] / 255, 0.7),
}


@pytest.fixture
def other_global_settings():
    """Keras set to channels first and double precision."""
    settings = tf.keras.backend
    before = settings.image_data_format(), settings.floatx()
    settings.set_image_data_format("channels_first")
    settings.set_floatx("float64")
    yield
    settings.set_image_data_format(before[0])
    settings.set_floatx(before[1])


@pytest.mark.parametrize("name", IMAGE_CALLS)
def test_single_images_whatever_the_global_settings(name, tmp_path, other_global_settings):
    path = os.path.join(write_class_folders(tmp_path), "cat", "cat1.png")
    assert_same(IMAGE_CALLS[name](image, path), IMAGE_CALLS[name](original, path))


def test_flows_whatever_the_global_settings(tmp_path, other_global_settings):
    folder = write_class_folders(tmp_path / "photographs")
    results = []
    for number, module in enumerate((image, original)):
        dtypes, saved = [], tmp_path / str(number)
        saved.mkdir()

        def note_dtype(x, dtypes=dtypes):
            dtypes.append(x.dtype)
            return x

        brightens = module.ImageDataGenerator(brightness_range=(0.5, 1.5), preprocessing_function=note_dtype)
        loads = module.ImageDataGenerator(preprocessing_function=note_dtype)
        batches = [
            next(brightens.flow(X, seed=1)),
            next(brightens.flow_from_directory(folder, (7, 9), seed=1, save_to_dir=saved)),
            next(loads.flow_from_directory(folder, (7, 9), seed=1)),
        ]
        results.append([batches, dtypes, [(file.name, file.read_bytes()) for file in sorted(saved.iterdir())]])
    assert_same(*results)


def test_saving(tmp_path):
    for module, name in ((image, "ours"), (original, "theirs")):
        module.save_img(tmp_path / f"{name}.png", X[0] / 2)
        module.save_img(tmp_path / f"{name}-first.png", X[0].transpose(2, 0, 1), "channels_first", "png", False)
    for suffix in (".png", "-first.png"):
        assert (tmp_path / f"ours{suffix}").read_bytes() == (tmp_path / f"theirs{suffix}").read_bytes()


REFUSED = {
    "data_format": lambda module: module.img_to_array(X[0], "channels_middle"),
    "data_format of an image": lambda module: module.array_to_img(X[0], "rgb"),
    "rank": lambda module: module.img_to_array(X),
    "channels": lambda module: module.array_to_img(X[0][..., :2]),
    "color_mode": lambda module: module.load_img(__file__, color_mode="cmyk"),
    "missing file": lambda module: module.load_img("missing.png"),
    "zoom_range": lambda module: module.random_zoom(X[0], (1, 2, 3)),
    "brightness_range": lambda module: module.random_brightness(X[0], (1,)),
    "brightness_range of a generator": lambda module: module.ImageDataGenerator(brightness_range=np.ones(2)),
    "fill_mode": lambda module: module.apply_affine_transform(X[0].astype("float32"), theta=3, fill_mode="bilinear"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_errors_have_the_original_s_class(name):
    expected = error_class(REFUSED[name], original)
    assert expected is not None
    assert error_class(REFUSED[name], image) is expected
