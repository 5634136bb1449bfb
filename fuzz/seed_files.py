"""Small valid files of every format that flows read, from which damaged ones are made."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

_HEIGHT, _WIDTH = 20, 27


def seed_files() -> dict[str, bytes]:
    """File name -> contents."""
    pixels = np.random.default_rng(0).integers(0, 256, (_HEIGHT, _WIDTH, 3), np.uint8)
    pixels[: _HEIGHT // 2] //= 16  # half of it almost flat: other codes of the compressors
    rgb = Image.fromarray(pixels)
    grey = rgb.convert("L")
    alpha = rgb.copy()
    alpha.putalpha(grey)
    return {
        "420.jpg": _saved(rgb, "jpeg"),
        "444.jpg": _saved(rgb, "jpeg", subsampling=0),
        "progressive.jpg": _saved(rgb, "jpeg", progressive=True),
        "restarts.jpg": _saved(rgb, "jpeg", restart_marker_blocks=2),
        "grey.jpg": _saved(grey, "jpeg"),
        "cmyk.jpg": _saved(rgb.convert("CMYK"), "jpeg"),
        "rgb.png": _saved(rgb, "png"),
        "rgba.png": _saved(alpha, "png"),
        "grey.png": _saved(grey, "png"),
        "palette.png": _saved(rgb.quantize(16), "png"),
        "one-bit.png": _saved(grey.convert("1"), "png"),
        "sixteen-bit.png": _saved(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "png"),
        "rgb.bmp": _saved(rgb, "bmp"),
        "palette.bmp": _saved(rgb.quantize(16), "bmp"),
        "rgb.ppm": _saved(rgb, "ppm"),
        "rgb.tif": _saved(rgb, "tiff"),
        "lzw.tif": _saved(rgb, "tiff", compression="tiff_lzw"),
        "float.tif": _saved(Image.fromarray(np.asarray(grey).astype(np.float32)), "tiff"),
    }


def _saved(image, pillow_format, **options):
    file = io.BytesIO()
    image.save(file, pillow_format, **options)
    return file.getvalue()
