"""`as_dataset(cache=directory)`: decoded once, decoded again when anything that decides the pixels changes, and never half written."""

import errno
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import PIL
import pytest
import tensorflow as tf
from originals import photographs
from PIL import Image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import image_cache

SIZE = (12, 17)


def make_folder(directory):
    os.makedirs(directory / "a")
    for i, pixels in enumerate(photographs(5, 20, 25)):
        Image.fromarray(pixels).save(directory / "a" / f"{i}.{('jpg', 'png')[i % 2]}")
    return directory


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "images")


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def decoded(monkeypatch):
    """Grows by one whenever all files are decoded."""
    calls = []
    genuine = image_cache.decode_all
    monkeypatch.setattr(image_cache, "decode_all", lambda *arguments: calls.append(1) or genuine(*arguments))
    return calls


def flow(folder, datagen=None, **settings):
    return (datagen or ImageDataGenerator()).flow_from_directory(
        folder, **{"target_size": SIZE, "class_mode": None, "batch_size": 5, "shuffle": False, **settings}
    )


def images_of(iterator, cache):
    """The pixels in the cache of `iterator`, which has one batch; compared with that batch."""
    cached = image_cache.cached_images(iterator, cache)
    images = np.fromfile(cached.file, cached.dtype).reshape(cached.shape)
    np.testing.assert_array_equal(images, next(iterator))
    return images


def batch_of(iterator, cache):
    (images,) = iterator.as_dataset(cache=cache).as_numpy_iterator()
    return images


def assert_only_whole_files(cache):
    assert {path.suffix for path in cache.iterdir()} <= {".pixels", ".json"}


def test_decoded_once(folder, cache, decoded):
    batches = [batch_of(flow(folder), cache) for _ in range(2)]
    np.testing.assert_array_equal(*batches)
    np.testing.assert_array_equal(batches[0], images_of(flow(folder), cache))
    assert len(decoded) == 1
    assert_only_whole_files(cache)


def change_time(folder):
    os.utime(folder / "a" / "0.jpg", ns=(1, 1_700_000_000_000_000_001))


def change_size_but_not_time(folder):
    path = folder / "a" / "0.jpg"
    status = path.stat()
    path.write_bytes(path.read_bytes() + b"\0")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def add_a_file(folder):
    shutil.copy2(folder / "a" / "0.jpg", folder / "a" / "9.jpg")


def remove_a_file(folder):
    os.remove(folder / "a" / "0.jpg")


@pytest.mark.parametrize("change", [change_time, change_size_but_not_time, add_a_file, remove_a_file])
def test_decoded_again_when_a_file_changes(folder, cache, decoded, change):
    images_of(flow(folder), cache)
    change(folder)
    images_of(flow(folder, batch_size=6), cache)
    assert len(decoded) == 2


def test_decoded_again_in_another_order(folder, cache, decoded):
    images = images_of(flow(folder), cache)
    iterator = flow(folder)
    iterator.filenames = iterator.filenames[::-1]
    iterator.reset()
    iterator._set_index_array()
    np.testing.assert_array_equal(images_of(iterator, cache), images[::-1])
    assert len(decoded) == 2


@pytest.mark.parametrize(
    "settings", [{"target_size": (9, 9)}, {"color_mode": "grayscale"}, {"interpolation": "bilinear"}, {"keep_aspect_ratio": True}], ids=str
)
def test_decoded_again_with_other_settings(folder, cache, decoded, settings):
    images_of(flow(folder), cache)
    images_of(flow(folder, **settings), cache)
    assert len(decoded) == 2
    images_of(flow(folder), cache)
    assert len(decoded) == 2


def test_decoded_again_for_all_bits(folder, cache, decoded):
    images_of(flow(folder), cache)
    images_of(flow(folder, ImageDataGenerator(bit_depth="auto")), cache)
    assert len(decoded) == 2


@pytest.mark.parametrize(("owner", "name"), [(image_cache, "_FORMAT"), (tf, "__version__"), (PIL, "__version__")])
def test_decoded_again_by_another_release(folder, cache, decoded, monkeypatch, owner, name):
    images_of(flow(folder), cache)
    monkeypatch.setattr(owner, name, "another")
    flow(folder).as_dataset(cache=cache)
    assert len(decoded) == 2


