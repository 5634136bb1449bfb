"""Random damage to files of more than 8 bits, read with all of them: pixels, or an error of a known class that names the file."""

import io
import random
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tifffile
from PIL import Image

# At the end, so that an installed package is tested rather than the one in the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from fuzz.damage import damaged
from imgdatagen_compat.pipeline.loading import FileLoader

RGB = np.random.default_rng(0).integers(0, 65536, (20, 27, 3), np.uint16)
SIZE = (16, 24)
ERRORS = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def tiff(pixels=RGB, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **{"photometric": "rgb", **options})
    return file.getvalue()


SEEDS = {
    "plain.tif": tiff(),
    "zlib.tif": tiff(compression="zlib"),
    "planes.tif": tiff(np.moveaxis(RGB, -1, 0), planarconfig="separate"),
    "rgb.png": tf.io.encode_png(RGB).numpy(),
    "grey.ppm": b"P5 27 20 65535\n" + RGB[..., 0].astype(">u2").tobytes(),
    "rgb.ppm": b"P6 27 20 4095\n" + (RGB >> 4).astype(">u2").tobytes(),
}


@pytest.fixture
def low_limit(monkeypatch):
    """Damaged headers announce huge sizes."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1 << 16)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEEDS)
def test_pixels_or_an_error_that_names_the_file(tmp_path, low_limit, name):
    rng, loader, path, endings = random.Random(0), FileLoader(SIZE, keeps_depth=True), tmp_path / name, set()
    path.write_bytes(SEEDS[name])
    assert loader.load([path]).max() > 255
    for _ in range(60):
        path.write_bytes(damaged(SEEDS[name], rng))
        try:
            assert loader.load([path]).shape == (1, *SIZE, 3)
            endings.add("read")
        except ERRORS as error:
            assert name in str(error)
            endings.add("failed")
    assert "failed" in endings


def test_channels_count_as_pixels(tmp_path, low_limit):
    """A small file with as many rows and columns as are allowed, and sixteen channels."""
    path = tmp_path / "channels.tif"
    path.write_bytes(tiff(np.zeros((192, 192, 16), np.uint16), photometric="minisblack", compression="zlib", planarconfig="contig"))
    with pytest.raises(Image.DecompressionBombError, match=rf"{192 * 192 * 16 // 4} pixels.*channels\.tif"):
        FileLoader(SIZE, keeps_depth=True).load([path])
