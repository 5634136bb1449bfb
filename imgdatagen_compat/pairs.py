"""`flow_pair()`: images and their masks, transformed alike."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import os
from collections import Counter

from imgdatagen_compat.bad_arguments import naming_arguments
from imgdatagen_compat.config import CHANNELS_FIRST, GeneratorConfig
from imgdatagen_compat.indexing import class_directories, list_class_files
from imgdatagen_compat.iterators.bad_files import RAISE
from imgdatagen_compat.iterators.dataframe import DataFrameIterator
from imgdatagen_compat.iterators.directory import DirectoryIterator
from imgdatagen_compat.iterators.numpy_array import NumpyArrayIterator
from imgdatagen_compat.iterators.pairs import PairIterator
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline.paths import is_overridden

_SHOWN = 3  # names in a message


class PairMethods:
    """Makes iterators over images and their masks, which the instance transforms alike."""

    def flow_pair(
        self,
        images,
        masks,
        *,
        batch_size=32,
        shuffle=True,
        seed=None,
        subset=None,
        mask_fill_mode=None,
        mask_cval=0.0,
        mask_rescale=None,
        mask_preprocessing_function=None,
        target_size=(256, 256),
        color_mode="rgb",
        mask_color_mode="grayscale",
        interpolation="nearest",
        keep_aspect_ratio=False,
        directory=None,
        follow_links=False,
        loader=None,
        mask_loader=None,
        on_error="raise",
        **worker_options,
    ):
        """Batches of augmented images and their masks, for segmentation.

        Both are rotated, shifted, sheared, zoomed and flipped alike. Masks are never interpolated, so that no value is in them that was not
        there before, but for `mask_cval`; channel shift, brightness, `preprocessing_function`, `rescale`, other normalization and an
        overridden `standardize` are left out for them. Overridden `get_random_transform` and `apply_transform` are called for both. The
        settings of this generator are read once, now.

        Args:
            images, masks: two arrays of rank 4 with images of the same height and width; two directories with files of the same names,
                their extensions aside, in subdirectories or not (a single one may have another name); or two lists or columns of paths,
                which belong together by their position.
            batch_size, shuffle, seed, subset, **worker_options: as for `flow`.
            mask_fill_mode: of the masks; None for that of the images.
            mask_cval: value outside the masks in mode `"constant"`, such as the label that a loss ignores.
            mask_rescale: every value of the masks is multiplied by it, such as 1/255 for masks of 0 and 255.
            mask_preprocessing_function: called with one transformed mask, array of rank 3; returns one of the same shape.
            target_size, color_mode, interpolation, keep_aspect_ratio, loader: how files of images are read, as for `flow_from_directory`.
            mask_color_mode, mask_loader: how files of masks are read. They are resized to `target_size` by the nearest pixel.
            on_error: what becomes of images and masks that cannot be read, as for `flow_from_directory`: with `"skip"` a pair is left out
                when either cannot be, and a function gives an image for an image, with the channels of `color_mode`, and a mask for a
                mask, with those of `mask_color_mode`. `errors` of the iterator has the reason for every such path.
            directory: to which the paths of lists are relative.
            follow_links: whether to follow symbolic links to directories inside of the two directories.

        Returns:
            A `PairIterator`, which yields (images, masks), both of the generator's `dtype`.

        Raises:
            ValueError: an image without a mask or the reverse; sizes of arrays that differ; an unknown subset or colour mode.
            FileNotFoundError: a path that is no file (unless `on_error` is to deal with it), or no directory.
            TypeError: images and masks of different kinds, or arguments for files together with arrays.
            ImportError: lists of paths without pandas, which `pip install imgdatagen-compat[dataframe]` brings.
        """
        kind = _kind(images)
        if _kind(masks) != kind:
            raise TypeError(f"`images` and `masks` should be of one kind. Received: {kind} and {_kind(masks)}")
        reading = {"target_size": target_size, "keep_aspect_ratio": keep_aspect_ratio, "on_error": on_error}
        listing = {"directory": directory, "follow_links": follow_links}
        of_images = {"color_mode": color_mode, "interpolation": interpolation, "loader": loader}
        of_masks = {"color_mode": mask_color_mode, "loader": mask_loader}
        _refuse_unused(kind, reading | listing | of_images | {f"mask_{name}": value for name, value in of_masks.items()})

        flow = {"batch_size": batch_size, "shuffle": shuffle, "seed": seed, "subset": subset}
        flow |= {"data_format": self.data_format, "dtype": self.dtype}
        generators = copy.copy(self), mask_generator(self, mask_fill_mode, mask_cval, mask_rescale, mask_preprocessing_function)
        options = [{**flow, **reading, **own, "class_mode": None} for own in (of_images, of_masks)]
        with naming_arguments(flow, reading, of_images):
            if kind == _ARRAYS:
                iterators = _over_arrays(self._iterator_class, (images, masks), generators, flow)
            elif kind == _DIRECTORIES:
                iterators = _over_directories(self._iterator_class, (images, masks), generators, options, follow_links)
            else:
                iterators = _over_paths(self._iterator_class, (images, masks), generators, options, directory, on_error)
        return PairIterator(*iterators, **worker_options)


def mask_generator(datagen, fill_mode, cval, rescale, preprocessing_function):
    """A copy of `datagen` that transforms the masks of its images: the same draws, other pixels."""
    config = GeneratorConfig.of(datagen)
    settings = dataclasses.replace(
        config.without_standardization(),
        channel_shift_range=0.0,
        brightness_range=None,
        interpolation_order=0,
        fill_mode=config.fill_mode if fill_mode is None else fill_mode,
        cval=cval,
        rescale=rescale,
        preprocessing_function=preprocessing_function,
    )
    masks = copy.copy(datagen)
    vars(masks).update(vars(settings))
    masks._draws_as = config
    if is_overridden(datagen, "standardize"):
        masks.standardize = functools.partial(PerImageMethods.standardize, masks)
    return masks


_ARRAYS, _DIRECTORIES, _PATHS = "arrays", "directories", "lists of paths"
_UNUSED = {_DIRECTORIES: ("directory",), _PATHS: ("follow_links",)}


def _kind(images):
    if isinstance(images, (str, os.PathLike)):
        return _DIRECTORIES
    return _PATHS if isinstance(next(iter(images), None), (str, os.PathLike)) else _ARRAYS


def _refuse_unused(kind, options):
    """Raises `TypeError` if one of the options for files is given that means nothing for this kind of images."""
    parameters = inspect.signature(PairMethods.flow_pair).parameters
    unused = [name for name in _UNUSED.get(kind, options) if options[name] != parameters[name].default]
    if unused:
        raise TypeError(f"{', '.join(f'`{name}`' for name in unused)} of `flow_pair` has no meaning for {kind}: leave it out.")


def _over_arrays(iterator_class, arrays, generators, options):
    for name, array in zip(("images", "masks"), arrays):
        if isinstance(array, (list, tuple)):  # which `flow` takes for the array and further inputs
            received = f"a {type(array).__name__} of {len(array)}"
            raise TypeError(f"`{name}` should be one array of rank 4, as `np.stack` makes it of a list of images. Received: {received}")
    images, masks = (
        iterator_class(NumpyArrayIterator)(array, None, generator, **options) for array, generator in zip(arrays, generators)
    )
    rows = 2 if options["data_format"] == CHANNELS_FIRST else 1
    sides = [it._images.shape[rows : rows + 2] for it in (images, masks)]
    if sides[0] != sides[1]:
        raise ValueError(f"Images and masks should have one height and width. Received: images of {sides[0]}, masks of {sides[1]}")
    return images, masks


def _over_paths(iterator_class, lists, generators, options, directory, on_error):
    import pandas as pd  # an extra, for what a dataframe iterator reads

    names = [[os.fspath(path) for path in paths] for paths in lists]
    if len(names[0]) != len(names[1]):
        raise ValueError(f"Every image needs a mask. Received: {len(names[0])} images, {len(names[1])} masks")
    for path in (os.path.join(directory or "", name) for name in (*names[0], *names[1])):
        if on_error == RAISE and not os.path.isfile(path):
            raise FileNotFoundError(f"{path}, of the paths given to `flow_pair`, is no file.")
    frame = pd.DataFrame({"images": names[0], "masks": names[1]})
    return [
        iterator_class(DataFrameIterator)(frame, directory, generator, x_col=column, validate_filenames=False, **own)
        for column, generator, own in zip(frame, generators, options)
    ]


def _over_directories(iterator_class, directories, generators, options, follow_links):
    iterators = []
    for directory, generator, own in zip(directories, generators, options):
        root, classes = _root_and_classes(os.fspath(directory))
        iterators.append(iterator_class(DirectoryIterator)(root, generator, classes=classes, follow_links=follow_links, **own))
    images, masks = iterators
    image_names, mask_names = (_pairing_names(it.filenames, it.num_classes) for it in iterators)
    if Counter(image_names) != Counter(mask_names) or len(set(image_names)) < len(image_names):
        raise ValueError(_who_has_no_partner(iterators, follow_links))
    if image_names != mask_names:  # extensions can change the order
        filename_of = dict(zip(mask_names, masks.filenames))
        masks.filenames = [filename_of[name] for name in image_names]
        masks._set_filepaths()
    return images, masks


def _root_and_classes(directory):
    """What a `DirectoryIterator` needs to be told: a directory without subdirectories is itself the only class."""
    if class_directories(directory):
        return directory, None
    root, name = os.path.split(os.path.abspath(directory))
    return root, [name]


def _pairing_names(filenames, num_classes):
    """Names that an image and its mask share: without extension, and without the subdirectory if there is only one."""
    if num_classes == 1:
        filenames = [filename.split(os.sep, 1)[1] for filename in filenames]
    return [os.path.splitext(filename)[0] for filename in filenames]


def _who_has_no_partner(iterators, follow_links):
    """The message about two directories whose files do not form pairs, of all their files, whatever the subset."""
    found = []
    for it in iterators:
        filenames, _ = list_class_files(it.directory, list(it.class_indices), it.white_list_formats, None, follow_links)
        found.append(Counter(_pairing_names(filenames, it.num_classes)))
    images, masks = found
    problems = {
        "images without a mask": images - masks,
        "masks without an image": masks - images,
        "names that several images have": [name for name, number in images.items() if number > 1],
    }
    found = "; ".join(f"{what}: {_shown(names)}" for what, names in problems.items() if names)
    return (
        f"Images and masks should have the same names, extensions aside. Found {found}. "
        "If they are named otherwise, pass two lists of paths."
    )


def _shown(names):
    names = sorted(names)
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
