"""`DirectoryIterator`: batches from a directory with one subdirectory per class."""

from __future__ import annotations

import logging
import os

from imgdatagen_compat import keras_environment
from imgdatagen_compat.depth_mismatch import warn_of_files
from imgdatagen_compat.indexing import class_directories, list_class_files
from imgdatagen_compat.iterators.bad_files import RAISE
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.iterators.files import BatchFromFilesMixin
from imgdatagen_compat.iterators.reassigned_files import ReassignableFiles

logger = logging.getLogger("imgdatagen_compat")


class DirectoryIterator(ReassignableFiles, BatchFromFilesMixin, Iterator):
    """Batches of augmented images from a directory with one subdirectory per class.

    Args:
        directory: its path.
        image_data_generator: the generator that transforms and standardizes, or None.
        data_format: `"channels_last"` or `"channels_first"`; None for the Keras global setting.
        dtype: of the batches; None for the Keras global `floatx`.
        target_size, color_mode, classes, class_mode, batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, follow_links,
            subset, interpolation, keep_aspect_ratio, loader, on_error, **worker_options: as for `ImageDataGenerator.flow_from_directory`.

    Attributes:
        class_indices: dictionary from class name to index.
        classes: int32 array, class index of every file.
        filenames: list of paths relative to `directory`.
        filepaths: list of full paths.
        samples, num_classes: how many there are.

    Raises:
        FileNotFoundError: no such directory.
        ValueError: unknown `color_mode`, `class_mode` or `subset`.
    """

    allowed_class_modes = {"categorical", "binary", "sparse", "input", None}

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype=None,
        *,
        loader=None,
        on_error=RAISE,
        **worker_options,
    ):
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            keras_environment.image_data_format() if data_format is None else data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
        )
        self.loader = loader
        self._set_on_error(on_error)
        if class_mode not in self.allowed_class_modes:
            raise ValueError(f"Invalid class_mode: {class_mode}; expected one of: {self.allowed_class_modes}")
        self.class_mode = class_mode
        self.dtype = keras_environment.floatx() if dtype is None else dtype
        classes = classes or class_directories(directory)
        self.num_classes = len(classes)
        self.class_indices = dict(zip(classes, range(len(classes))))
        self.directory = directory
        self.filenames, self.classes = list_class_files(directory, classes, self.white_list_formats, self.split, follow_links)
        self._set_filepaths()
        self.samples = len(self.filenames)
        keras_environment.print_message(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._warn_of_missing(classes)
        super().__init__(self.samples, batch_size, shuffle, seed, **worker_options)
        if loader is None:
            warn_of_files(image_data_generator, self.filepaths, color_mode)

    def _warn_of_missing(self, classes):
        """The original says nothing of a class without a directory, and yields empty batches when there is no image at all."""
        missing = [name for name in classes if not os.path.isdir(os.path.join(self.directory, name))]
        if missing:
            logger.warning("%s has no subdirectory for the classes %s given in `classes`.", self.directory, missing)
        if not self.samples:
            logger.warning(
                "No images in %s%s: every batch will be empty. Images are expected in one subdirectory per class, with the extensions %s.",
                self.directory,
                "" if self.subset is None else f' for subset "{self.subset}"',
                ", ".join(self.white_list_formats),
            )

    @property
    def labels(self):
        return self.classes

    @property
    def sample_weight(self):
        return None
