"""Which files a directory or a dataframe means, in the original's order: listing, subsets, class labels. No TensorFlow, no pixels."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool

import numpy as np


def validate_filename(filename, white_list_formats) -> bool:
    """Whether `filename` has one of the extensions (a tuple of strings) and is an existing file."""
    return filename.lower().endswith(white_list_formats) and os.path.isfile(filename)


def subset_split(subset, validation_split) -> tuple[float, float] | None:
    """The fractions of the samples, from and to, that a subset name means; None for all.

    Raises:
        ValueError: a name other than `"training"` and `"validation"`.
    """
    if subset is None:
        return None
    if subset == "validation":
        return 0, validation_split
    if subset == "training":
        return validation_split, 1
    raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation"')


def class_directories(directory) -> list[str]:
    """Names of the subdirectories of `directory`, sorted; empty and hidden ones too."""
    return [name for name in sorted(os.listdir(directory)) if os.path.isdir(os.path.join(directory, name))]


def list_class_files(directory, classes, formats, split, follow_links) -> tuple[list[str], np.ndarray]:
    """Lists the image files of every class subdirectory, several at a time.

    Args:
        directory: path of the directory above the classes.
        classes: names of the subdirectories, in the order of their indices.
        formats: tuple of extensions.
        split: fractions from and to of each class's files, or None for all.
        follow_links: whether to follow symbolic links to directories.

    Returns:
        `(filenames, indices)`: paths relative to `directory`, by class and then sorted by directory and name; int32 class indices.
    """
    paths = [os.path.join(directory, name) for name in classes]
    with ThreadPool() as pool:
        found = pool.map(lambda path: _class_files(path, formats, split, follow_links), paths)
    filenames = [filename for names in found for filename in names]
    # A class named twice has the index of its last mention, and so have the files of the first.
    index_of = {name: i for i, name in enumerate(classes)}
    # The label is looked up by the last component of the path, so that "a/b" as a class name fails as in the original.
    labels = [np.full(len(names), index_of[os.path.basename(path)], dtype="int32") for path, names in zip(paths, found) if names]
    return filenames, np.concatenate(labels) if labels else np.zeros(0, dtype="int32")


def _class_files(path, formats, split, follow_links) -> list[str]:
    files = list(_valid_files(path, formats, follow_links))
    if split:
        files = files[int(split[0] * len(files)) : int(split[1] * len(files))]
    name = os.path.basename(path)
    return [os.path.join(name, os.path.relpath(file, path)) for file in files]


def _valid_files(directory, formats, follow_links) -> Iterator[str]:
    for root, _, names in sorted(os.walk(directory, followlinks=follow_links), key=lambda entry: entry[0]):
        for name in sorted(names):
            if name.lower().endswith(".tiff"):
                warnings.warn('Using ".tiff" files with multiple bands will cause distortion. Please verify your output.', stacklevel=2)
            if name.lower().endswith(formats):
                yield os.path.join(root, name)
