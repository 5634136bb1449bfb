"""`FileLoader` against the installed original: values, and errors by class, for files of every format and mode."""

import os
import pathlib
import warnings

import numpy as np
import oracles
import PIL
import pytest
import sample_files
import tensorflow as tf
from PIL import Image, ImageFile

from imgdatagen_compat.pipeline import loading
from imgdatagen_compat.pipeline.loading import FileLoader

COLOR_MODES = ("rgb", "grayscale", "rgba")
PILLOW = int(PIL.__version__.partition(".")[0])
PALETTE_WARNING = "Palette images with Transparency"  # Pillow's, of the original as well

pytestmark = pytest.mark.filterwarnings(f"ignore:{PALETTE_WARNING}")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sample_files.write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def broken_files(tmp_path_factory):
    return sample_files.write_broken(tmp_path_factory.mktemp("broken"))


def original(path, *settings):
    """Of `settings` (target_size, color_mode, interpolation, keep_aspect_ratio)."""
    target_size, color_mode, *rest = settings
    return oracles.loaded(path, color_mode, target_size, *rest)


def outcome(function, *arguments):
    """What a call gives: an array, or the class of its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments)
    except Exception as error:
        return type(error)


def check_same_outcome(ours, theirs, name):
    if isinstance(theirs, type):
        assert ours is theirs, name
    else:
        assert isinstance(ours, np.ndarray), f"{name}: {ours}"
        assert ours.dtype in (np.uint8, np.float32)
        np.testing.assert_array_equal(ours.astype(np.float32), theirs, err_msg=name)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("color_mode", COLOR_MODES)
@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
def test_batches_are_the_originals(files, color_mode, interpolation, keep_aspect_ratio):
    for size in ((20, 33), (131, 150)):
        settings = (size, color_mode, interpolation, keep_aspect_ratio)
        expected = {path: outcome(original, path, *settings) for path in files}
        failing = [path for path in files if isinstance(expected[path], type)]
        assert not failing or PILLOW < 11  # which resizes images of 16 bits by nearest neighbour only
        for path in failing:
            assert outcome(FileLoader(*settings).load, [path]) is expected.pop(path)
        batch = FileLoader(*settings).load(list(expected))
        assert batch.dtype == (np.float32 if color_mode == "grayscale" else np.uint8)
        np.testing.assert_array_equal(batch, np.stack(list(expected.values())))


@pytest.mark.parametrize("color_mode", COLOR_MODES)
def test_files_keep_their_size_without_a_target(files, color_mode):
    for path in files:
        (image,) = FileLoader(None, color_mode).load([path])
        np.testing.assert_array_equal(image, original(path, None, color_mode), err_msg=path.name)


def test_sizes_must_agree_without_a_target(files):
    with pytest.raises(ValueError, match="pass `target_size=\\(height, width\\)`"):
        FileLoader(None).load(files)


def test_batch_of_8_bit_files_is_uint8_and_16_bits_are_not_squeezed(files):
    by_name = {path.name: path for path in files}
    loader = FileLoader((9, 8), "grayscale")
    assert loader.load([by_name["jpeg-420.jpg"], by_name["png-palette.png"]]).dtype == np.uint8
    mixed = [by_name["jpeg-420.jpg"], by_name["png-gray-16-bit.png"], by_name["png-gray.png"]]
    batch = loader.load(mixed)
    assert batch.dtype == np.float32
    assert batch[1].max() > 255
    np.testing.assert_array_equal(batch, [original(path, (9, 8), "grayscale") for path in mixed])


@pytest.mark.parametrize("color_mode", COLOR_MODES)
def test_broken_files_end_as_in_the_original(broken_files, color_mode):
    for size in ((20, 33), None):
        for path in broken_files:
            theirs = outcome(original, path, size, color_mode)
            ours = outcome(lambda path=path, size=size: FileLoader(size, color_mode).load([path])[0])
            check_same_outcome(ours, theirs, path.name)


def test_error_names_the_broken_file_of_a_batch(files, broken_files):
    good = [path for path in files if path.suffix == ".jpg"]
    for name, error in {"text.jpg": PIL.UnidentifiedImageError, "half.jpg": OSError, "half.png": OSError, "empty.jpg": OSError}.items():
        bad = next(path for path in broken_files if path.name == name)
        with pytest.raises(error, match=name.replace(".", r"\.")):
            FileLoader((9, 9)).load([*good, bad, *good])


def test_broken_file_does_not_spoil_what_can_be_read(files, broken_files):
    """TensorFlow refuses a batch for one file's sake that Pillow can read."""
    settings = ((9, 9), "rgb")
    batch = [path for path in broken_files if isinstance(outcome(original, path, *settings), np.ndarray)] + files
    np.testing.assert_array_equal(FileLoader(*settings).load(batch), [original(path, *settings) for path in batch])


