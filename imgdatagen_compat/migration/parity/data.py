"""The images that both sides read: a folder of classes, a folder of images, a table of file names, or arrays."""

from __future__ import annotations

import dataclasses
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imgdatagen_compat.migration.audit.signatures import FLOWS
from imgdatagen_compat.special_files import is_special

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
_LABELS_AS_READ = ("raw", "multi_output")  # the other class modes take text


class NothingToCompareError(Exception):
    """The comparison cannot start; the message says the remedy."""


@dataclasses.dataclass(frozen=True)
class Data:
    """Images, as one of the flow methods takes them.

    Attributes:
        described: what they are, in words.
        method: the flow method that reads them.
        own_arguments: takes the other arguments of the flow to those that hand over the images; new ones for each side, so that what one
            does to them does not reach the other.
    """

    described: str
    method: str
    own_arguments: Callable[[Mapping[str, Any]], dict[str, Any]]

    def takes(self, name: str) -> bool:
        """Whether the flow method has an argument of this name."""
        return name in FLOWS[self.method]

    def flow(self, datagen, arguments: Mapping[str, Any]):
        """Returns the iterator of `datagen` over the images."""
        return getattr(datagen, self.method)(**{**self.own_arguments(arguments), **arguments})


def open_data(path: Path, x_col: str | None = None, images: Path | None = None) -> Data:
    """Finds out what `path` holds.

    Args:
        path: of a folder with one subfolder of images per class; of a folder of images; of a CSV file with a row for each image; of a
            `.npy` file with images [N, H, W, C], or an `.npz` file with such and labels.
        x_col: the column of the CSV file that holds file names; None for "filename", or else the first. That of the labels is "class", or
            else the first other one, unless the flow is told another.
        images: the folder that the file names of a CSV file start from; None for the one that it is in.

    Raises:
        NothingToCompareError: there are no images in it; the message says what to do.
    """
    if os.path.isdir(path):
        return _folder(path)
    if not os.path.isfile(path):
        raise NothingToCompareError(f"{path} is not there. Pass a folder of images, a .csv, .npy or .npz file.")
    if path.suffix.lower() in (".npy", ".npz"):
        return _arrays(path)
    if path.suffix.lower() == ".csv":
        return _table(path, x_col, images or path.parent)
    raise NothingToCompareError(f"{path} is neither a folder nor a .csv, .npy or .npz file. Pass the folder that the images are in.")


def _folder(path):
    try:
        inside = list(path.iterdir())
    except OSError as error:
        raise NothingToCompareError(f"{path} cannot be listed: {error.strerror}.") from error
    for file in _image_names(path):
        if is_special(file):
            raise NothingToCompareError(f"{file} is a named pipe, a socket or a device: the original would wait for it. Remove it.")
    # Not the methods of `Path`, which raise where a folder may be listed and not entered.
    if any(_is_image(file) for folder in inside if os.path.isdir(folder) for file in folder.rglob("*")):
        return Data(f"{path}, a folder of classes", "flow_from_directory", lambda arguments: {"directory": str(path)})
    if any(map(_is_image, inside)):
        # To the original, it is the one class of the folder above it that is asked for.
        absolute = path.resolve()
        own = {"directory": str(absolute.parent), "classes": [absolute.name]}
        return Data(f"{path}, a folder of images", "flow_from_directory", lambda arguments: own)
    raise NothingToCompareError(f"{path} has no images, nor its subfolders. Files ending in {', '.join(IMAGE_SUFFIXES)} are read.")


def _image_names(folder):
    """Paths of all that has the name of an image, which the original opens, whatever it is."""
    for root, _, names in os.walk(folder):
        yield from (os.path.join(root, name) for name in names if name.lower().endswith(IMAGE_SUFFIXES))


def _is_image(file):
    return file.suffix.lower() in IMAGE_SUFFIXES and os.path.isfile(file)


def _table(path, x_col, images):
    try:
        import pandas as pd
    except ImportError as error:
        raise NothingToCompareError("CSV files need pandas: pip install 'imgdatagen-compat[dataframe]'") from error
    try:
        names = list(pd.read_csv(path, nrows=0).columns)
        x_col = x_col or ("filename" if "filename" in names else names[0])
        y_col = "class" if "class" in names else next((name for name in names if name != x_col), None)
        as_read, as_text = pd.read_csv(path, dtype={x_col: str}), pd.read_csv(path, dtype=str)
    except (ValueError, IndexError, OSError) as error:
        raise NothingToCompareError(f"{path} cannot be read as a table: {error}. Its first line should name the columns.") from error
    if x_col not in names:
        raise NothingToCompareError(f"{path} has no column {x_col!r}. It has: {', '.join(names)}.")

    def own_arguments(arguments):
        table = as_read if arguments.get("class_mode") in _LABELS_AS_READ else as_text
        labels = {"class_mode": None} if y_col is None else {"y_col": y_col}
        return {"dataframe": table.copy(), "directory": str(images), "x_col": x_col, **labels}

    return Data(f"{path}, a table of {len(as_text)} files named in {x_col!r}", "flow_from_dataframe", own_arguments)


def _arrays(path):
    try:
        with open(path, "rb") as file:
            loaded = np.load(file, allow_pickle=False)
            arrays = {"x": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except (ValueError, OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise NothingToCompareError(f"{path} cannot be read: {error}") from error
    arrays = {name: array for name, array in arrays.items() if isinstance(array, np.ndarray)}  # other members of a .npz are bytes
    images = next((name for name, array in arrays.items() if array.ndim == 4), None)
    if images is None or not len(arrays[images]):
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())
        raise NothingToCompareError(f"{path} has no array of images, [N, H, W, C]. It has: {shapes}.")
    x = arrays.pop(images)
    labels = next((array for array in arrays.values() if array.ndim and len(array) == len(x)), None)

    def own_arguments(arguments):
        return {"x": x.copy()} | ({} if labels is None else {"y": labels.copy()})

    return Data(f"{path}, {x.dtype} {list(x.shape)}{'' if labels is None else ' with labels'}", "flow", own_arguments)
