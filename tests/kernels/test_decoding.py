"""The decoding kernels against Pillow and the installed original, eager, as a graph and inside tf.data."""

import io

import numpy as np
import oracles
import PIL
import pytest
import sample_files
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from imgdatagen_compat import image_io
from imgdatagen_compat.kernels import decoding

COLOR_MODES = ("rgb", "grayscale", "rgba")
PALETTE_WARNING = "Palette images with Transparency"  # Pillow's, of the original as well

pytestmark = pytest.mark.filterwarnings(f"ignore:{PALETTE_WARNING}")
SIZES = ((20, 33), (131, 150), (7, 1))

sides = st.integers(1, 1500)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sample_files.write_images(tmp_path_factory.mktemp("images"))


def as_graph(function, *signature):
    return tf.function(function, input_signature=signature, autograph=False)


def pillow_nearest_indices(box_start, box_side, side, target_side):
    ramp = Image.fromarray(np.arange(side, dtype=np.int32)[np.newaxis])
    box = (box_start, 0, box_start + box_side, 1)
    return np.asarray(ramp.resize((target_side, 1), Image.Resampling.NEAREST, box=box))[0]


def indices_by_formula(start, side, target_side):
    """What nearest resizing is usually taken for, and what Pillow does not do."""
    step = side / target_side
    return np.floor(start + (np.arange(target_side) + 0.5) * step).astype(np.int32)


def check_nearest_indices(indices, start, side, margin, target_side):
    expected = pillow_nearest_indices(start, side, start + side + margin, target_side)
    np.testing.assert_array_equal(np.asarray(indices(start, side, target_side)), expected)


def indices_in_graph(start, side, target_side):
    scalar = tf.TensorSpec([], tf.int64)
    return as_graph(lambda a, b: decoding.nearest_indices(a, b, target_side), scalar, scalar)(start, side)


@pytest.mark.parametrize("indices", [decoding.nearest_indices, indices_in_graph])
def test_nearest_indices_are_pillows(indices):
    @given(start=st.integers(0, 50), side=sides, margin=st.integers(0, 9), target_side=sides)
    def check(start, side, margin, target_side):
        assume(start + margin > 0 or side != target_side)
        check_nearest_indices(indices, start, side, margin, target_side)

    check()
    check_nearest_indices(indices, 0, 120, 0, 33)  # a product with 1/33 instead of a division reads pixel 59 instead of 60


def test_the_check_finds_the_usual_formula_wrong():
    rng = np.random.default_rng(0)
    failures = 0
    for side, target_side in rng.integers(1, 1500, (100, 2)):
        try:
            check_nearest_indices(indices_by_formula, 0, int(side), 0, int(target_side))
        except AssertionError:
            failures += 1
    assert failures >= 5


@given(height=st.integers(1, 40), width=st.integers(1, 40), target=st.tuples(st.integers(1, 60), st.integers(1, 60)), keep=st.booleans())
def test_resized_image_is_the_originals(height, width, target, keep):
    file = io.BytesIO()
    Image.fromarray(sample_files.photograph(height, width)).save(file, "png")
    image, decoded = decoding.decode_image(file.getvalue(), target, "rgb", keep)
    left, top, right, bottom = image_io.aspect_ratio_box(width, height, target[1], target[0]) if keep else (0, 0, width, height)
    assert bool(decoded) is (left < right and top < bottom)
    if decoded:
        np.testing.assert_array_equal(image, oracles.loaded(file, "rgb", target, "nearest", keep))


def test_luma_is_pillows_for_every_kind_of_colour():
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 52, 3)
    gray = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    for image in (colors, gray):
        np.testing.assert_array_equal(decoding.luma(image)[..., 0], np.asarray(Image.fromarray(image).convert("L")))


@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize("color_mode", COLOR_MODES)
def test_what_the_graph_decodes_is_what_pillow_loads(files, color_mode, keep_aspect_ratio):
    seen = {}
    for size in SIZES:
        graph = as_graph(lambda c, size=size: decoding.decode_image(c, size, color_mode, keep_aspect_ratio), tf.TensorSpec([], tf.string))
        for path in files:
            image, decoded = graph(path.read_bytes())
            assert image.dtype == tf.uint8
            if decoded:
                expected = oracles.loaded(path, color_mode, size, "nearest", keep_aspect_ratio)
                np.testing.assert_array_equal(image, expected, err_msg=path.name)
                seen[path.stem] = path
    fast = {"jpeg-444", "jpeg-440", "jpeg-420", "jpeg-411", "jpeg-gray", "jpeg-progressive", "jpeg-padded", "jpeg-named-png"}
    fast |= {"png-rgba", "png-rgb", "png-gray", "png-la", "png-rgb-interlaced", "png-rgb-transparent-colour", "png-named-jpg"}
    assert fast <= set(seen)
    assert not {"jpeg-cmyk", "png-palette", "png-gray-16-bit", "tiff-rgb", "bmp-rgb"} & set(seen)


