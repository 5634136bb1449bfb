"""Named pipes, sockets and devices among the images: an error that names them, or left out; nothing waits for them."""

import io
import os
import pathlib
import signal
import socket
import threading

import numpy as np
import pytest
from originals import write_class_folders
from PIL import Image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.image_headers import file_depth
from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.special_files import is_special, refuse_special_file

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")

_SECONDS = 60
SIZE = (9, 11)
SETTINGS = {
    "compiled": {"rotation_range": 20},
    "a function": {"preprocessing_function": np.negative},
    "per image": {"rotation_range": 20, "interpolation_order": 3},
    "deep": {"rescale": "auto"},
}


@pytest.fixture(autouse=True)
def woken():
    """Makes a test fail that waits for ever in Python; one that waits inside of TensorFlow is for whoever runs it."""

    def wake(*_):
        raise TimeoutError(f"still waiting after {_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, wake)
    signal.alarm(_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten images in two classes, of which dog1 is a named pipe and cat2 leads to a device without end."""
    folder = write_class_folders(tmp_path_factory.mktemp("special") / "images")
    for name in ("dog/dog1.png", "cat/cat2.png"):
        os.unlink(f"{folder}/{name}")
    os.mkfifo(f"{folder}/dog/dog1.png")
    os.symlink("/dev/zero", f"{folder}/cat/cat2.png")
    return folder


def flow(folder, settings=None, **options):
    options = {"target_size": SIZE, "batch_size": 10, "shuffle": False, "seed": 1} | options
    return ImageDataGenerator(**settings or {}).flow_from_directory(folder, **options)


NOT_A_FILE = "cat2.png.*a device, which would be waited for|a device, which would be waited for.*cat2.png"
WAYS = {
    "next": next,
    "index": lambda it: it[0],
    "fit_iterator": lambda it: ImageDataGenerator(featurewise_center=True).fit_iterator(it),
    "as_dataset": lambda it: next(iter(it.as_dataset())),
    "cache": lambda it: it.as_dataset(cache=True),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SETTINGS)
def test_is_an_error(folder, case, way):
    with pytest.raises(Exception, match=NOT_A_FILE) as caught:
        WAYS[way](flow(folder, SETTINGS[case]))
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("way", ["next", "as_dataset", "cache"])
def test_is_left_out(folder, way, interpolation):
    it = flow(folder, on_error="skip", interpolation=interpolation)
    batch = WAYS[way](it)
    if way == "cache":
        batch = next(iter(batch))
    x, y = (np.asarray(part) for part in batch)
    assert len(x) == len(y) == 8 and y.sum(axis=0).tolist() == [4, 4]
    assert sorted(os.path.basename(path) for path in it.errors) == ["cat2.png", "dog1.png"]
    assert all("waited for" in reason for reason in it.errors.values())


def test_datasets_whose_files_pillow_reads_all(folder):
    """There the graph asks Python for every file, when the dataset is used."""
    with pytest.raises(Exception, match="waited for"):
        next(iter(flow(folder, interpolation="bilinear").as_dataset()))


def test_a_cache_in_a_folder(folder, tmp_path):
    it = flow(folder, on_error="skip")
    dataset = it.as_dataset(cache=tmp_path / "cache")
    assert len(next(iter(dataset))[0]) == 8
    again = flow(folder, on_error="skip")
    again.as_dataset(cache=tmp_path / "cache")
    assert again.errors == it.errors


def test_explain_says_so(folder):
    with pytest.raises(OSError, match="waited for"):
        ImageDataGenerator(rotation_range=20).explain(folder)


def test_scan_says_so(folder, capsys):
    assert main(["scan", folder]) == 1
    assert "not a regular file" in capsys.readouterr().out


def test_a_socket(tmp_path):
    path = tmp_path / "socket.png"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        with pytest.raises(OSError, match="a socket.*socket.png"):
            file_depth(path)


def test_what_is_a_file_or_nothing_is_let_pass(tmp_path):
    file = tmp_path / "a.png"
    file.touch()
    for path in (file, os.fsencode(file), tmp_path, tmp_path / "missing", "a\0b", 3.5):
        refuse_special_file(path)
    assert not any(is_special(path) for path in (file, tmp_path, tmp_path / "missing", "a\0b"))


def test_a_loader_of_ones_own_may_read_a_pipe(tmp_path):
    folder = write_class_folders(tmp_path / "images", n=2)
    pipe = pathlib.Path(folder, "cat", "cat0.png")
    contents = pipe.read_bytes()
    pipe.unlink()
    os.mkfifo(pipe)

    def loader(path, **settings):
        with open(path, "rb") as file, Image.open(io.BytesIO(file.read())) as img:
            return img.convert("RGB").resize(settings["target_size"][::-1])

    writer = threading.Thread(target=pipe.write_bytes, args=(contents,), daemon=True)
    writer.start()
    assert len(next(flow(folder, loader=loader))[0]) == 4
    writer.join(_SECONDS)
