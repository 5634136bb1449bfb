"""Bit depth, with real files of every kind: what is detected, what reaches the batch on every path, and the warning."""

import pathlib
import struct
import warnings
import zlib

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tifffile
from PIL import Image

import imgdatagen_compat
from imgdatagen_compat import BitDepthWarning, ImageDataGenerator
from imgdatagen_compat.bit_depth import array_depth
from imgdatagen_compat.image_headers import file_depth

SIZE = (12, 10)
LEVELS = np.random.default_rng(0).integers(0, 65536, (*SIZE, 4)).astype(np.uint16)
RGB, GREY = LEVELS[..., :3], LEVELS[..., 0]


def png(pixels):
    return lambda path: path.write_bytes(tf.io.encode_png(pixels).numpy())


def png_with_sbit(path):
    contents = tf.io.encode_png(GREY[..., np.newaxis]).numpy()
    chunk = b"sBIT" + bytes([12])
    path.write_bytes(contents[:33] + struct.pack(">I", 1) + chunk + struct.pack(">I", zlib.crc32(chunk)) + contents[33:])


def tiff(pixels, **options):
    return lambda path: tifffile.imwrite(path, pixels, **options)


def pnm(magic, pixels, largest=65535):
    return lambda path: path.write_bytes(b"%s\n# made here\n10 12 %d\n" % (magic, largest) + pixels.astype(">u2").tobytes())


def pillow(pixels, **options):
    return lambda path: Image.fromarray(pixels).save(path, **options)


GREY_8 = (GREY >> 8).astype(np.uint8)
RGB_8 = (RGB >> 8).astype(np.uint8)

# name: (file ending, writer, values that a batch in the colour mode of the file has at bit_depth="auto", their white)
FILES = {
    "16-bit grey PNG": ("png", png(GREY[..., np.newaxis]), GREY, 65535),
    "16-bit grey PNG with alpha": ("png", png(LEVELS[..., :2]), GREY, 65535),
    "16-bit RGB PNG": ("png", png(RGB), RGB, 65535),
    "16-bit RGBA PNG": ("png", png(LEVELS), RGB, 65535),
    "PNG with sBIT": ("png", png_with_sbit, GREY, 65535),
    "palette PNG": ("png", lambda path: Image.fromarray(GREY_8).convert("P").save(path), GREY_8, 255),
    "8-bit PNG": ("png", pillow(RGB_8), RGB_8, 255),
    "BMP": ("bmp", pillow(RGB_8), RGB_8, 255),
    "16-bit TIFF": ("tif", tiff(GREY), GREY, 65535),
    "big-endian compressed TIFF": ("tif", tiff(GREY, byteorder=">", compression="zlib"), GREY, 65535),
    "12-bit TIFF that says so": ("tif", tiff(GREY >> 4, extratags=[(281, 3, 1, 4095, True)]), GREY >> 4, 4095),
    "16-bit RGB TIFF": ("tif", tiff(RGB, photometric="rgb"), RGB, 65535),
    "16-bit RGB TIFF in planes": ("tif", tiff(np.moveaxis(RGB, -1, 0), photometric="rgb", planarconfig="separate"), RGB, 65535),
    "float TIFF": ("tif", tiff((GREY / 65535).astype(np.float32)), (GREY / 65535).astype(np.float32), 1),
    "float RGB TIFF": ("tif", tiff((RGB / 65535).astype(np.float32), photometric="rgb"), (RGB / 65535).astype(np.float32), 1),
    "16-bit PPM": ("ppm", pnm(b"P6", RGB), RGB, 65535),
    "16-bit PGM": ("ppm", pnm(b"P5", GREY), GREY, 65535),
    "12-bit PGM": ("ppm", pnm(b"P5", GREY >> 4, 4095), GREY >> 4, 4095),
}  # fmt: skip

MANY_BITS = [name for name, (*_, white) in FILES.items() if white != 255]


class Overridden(ImageDataGenerator):
    """Takes the per-image path."""

    def apply_transform(self, x, transform_parameters):
        return super().apply_transform(x, transform_parameters)


def write(folder, *names):
    directory = pathlib.Path(folder, "a")
    directory.mkdir(parents=True)
    for i, name in enumerate(names):
        ending, writer, *_ = FILES[name]
        writer(directory / f"{i}.{ending}")
    return str(folder)