@given(
    options=st.fixed_dictionaries({"subsampling": st.sampled_from([0, 1, 2]), "progressive": st.booleans()}),
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=3),
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_jpeg_is_refused_or_gives_what_pillow_gives(options, damage):
    file = io.BytesIO()
    Image.fromarray(sample_files.photograph(60, 80)).save(file, "jpeg", **options)
    contents = bytearray(file.getvalue())
    for place, value in damage:
        contents[2 + int(place * (len(contents) - 4))] = value  # not the start and the end
    try:
        expected = np.asarray(Image.open(io.BytesIO(contents)).convert("RGB"))
    except Exception:
        expected = None
    try:
        image, decoded = decoding.decode_image(bytes(contents), (9, 9) if expected is None else expected.shape[:2], "rgb")
    except tf.errors.OpError:
        return
    if decoded:
        np.testing.assert_array_equal(image, expected)


def test_png_with_damaged_metadata_is_decoded(tmp_path):
    """The difference that the docstring of `decode_image` names."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "hello")
    pixels = sample_files.photograph(8, 9)
    Image.fromarray(pixels).save(tmp_path / "a.png", pnginfo=text)
    contents = (tmp_path / "a.png").read_bytes().replace(b"hello", b"jello")
    with pytest.raises(PIL.UnidentifiedImageError):
        Image.open(io.BytesIO(contents))
    image, decoded = decoding.decode_image(contents, (8, 9), "rgb")
    assert decoded
    np.testing.assert_array_equal(image, pixels)


def test_file_above_the_pixel_limit_is_left_to_pillow(files, monkeypatch):
    for name in ("jpeg-444.jpg", "png-rgb.png"):
        contents = next(path for path in files if path.name == name).read_bytes()
        height, width = np.asarray(Image.open(next(path for path in files if path.name == name))).shape[:2]
        for limit, expected in ((height * width, True), (height * width - 1, False)):
            assert bool(decoding.decode_image(contents, (5, 5), "rgb", max_pixels=limit)[1]) is expected
            monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
            assert bool(decoding.decode_image(contents, (5, 5), "rgb")[1]) is expected
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        assert decoding.decode_image(contents, (5, 5), "rgb")[1]


@pytest.mark.parametrize(
    ("color_mode", "interpolation", "dtype"),
    [("rgb", "nearest", "uint8"), ("rgba", "bilinear", "uint8"), ("grayscale", "nearest", "float32")],
)
def test_load_image_maps_files_of_every_format(files, color_mode, interpolation, dtype):
    names = tf.data.Dataset.from_tensor_slices([str(path) for path in files])
    images = names.map(lambda name: decoding.load_image(name, (23, 31), color_mode, interpolation, dtype=dtype), num_parallel_calls=2)
    assert images.element_spec == tf.TensorSpec((23, 31, decoding.CHANNELS[color_mode]), dtype)
    for path, image in zip(files, images.as_numpy_iterator(), strict=True):
        expected = oracles.loaded(path, color_mode, (23, 31), interpolation)
        np.testing.assert_array_equal(image, expected, err_msg=path.name)


def test_load_image_refuses_to_squeeze_16_bits_into_8(files):
    path = next(path for path in files if path.name == "png-gray-16-bit.png")
    image = tf.data.Dataset.from_tensors(str(path)).map(lambda name: decoding.load_image(name, (5, 5), "grayscale"))
    with pytest.raises(tf.errors.OpError, match="load it as float32"):
        image.get_single_element()
    assert decoding.load_image(str(path), (5, 5), "rgb").dtype == tf.uint8


def test_load_array_gives_native_values(files):
    dtypes = {path.name: decoding.load_array(path, None, "grayscale").dtype for path in files}
    assert dtypes["png-gray-16-bit.png"] == dtypes["tiff-32-bit.tif"] == dtypes["tiff-16-bit.tif"] == np.float32
    assert dtypes["jpeg-420.jpg"] == dtypes["tiff-float.tif"] == np.uint8
