"""A small folder of photograph-like images, made from a seed: smooth light, shapes, texture and sensor noise.

It stands in for real photographs where none are at hand, with what matters to a comparison: several sizes and both orientations,
JPEG artefacts, some PNG, a few grey and a few transparent files. No TensorFlow here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CLASS_NAMES = ("circles", "ridges", "windows")
SIDES = ((375, 500), (500, 375), (333, 500), (256, 256), (480, 320), (211, 317))  # height, width in pixels


def write_sample_photographs(directory, images_per_class: int = 20, seed: int = 0) -> list[Path]:
    """Writes one subfolder per class, in the layout that `flow_from_directory` reads.

    Every fifth file is a PNG (grey, RGB and RGBA in turn), the others are JPEGs of quality 90, one in ten of them grey.

    Args:
        directory: folder to write into; made if missing.
        images_per_class: number of files in each of the three subfolders.
        seed: the same seed gives the same pixels. The global `np.random` state is neither read nor changed.

    Returns:
        The paths written, in order.
    """
    rng = np.random.default_rng(seed)
    paths = []
    for class_name in CLASS_NAMES:
        folder = Path(directory) / class_name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(images_per_class):
            height, width = SIDES[len(paths) % len(SIDES)]
            photograph = sample_photograph(rng, class_name, height, width)
            if number % 5 == 4:
                path = folder / f"{class_name}_{number:03}.png"
                photograph.convert(("L", "RGB", "RGBA")[number // 5 % 3]).save(path)
            else:
                path = folder / f"{class_name}_{number:03}.jpg"
                photograph.convert("L" if number % 10 == 3 else "RGB").save(path, quality=90)
            paths.append(path)
    return paths


def sample_photograph(rng: np.random.Generator, class_name: str, height: int, width: int) -> Image.Image:
    """Returns one RGB image of `height` x `width` pixels with a subject of the class, in 0-255, drawn from `rng`."""
    light = np.stack([_smooth_noise(rng, height, width, cells=3) for _ in range(3)], axis=-1)
    texture = sum(_smooth_noise(rng, height, width, cells) / cells for cells in (12, 40, 120)) * 6
    sky = np.linspace(1.2, 0.7, height)[:, None, None]
    background = (60 + 130 * light) * sky + 40 * texture[..., None] - 20
    image = Image.fromarray(np.clip(background, 0, 255).astype(np.uint8))
    _draw_subject(ImageDraw.Draw(image), rng, class_name, height, width)
    pixels = np.asarray(image, dtype=np.float64) + rng.normal(0, 4, (height, width, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _smooth_noise(rng, height, width, cells):
    grid = Image.fromarray(rng.random((cells, cells)).astype(np.float32))
    return np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))


def _draw_subject(draw, rng, class_name, height, width):
    for _ in range(rng.integers(4, 9)):
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        row, col = rng.integers(0, height), rng.integers(0, width)
        size = int(rng.integers(min(height, width) // 12, min(height, width) // 4))
        if class_name == "circles":
            draw.ellipse((col - size, row - size, col + size, row + size), fill=colour)
        elif class_name == "ridges":
            steps = np.linspace(0, width, 9)
            heights = row + rng.normal(0, size / 2, 9)
            draw.line(list(zip(steps.tolist(), heights.tolist())), fill=colour, width=max(2, size // 6))
        else:
            draw.rectangle((col, row, col + size, row + 2 * size), fill=colour, outline=(0, 0, 0), width=3)
