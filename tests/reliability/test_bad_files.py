"""`on_error`: files that cannot be read are an error that names them, or left out, or replaced."""

import json
import logging
import os
import pathlib
import pickle
import re
import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from originals import assert_same, write_class_folders
from PIL import Image

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator

SIZE = (9, 11)
AUGMENTED = {"rotation_range": 20, "channel_shift_range": 10.0, "brightness_range": (0.5, 1.0), "horizontal_flip": True}
SETTINGS = {
    "compiled": AUGMENTED,
    "a function": {**AUGMENTED, "preprocessing_function": np.negative},
    "per image": {**AUGMENTED, "interpolation_order": 3},
    "channels first": {"horizontal_flip": True, "samplewise_center": True, "data_format": "channels_first"},
    "deep": {"rescale": "auto", "horizontal_flip": True},
}


def write_bad_files(folder):
    """Ten files in two classes; cat1, cat2, dog0 and dog3 cannot be read, each for another reason."""
    folder = write_class_folders(folder)
    with open(f"{folder}/cat/cat1.png", "wb") as file:
        file.write(b"<html>not found</html>")
    with open(f"{folder}/cat/cat2.png", "rb+") as file:
        file.truncate(os.path.getsize(file.name) // 2)
    os.unlink(f"{folder}/dog/dog0.png")
    os.symlink("nowhere", f"{folder}/dog/dog0.png")
    os.unlink(f"{folder}/dog/dog3.png")
    os.mkdir(f"{folder}/dog/dog3.png")
    return folder


BAD = ["cat/cat1.png", "cat/cat2.png", "dog/dog0.png", "dog/dog3.png"]
REASONS = ["UnidentifiedImageError", "truncated|broken", "FileNotFoundError|No such file", "IsADirectoryError|Is a directory"]
GOOD = [f"cat/cat{i}.png" for i in (0, 3, 4)] + [f"dog/dog{i}.png" for i in (1, 2, 4)]
ALL = [f"{name}/{name}{i}.png" for name in ("cat", "dog") for i in range(5)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_bad_files(tmp_path_factory.mktemp("images") / "all")


def from_names(folder, names, settings=None, **options):
    """An iterator over these files, whose targets are their numbers and whose weights a tenth of them."""
    numbers = [float(ALL.index(name)) for name in names]
    frame = pd.DataFrame({"filename": names, "number": numbers, "weight": np.divide(numbers, 10)})
    options = {"y_col": "number", "weight_col": "weight", "class_mode": "raw", "target_size": SIZE, "validate_filenames": False} | options
    return ImageDataGenerator(**settings or {}).flow_from_dataframe(frame, folder, **options)


def epoch(it):
    """All batches of an epoch, by `next`."""
    return [next(it) for _ in range(len(it))]


def paths(folder, names):
    return [os.path.join(folder, name) for name in names]


@pytest.mark.parametrize("case", SETTINGS)
def test_a_batch_is_made_as_if_the_bad_files_were_not_in_it(folder, case):
    """The reference is an iterator that was never told of them: same draws, same bits, same labels and weights."""
    names = [*BAD[:1], *GOOD[:3], *BAD[1:], *GOOD[3:]]
    ours = from_names(folder, names, SETTINGS[case], batch_size=10, shuffle=False, seed=3, on_error="skip")
    reference = from_names(folder, GOOD, SETTINGS[case], batch_size=10, shuffle=False, seed=3)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        batches, states = [], []
        for it in (ours, reference):
            batches.append((next(it), it[0]))
            states.append(np.random.get_state()[1:3])
    assert_same(*batches)
    np.testing.assert_equal(*states)
    assert sorted(ours.errors) == sorted(paths(folder, BAD))


@pytest.mark.parametrize("on_error", ["skip", lambda path, error: None], ids=["skip", "function"])
def test_labels_and_weights_go_with_their_images(folder, on_error):
    it = from_names(folder, ALL, batch_size=5, seed=1, on_error=on_error)
    images = {ALL.index(name): next(from_names(folder, [name], batch_size=1))[0][0] for name in GOOD}
    seen = []
    for batch, numbers, weights in epoch(it):
        assert 0 < len(batch) == len(numbers) == len(weights) <= 5
        np.testing.assert_array_equal(weights, numbers / 10)
        for image, number in zip(batch, numbers):
            np.testing.assert_array_equal(image, images[number])
        seen += numbers.tolist()
    assert sorted(seen) == sorted(images)


@pytest.mark.parametrize("class_mode", ["categorical", "binary", "sparse", "input", None])
def test_every_class_mode(folder, class_mode):
    options = {"class_mode": class_mode, "target_size": SIZE, "batch_size": 10, "shuffle": False}
    ours = next(ImageDataGenerator().flow_from_directory(folder, on_error="skip", **options))
    whole = next(ImageDataGenerator().flow_from_directory(folder, on_error=lambda path, error: np.zeros((*SIZE, 3)), **options))
    listed = ImageDataGenerator().flow_from_directory(folder, **options).filenames
    kept = [i for i, name in enumerate(listed) if name in GOOD]
    assert len(kept) == 6 < len(listed)
    expected = tuple(part[kept] for part in whole) if isinstance(whole, tuple) else whole[kept]
    assert_same(ours, expected)


def test_reasons_are_kept_and_logged_once(folder, caplog):
    it = from_names(folder, ALL, batch_size=4, on_error="skip")
    for _ in range(3):
        epoch(it)
    assert sorted(it.errors) == sorted(paths(folder, BAD))
    for path, reason in zip(paths(folder, BAD), REASONS):
        assert re.search(reason, it.errors[path])
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert sorted(re.search("'(.*?)'", message)[1] for message in messages) == sorted(paths(folder, BAD))
    json.dumps(it.errors)


def test_no_bad_file_no_difference(folder, caplog):
    ours, reference = (from_names(folder, GOOD, AUGMENTED, batch_size=4, seed=2, on_error=on_error) for on_error in ("skip", "raise"))
    assert_same([*epoch(ours), ours[1]], [*epoch(reference), reference[1]])
    assert ours.errors == reference.errors == {}
    assert not caplog.records


def test_a_batch_without_an_image_is_left_out(folder):
    names = [*GOOD[:2], *BAD[:2], *BAD[2:], *GOOD[2:4]]
    it = from_names(folder, names, batch_size=2, shuffle=False, on_error="skip")
    first, second, third = (next(it)[1].tolist() for _ in range(3))
    assert [first, second, third] == [[0, 3], [4, 6], [0, 3]]
    assert [it[i][1].tolist() for i in range(4)] == [[0, 3], [4, 6], [4, 6], [4, 6]]
    after_the_last = from_names(folder, [*GOOD[:2], *BAD[:2]], batch_size=2, shuffle=False, on_error="skip")
    assert after_the_last[1][1].tolist() == [0, 3]


@pytest.mark.parametrize("take", [next, lambda it: it[0]], ids=["next", "it[i]"])
def test_nothing_but_bad_files_is_an_error(folder, take):
    it = from_names(folder, BAD, batch_size=2, on_error="skip")
    with pytest.raises(OSError, match="None of .* files can be read"):
        take(it)
    assert len(it.errors) == 4


def test_an_empty_iterator_stays_one_of_empty_batches(tmp_path):
    os.mkdir(tmp_path / "cat")
    it = ImageDataGenerator().flow_from_directory(tmp_path, on_error="skip", class_mode=None, target_size=SIZE)
    assert next(it).shape == (0, *SIZE, 3)


def test_a_function_replaces_images(folder):
    calls = []

    def gray(path, error):
        calls.append((path, type(error).__name__))
        return np.full((*SIZE, 3), 128, np.uint8) if path.endswith("1.png") else np.full((*SIZE, 3), 0.5)

    it = from_names(folder, ALL, batch_size=10, shuffle=False, on_error=gray)
    images, numbers, _ = next(it)
    assert numbers.tolist() == list(range(10))
    assert (images[1] == 128).all() and (images[[2, 5, 8]] == 0.5).all()
    reference = next(from_names(folder, GOOD, batch_size=10, shuffle=False))[0]
    np.testing.assert_array_equal(images[[0, 3, 4, 6, 7, 9]], reference)
    assert sorted(path for path, _ in calls) == sorted(paths(folder, BAD))
    assert ("UnidentifiedImageError" in dict(calls).values()) and sorted(it.errors) == sorted(paths(folder, BAD))


def test_a_function_may_raise(folder):
    def refuse(path, error):
        raise LookupError(os.path.basename(path)) from error

    it = from_names(folder, ALL, batch_size=10, shuffle=False, on_error=refuse)
    for take in (next, lambda it: it[0]):
        with pytest.raises(LookupError, match=r"cat1\.png"):
            take(it)


@pytest.mark.parametrize(
    ("image", "received"),
    [
        (np.zeros(SIZE), r"\(9, 11\), dtype float64"),
        ("black", r"\(\), dtype <U5"),
        (np.full((*SIZE, 3), "0"), "dtype <U1"),
        (np.zeros((*SIZE, 3), complex), "dtype complex128"),
    ],
    ids=["shape", "no array", "text", "complex"],
)
def test_what_is_no_image_is_refused(folder, image, received):
    it = from_names(folder, ALL, batch_size=10, on_error=lambda path, error: image)
    with pytest.raises(ValueError, match=rf"on_error.*\(9, 11, 3\).*\.png.*{received}"):
        next(it)


def test_a_function_is_told_the_path_as_the_original_tells_it(folder):
    told = {}
    next(from_names(folder, ALL, batch_size=10, on_error=lambda path, error: told.update({path: getattr(error, "filename", None)})))
    missing = os.path.join(folder, "dog/dog0.png")
    assert told[missing] == missing


@pytest.mark.parametrize("on_error", ["ignore", None, True, 3])
def test_other_values_are_refused(folder, on_error):
    with pytest.raises(ValueError, match=f'`on_error` should be "raise".*{re.escape(repr(on_error))}'):
        from_names(folder, ALL, on_error=on_error)


def test_a_loader_of_ones_own(folder):
    def loader(path, target_size, **options):
        if path.endswith("cat4.png"):
            return Image.new("RGB", (3, 3))
        return imgdatagen_compat.load_img(path, target_size=target_size, **options)

    it = from_names(folder, ALL, AUGMENTED, batch_size=10, loader=loader, on_error="skip")
    assert sorted(next(it)[1]) == [0, 3, 6, 7, 9]
    assert "(3, 3, 3)" in it.errors[os.path.join(folder, "cat/cat4.png")]


def black(path, error):
    return np.zeros((*SIZE, 3), np.uint8)


def test_iterators_pickle_with_their_errors(folder):
    it = from_names(folder, ALL, AUGMENTED, batch_size=4, shuffle=False, seed=1, on_error=black)
    next(it)
    copy = pickle.loads(pickle.dumps(it))
    assert copy.errors == it.errors != {}
    assert_same(next(copy), next(it))


def test_state_is_saved_and_set(folder):
    first, second = (from_names(folder, ALL, AUGMENTED, batch_size=2, seed=1, on_error="skip") for _ in range(2))
    next(first)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert_same(epoch(second), epoch(first))


def test_eight_threads_see_every_good_file_once(folder):
    it = from_names(folder, ALL * 6, batch_size=2, on_error="skip")
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: next(it), range(12)))
    assert all(len(part) == len(batch[0]) > 0 for batch in batches for part in batch)
    assert set(it.errors) <= set(paths(folder, BAD))


