"""Draws docs/semantics.png: what the three semantics levels make of one photograph that is not square, from the same parameters.

    python docs/semantics.py

Needs scikit-image, which brings the photograph (extras `test` and `bench`).
"""

from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.semantics import LEVELS

PICTURE = Path(__file__).with_name("semantics.png")
WIDTH = 210  # of one image, in pixels
MARGIN, CAPTION, NAMES = 8, 22, 200

# What a draw of these arguments gave: the parameters as `get_random_transform` returns them.
ROWS = {
    "rotation_range\n\ntheta = 30 degrees": {"theta": 30},
    "height_shift_range\n\ntx = a quarter of the height": {"tx": 0.25},
    "zoom_range\n\nzx = 2, zy = 1": {"zx": 2.0},
    "brightness_range\n\nbrightness = 1": {"brightness": 1.0},
}


def photograph() -> np.ndarray:
    """A coffee cup (CC0), float32 [H, W, 3], grey levels from 40 to 200, so that stretched contrast shows."""
    image = Image.fromarray(skimage.data.coffee()).resize((WIDTH, WIDTH * 2 // 3), Image.Resampling.LANCZOS)
    return np.asarray(image, np.float32) / 255 * 160 + 40


def draw_picture(image: np.ndarray) -> Image.Image:
    """The table: one row for each of `ROWS`, one column for the photograph and one for each level."""
    height, width = image.shape[:2]
    columns = ["photograph", *(f'semantics="{name}"' for name in LEVELS)]
    size = (NAMES + len(columns) * (width + MARGIN) + MARGIN, CAPTION + len(ROWS) * (height + MARGIN) + MARGIN)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    bold = ImageFont.load_default(size=13)
    for column, caption in enumerate(columns):
        draw.text((_left(column, width), 5), caption, "black", bold)
    for row, (name, parameters) in enumerate(ROWS.items()):
        top = CAPTION + row * (height + MARGIN)
        draw.multiline_text((MARGIN, top + 4), name, "black", ImageFont.load_default(size=13))
        for column, result in enumerate([image, *_under_all_levels(image, parameters)]):
            picture.paste(_with_cross(result), (_left(column, width), top))
    return picture


def _under_all_levels(image, parameters):
    if "tx" in parameters:
        parameters = {"tx": parameters["tx"] * image.shape[0]}
    for name in LEVELS:
        datagen = ImageDataGenerator(fill_mode="constant", cval=255, data_format="channels_last", semantics=name)
        yield datagen.apply_transform(image, parameters)


def _with_cross(image):
    """The image with a cross at its centre, where the pivot should be."""
    framed = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(framed)
    x, y = framed.width / 2, framed.height / 2
    draw.line((x - 6, y, x + 6, y), "cyan")
    draw.line((x, y - 6, x, y + 6), "cyan")
    draw.rectangle((0, 0, framed.width - 1, framed.height - 1), outline="grey")
    return framed


def _left(column, width):
    return NAMES + column * (width + MARGIN)


if __name__ == "__main__":
    draw_picture(photograph()).quantize(256).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")
