"""`on_error` of `flow_pair()`: an image and its mask are left out together, and what is left belongs together."""

import os

import numpy as np
import pytest
from flow_pairs import COLOURS, GEOMETRY
from originals import assert_same, photographs
from PIL import Image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.iterators.bad_files import NoReadableFileError

SIZE = (9, 11)
N = 8
BAD_IMAGES, BAD_MASKS = ("1.png", "4.png"), ("4.png", "6.png")
WHOLE = [f"{i}.png" for i in (0, 2, 3, 5, 7)]
SETTINGS = {
    "compiled": {**GEOMETRY, "interpolation_order": 0, "fill_mode": "constant"},
    "a function": {**GEOMETRY, "interpolation_order": 0, "preprocessing_function": np.copy},
    "per image": {**GEOMETRY, "interpolation_order": 0, "dtype": "float64"},
    "colours": {**GEOMETRY, **COLOURS},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two folders of the same grey images, of which two in each cannot be read, one of them in both."""
    root = tmp_path_factory.mktemp("pairs")
    for kind, bad in (("images", BAD_IMAGES), ("masks", BAD_MASKS)):
        (root / kind / "a").mkdir(parents=True)
        for i, pixels in enumerate(photographs(N, *SIZE)):
            path = root / kind / "a" / f"{i}.png"
            Image.fromarray(pixels[..., 0]).save(path)
            if path.name in bad:
                path.write_bytes(b"<html>not found</html>")
    return root / "images", root / "masks"


def pair_of(folders, settings, names=None, **options):
    """A pair over the folders, or over these files of both."""
    options = {"target_size": SIZE, "color_mode": "grayscale", "batch_size": N, "shuffle": False, "seed": 3, **options}
    if names is not None:
        folders = [[str(folder / "a" / name) for name in names] for folder in folders]
    return ImageDataGenerator(**settings).flow_pair(*folders, **options)


def errors_of(pair):
    return sorted(os.path.join(os.path.basename(os.path.dirname(os.path.dirname(path))), os.path.basename(path)) for path in pair.errors)


ERRORS = ["images/1.png", "images/4.png", "masks/4.png", "masks/6.png"]


@pytest.mark.parametrize("case", SETTINGS)
def test_a_batch_is_made_as_if_the_pairs_that_are_not_whole_were_not_in_it(folders, case):
    ours = pair_of(folders, SETTINGS[case], on_error="skip")
    reference = pair_of(folders, SETTINGS[case], WHOLE)
    for take in (next, next, lambda pair: pair[0]):
        batch, state = take(ours), list(np.random.get_state())
        assert_same(batch, take(reference))
        assert_same(state, list(np.random.get_state()))
    assert errors_of(ours) == ERRORS


def test_left_out_of_two_batches(folders):
    """Images that are their own masks stay so, wherever the batches begin."""
    pair = pair_of(folders, SETTINGS["compiled"], batch_size=3, on_error="skip", shuffle=True)
    taken = [next(pair) for _ in range(2 * len(pair))]
    assert sum(len(images) for images, _ in taken) == 2 * len(WHOLE)
    for images, masks in taken:
        np.testing.assert_array_equal(images, masks)


@pytest.mark.parametrize("options", [{}, {"cache": True}, {"cache": "directory"}, {"rng": "legacy"}], ids=str)
def test_datasets(folders, tmp_path, options):
    if options.get("cache") == "directory":
        options = {"cache": tmp_path / "cache"}
    pair = pair_of(folders, SETTINGS["compiled"], on_error="skip")
    ((images, masks),) = pair.as_dataset(**options).as_numpy_iterator()
    assert images.shape == masks.shape == (len(WHOLE), *SIZE, 1)
    np.testing.assert_array_equal(images, masks)
    assert errors_of(pair) == ERRORS


def test_a_function_gives_images_and_masks(folders):
    asked = []

    def black(path, error):
        asked.append(path)
        return None if path.endswith("6.png") else np.zeros((*SIZE, 1), np.uint8)

    pair = pair_of(folders, {}, on_error=black)
    images, masks = next(pair)
    assert len(images) == len(masks) == N - 1
    assert not images[[1, 4]].any() and masks[1].any() and not masks[4].any()
    assert errors_of(pair) == ERRORS and len(set(asked)) == 4


def test_raises_without(folders):
    for pair in (pair_of(folders, {}), pair_of(folders, {}, on_error="raise")):
        with pytest.raises(OSError, match="1.png"):
            next(pair)
        assert pair.errors == {}


def test_a_batch_without_a_whole_pair_is_left_out(folders):
    """The second and the third have an image or a mask too few in every pair."""
    names = ["0.png", "2.png", "4.png", "6.png", "1.png", "6.png", "3.png", "7.png"]
    pair = pair_of(folders, {}, names, batch_size=2, on_error="skip")
    expected = pair_of(folders, {}, ["0.png", "2.png", "3.png", "7.png"], batch_size=2)
    for number in (0, 1):
        assert_same(next(pair), next(expected))
        assert len(pair.errors) == (0, 4)[number]
    assert_same(pair[1], expected[1])


def test_no_whole_pair_at_all(folders):
    pair = pair_of(folders, {}, ["1.png", "6.png"], on_error="skip")
    with pytest.raises(NoReadableFileError, match="no pair can be read"):
        next(pair)
    with pytest.raises(NoReadableFileError):
        pair[0]


def test_missing_files_are_bad_files(folders):
    with pytest.raises(FileNotFoundError, match="missing.png"):
        pair_of(folders, {}, ["0.png", "missing.png"])
    pair = pair_of(folders, {}, ["0.png", "missing.png"], on_error="skip")
    assert len(next(pair)[0]) == 1
    assert sorted(os.path.basename(path) for path in pair.errors) == ["missing.png", "missing.png"]


def test_arguments(folders):
    with pytest.raises(ValueError, match="`on_error` should be"):
        pair_of(folders, {}, on_error="ignore")
    with pytest.raises(TypeError, match="`on_error` of `flow_pair` has no meaning for arrays"):
        ImageDataGenerator().flow_pair(np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 1)), on_error="skip")
    assert ImageDataGenerator().flow_pair(np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 1))).errors == {}