def flow(datagen, folder, color_mode="rgb", **options):
    defaults = {"target_size": SIZE, "class_mode": None, "shuffle": False, "batch_size": 4, "seed": 1}
    return datagen.flow_from_directory(folder, color_mode=color_mode, **{**defaults, **options})


def in_rgb(values):
    return values if values.ndim == 3 else np.repeat(values[..., np.newaxis], 3, axis=-1)


@pytest.mark.parametrize("name", FILES)
def test_the_header_tells_the_white(name, tmp_path):
    folder = write(tmp_path / "files", name)
    depth = file_depth(next(pathlib.Path(folder, "a").iterdir()))
    white = FILES[name][3]
    assert np.isnan(depth.white) if depth.is_float else depth.white == white
    assert depth.significant_bits == (12 if name == "PNG with sBIT" else None)


@pytest.mark.parametrize("cls", [ImageDataGenerator, Overridden])
@pytest.mark.parametrize("name", FILES)
def test_all_bits_reach_the_batch(name, cls, tmp_path):
    folder = write(tmp_path / "files", name)
    _, _, values, white = FILES[name]
    np.testing.assert_array_equal(next(flow(cls(bit_depth="auto"), folder))[0], in_rgb(values).astype(np.float32))
    rescaled = in_rgb(values).astype(np.float32) * np.float32(1 / white)
    np.testing.assert_array_equal(next(flow(cls(rescale="auto"), folder))[0], rescaled)
    np.testing.assert_array_equal(next(flow(cls(rescale="auto"), folder, "rgba"))[0, ..., :3], rescaled)
    if name not in ("16-bit RGBA PNG", "16-bit grey PNG with alpha"):
        assert np.all(next(flow(cls(rescale="auto"), folder, "rgba"))[0, ..., 3] == 1)
    if values.ndim == 2:
        np.testing.assert_array_equal(next(flow(cls(rescale="auto"), folder, "grayscale"))[0, ..., 0], rescaled[..., 0])
    else:
        grey = rescaled @ np.array([0.299, 0.587, 0.114])
        np.testing.assert_allclose(next(flow(cls(rescale="auto"), folder, "grayscale"))[0, ..., 0], grey, atol=0.6 / min(white, 255))


MIXED = ("16-bit RGB PNG", "8-bit PNG", "12-bit PGM", "BMP")


@pytest.mark.parametrize("order", ["original", "first"])
@pytest.mark.parametrize("cache", [False, True, "directory"])
def test_mixed_folders_have_a_factor_for_each_file(order, cache, tmp_path):
    folder = write(tmp_path / "files", *MIXED)
    expected = np.stack([in_rgb(FILES[name][2]).astype(np.float32) * np.float32(1 / FILES[name][3]) for name in MIXED])
    for cls in (ImageDataGenerator, Overridden):
        batches = flow(cls(rescale="auto", rescale_order=order), folder)
        np.testing.assert_array_equal(next(batches), expected)
        dataset = batches.as_dataset(cache=str(tmp_path / "cache") if cache == "directory" else cache)
        np.testing.assert_array_equal(next(iter(dataset)), expected)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_a_resize_is_that_of_8_bits_in_finer_steps(interpolation, tmp_path):
    """8-bit values spread over 16 bits: the same resize, to the rounding of 8 bits, of which some filters have two."""
    within = {"nearest": 1e-6, "bicubic": 4 / 255, "lanczos": 4 / 255}.get(interpolation, 1.01 / 255)
    fine, coarse = pathlib.Path(tmp_path, "fine", "a"), pathlib.Path(tmp_path, "coarse", "a")
    for directory, pixels in ((fine, RGB_8.astype(np.uint16) * 257), (coarse, RGB_8)):
        directory.mkdir(parents=True)
        png(pixels)(directory / "0.png")
    for options in ({"target_size": (7, 15)}, {"target_size": (5, 9), "keep_aspect_ratio": True}):
        options["interpolation"] = interpolation
        batches = [next(flow(ImageDataGenerator(rescale="auto"), folder.parent, **options)) for folder in (fine, coarse)]
        np.testing.assert_allclose(*batches, atol=within)