def test_augmentation_does_not_matter(folder, cache, decoded):
    images_of(flow(folder), cache)
    datagen = ImageDataGenerator(rotation_range=20, rescale=1 / 255)
    flow(folder, datagen, shuffle=True, batch_size=2, class_mode="sparse").as_dataset(cache=cache)
    assert len(decoded) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda pixels, record: pixels.unlink(),
        lambda pixels, record: record.unlink(),
        lambda pixels, record: pixels.write_bytes(pixels.read_bytes()[:-1]),
        lambda pixels, record: record.write_text("{"),
        lambda pixels, record: record.write_text("[]"),
        lambda pixels, record: record.write_text('{"dtype": "no type"}'),
    ],
)
def test_damage_is_repaired(folder, cache, decoded, damage):
    images_of(flow(folder), cache)
    damage(next(cache.glob("*.pixels")), next(cache.glob("*.json")))
    images_of(flow(folder), cache)
    assert len(decoded) == 2


LIES = {
    "dtype of the same size": {"dtype": "int8"},
    "dtype that is none": {"dtype": ["u1"]},
    "dtype of objects": {"dtype": "O"},
    "shape": {"shape": [10**18, 1, 1, 3]},
    "shape of other rank": {"shape": [5]},
    "number of files": {"files": 4},
    "settings": {"target_size": [9, 9]},
    "another file": {"file": "../elsewhere.pixels"},
    "images left out": {"unreadable": {"1": "so it says"}},
    "images that are not there": {"unreadable": {"-1": "", "9" * 30: ""}},
    "unreadable is no mapping": {"unreadable": [1, 2]},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_record_that_lies_is_not_believed(folder, cache, decoded, lie):
    images = images_of(flow(folder), cache)
    (record,) = cache.glob("*.json")
    contents = record.read_text()
    record.write_text(json.dumps({**json.loads(contents), **LIES[lie]}))
    np.testing.assert_array_equal(images_of(flow(folder), cache), images)
    assert len(decoded) == 2 and record.read_text() == contents


@pytest.mark.parametrize("contents", ["[" * 10**5, "9" * 5000, '{"dtype": NaN}', "\0"], ids=["nested", "huge", "nan", "nul"])
def test_a_record_that_is_none_is_not_believed(folder, cache, decoded, contents):
    images_of(flow(folder), cache)
    next(cache.glob("*.json")).write_text(contents)
    images_of(flow(folder), cache)
    assert len(decoded) == 2


@pytest.mark.parametrize("suffix", [".pixels", ".json"])
def test_links_out_of_the_folder_are_not_followed(folder, cache, decoded, suffix):
    images = images_of(flow(folder), cache)
    (file,) = cache.glob(f"*{suffix}")
    elsewhere = file.rename(cache.parent / "elsewhere")
    file.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    np.testing.assert_array_equal(images_of(flow(folder), cache), images)
    assert len(decoded) == 2 and not file.is_symlink() and elsewhere.read_bytes() == before


def test_images_left_out_are_believed_with_on_error_only(folder, cache, decoded):
    (folder / "a" / "broken.png").write_bytes(b"not an image")
    flow(folder, on_error="skip").as_dataset(cache=cache)
    again = flow(folder, on_error="skip")
    again.as_dataset(cache=cache)
    assert len(decoded) == 1 and [os.path.basename(path) for path in again.errors] == ["broken.png"]


def test_it_can_be_read_without_this_package(folder, cache):
    images = images_of(flow(folder), cache)
    (record,) = cache.glob("*.json")
    contents = json.loads(record.read_text())
    assert contents["files"] == 5 and contents["target_size"] == list(SIZE)
    pixels = np.memmap(record.with_suffix(".pixels"), contents["dtype"], "r", shape=tuple(contents["shape"]))
    np.testing.assert_array_equal(pixels, images)


def test_more_than_8_bits(folder, cache, decoded):
    Image.fromarray(np.arange(20 * 25, dtype=np.uint16).reshape(20, 25) * 100).save(folder / "a" / "z.png")
    datagen = ImageDataGenerator(rescale="auto")
    images, images_again = (batch_of(flow(folder, datagen, batch_size=6), cache) for _ in range(2))
    np.testing.assert_array_equal(images, images_again)
    assert len(decoded) == 1 and len(np.unique(images[-1])) > 100
    assert json.loads(next(cache.glob("*.json")).read_text())["dtype"] == "float32"


def test_an_unreadable_image_is_named_and_leaves_nothing(folder, cache):
    (folder / "a" / "broken.png").write_bytes(b"not an image")
    with pytest.raises(OSError, match=r"broken\.png") as error:
        flow(folder).as_dataset(cache=cache)
    assert "cache" not in str(error.value)
    assert not list(cache.iterdir())


def test_for_its_owner_only(folder, cache):
    flow(folder).as_dataset(cache=cache)
    for path in (cache, *cache.iterdir()):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission(folder, cache):
    cache.mkdir(mode=0o500)
    with pytest.raises(PermissionError, match=r"Permission denied: `cache=.*cache'` cannot hold .* cache=True"):
        flow(folder).as_dataset(cache=cache)


def test_a_file_instead_of_a_directory(folder, cache):
    cache.write_text("")
    for path in (cache, cache / "below"):
        with pytest.raises(OSError, match=r"`cache=.*` cannot hold the decoded images. Pass another directory, or cache=True"):
            flow(folder).as_dataset(cache=path)


def test_a_read_only_file_system(folder, cache, monkeypatch):
    def refuse(**options):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(image_cache.tempfile, "mkstemp", refuse)
    with pytest.raises(OSError, match="Read-only file system: `cache="):
        flow(folder).as_dataset(cache=cache)


def test_a_disk_that_is_too_small_is_told_of_before_anything_is_decoded(folder, cache, monkeypatch):
    usage = shutil.disk_usage(folder)._replace(free=1000)
    monkeypatch.setattr(image_cache.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(image_cache, "_decode_into", None)
    with pytest.raises(OSError, match=r"3\.1 kB needed, 1\.0 kB free: `cache=") as error:
        flow(folder).as_dataset(cache=cache)
    assert error.value.errno == errno.ENOSPC
    assert not list(cache.iterdir())


def test_a_disk_that_fills_up_meanwhile(folder, cache):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
        with pytest.raises(OSError, match="`cache=.*` cannot hold"):
            flow(folder).as_dataset(cache=cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(cache.iterdir())
    images_of(flow(folder), cache)


def test_writers_at_once(folder, cache, decoded, monkeypatch):
    """Both decode, both rename: each sees a whole cache, and so does the next."""
    together = threading.Barrier(2, timeout=60)
    genuine = image_cache._begin
    monkeypatch.setattr(image_cache, "_begin", lambda *arguments: together.wait() and None or genuine(*arguments))
    found = []
    threads = [threading.Thread(target=lambda: found.append(images_of(flow(folder), cache))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = images_of(flow(folder), cache)
    assert len(decoded) == 2 == len(found)
    for images in found:
        np.testing.assert_array_equal(images, expected)
    assert_only_whole_files(cache)
    assert len(list(cache.iterdir())) == 2


def test_a_process_that_wrote_one_cache_and_was_killed_while_writing_another(folder, cache, decoded):
    code = f"""
import os
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import image_cache
options = dict(target_size={SIZE}, class_mode=None, batch_size=5, shuffle=False)
ImageDataGenerator().flow_from_directory({str(folder)!r}, **options).as_dataset(cache={str(cache)!r})
genuine = image_cache._begin
def begin(*arguments):
    put = genuine(*arguments)
    def put_and_die(where, images):
        put(where, images)
        os.kill(os.getpid(), 9)
    return put_and_die
image_cache._begin = begin
ImageDataGenerator().flow_from_directory({str(folder)!r}, color_mode="grayscale", **options).as_dataset(cache={str(cache)!r})
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120).returncode == -9
    images_of(flow(folder), cache)
    assert not decoded
    (left,) = cache.glob("*.unfinished")
    images_of(flow(folder, color_mode="grayscale"), cache)
    assert len(decoded) == 1 and left.exists(), "it may be that of a process that is still writing"
    os.utime(left, (time.time() - 2 * 24 * 3600,) * 2)
    images_of(flow(folder, interpolation="box"), cache)
    assert_only_whole_files(cache)


def test_relative_paths_and_strings(folder, cache, decoded, monkeypatch):
    monkeypatch.chdir(cache.parent)
    iterator = flow(folder)
    dataset = iterator.as_dataset(cache="cache")
    os.makedirs("elsewhere")
    monkeypatch.chdir("elsewhere")
    (images,) = dataset.as_numpy_iterator()
    np.testing.assert_array_equal(images, next(iterator))
    images_of(flow(folder), pathlib.Path("..", "cache"))
    assert len(decoded) == 1


def test_a_loader_is_refused(folder, cache):
    with pytest.raises(ValueError, match="`loader` of your own"):
        flow(folder, loader=lambda path, **options: Image.open(path)).as_dataset(cache=cache)
    assert not cache.exists()
