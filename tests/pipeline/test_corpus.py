"""The corpus of odd and damaged files: `FileLoader` and the original agree on what is an error, by class, and on every pixel otherwise."""

import os
import warnings

import numpy as np
import oracles
import PIL
import pytest
import tensorflow as tf
from corpus import DAMAGED_METADATA, corpus_files, write_corpus
from corpus.odd_paths import write_odd_paths
from PIL import Image

from imgdatagen_compat.kernels import decoding
from imgdatagen_compat.pipeline.graph_files import files_for_pillow
from imgdatagen_compat.pipeline.loading import FileLoader

SETTINGS = {
    "rgb": ((20, 33), "rgb"),
    "grayscale": ((20, 33), "grayscale"),
    "rgba": ((7, 5), "rgba"),
    "rgb of its own size": (None, "rgb"),
    "grayscale of its own size": (None, "grayscale"),
    "rgb enlarged in a box": ((70, 81), "rgb", "nearest", True),
    "rgba bilinear": ((20, 33), "rgba", "bilinear"),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("corpus")
    return [(record, os.path.join(directory, record.name)) for record in write_corpus(directory)]


def load_with_the_original(path, settings):
    target_size, color_mode, *more = settings
    return oracles.loaded(path, color_mode, target_size, *more)


def load_with_ours(path, settings):
    return FileLoader(*settings).load([path])[0]


def outcome(load, path, settings):
    """Pixels, or the class of the error; and the categories of Pillow's warnings of bombs."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = load(path, settings)
        except Exception as error:
            result = type(error)
    return result, [entry.category for entry in caught if entry.category is Image.DecompressionBombWarning]


def difference(path, settings, ours=load_with_ours):
    """What differs between the outcomes, as a line; None if nothing does."""
    (mine, my_warnings), (theirs, their_warnings) = outcome(ours, path, settings), outcome(load_with_the_original, path, settings)
    name = os.path.basename(path)
    if my_warnings != their_warnings:
        return f"{name}: warnings {my_warnings} instead of {their_warnings}"
    if isinstance(theirs, type) or isinstance(mine, type):
        what = [result.__name__ if isinstance(result, type) else f"pixels {result.shape}" for result in (mine, theirs)]
        return None if mine is theirs else f"{name}: {what[0]} instead of {what[1]}"
    return None if np.array_equal(mine, theirs) else f"{name}: other pixels"


def test_there_are_hundreds_of_files_of_many_kinds():
    records = corpus_files()
    assert len(records) > 500
    assert len({record.name for record in records}) == len(records)
    assert len({record.kind for record in records}) > 40
    assert sum(record.readable is True for record in records) > 150
    assert sum(record.readable is False for record in records) > 60


def test_what_the_corpus_says_is_readable_the_original_reads(corpus):
    for record, path in corpus:
        if record.readable is not None:
            result, _ = outcome(load_with_the_original, path, SETTINGS["rgb"])
            assert isinstance(result, np.ndarray) is record.readable, record


@pytest.mark.parametrize("case", SETTINGS)
def test_every_file_ends_as_in_the_original(corpus, case):
    found = [difference(path, SETTINGS[case]) for record, path in corpus if record.kind != DAMAGED_METADATA]
    assert not list(filter(None, found))


def test_the_comparison_finds_a_loader_that_is_wrong(corpus):
    def one_pixel_off(path, settings):
        pixels = load_with_ours(path, settings).copy()
        pixels[-1, -1, -1] ^= 1
        return pixels

    def other_class(path, settings):
        try:
            return load_with_ours(path, settings)
        except OSError as error:
            raise ValueError from error

    paths = {record.name: path for record, path in corpus}
    assert "other pixels" in difference(paths["jpeg-420.jpg"], SETTINGS["rgb"], one_pixel_off)
    assert "ValueError instead of UnidentifiedImageError" in difference(paths["html-as-jpg.jpg"], SETTINGS["rgb"], other_class)
    assert "instead of pixels" in difference(paths["jpeg-420.jpg"], SETTINGS["rgb"], lambda path, settings: 1 / 0)


def test_damaged_metadata_is_the_one_kind_that_differs(corpus):
    """A known difference: whole pixels are read that the original refuses. See MIGRATION.md."""
    records = {record.name: record for record, path in corpus if record.kind == DAMAGED_METADATA}
    paths = {record.name: path for record, path in corpus}
    assert len(records) > 5
    for name in records:
        assert "instead of" in difference(paths[name], SETTINGS["rgb"])
    without = load_with_the_original(paths["jpeg-comment-empty.jpg"], SETTINGS["rgb"])  # the same pixels, beside harmless metadata
    for name in ("jpeg-adobe-short.jpg", "jpeg-jfif-short.jpg"):
        np.testing.assert_array_equal(load_with_ours(paths[name], SETTINGS["rgb"]), without)
    without = load_with_the_original(paths["png-time-before.png"], SETTINGS["rgb"])
    for name in ("png-gamma-short-before.png", "png-density-short-behind.png", "png-key-short.png"):
        np.testing.assert_array_equal(load_with_ours(paths[name], SETTINGS["rgb"]), without)


def test_the_graph_alone_gives_the_originals_pixels_or_an_error(corpus):
    """Without Pillow to fall back to, as in a dataset for other machines: PNGs damaged in ways that Pillow forgives are errors."""
    settings = SETTINGS["rgb"]
    load = tf.function(
        lambda name: decoding.load_image(name, *settings, pillow=False), input_signature=[tf.TensorSpec([], tf.string)], autograph=False
    )
    for_pillow = files_for_pillow([path for _, path in corpus], settings[0], False, decoding.pillow_pixel_limit())
    read, refused = 0, {}
    for i, (record, path) in enumerate(corpus):
        if i in for_pillow or record.kind == DAMAGED_METADATA:
            continue
        theirs, _ = outcome(load_with_the_original, path, settings)
        try:
            ours = load(path)
        except tf.errors.OpError:
            if not isinstance(theirs, type):
                refused[record.name] = record
            continue
        np.testing.assert_array_equal(ours, theirs, err_msg=record.name)
        read += 1
    assert read > 200
    assert {"png-data-no-end.png", "png-data-chunk-checksum.png"} <= set(refused)
    assert all(record.contents.startswith(b"\x89PNG") and record.readable is None for record in refused.values())


def test_readable_files_load_as_one_batch(corpus):
    settings = SETTINGS["rgb"]
    paths = [path for record, path in corpus if record.readable]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = np.stack([load_with_the_original(path, settings) for path in paths])
        np.testing.assert_array_equal(FileLoader(*settings).load(paths), expected)


@pytest.mark.parametrize("case", ["rgb", "grayscale of its own size", "rgba bilinear"])
@pytest.mark.parametrize(("limit", "ends"), [(767, "warned of"), (383, "refused"), (None, "read")])
def test_pillows_guard_against_bombs_holds_in_the_graph_too(corpus, monkeypatch, case, limit, ends):
    """Every file of 24 × 32 = 768 pixels is a bomb to a low limit: above it Pillow warns, above twice of it Pillow refuses."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    bombs = [path for record, path in corpus if record.readable and record.kind in ("PNG", "interlaced PNG", "GIF named .jpg", "BMP")]
    assert len(bombs) > 20
    for path in bombs:
        assert difference(path, SETTINGS[case]) is None
        result, warned = outcome(load_with_ours, path, SETTINGS[case])
        assert (result is Image.DecompressionBombError) is (ends == "refused")
        assert bool(warned) is (ends == "warned of")


@pytest.mark.parametrize("case", ["rgb", "rgba bilinear"])
def test_odd_paths_end_as_in_the_original(tmp_path, case):
    odd = write_odd_paths(tmp_path)
    assert {record.readable for record in odd} == {True, False}
    for record in odd:
        assert difference(record.path, SETTINGS[case]) is None, record
        result, _ = outcome(load_with_ours, record.path, SETTINGS[case])
        assert isinstance(result, np.ndarray) is record.readable, record


def test_the_file_that_was_listed_is_gone_or_another_now(tmp_path, corpus):
    contents = {record.name: record.contents for record, _ in corpus}
    path, loader = tmp_path / "a.jpg", FileLoader((20, 33))
    for name in ("jpeg-420.jpg", "bmp-rgb.bmp", "png-type-2-8-bit.png", "jpeg-cmyk.jpg", "gif.jpg"):
        path.write_bytes(contents[name])
        np.testing.assert_array_equal(loader.load([path])[0], load_with_the_original(str(path), SETTINGS["rgb"]), err_msg=name)
    path.write_bytes(b"")
    with pytest.raises(PIL.UnidentifiedImageError, match=r"a\.jpg"):
        loader.load([path])
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.jpg"):
        loader.load([path])
