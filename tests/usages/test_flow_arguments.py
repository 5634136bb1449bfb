"""What people pass to the `flow` methods: old positions, subsets, dataframes of every shape, odd arrays, `save_to_dir`."""

import os
import pathlib

import keras_preprocessing.image
import numpy as np
import pandas as pd
import pytest
from originals import AUGMENTING, assert_runs_alike, photographs, write_class_folders
from PIL import Image

from imgdatagen_compat import ImageDataGenerator

X = photographs()
Y = np.arange(10) % 3
FILES = [f"{name}/{name}{i}.png" for i in range(5) for name in ("cat", "dog")]


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_ten_positional_arguments_when_the_tenth_was_the_subset(subset):
    def run(image):
        datagen = image.ImageDataGenerator(horizontal_flip=True, validation_split=0.3)
        return next(datagen.flow(X, Y, 32, True, None, 1, None, "", "png", subset))

    with pytest.warns(UserWarning, match=f'tenth positional argument.*subset="{subset}"'):
        x, _ = assert_runs_alike(run, keras_preprocessing.image)
    assert len(x) == {"training": 7, "validation": 3}[subset]


def test_ten_positional_arguments_as_they_are_now():
    def run(image):
        datagen = image.ImageDataGenerator(horizontal_flip=True, validation_split=0.3)
        return next(datagen.flow(X, np.arange(10), 4, True, None, 1, None, "", "png", True, "validation"))

    assert_runs_alike(run)


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_subset_without_validation_split(folder, subset):
    def run(image):
        datagen = image.ImageDataGenerator()
        files = datagen.flow_from_directory(folder, target_size=(9, 9), subset=subset)
        frame = datagen.flow_from_dataframe(pd.DataFrame({"filename": FILES}), folder, class_mode=None, target_size=(9, 9), subset=subset)
        arrays = datagen.flow(X, subset=subset)
        return [files.samples, files.n, len(files), frame.samples, arrays.n, len(arrays), next(files), next(frame), next(arrays)]

    result = assert_runs_alike(run)
    assert result[0] == {"training": 10, "validation": 0}[subset]


def test_subsets_of_every_flow(folder):
    def run(image):
        datagen = image.ImageDataGenerator(**AUGMENTING, validation_split=0.4)
        batches = []
        for subset in ("training", "validation"):
            batches.append(next(datagen.flow(X, Y, seed=1, subset=subset)))
            batches.append(next(datagen.flow_from_directory(folder, target_size=(9, 9), seed=1, subset=subset)))
        return batches

    assert_runs_alike(run)


def test_unknown_keywords_of_a_dataframe_flow_are_swallowed(folder):
    frame = pd.DataFrame({"filename": FILES, "class": [name[:3] for name in FILES]})

    def run(image):
        it = image.ImageDataGenerator().flow_from_dataframe(frame, folder, target_size=(9, 9), seed=1, keep_aspect_ratio=True, verbose=1)
        return [next(it), it.keep_aspect_ratio]

    assert_runs_alike(run)


def test_class_mode_other_is_raw_and_deprecated(folder):
    frame = pd.DataFrame({"filename": FILES, "class": np.arange(10) / 3})

    def run(image):
        with pytest.warns(DeprecationWarning, match="other.*raw"):
            it = image.ImageDataGenerator().flow_from_dataframe(frame, folder, class_mode="other", target_size=(9, 9), seed=1)
        return [next(it), it.class_mode]

    assert_runs_alike(run)


def test_deprecated_dataframe_keywords_of_old_code(folder):
    frame = pd.DataFrame({"filename": FILES, "class": [name[:3] for name in FILES]})

    def run(image):
        with pytest.warns(DeprecationWarning) as caught:
            it = image.ImageDataGenerator().flow_from_dataframe(
                frame, folder, has_ext=True, sort=False, drop_duplicates=False, target_size=(9, 9), seed=1
            )
        return [next(it), len(caught)]

    assert assert_runs_alike(run)[1] == 3


DATAFRAMES = {
    "integer column names": (pd.DataFrame({0: FILES, 1: [name[:3] for name in FILES]}), {"x_col": 0, "y_col": 1}),
    "a slice that does not start at zero": (pd.DataFrame({"filename": FILES, "class": [name[:3] for name in FILES]})[4:9], {}),
    "one-column multi_output": (pd.DataFrame({"filename": FILES, "a": range(10)}), {"y_col": ["a"], "class_mode": "multi_output"}),
    "two outputs": (
        pd.DataFrame({"filename": FILES, "a": range(10), "b": [[i, i + 1] for i in range(10)]}),
        {"y_col": ["a", "b"], "class_mode": "multi_output"},
    ),
    "not validated": (
        pd.DataFrame({"filename": FILES, "class": [name[:3] for name in FILES]}),
        {"validate_filenames": False, "class_mode": "binary"},
    ),
    "several raw columns": (
        pd.DataFrame({"filename": FILES, "a": range(10), "b": np.ones(10)}),
        {"y_col": ["a", "b"], "class_mode": "raw"},
    ),
    "weights": (
        pd.DataFrame({"filename": FILES, "class": [name[:3] for name in FILES], "w": np.linspace(0, 1, 10)}),
        {"weight_col": "w", "class_mode": "sparse"},
    ),
    "several labels": (pd.DataFrame({"filename": FILES, "class": [["p", "q"], ("q",)] * 5}), {}),
    "chosen classes": (pd.DataFrame({"filename": FILES, "class": list("abcabcabca")}), {"classes": ["c", "a"]}),
    "autoencoder": (pd.DataFrame({"filename": FILES}), {"class_mode": "input"}),
}