def test_brightness_keeps_the_fine_levels(tmp_path):
    folder = write(tmp_path / "files", "16-bit RGB PNG")
    for cls in (ImageDataGenerator, Overridden):
        batch = next(flow(cls(bit_depth="auto", brightness_range=(1.5, 1.5)), folder))
        np.testing.assert_array_equal(batch[0], np.minimum(RGB.astype(np.float32) * np.float32(1.5), 65535))


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_a_stated_depth_sets_the_white(bits, tmp_path):
    values = GREY >> (16 - bits)
    directory = tmp_path / "files" / "a"
    directory.mkdir(parents=True)
    Image.fromarray(values).save(directory / "0.tif")
    frame = pd.DataFrame({"filename": ["0.tif"]})
    for cls in (ImageDataGenerator, Overridden):
        datagen = cls(rescale="auto", bit_depth=bits)
        batches = datagen.flow_from_dataframe(frame, str(directory), class_mode=None, target_size=SIZE, color_mode="grayscale")
        np.testing.assert_array_equal(next(batches)[0, ..., 0], values * np.float32(1 / (2**bits - 1)))
        arrays = datagen.flow(values[np.newaxis, ..., np.newaxis])
        np.testing.assert_array_equal(next(arrays)[0, ..., 0], values * np.float32(1 / (2**bits - 1)))


@pytest.mark.parametrize(
    ("x", "white"),
    [
        (GREY_8, 255),
        (GREY, 65535),
        (GREY_8 > 100, 1),
        (GREY_8 / 255, 1),
        (GREY_8.astype(float), 255),
        (GREY_8.astype(np.int64), 255),
        (GREY.astype(float), np.nan),
        (GREY.astype(np.int32), np.nan),
        (GREY_8 - 100.0, np.nan),
        (GREY_8 * 0.99, np.nan),
    ],
    ids=str,
)
def test_arrays_tell_their_white_or_are_refused(x, white):
    x = np.stack([x])[..., np.newaxis]
    np.testing.assert_equal(array_depth(x).white, white)
    batches = ImageDataGenerator(rescale="auto").flow(x)
    if np.isnan(white):
        with pytest.raises(ValueError, match="Pass `rescale` as a number, or `bit_depth`"):
            next(batches)
    else:
        np.testing.assert_array_equal(next(batches), x.astype(np.float32) * np.float32(1 / white))


def test_a_file_that_tells_nothing_is_named(tmp_path):
    directory = tmp_path / "files" / "a"
    directory.mkdir(parents=True)
    tifffile.imwrite(directory / "counts.tif", GREY.astype(np.float32))
    with pytest.raises(ValueError, match=r"counts\.tif.*Pass `rescale`"):
        next(flow(ImageDataGenerator(rescale="auto"), tmp_path / "files"))
    assert next(flow(ImageDataGenerator(bit_depth="auto"), tmp_path / "files")).max() == GREY.max()


@pytest.mark.parametrize("bit_depth", [9, 0, True, "16", 16.5])
def test_other_depths_are_refused(bit_depth):
    with pytest.raises(ValueError, match=r'"auto", 8, 10, 12, 14, 16\. Received'):
        ImageDataGenerator(bit_depth=bit_depth)


