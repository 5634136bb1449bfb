"""`on_error` in `as_dataset()`: the error names the file; or the batches are without it; with and without a cache, and in `fit`."""

import os
import re
import shutil

import numpy as np
import pytest
import tensorflow as tf
from corpus import corpus_files
from originals import write_class_folders
from PIL import Image
from sample_files import photograph
from test_bad_files import ALL, BAD, GOOD, SIZE, black, from_names, paths, write_bad_files

from imgdatagen_compat import ImageDataGenerator


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_bad_files(tmp_path_factory.mktemp("images") / "all")


@pytest.fixture(scope="module")
def good_images(folder):
    """Number of a good file -> its pixels."""
    return {number: image for image, number, _ in zip(*next(from_names(folder, GOOD, batch_size=6, shuffle=False)))}


def elements(dataset):
    return [tuple(part.numpy() for part in element) for element in dataset]


def load(path, target_size, **options):
    """A loader that is not ours."""
    with Image.open(path) as image:
        return image.convert("RGB").resize(target_size[::-1], Image.Resampling.NEAREST)


SKIPPING = {
    "decoded every time": ({}, {}),
    "another filter": ({"interpolation": "box"}, {}),
    "a loader": ({"loader": load}, {}),
    "in memory": ({}, {"cache": True}),
    "in a file": ({}, {"cache": "cache"}),
}


@pytest.mark.parametrize("case", SKIPPING)
def test_batches_without_the_bad_files(folder, tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    options, arguments = SKIPPING[case]
    it = from_names(folder, ALL, batch_size=4, seed=1, on_error="skip", **options)
    images_of = dict(zip(*next(from_names(folder, GOOD, batch_size=6, **options))[1::-1]))
    seen = []
    for images, numbers, weights in elements(it.as_dataset(**arguments)):
        assert 0 < len(images) == len(numbers) == len(weights) <= 4
        np.testing.assert_array_equal(weights, numbers / 10)
        for image, number in zip(images, numbers):
            np.testing.assert_array_equal(image, images_of[number])
        seen += numbers.tolist()
    assert sorted(seen) == sorted(images_of)
    assert sorted(it.errors) == sorted(paths(folder, BAD))


def test_the_batches_of_next_in_a_dataset(folder, caplog):
    its = [from_names(folder, ALL, {"rotation_range": 20}, batch_size=5, seed=1, on_error="skip") for _ in range(2)]
    for ours, expected in zip(elements(its[0].as_dataset(rng="legacy", epochs=2)), [next(its[1]) for _ in range(4)], strict=True):
        for part, of_expected in zip(ours, expected):
            np.testing.assert_array_equal(part, of_expected)
    assert its[0].errors == its[1].errors
    assert len(caplog.records) == 2 * len(BAD)


@pytest.mark.parametrize("cache", [False, True])
def test_images_of_a_function(folder, good_images, cache):
    it = from_names(folder, ALL, batch_size=4, shuffle=False, on_error=black)
    batches = elements(it.as_dataset(cache=cache))
    assert [len(images) for images, _, _ in batches] == [4, 4, 2]
    images, numbers = (np.concatenate([batch[i] for batch in batches]) for i in (0, 1))
    for image, number in zip(images, numbers):
        np.testing.assert_array_equal(image, good_images.get(number, 0 * image))


def test_augmentation_of_the_good_ones_does_not_depend_on_the_bad(folder):
    """Draws are functions of (seed, epoch, sample)."""
    settings = {"rotation_range": 40, "brightness_range": (0.5, 1.0)}
    its = (from_names(folder, ALL, settings, batch_size=10, shuffle=False, seed=4, on_error=on_error) for on_error in ("skip", black))
    (skipped,), (replaced,) = (elements(it.as_dataset()) for it in its)
    for ours, all_of_them in zip(skipped, replaced):
        np.testing.assert_array_equal(ours, all_of_them[[ALL.index(name) for name in GOOD]])


def test_without_bad_files_nothing_but_the_cardinality_changes(folder):
    its = [from_names(folder, GOOD, batch_size=4, seed=1, on_error=on_error) for on_error in ("skip", "raise")]
    skipping, raising = (it.as_dataset(epochs=2) for it in its)
    for ours, expected in zip(elements(skipping), elements(raising), strict=True):
        for part, of_expected in zip(ours, expected):
            np.testing.assert_array_equal(part, of_expected)
    assert (skipping.cardinality(), raising.cardinality()) == (tf.data.UNKNOWN_CARDINALITY, 4)


def test_a_batch_of_bad_files_is_left_out(folder):
    names = [*GOOD[:2], *BAD, *GOOD[2:3]]
    batches = elements(from_names(folder, names, batch_size=2, shuffle=False, on_error="skip").as_dataset())
    assert [numbers.tolist() for _, numbers, _ in batches] == [[0, 3], [4]]


@pytest.mark.parametrize("arguments", [{}, {"epochs": None}, {"cache": True}, {"rng": "legacy"}], ids=str)
def test_nothing_but_bad_files_is_an_error(folder, arguments):
    it = from_names(folder, BAD, batch_size=2, on_error="skip")
    with pytest.raises((OSError, tf.errors.OpError), match="None of . files can be read"):
        list(it.as_dataset(**arguments))


def test_files_that_came_back_are_images_again(folder):
    """Every file has failed at some time, and the first batch fails now."""
    it = from_names(folder, [*BAD[:2], *GOOD[:2]], batch_size=2, shuffle=False, on_error="skip")
    it.errors.update(dict.fromkeys(it.filepaths, "could not be read once"))
    assert [numbers.tolist() for _, numbers, _ in elements(it.as_dataset())] == [[ALL.index(name) for name in GOOD[:2]]]


def test_a_cache_in_a_file_knows_its_holes(folder, tmp_path):
    first, second = (from_names(folder, ALL, batch_size=5, shuffle=False, on_error="skip") for _ in range(2))
    expected = elements(first.as_dataset(cache=tmp_path))
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    for ours, theirs in zip(elements(second.as_dataset(cache=tmp_path)), expected, strict=True):
        for part, of_theirs in zip(ours, theirs):
            np.testing.assert_array_equal(part, of_theirs)
    assert second.errors == first.errors
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    with pytest.raises(OSError, match="cat1.png|dog0.png"):
        from_names(folder, ALL).as_dataset(cache=tmp_path)


def test_a_cache_in_a_file_is_not_for_a_function(folder, tmp_path):
    with pytest.raises(ValueError, match="cache.*on_error"):
        from_names(folder, ALL, on_error=black).as_dataset(cache=tmp_path)


@pytest.fixture(scope="module")
def forgiven(tmp_path_factory):
    """A folder of PNGs that Pillow reads, damaged as they are, and TensorFlow refuses."""
    directory = tmp_path_factory.mktemp("forgiven")
    contents = {record.name: record.contents for record in corpus_files()}
    for name in ("png-data-no-end.png", "png-data-chunk-checksum.png"):
        (directory / name).write_bytes(contents[name])
    return directory


def of_forgiven(folder, **options):
    classes = {"classes": [folder.name], "class_mode": None, "target_size": SIZE, "shuffle": False}
    return ImageDataGenerator().flow_from_directory(folder.parent, **classes, **options)


def test_a_png_that_only_pillow_reads_is_an_error_with_the_remedy(forgiven):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"pass cache=True(.|\n)*png-data-"):
        list(of_forgiven(forgiven).as_dataset())


