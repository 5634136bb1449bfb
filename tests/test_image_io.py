"""The image functions against the installed original: values, types, warnings and errors by class."""

import inspect
import io
import pathlib
import subprocess
import sys
import warnings

import keras
import keras_preprocessing.image
import numpy as np
import PIL
import pytest
import sample_files
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from imgdatagen_compat import image_io

COLOR_MODES = ("rgb", "grayscale", "rgba")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
ORIGINALS = {
    "load_img": keras.utils.load_img,
    "img_to_array": keras.utils.img_to_array,
    "array_to_img": keras.utils.array_to_img,
    "save_img": keras.utils.save_img,
    "smart_resize": keras.preprocessing.image.smart_resize,
}

pytestmark = pytest.mark.filterwarnings("ignore:Palette images with Transparency")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sample_files.write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture
def photograph_path(tmp_path):
    path = tmp_path / "photograph.png"
    Image.fromarray(sample_files.photograph(20, 30)).save(path)
    return path


def outcome(function, *arguments, **keywords):
    """What a call gives: its result, or the class of its error; and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **keywords)
        except Exception as error:
            result = type(error)
    return result, [(w.category, str(w.message)) for w in caught if not issubclass(w.category, DeprecationWarning)]


def check_same(name, *arguments, **keywords):
    """Our function `name` does what the original does."""
    ours, our_warnings = outcome(getattr(image_io, name), *arguments, **keywords)
    theirs, their_warnings = outcome(ORIGINALS[name], *arguments, **keywords)
    assert our_warnings == their_warnings
    assert type(ours) is type(theirs), (ours, theirs)
    if isinstance(theirs, type):
        assert ours is theirs
    elif isinstance(theirs, Image.Image):
        assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    else:
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    return ours


@pytest.mark.parametrize("name", ORIGINALS)
def test_signatures_begin_with_the_originals(name):
    ours, theirs = (list(inspect.signature(f).parameters.values()) for f in (getattr(image_io, name), ORIGINALS[name]))
    # Keras below 3.15 names `backend_module`, for itself; later it is taken out of `**kwargs`, as ours takes it.
    open_end = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    theirs = [open_end if p.name == "backend_module" else p for p in theirs]
    own = [p for p in ours if p.name not in {q.name for q in theirs}]
    assert [(p.name, p.kind, p.default) for p in ours if p not in own] == [(p.name, p.kind, p.default) for p in theirs]
    assert all(p.kind is p.KEYWORD_ONLY for p in own)


def test_importing_does_not_import_tensorflow():
    script = "import sys, imgdatagen_compat.image_io as i; i.load_img; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@pytest.mark.parametrize("color_mode", COLOR_MODES)
@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
def test_load_img_of_every_format(files, color_mode, keep_aspect_ratio):
    for path in files:
        for size, interpolation in (
            (None, "nearest"),
            ((20, 33), "nearest"),
            ((41, 60), "lanczos"),
            ([7, 90], "box"),
            ((20, 33), "bicubic"),
        ):
            check_same("load_img", path, color_mode, size, interpolation, keep_aspect_ratio)


def test_load_img_takes_text_bytes_pathlib_and_memory(photograph_path):
    contents = io.BytesIO(photograph_path.read_bytes())
    for path in (str(photograph_path), bytes(photograph_path), photograph_path, contents):
        check_same("load_img", path)
    with open(photograph_path, "rb") as file:
        check_same("load_img", file)
    check_same("load_img", 3)


def test_load_img_keeps_what_pillow_says_of_the_file(photograph_path):
    assert image_io.load_img(photograph_path).format == keras.utils.load_img(photograph_path).format == "PNG"


@pytest.mark.parametrize(
    ("settings", "keywords"),
    [
        (("bgr",), {}),
        (("rgb", (5, 5), "cubic"), {}),
        (("rgb", (20, 30), "cubic"), {}),
        (("rgb", (0, 5)), {}),
        (("rgb", (0, 5), "nearest", True), {}),
        (("rgb", (-3, 5)), {}),
        (("rgb", 5), {}),
        (("rgb", (5,)), {}),
        (("rgb", (5.0, 5.0)), {}),
        ((), {"size": 3}),
    ],
)
def test_load_img_bad_settings(photograph_path, settings, keywords):
    check_same("load_img", photograph_path, *settings, **keywords)


def test_load_img_names_a_file_that_is_no_image(tmp_path):
    for path in sample_files.write_broken(tmp_path):
        for size in (None, (5, 5)):
            result, _ = outcome(ORIGINALS["load_img"], path, "grayscale", size)
            if isinstance(result, type):
                with pytest.raises(result, match=path.name.replace(".", r"\.")) as caught:
                    image_io.load_img(path, "grayscale", size)
                assert type(caught.value) is result
            else:
                check_same("load_img", path, "grayscale", size)
    with pytest.raises(PIL.UnidentifiedImageError, match="Remove it, or convert it"):
        image_io.load_img(tmp_path / "text.jpg")
    check_same("load_img", io.BytesIO(b"no image"))
    check_same("load_img", tmp_path / "missing.jpg")


def test_load_img_takes_what_keras_preprocessing_took(photograph_path):
    path = str(photograph_path)
    for arguments in (
        (True,),
        (False,),
        (False, "rgba"),
        (False, "rgb", (5, 7)),
        (True, "rgb", (5, 7), "bilinear"),
        (False, "rgb", None, "box"),
    ):
        ours, our_warnings = outcome(image_io.load_img, path, *arguments)
        theirs, their_warnings = outcome(keras_preprocessing.image.load_img, path, *arguments)
        assert our_warnings == their_warnings
        assert ours.mode == theirs.mode
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    with pytest.warns(UserWarning, match="grayscale is deprecated"):
        assert image_io.load_img(path, grayscale=True, target_size=(5, 7)).mode == "L"
    assert image_io.load_img(path, False, (5, 7)).size == (7, 5)  # before color_mode existed
    with pytest.warns(UserWarning, match="grayscale is deprecated"):
        np.testing.assert_array_equal(image_io.load_img(path, True, (5, 7), "box"), image_io.load_img(path, "grayscale", (5, 7), "box"))


@pytest.mark.parametrize("data_format", [None, "channels_last", "channels_first", "CHANNELS_FIRST", "tf", 3])
@pytest.mark.parametrize("dtype", [None, "uint8", "float64", np.float32, "nonsense"])
def test_img_to_array(files, data_format, dtype):
    names = ("png-rgb", "png-gray", "png-gray-16-bit", "tiff-float", "png-la", "png-1-bit")
    images = [Image.open(io.BytesIO(path.read_bytes())) for path in files if path.stem in names]
    assert len(images) == len(names)
    for image in (*images, np.arange(6).reshape(2, 3), np.zeros((2, 3, 4, 5)), np.float64(3), [[1, 2], [3, 4]]):
        check_same("img_to_array", image, data_format, dtype)


@given(
    x=hnp.arrays(
        st.sampled_from(["uint8", "int64", "float32", "float64"]),
        hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=5),
        elements=st.integers(0, 255),
    ),
    data_format=st.sampled_from([None, "channels_last", "channels_first", "nonsense"]),
    scale=st.booleans(),
    dtype=st.sampled_from([None, "float64", "int32"]),
)
def test_array_to_img(x, data_format, scale, dtype):
    check_same("array_to_img", x, data_format, scale, dtype)


def test_array_to_img_of_large_values_and_lists():
    wide = np.arange(12.0).reshape(3, 4, 1) * 100
    assert check_same("array_to_img", wide, scale=False).mode == "I"
    assert check_same("array_to_img", wide).mode == "L"
    check_same("array_to_img", wide.tolist(), scale=False)
    check_same("array_to_img", np.zeros((0, 4, 1)))


@pytest.mark.parametrize(
    ("name", "file_format", "channels"),
    [
        ("a.png", None, 3), ("a.jpg", None, 3), ("a.JPG", None, 3), ("a.jpeg", None, 1), ("a.png", "jpeg", 3), ("a", "JPEG", 3),
        ("a", None, 3), ("a.bmp", "bmp", 1), ("a.bmp", None, 4), ("a.jpg", "JPEG", 4), ("a.png", "nonsense", 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path_class", [str, pathlib.Path])
def test_save_img_writes_the_same_bytes(tmp_path, name, file_format, channels, path_class):
    x = sample_files.photograph(9, 11, channels).reshape(9, 11, channels)
    results = []
    for function, directory in ((image_io.save_img, tmp_path / "ours"), (keras.utils.save_img, tmp_path / "theirs")):
        directory.mkdir()
        result = outcome(function, path_class(directory / name), x, "channels_last", file_format, scale=False)
        results.append((*result, {path.name: path.read_bytes() for path in directory.iterdir()}))
    assert results[0] == results[1]


@pytest.mark.parametrize(("name", "channels"), [("a.tif", 4), ("a.TIFF", 3), ("a.png", 4), ("a.jpg", 4), ("a.jpeg", 4)])
def test_save_img_leaves_the_format_to_pillow(tmp_path, name, channels):
    x = sample_files.photograph(9, 11, channels)
    picture = Image.fromarray(x)
    if name.startswith("a.j"):
        with pytest.warns(UserWarning, match="JPEG format does not support RGBA"):
            image_io.save_img(str(tmp_path / name), x, scale=False)
        picture = picture.convert("RGB")
    else:
        image_io.save_img(str(tmp_path / name), x, scale=False)
    picture.save(tmp_path / f"pillow-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / f"pillow-{name}").read_bytes()


def test_save_img_to_an_unknown_extension(tmp_path):
    with pytest.raises(ValueError, match="unknown file extension"):
        image_io.save_img(str(tmp_path / "a.nonsense"), np.zeros((2, 2, 3)))


def test_save_img_to_memory_with_options():
    x = sample_files.photograph(3, 9, 3).transpose(2, 0, 1)
    ours, theirs = io.BytesIO(), io.BytesIO()
    image_io.save_img(ours, x, "channels_first", "jpg", quality=30)
    keras.utils.save_img(theirs, x, "channels_first", "jpeg", quality=30)  # "jpg" from Keras 3.13 on
    assert ours.getvalue() == theirs.getvalue() != b""


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_smart_resize(interpolation, dtype):
    for shape, size, data_format in (
        ((31, 17, 3), (7, 12), "channels_last"),
        ((2, 12, 40, 1), (30, 20), "channels_last"),
        ((3, 9, 8), (5, 5), "channels_first"),
    ):
        x = np.random.default_rng(0).uniform(0, 255, shape).astype(dtype)
        assert isinstance(check_same("smart_resize", x, size, interpolation, data_format), np.ndarray)
        assert isinstance(image_io.smart_resize(tf.constant(x), size, interpolation, data_format), tf.Tensor)


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ((np.zeros((4, 4, 3)), (2, 2, 2)), {}),
        ((np.zeros((4, 4)), (2, 2)), {}),
        ((np.zeros((1, 4, 4, 3, 1)), (2, 2)), {}),
        ((np.zeros((4, 4, 3)), (2, 2), "nonsense"), {}),
        ((np.zeros((4, 4, 3)), (2, 2)), {"data_format": "nonsense"}),
        ((np.zeros((4, 4, 3)), (2, 2)), {"antialias": True}),
        ((np.zeros((4, 4, 3)), (0, 2)), {}),
        ((np.ones((4, 6, 3)), (np.int64(2), np.int64(2))), {}),
        ((np.ones((4, 6, 3)), [2, 5]), {}),
    ],
)
def test_smart_resize_of_odd_arguments(arguments, keywords):
    check_same("smart_resize", *arguments, **keywords)


def test_list_pictures(tmp_path):
    (tmp_path / "deeper").mkdir()
    for name in ("a.jpg", "b.JPEG", "c.txt", "d.tiff", "deeper/e.png", "deeper/f.gif", "g.xjpg", "jpg"):
        (tmp_path / name).touch()
    for arguments in ((), ("gif",), (("txt", "png"),)):
        ours = image_io.list_pictures(str(tmp_path), *arguments)
        assert ours == keras_preprocessing.image.list_pictures(str(tmp_path), *arguments)
        assert ours
