"""Which files a directory means, next to the original's listing."""

import pathlib

import numpy as np
import pytest
from originals import keras_image, warnings_of

from imgdatagen_compat.indexing import class_directories, list_class_files, subset_split, validate_filename

FORMATS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
NAMES = ("cat/b.png", "cat/A.JPG", "cat/a.jpeg", "cat/notes.txt", "cat/.hidden.png", "cat/png", "cat/photo.png.bak", "cat/z/a.PNG",
         "cat/z/b.ppm", "cat/k/y.tif", "cat/k/x.bmp", "cat/scan.tiff", "cat/SCAN2.TIFF", ".cache/p.png", "top.png",
         *(f"dog/{i}.png" for i in range(11)), "elsewhere/linked.png")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "empty").mkdir()
    (root / "dog" / "shortcut").symlink_to(root / "elsewhere", target_is_directory=True)
    return root


def original_listing(folder, **options):
    """The iterator of the original; it opens no file before the first batch."""
    split = options.pop("validation_split", 0.0)
    return keras_image.DirectoryIterator(str(folder), keras_image.ImageDataGenerator(validation_split=split), **options)


@pytest.mark.filterwarnings("ignore:Using .*tiff")
@pytest.mark.parametrize("follow_links", [False, True])
@pytest.mark.parametrize("subset", [None, "training", "validation"])
@pytest.mark.parametrize("classes", [None, ["dog", "cat"], ["cat", "dog", "cat"], ["empty"]], ids=["all", "two", "twice", "no files"])
def test_listing(folder, classes, subset, follow_links):
    theirs = original_listing(folder, classes=classes, subset=subset, follow_links=follow_links, validation_split=0.3)
    names = classes or class_directories(folder)
    filenames, indices = list_class_files(folder, names, FORMATS, subset_split(subset, 0.3), follow_links)
    assert filenames == theirs.filenames
    assert indices.dtype == theirs.classes.dtype == np.int32
    np.testing.assert_array_equal(indices, theirs.classes)


@pytest.mark.filterwarnings("ignore:Using .*tiff")
def test_classes_are_the_directories_hidden_and_empty_ones_too(folder):
    assert class_directories(folder) == list(original_listing(folder).class_indices) == [".cache", "cat", "dog", "elsewhere", "empty"]


def test_every_tiff_is_warned_of_whatever_its_case(folder):
    expected = warnings_of(lambda _: original_listing(folder, classes=["cat"]), None)
    assert len(expected) == 2
    assert warnings_of(lambda _: list_class_files(folder, ["cat"], FORMATS, None, False), None) == expected


def test_a_class_that_is_a_path_is_looked_up_by_its_last_name(folder):
    with pytest.raises(KeyError, match="'z'"):
        list_class_files(folder, ["cat/z"], FORMATS, None, False)


def test_validate_filename(folder):
    ours = [name for name in (*NAMES, "cat/missing.png", "empty") if validate_filename(str(folder / name), FORMATS)]
    assert ours == [name for name in NAMES if pathlib.Path(name).suffix.lower()[1:] in FORMATS or name == "cat/png"]


def test_unknown_subset():
    with pytest.raises(ValueError, match='subset name: test; expected "training" or "validation"'):
        subset_split("test", 0.5)