def test_batches_made_ahead(tmp_path):
    """Good batches are made ahead, bad ones when they are asked for; both as without look-ahead."""
    side = 256  # smaller batches are not made ahead
    folder = write_bad_files(tmp_path / "images")
    names = [*GOOD[:4], *ALL[:2], *GOOD[4:]]
    options = {"batch_size": 2, "shuffle": False, "seed": 5, "target_size": (side, side), "on_error": "skip"}
    it, slow = (from_names(folder, names, AUGMENTED, **options) for _ in range(2))
    slow._look_ahead = lambda: None
    assert_same(epoch(it) + epoch(it), epoch(slow) + epoch(slow))
    assert it.errors == slow.errors
    assert it._lookahead is not None and slow._lookahead is None


def test_statistics_of_the_good_files(folder):
    datagens = [ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True) for _ in range(2)]
    for datagen, names in zip(datagens, (ALL, GOOD)):
        datagen.fit_iterator(from_names(folder, names, batch_size=4, on_error="skip"))
    np.testing.assert_allclose(datagens[0].mean, datagens[1].mean, rtol=1e-6)
    np.testing.assert_allclose(datagens[0].std, datagens[1].std, rtol=1e-6)


def test_explain_looks_at_good_files(folder):
    assert "5 of 10 images" in from_names(folder, ALL, on_error="skip").explain().images
    assert from_names(folder, BAD, on_error=black).explain().images == f"4 images of shape {(*SIZE, 3)}"