@pytest.mark.parametrize(("options", "arguments"), [({}, {"cache": True}), ({"on_error": "skip"}, {})], ids=str)
def test_the_remedies_read_it(forgiven, options, arguments):
    it = of_forgiven(forgiven, **options)
    (images,) = it.as_dataset(**arguments)
    assert len(images) == 2
    np.testing.assert_array_equal(images, next(it))


def test_deep_images(folder, tmp_path):
    deep = photograph(15, 18, 1).astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    shutil.copy(f"{folder}/cat/cat1.png", tmp_path / "bad.png")
    shutil.copy(f"{folder}/cat/cat0.png", tmp_path / "good.png")
    import pandas as pd

    frame = pd.DataFrame({"filename": ["deep.png", "bad.png", "good.png"]})
    for on_error, kept in (("skip", [0, 2]), (lambda path, error: np.full((*SIZE, 1), 51, np.uint8), [0, 1, 2])):
        options = {"class_mode": None, "color_mode": "grayscale", "target_size": SIZE, "validate_filenames": False, "shuffle": False}
        it = ImageDataGenerator(rescale="auto").flow_from_dataframe(frame, str(tmp_path), on_error=on_error, **options)
        batch = next(it)
        assert len(batch) == len(kept) and batch.max() <= 1
        for cache in (False, True):
            (images,) = it.as_dataset(cache=cache)
            np.testing.assert_allclose(images, batch, rtol=2e-7)
        if len(kept) == 3:
            np.testing.assert_allclose(batch[1], 0.2, rtol=1e-6)


DAMAGES = {"deleted": "No such file", "emptied": "", "cut": "", "text": "", "a directory": "directory|Failed"}
WAYS = {
    "graph": ({}, {}),
    "another filter": ({"interpolation": "box"}, {}),
    "in memory": ({}, {"cache": True}),
    "legacy": ({}, {"rng": "legacy"}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_error_names_the_file_and_the_reason(tmp_path, damage, way):
    folder = write_class_folders(tmp_path / "images", n=2)
    options, arguments = WAYS[way]
    it = ImageDataGenerator().flow_from_directory(folder, target_size=SIZE, **options)
    dataset = None if arguments else it.as_dataset()
    bad = f"{folder}/dog/dog1.png"
    with open(bad, "rb") as file:
        contents = file.read()
    os.unlink(bad)
    if damage == "a directory":
        os.mkdir(bad)
    elif damage != "deleted":
        with open(bad, "wb") as file:
            file.write({"emptied": b"", "cut": contents[:-40], "text": b"text"}[damage])
    with pytest.raises((OSError, tf.errors.OpError)) as caught:
        list(dataset or it.as_dataset(**arguments))
    message = str(caught.value)
    assert "dog1.png" in message
    assert re.search(DAMAGES[damage] or "damaged|cannot identify", message), message


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("source", ["iterator", "as_dataset"])
def test_fit_skips_or_names_the_file(folder, source):
    model = tf.keras.Sequential([tf.keras.layers.Input((*SIZE, 3)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)])
    model.compile(loss="mse")
    for on_error in ("skip", "raise"):
        it = from_names(folder, ALL, {"rescale": 1 / 255}, batch_size=2, shuffle=False, weight_col=None, on_error=on_error)
        data = it if source == "iterator" else it.as_dataset()
        if on_error == "skip":
            history = model.fit(data, epochs=2, shuffle=False, verbose=0)
            assert np.isfinite(history.history["loss"]).all()
        else:
            with pytest.raises(Exception, match=r"cat1\.png"):
                model.fit(data, shuffle=False, verbose=0)
