"""What `parity` reads: folders, tables, arrays."""

import io
import os
import zipfile

import numpy as np
import oracles
import pandas as pd
import pytest
from originals import write_class_folders

from imgdatagen_compat.migration.parity.data import NothingToCompareError, open_data


@pytest.fixture
def folder(tmp_path):
    write_class_folders(tmp_path / "photographs", n=3)
    return tmp_path / "photographs"


def first_batch(data, **arguments):
    datagen = oracles.keras.ImageDataGenerator()
    return next(data.flow(datagen, {"shuffle": False, "batch_size": 2, **arguments}))


def table_of(folder, labels):
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))
    pd.DataFrame({"filename": names, **labels}).to_csv(folder / "table.csv", index=False)
    return folder / "table.csv"


def test_folder_of_classes(folder):
    data = open_data(folder)
    images, labels = first_batch(data, target_size=(8, 8))
    assert (images.shape, labels.shape) == ((2, 8, 8, 3), (2, 2))
    assert data.takes("keep_aspect_ratio")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("name", ["cat/pipe.PNG", "cat/below/pipe.jpg"])
def test_what_the_original_would_wait_for_is_refused(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    os.mkfifo(folder / "cat" / "pipe.txt")  # has not the name of an image: nobody opens it
    open_data(folder)
    os.mkfifo(folder / name)
    with pytest.raises(NothingToCompareError, match="pipe.*is a named pipe, a socket or a device"):
        open_data(folder)


def test_folder_of_images_is_one_class(folder):
    data = open_data(folder / "cat")
    iterator = data.flow(oracles.keras.ImageDataGenerator(), {})
    assert sorted(iterator.filenames) == ["cat/cat0.png", "cat/cat1.png", "cat/cat2.png"]


def test_folder_of_images_named_from_within(folder, monkeypatch):
    monkeypatch.chdir(folder / "cat")
    assert open_data(type(folder)(".")).flow(oracles.keras.ImageDataGenerator(), {}).n == 3


def test_table_beside_its_images(folder):
    path = table_of(folder, {"class": ["cat"] * 3 + ["dog"] * 3})
    images, labels = first_batch(open_data(path), target_size=(8, 8))
    assert images.shape == (2, 8, 8, 3)
    np.testing.assert_array_equal(labels, [[1, 0], [1, 0]])


def test_numbers_of_a_table_are_classes_unless_they_are_wanted_raw(folder):
    data = open_data(table_of(folder, {"age": [3, 4, 5, 6, 7, 8]}))
    assert first_batch(data)[1].shape == (2, 6)
    np.testing.assert_array_equal(first_batch(data, class_mode="raw")[1], [3, 4])


def test_table_without_labels_and_with_another_folder(folder, tmp_path):
    path = table_of(folder, {}).rename(tmp_path / "table.csv")
    batch = first_batch(open_data(path, images=folder))
    assert isinstance(batch, np.ndarray)


def test_arrays_with_labels(tmp_path):
    x, y = np.arange(4 * 5 * 6 * 3, dtype=np.float32).reshape(4, 5, 6, 3), np.arange(4)
    np.savez(tmp_path / "images.npz", y=y, x=x)
    data = open_data(tmp_path / "images.npz")
    images, labels = first_batch(data)
    np.testing.assert_array_equal(images, x[:2])
    np.testing.assert_array_equal(labels, y[:2])
    assert not data.takes("target_size")


def test_arrays_are_new_for_each_side(tmp_path):
    np.save(tmp_path / "images.npy", np.ones((2, 4, 4, 3), np.float32))
    data = open_data(tmp_path / "images.npy")
    iterators = [data.flow(oracles.keras.ImageDataGenerator(), {}) for _ in range(2)]
    iterators[0].x[:] = 0
    assert iterators[1].x.min() == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty/", None, "has no images"),
        ("nowhere", None, "is not there"),
        ("notes.txt", b"hello", "neither a folder nor"),
        ("images.npy", b"hello", "cannot be read"),
        ("table.csv", b"", "cannot be read as a table"),
    ],
)
def test_what_cannot_be_compared_is_told_what_to_do(tmp_path, name, content, message):
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(NothingToCompareError, match=message):
        open_data(path)


def _npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return bytearray(file.getvalue())


def _npy_header(shape):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return file.getvalue()


def _damaged(contents):
    contents[len(contents) // 2] ^= 255
    return contents


IMAGES = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), np.uint8)
UNREADABLE = {
    "empty.npy": b"",
    "empty.npz": b"",
    "half.npz": _npz(x=IMAGES)[:1000],
    "damaged.npz": _damaged(_npz(x=IMAGES)),
    "petabytes.npy": _npy_header((10**9, 1000, 1000, 3)),
    "code.npy": _npy_header((1, 1, 1, 3)).replace(b"(1, 1, 1, 3)", b"print('run')"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_arrays_that_cannot_be_read_are_named(tmp_path, name, capsys):
    (tmp_path / name).write_bytes(UNREADABLE[name])
    with pytest.raises(NothingToCompareError, match=f"{name} cannot be read"):
        open_data(tmp_path / name)
    assert capsys.readouterr().out == ""


def test_what_is_no_array_in_an_archive_is_passed_over(tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("notes.txt", "about these images")
    assert open_data(tmp_path / "a.npz").described.endswith("uint8 [3, 20, 20, 3]")


def test_arrays_that_are_no_images_are_listed(tmp_path):
    np.savez(tmp_path / "a.npz", labels=np.arange(3), flat=np.zeros((3, 4)))
    with pytest.raises(NothingToCompareError, match=r"labels \[3\], flat \[3, 4\]"):
        open_data(tmp_path / "a.npz")


def test_objects_are_not_unpickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(NothingToCompareError, match="cannot be read"):
        open_data(tmp_path / "a.npy")


def test_column_that_is_not_there_is_named(folder):
    with pytest.raises(NothingToCompareError, match="no column 'file'. It has: filename"):
        open_data(table_of(folder, {}), x_col="file")