def test_truncated_files_load_where_pillow_is_told_to(broken_files, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    path = next(path for path in broken_files if path.name == "half.jpg")
    np.testing.assert_array_equal(FileLoader((9, 9)).load([path])[0], original(path, (9, 9), "rgb"))


def test_missing_file_and_directory_are_the_originals_errors(tmp_path):
    (tmp_path / "directory.jpg").mkdir()
    for name in ("missing.jpg", "directory.jpg"):
        path = tmp_path / name
        theirs = outcome(original, path, (9, 9), "rgb")
        assert issubclass(theirs, OSError)
        with pytest.raises(theirs, match=name):
            FileLoader((9, 9)).load([path])


@pytest.mark.parametrize(
    "settings",
    [((9, 9), "bgr"), ((9, 9), "rgb", "cubic"), ((0, 9), "rgb"), ((9, 0), "rgb", "nearest", True), ((-1, 9), "rgb"), ((9.0, 9.0), "rgb")],
)
def test_bad_settings_are_the_originals_errors(files, settings):
    path = next(path for path in files if path.name == "jpeg-420.jpg")
    theirs = outcome(original, path, *settings)
    assert isinstance(theirs, type)
    assert outcome(FileLoader(*settings).load, [path]) is theirs


def test_unknown_interpolation_is_looked_at_only_for_a_resize(files):
    path = next(path for path in files if path.name == "jpeg-420.jpg")
    assert FileLoader((75, 100), "rgb", "cubic").load([path]).shape == (1, 75, 100, 3)


@pytest.mark.parametrize("name", ["jpeg-420.jpg", "png-rgb.png", "bmp-rgb.bmp"])
def test_decompression_bombs_are_pillows(files, name, monkeypatch):
    path = next(path for path in files if path.name == name)
    height, width = np.asarray(Image.open(path)).shape[:2]
    loader = FileLoader((9, 9))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", height * width - 1)
    with pytest.warns(Image.DecompressionBombWarning):
        loader.load([path])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", height * width // 2 - 1)
    with pytest.raises(Image.DecompressionBombError, match=name):
        loader.load([path])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert loader.load([path]).shape == (1, 9, 9, 3)


def test_warnings_of_pillow_come_through(files):
    path = next(path for path in files if path.name == "png-palette-alpha.png")
    with pytest.warns(UserWarning, match=PALETTE_WARNING):
        original(path, (9, 9), "rgb")
    with pytest.warns(UserWarning, match=PALETTE_WARNING):
        FileLoader((9, 9)).load(files)


def test_paths_may_be_text_bytes_or_pathlib_and_hold_any_byte(files, tmp_path):
    source = next(path for path in files if path.name == "jpeg-420.jpg")
    expected = original(source, (9, 9), "rgb")
    odd = os.path.join(os.fsencode(tmp_path), b"gr\xfc\xdf \xe2\x82\xac %s.jpg")
    pathlib.Path(os.fsdecode(odd)).write_bytes(source.read_bytes())
    batch = FileLoader((9, 9)).load([str(source), source, os.fsencode(source), odd, os.fsdecode(odd)])
    np.testing.assert_array_equal(batch, np.stack([expected] * 5))


def test_no_files_make_an_empty_batch():
    assert FileLoader((9, 8), "rgba").load([]).shape == (0, 9, 8, 4)


def test_graph_serves_what_it_can_and_is_traced_once(files, monkeypatch):
    photographs = [path for path in files if path.name in ("jpeg-420.jpg", "jpeg-444.jpg", "png-rgb.png", "jpeg-gray.jpg")]
    monkeypatch.setattr(FileLoader, "_load_with_pillow", None)
    for n in (4, 1, 3, 2):
        assert FileLoader((11, 13)).load(photographs[:n]).shape == (n, 11, 13, 3)
    assert loading._graph_loader((11, 13), "rgb", False).experimental_get_tracing_count() == 1


def test_batches_load_inside_a_graph_and_in_a_numpy_function(files):
    names = [str(path) for path in files if path.suffix == ".jpg"]
    loader = FileLoader((9, 9))
    expected = loader.load(names)

    @tf.function
    def traced():
        return tf.constant(loader.load(names))

    np.testing.assert_array_equal(traced(), expected)
    loaded = tf.data.Dataset.from_tensors(names).map(lambda x: tf.numpy_function(loader.load, [x], tf.uint8)).get_single_element()
    np.testing.assert_array_equal(loaded, expected)
