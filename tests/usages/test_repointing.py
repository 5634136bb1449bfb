"""Live iterators given other files: re-pointed, oversampled, cloned. What is read must follow the attributes, and labels the files."""

import os

import keras_preprocessing.image
import numpy as np
import pandas as pd
import pytest
from originals import AUGMENTING, assert_runs_alike, assert_same, keras_internals, write_class_folders

from imgdatagen_compat import ImageDataGenerator, img_to_array, load_img

OPTIONS = {"target_size": (9, 9), "class_mode": "sparse", "batch_size": 4}


def loaded(directory, filenames):
    return np.stack([img_to_array(load_img(os.path.join(directory, name), target_size=(9, 9))) for name in filenames])


@pytest.fixture
def other_folder(tmp_path):
    return write_class_folders(tmp_path / "other", classes=("fish", "bird"), n=3, height=20, width=11)


def test_all_attributes_assigned(folder, other_folder):
    it = ImageDataGenerator().flow_from_directory(folder, shuffle=False, **OPTIONS)
    next(it)
    it.directory = other_folder
    it.filenames = ["fish/fish0.png", "bird/bird1.png", "fish/fish2.png"]
    it.classes = np.array([4, 5, 4])
    it.samples = it.n = 3
    it._set_index_array()
    it.reset()
    x, y = next(it)
    np.testing.assert_array_equal(y, [4, 5, 4])
    np.testing.assert_array_equal(x, loaded(other_folder, it.filenames))
    assert [os.path.relpath(path, other_folder) for path in it.filepaths] == it.filenames
    assert len(it) == 1


@pytest.mark.parametrize("step", [lambda it: it[0], next], ids=["index", "next"])
def test_filenames_and_classes_assigned_without_more(folder, step):
    it = ImageDataGenerator().flow_from_directory(folder, shuffle=False, **OPTIONS)
    it[0]
    it.filenames = it.filenames[::-1]
    it.classes = it.classes[::-1]
    x, y = step(it)
    np.testing.assert_array_equal(y, [1, 1, 1, 1])
    np.testing.assert_array_equal(x, loaded(folder, it.filenames[:4]))


def test_filenames_edited_in_place(folder):
    it = ImageDataGenerator().flow_from_directory(folder, shuffle=False, **OPTIONS)
    it.filenames[0], it.filenames[9] = it.filenames[9], it.filenames[0]
    it.classes[[0, 9]] = it.classes[[9, 0]]
    x, y = next(it)
    np.testing.assert_array_equal(y, [1, 0, 0, 0])
    np.testing.assert_array_equal(x, loaded(folder, it.filenames[:4]))


def test_filenames_assigned_as_an_array(folder):
    it = ImageDataGenerator().flow_from_directory(folder, shuffle=False, **OPTIONS)
    order = np.array([7, 2, 5, 0])
    it.filenames = np.array(it.filenames)[order]
    it.classes = it.classes[order]
    it.n = it.samples = 4
    it._set_index_array()
    x, y = it[0]
    np.testing.assert_array_equal(y, [1, 0, 1, 0])
    np.testing.assert_array_equal(x, loaded(folder, it.filenames))


def test_directory_assigned(folder, tmp_path):
    moved = tmp_path / "moved"
    it = ImageDataGenerator().flow_from_directory(folder, shuffle=False, **OPTIONS)
    expected = next(it)
    os.rename(folder, moved)
    it.directory = str(moved)
    it.reset()
    assert_same(next(it), expected)


def test_dataframe_iterator_repointed(folder):
    frame = pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(5)], "class": list("abaab")})
    it = ImageDataGenerator().flow_from_dataframe(frame, folder, shuffle=False, **OPTIONS)
    it.filenames = it.filenames[::-1]
    it.classes = it.classes[::-1]
    x, y = next(it)
    np.testing.assert_array_equal(y, [1, 0, 0, 1])
    np.testing.assert_array_equal(x, loaded(folder, it.filenames[:4]))


def test_oversampling_by_longer_filepaths(folder):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, seed=1, **OPTIONS)
        rare = [i for i, c in enumerate(it.classes) if c == 1]
        it._filepaths += [it._filepaths[i] for i in rare]
        it.classes = np.concatenate([it.classes, it.classes[rare]])
        it.n = it.samples = len(it.classes)
        it._set_index_array()
        return [it.filepaths, it.classes, *(next(it) for _ in range(4)), it[3]]

    paths, *_ = assert_runs_alike(run)
    assert len(paths) == 15


def test_oversampling_that_picks_from_both_lists_in_turn(folder):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, seed=1, **OPTIONS)
        picked = [0, 1, 7, 7, 8, 8, 9, 9]
        it.filenames = [it.filenames[i] for i in picked]
        it._filepaths = [it.filepaths[i] for i in picked]
        it.classes = it.classes[picked]
        it.n = it.samples = len(picked)
        it._set_index_array()
        return [it.filenames, it.filepaths, *(next(it) for _ in range(3)), it[1]]

    assert_runs_alike(run)


def test_filepaths_that_were_assigned_win_over_filenames(folder, other_folder):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, seed=1, **OPTIONS)
        it._filepaths = [os.path.join(other_folder, name) for name in ("fish/fish0.png", "bird/bird1.png", "fish/fish2.png")]
        it.filenames = ["first", "second", "third"]
        it.classes = np.array([4, 5, 4])
        it.n = it.samples = 3
        it._set_index_array()
        return [next(it), it[0], it.filepaths]

    assert_runs_alike(run)


def test_oversampling_with_keras_preprocessing(folder):
    def run(image):
        it = image.ImageDataGenerator(horizontal_flip=True).flow_from_directory(folder, seed=1, **OPTIONS)
        it._filepaths.extend(it._filepaths[:3])
        it.filenames.extend(it.filenames[:3])
        it.classes = np.append(it.classes, it.classes[:3])
        it.n = 13
        it._set_index_array()
        return [next(it) for _ in range(4)]

    assert_runs_alike(run, keras_preprocessing.image)


def test_types_that_such_code_relies_on(folder):
    it = ImageDataGenerator().flow_from_directory(folder, **OPTIONS)
    assert type(it._filepaths) is list
    assert type(it.filenames) is list
    assert isinstance(it.classes, np.ndarray)
    assert it.classes.dtype == np.int32


def test_generator_reached_through_the_iterator(folder):
    datagen = ImageDataGenerator()
    it = datagen.flow_from_directory(folder, **OPTIONS)
    assert it.image_data_generator is datagen
    it.image_data_generator.rescale = 1 / 255
    assert next(it)[0].max() <= 1


def test_cloned_from_its_attributes(folder):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, seed=5, interpolation="box", **OPTIONS)
        clone = image.DirectoryIterator(
            it.directory,
            it.image_data_generator,
            target_size=it.target_size,
            color_mode=it.color_mode,
            classes=list(it.class_indices),
            class_mode=it.class_mode,
            batch_size=it.batch_size,
            shuffle=it.shuffle,
            seed=it.seed,
            data_format=it.data_format,
            save_to_dir=it.save_to_dir,
            save_prefix=it.save_prefix,
            save_format=it.save_format,
            subset=it.subset,
            interpolation=it.interpolation,
            keep_aspect_ratio=it.keep_aspect_ratio,
            dtype=it.dtype,
        )
        return [*next(it), *next(clone)]

    x, y, cloned_x, cloned_y = assert_runs_alike(run, keras_internals())
    assert_same((cloned_x, cloned_y), (x, y))