def test_a_file_that_comes_back_is_read_again(tmp_path):
    folder = write_bad_files(tmp_path / "images")
    it = from_names(folder, ALL, batch_size=10, on_error="skip")
    assert len(next(it)[0]) == 6
    shutil.copy(f"{folder}/cat/cat0.png", f"{folder}/cat/cat1.png")
    assert len(next(it)[0]) == 7


@pytest.mark.parametrize("damage", ["deleted", "emptied", "cut", "replaced by text", "replaced by a directory"])
def test_files_that_change_after_they_were_listed(tmp_path, damage):
    folder = write_class_folders(tmp_path / "images", n=2)
    options = {"target_size": SIZE, "class_mode": "sparse"}
    skipping, raising = (ImageDataGenerator().flow_from_directory(folder, on_error=on_error, **options) for on_error in ("skip", "raise"))
    bad = f"{folder}/dog/dog1.png"
    contents = pathlib.Path(bad).read_bytes()
    os.unlink(bad)
    if damage == "replaced by a directory":
        os.mkdir(bad)
    elif damage != "deleted":
        with open(bad, "wb") as file:
            file.write({"emptied": b"", "cut": contents[:-40], "replaced by text": b"text"}[damage])
    images, classes = next(skipping)
    assert len(images) == 3 and sorted(classes) == [0, 0, 1]
    with pytest.raises(OSError, match=r"dog1\.png"):
        next(raising)
