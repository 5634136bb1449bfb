"""The images that are benchmarked: crops of scikit-image's sample photographs, as JPEG files and as uint8 arrays. No TensorFlow here."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measure import NotAvailableError

# Class name to function of `skimage.data`; all of them come with the package, nothing is downloaded.
SOURCES = {
    "astronaut": "astronaut",
    "cat": "chelsea",
    "coffee": "coffee",
    "galaxies": "hubble_deep_field",
    "motorcycle": "stereo_motorcycle",
    "rocket": "rocket",
}
LONG_SIDE = 500  # pixels
JPEG_QUALITY = 90


def load_photographs() -> dict[str, Image.Image]:
    """The sample photographs, RGB, by class name.

    Raises:
        NotAvailableError: scikit-image is not installed.
    """
    try:
        from skimage import data
    except ImportError as error:
        raise NotAvailableError('the photographs are those of scikit-image: pip install ".[bench]"') from error

    photographs = {}
    for class_name, function in SOURCES.items():
        pixels = getattr(data, function)()
        photographs[class_name] = Image.fromarray(pixels[0] if isinstance(pixels, tuple) else pixels)
    return photographs


def write_photographs(directory, count: int, seed: int = 0) -> list[Path]:
    """Writes JPEG photographs whose longer side is 500 pixels, landscape and portrait in turn, into one subfolder per class.

    Args:
        directory: folder to write into; made if missing.
        count: number of files, dealt out to the classes in turn.
        seed: the same seed gives the same files. The global `np.random` state is neither read nor changed.

    Returns:
        The paths written.
    """
    rng = np.random.default_rng(seed)
    photographs = load_photographs()
    paths = []
    for number, class_name in zip(range(count), _in_turn(photographs)):
        folder = Path(directory) / class_name
        folder.mkdir(parents=True, exist_ok=True)
        short_side = LONG_SIDE * 3 // 4
        size = (LONG_SIDE, short_side) if number // len(photographs) % 2 == 0 else (short_side, LONG_SIDE)
        path = folder / f"{class_name}_{number:05}.jpg"
        random_crop(rng, photographs[class_name], size).save(path, quality=JPEG_QUALITY)
        paths.append(path)
    return paths


def make_arrays(count: int, side: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Square crops as arrays.

    Args:
        count: number of images, dealt out to the classes in turn.
        side: height and width in pixels.
        seed: the same seed gives the same pixels. The global `np.random` state is neither read nor changed.

    Returns:
        `(x, y)`: uint8 [count, side, side, 3], and the class numbers, int64 [count].
    """
    rng = np.random.default_rng(seed)
    photographs = list(load_photographs().values())
    x = np.empty((count, side, side, 3), np.uint8)
    for number in range(count):
        x[number] = random_crop(rng, photographs[number % len(photographs)], (side, side))
    return x, np.arange(count) % len(photographs)


def random_crop(rng: np.random.Generator, photograph: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A random part of `photograph`, 60 to 100 % of the largest that has the proportions of `size` (width, height), resized to `size`."""
    scale = rng.uniform(0.6, 1.0) * min(photograph.width / size[0], photograph.height / size[1])
    width, height = size[0] * scale, size[1] * scale
    left, top = rng.uniform(0, photograph.width - width), rng.uniform(0, photograph.height - height)
    return photograph.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height))


def link_photographs(photographs: list[Path], directory, count: int) -> None:
    """Makes a folder of `count` file names, in one subfolder per class, that share the contents of a few photographs.

    Args:
        photographs: existing files.
        directory: folder to write into, on the file system of `photographs`.
        count: number of names.
    """
    for number, photograph in zip(range(count), _in_turn(photographs)):
        folder = Path(directory) / photograph.parent.name
        if number < len(photographs):
            folder.mkdir(parents=True, exist_ok=True)
        _link(photograph, f"{folder}/{number:07}.jpg")


def _link(photograph, name):
    try:
        os.link(photograph, name)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EMLINK, errno.ENOTSUP):
            raise
        os.symlink(photograph.resolve(), name)  # a file system without hard links, or with no more of them for this file


def _in_turn(items):
    items = list(items)
    while True:
        yield from items
