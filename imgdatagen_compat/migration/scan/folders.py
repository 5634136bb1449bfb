"""The folders and names of an image directory, as `flow_from_directory` sees them. No file is opened."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator

from imgdatagen_compat.indexing import class_directories

#: How the names of files end, in small letters, that the flows read; others they leave out without a word.
LISTED_ENDINGS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
_OTHER_IMAGES = frozenset((".webp", ".gif", ".jfif", ".jpe", ".jp2", ".heic", ".heif", ".avif", ".pgm", ".pbm", ".tga", ".dcm", ".npy"))
_EXAMPLES = 3
_MOST_EXTENSIONS = 100  # told apart


@dataclasses.dataclass
class Group:
    """Files of which the same is to be said: how many, and the first few, as paths relative to the directory."""

    count: int = 0
    examples: list[str] = dataclasses.field(default_factory=list)

    def add(self, path: str) -> None:
        """Counts one more."""
        self.count += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(path)


@dataclasses.dataclass
class FolderSurvey:
    """What the names tell.

    Attributes:
        directory: that was surveyed.
        classes: name of each class folder -> number of image files in it and below, in the order of the labels.
        loose: image files beside the class folders.
        images_of_other_formats: files whose extension says image, and which the flows do not read.
        other_extensions: extension -> number of files, for what is left out besides.
        same_stem: files that differ from another one of their folder in the extension alone.
        links_not_followed: links to directories below the classes.
        unlistable: directories that cannot be listed.
    """

    directory: str
    classes: dict[str, int] = dataclasses.field(default_factory=dict)
    loose: Group = dataclasses.field(default_factory=Group)
    images_of_other_formats: Group = dataclasses.field(default_factory=Group)
    other_extensions: Counter[str] = dataclasses.field(default_factory=Counter)
    same_stem: Group = dataclasses.field(default_factory=Group)
    links_not_followed: Group = dataclasses.field(default_factory=Group)
    unlistable: Group = dataclasses.field(default_factory=Group)

    @property
    def images(self) -> int:
        """Number of files that a flow would list."""
        return sum(self.classes.values())


def survey_folders(directory: str, follow_links: bool = False) -> FolderSurvey:
    """Counts the files of every class folder by their names.

    Args:
        directory: path of the directory above the classes.
        follow_links: whether links to directories below the classes are followed, as of `flow_from_directory`.

    Raises:
        OSError: the directory cannot be listed.
    """
    survey = FolderSurvey(directory)
    for entry in sorted(os.listdir(directory)):
        if is_listed(entry) and not os.path.isdir(os.path.join(directory, entry)):
            survey.loose.add(entry)
    for name in class_directories(directory):
        survey.classes[name] = 0
        for folder, folders, files in _walk(directory, name, follow_links, survey.unlistable):
            if not follow_links:
                for link in filter(lambda entry: os.path.islink(os.path.join(directory, folder, entry)), folders):
                    survey.links_not_followed.add(os.path.join(folder, link))
            stems = set()
            for file in files:
                _count(survey, name, folder, file, stems)
    return survey


def image_paths(survey: FolderSurvey, follow_links: bool = False) -> Iterator[str]:
    """Yields the path of every image file that a flow would list, relative to the directory, class by class."""
    for name in survey.classes:
        for folder, _, files in _walk(survey.directory, name, follow_links):
            yield from (os.path.join(folder, file) for file in files if is_listed(file))


def is_listed(name: str) -> bool:
    """Whether a flow takes a file of this name for an image."""
    return name.lower().endswith(LISTED_ENDINGS)


def _count(survey, name, folder, file, stems):
    stem, extension = os.path.splitext(file)
    if is_listed(file):
        survey.classes[name] += 1
        if stem in stems:
            survey.same_stem.add(os.path.join(folder, file))
        stems.add(stem)
    elif extension.lower() in _OTHER_IMAGES:
        survey.images_of_other_formats.add(os.path.join(folder, file))
    else:
        extension = extension.lower() or "none"
        is_one_more = extension not in survey.other_extensions and len(survey.other_extensions) >= _MOST_EXTENSIONS
        survey.other_extensions["and more" if is_one_more else extension] += 1


def _walk(directory, name, follow_links, unlistable=None):
    """(folder relative to the directory, its folders, its files), sorted; a folder that links lead back to comes once."""

    def note(error):
        if unlistable is not None:
            unlistable.add(os.path.relpath(error.filename, directory))

    seen = set()
    for root, folders, files in os.walk(os.path.join(directory, name), onerror=note, followlinks=follow_links):
        if follow_links:
            status = os.stat(root)
            if (status.st_dev, status.st_ino) in seen:
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
        folders.sort()
        yield os.path.relpath(root, directory), folders, sorted(files)