@pytest.mark.parametrize("case", DATAFRAMES)
def test_dataframe(folder, case):
    frame, options = DATAFRAMES[case]

    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_dataframe(frame, folder, target_size=(9, 9), batch_size=4, seed=1, **options)
        return [next(it), it[1], it.filenames, it.samples]

    before = frame.copy()
    assert_runs_alike(run)
    pd.testing.assert_frame_equal(frame, before)


def test_dataframe_of_absolute_paths(folder):
    frame = pd.DataFrame({"filename": [os.path.join(folder, name) for name in FILES], "class": [name[:3] for name in FILES]})

    def run(image):
        return next(image.ImageDataGenerator().flow_from_dataframe(frame, target_size=(9, 9), seed=1))

    assert_runs_alike(run)


ARRAYS = {
    "vectors": (lambda: photographs(height=1, width=20, channels=1), {}),
    "volumes": (lambda: np.random.default_rng(0).random((6, 9, 8, 5), "float32") * 99, {}),
    "uint8": (lambda: X, {"rescale": 1 / 255}),
    "uint16": (lambda: X.astype("uint16") * 256, {}),
    "bool": (lambda: X > 100, {}),
    "list of lists": (lambda: np.asarray(X[:3, :4, :4].tolist()), {}),
    "int64": (lambda: X.astype("int64"), {}),
    "float64": (lambda: X / 255, {}),
    "dtype uint8": (lambda: X, {"dtype": "uint8"}),
    "dtype float64": (lambda: X, {"dtype": "float64"}),
    "channels first": (lambda: X.transpose(0, 3, 1, 2), {"data_format": "channels_first"}),
    "non-contiguous": (lambda: X[:, ::-1, ::2], {}),
    "one image": (lambda: X[:1], {}),
    "one pixel": (lambda: X[:, :1, :1], {}),
}


@pytest.mark.parametrize("case", ARRAYS)
@pytest.mark.filterwarnings("ignore:NumpyArrayIterator is set to use")
def test_array(case):
    make, options = ARRAYS[case]
    geometry = {"rotation_range": 20, "width_shift_range": 0.2, "horizontal_flip": True}

    def run(image):
        images = make()
        before = images.copy()
        it = image.ImageDataGenerator(**geometry, **options).flow(images, np.arange(len(images)), batch_size=4, seed=1)
        result = [next(it), it[0], it.x.copy()]
        np.testing.assert_array_equal(images, before)
        return result

    assert_runs_alike(run)


@pytest.mark.parametrize("misc", [np.arange(20).reshape(10, 2), [np.arange(10), np.ones((10, 2, 2))]], ids=["array", "list"])
def test_two_inputs(misc):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow([X, misc], Y, batch_size=4, seed=1, sample_weight=np.arange(10) / 9)
        return [next(it), it[2]]

    assert_runs_alike(run)


def test_image_targets():
    def run(image):
        return next(image.ImageDataGenerator(**AUGMENTING).flow(X, X[..., :1] / 255, batch_size=4, seed=1))

    assert_runs_alike(run)


@pytest.mark.parametrize("shape", [str, pathlib.Path, lambda path: path + "/"], ids=["str", "Path", "trailing slash"])
def test_directory_named_in_every_way(folder, shape):
    def run(image):
        it = image.ImageDataGenerator().flow_from_directory(shape(folder), target_size=(9, 9), seed=1)
        return [next(it), it.filenames, [str(path) for path in it.filepaths], it.class_indices]

    result = assert_runs_alike(run)
    assert [name.split("/")[0] for name in result[1]] == ["cat"] * 5 + ["dog"] * 5


@pytest.mark.parametrize("image_format", ["png", "jpg", "jpeg", "bmp"])
def test_save_to_dir(tmp_path, image_format):
    def run(image):
        directory = tmp_path / image.__name__
        directory.mkdir()
        it = image.ImageDataGenerator(**AUGMENTING).flow(
            X, batch_size=4, seed=1, save_to_dir=str(directory), save_prefix="aug", save_format=image_format
        )
        batches = [next(it), next(it)]
        return [*batches, [(path.name, path.read_bytes()) for path in sorted(directory.iterdir())]]

    saved = assert_runs_alike(run)[2]
    assert len(saved) == 8


def test_save_to_dir_inside_the_folder_being_read_with_an_empty_prefix(tmp_path):
    def run(image):
        folder = write_class_folders(tmp_path / image.__name__)
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(
            folder, classes=["cat"], target_size=(9, 9), seed=1, save_to_dir=os.path.join(folder, "cat"), save_format="jpg", batch_size=4
        )
        batches = [next(it), next(it)]
        names = sorted(os.listdir(os.path.join(folder, "cat")))
        again = image.ImageDataGenerator().flow_from_directory(folder, target_size=(9, 9), shuffle=False)
        return [*batches, names, again.filenames, next(again)]

    names = assert_runs_alike(run)[2]
    assert len(names) == 10
    assert names[0].startswith("_")


def test_images_generated_for_their_own_sake(tmp_path):
    Image.fromarray(X[0]).save(tmp_path / "photo.png")
    generated = tmp_path / "preview"
    generated.mkdir()
    datagen = ImageDataGenerator(rotation_range=40, width_shift_range=0.2, shear_range=0.2, fill_mode="nearest")
    x = np.expand_dims(X[0], 0)
    i = 0
    for _ in datagen.flow(x, batch_size=1, save_to_dir=generated, save_prefix="cat", save_format="jpeg"):
        i += 1  # noqa: SIM113 -- as the tutorial has it
        if i > 5:
            break
    assert {name.split("_")[0] for name in os.listdir(generated)} == {"cat"}
    assert len(os.listdir(generated)) == 6