def warnings_of(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
    return [entry for entry in caught if entry.category is BitDepthWarning]


@pytest.mark.parametrize(
    ("name", "color_mode", "rescale", "said"),
    [
        ("16-bit TIFF", "rgb", None, "max 65535 clipped to 255"),
        ("16-bit TIFF", "rgb", 1 / 65535, "which rescale=1.526e-05 makes 0.003891"),
        ("16-bit TIFF", "grayscale", 1 / 255, "values up to 65535 become 257"),
        ("16-bit TIFF", "grayscale", 1 / 65535, None),
        ("16-bit TIFF", "grayscale", 1 / 4095, None),
        ("16-bit RGB PNG", "rgb", 1 / 255, "only the high byte of every value is kept, max 255"),
        ("float TIFF", "grayscale", None, "floats are cut to whole numbers"),
        ("8-bit PNG", "rgb", 1 / 65535, "values up to 255 become 0.003891"),
        ("8-bit PNG", "rgb", 1 / 255, None),
        ("8-bit PNG", "rgb", 1 / 127.5, None),
        ("8-bit PNG", "rgb", 0.1, None),
    ],
)
def test_files_are_warned_of_once_with_numbers_and_the_remedy(name, color_mode, rescale, said, tmp_path):
    folder = write(tmp_path / "files", *[name] * 5)
    found = warnings_of(lambda: next(flow(ImageDataGenerator(rescale=rescale), folder, color_mode)))
    assert len(found) == (said is not None)
    for entry in found:
        text = str(entry.message)
        assert said in text
        assert "'0." in text and "'2." in text and "'3." not in text
        assert "auto" in text
        assert entry.filename == __file__


@pytest.mark.parametrize(
    ("x", "settings", "said"),
    [
        (GREY_8 / 255, {"rescale": 1 / 255}, "in [0, 1] already"),
        (GREY, {"rescale": 1 / 255}, "far above 1"),
        (GREY_8, {"rescale": 1 / 65535}, "almost black"),
        (GREY >> 4, {"rescale": 1 / 65535, "bit_depth": 12}, "values up to 4095 become 0.06249"),
        (GREY_8 / 255, {"dtype": "uint8"}, "cut to whole numbers by dtype=uint8"),
        (GREY, {"dtype": "uint8"}, "do not fit into dtype=uint8"),
        (GREY_8, {"rescale": 1 / 255}, None),
        (GREY_8.astype(np.uint16), {"rescale": 1 / 255}, None),
        (GREY_8 / 255, {}, None),
        (GREY_8 / 255, {"rescale": "auto"}, None),
        (GREY_8 * 0.0, {"rescale": 1 / 255}, None),
        (GREY >> 4, {"rescale": 1 / 4095}, None),
        (GREY_8 - 128.0, {"rescale": 1 / 255}, None),
    ],
    ids=str,
)
def test_arrays_are_warned_of(x, settings, said):
    found = warnings_of(lambda: ImageDataGenerator(**settings).flow(np.stack([x, x])[..., np.newaxis]))
    assert len(found) == (said is not None)
    assert said is None or said in str(found[0].message)


def test_the_standard_filter_silences_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=imgdatagen_compat.BitDepthWarning)
        ImageDataGenerator(rescale=1 / 255).flow(GREY_8[np.newaxis, ..., np.newaxis] / 255)


def test_files_that_are_missing_or_damaged_are_left_to_who_reads_them(tmp_path):
    frame = pd.DataFrame({"filename": ["none.png", "half.tif"]})
    (tmp_path / "half.tif").write_bytes(b"II*\0\x08\0\0\0\x09")
    ImageDataGenerator().flow_from_dataframe(frame, str(tmp_path), class_mode=None, validate_filenames=False)


@pytest.mark.parametrize("name", MANY_BITS)
def test_pillows_guard_against_decompression_bombs_holds_for_every_reader(name, tmp_path, monkeypatch):
    folder, datagen = write(tmp_path / "files", name), ImageDataGenerator(bit_depth="auto")
    pixels = SIZE[0] * SIZE[1]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels)
    next(flow(datagen, folder))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels - 1)
    with pytest.warns(Image.DecompressionBombWarning):
        next(flow(datagen, folder))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels // 2 - 1)
    with pytest.raises(Image.DecompressionBombError, match=r"0\.(png|tif|ppm)"):
        next(flow(datagen, folder))


def test_a_loader_states_its_depth(tmp_path):
    folder = write(tmp_path / "files", "8-bit PNG")
    options = {"loader": imgdatagen_compat.load_img}
    with pytest.raises(ValueError, match="pass `bit_depth` as a number"):
        next(flow(ImageDataGenerator(rescale="auto"), folder, **options))
    batch = next(flow(ImageDataGenerator(rescale="auto", bit_depth=8), folder, **options))
    np.testing.assert_array_equal(batch[0], RGB_8 * np.float32(1 / 255))


def test_many_bits_survive_every_geometric_stage(tmp_path):
    folder = write(tmp_path / "files", *MANY_BITS[:4])
    settings = {"rotation_range": 40, "zoom_range": 0.3, "horizontal_flip": True, "brightness_range": (0.5, 1.5)}
    settings["channel_shift_range"] = 3000
    batches = [next(flow(cls(rescale="auto", **settings), folder)) for cls in (ImageDataGenerator, Overridden)]
    np.testing.assert_array_equal(*batches)
    assert len(np.unique(batches[0])) > 3 * 256
