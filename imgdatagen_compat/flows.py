"""The `flow` methods of `ImageDataGenerator`, which hand the generator to the iterators."""

from __future__ import annotations

import operator
import os
import warnings

from imgdatagen_compat.bad_arguments import naming_arguments
from imgdatagen_compat.iterators.base import WORKER_OPTIONS
from imgdatagen_compat.iterators.dataframe import DataFrameIterator
from imgdatagen_compat.iterators.directory import DirectoryIterator
from imgdatagen_compat.iterators.numpy_array import NumpyArrayIterator


class FlowMethods:
    """Makes iterators over images that the instance transforms and standardizes, in its `data_format` and `dtype`."""

    def _iterator_class(self, iterator_class):
        """The class whose instances a `flow` method returns, for namespaces that have classes of their own."""
        return iterator_class

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        ignore_class_split=False,
        subset=None,
        **worker_options,
    ):
        """Batches of augmented images from arrays.

        Args:
            x: images, rank 4; or a pair (images, further inputs), the further inputs an array or a list of arrays that pass through.
            y: targets, or None.
            batch_size: images per batch; the last batch of an epoch may be smaller.
            shuffle: whether every epoch has a new order.
            sample_weight: weights, or None.
            seed: seeds order and augmentation: batch k seeds the global `np.random` with `seed + k`. None leaves the state as it is.
            save_to_dir: directory to which every augmented image is written, or None.
            save_prefix, save_format: start of the names of those files, and their format.
            ignore_class_split: accept subsets that do not have the same classes.
            subset: `"training"` or `"validation"`, with `validation_split`.
            **worker_options: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`.

        Returns:
            A `NumpyArrayIterator`, which yields images, (images, y) or (images, y, sample_weight).

        Raises:
            ValueError: lengths that differ, images not of rank 4, an unknown subset, or subsets with different classes.
        """
        if subset is None and isinstance(ignore_class_split, str) and ignore_class_split in ("training", "validation"):
            warnings.warn(
                f'flow() was given "{ignore_class_split}" as its tenth positional argument, which meant `subset` up to Keras 2.8 and '
                "means `ignore_class_split` since 2.9, where it splits nothing. "
                f'It is taken for subset="{ignore_class_split}" here; pass it by keyword.',
                stacklevel=2,
            )
            subset, ignore_class_split = ignore_class_split, False
        arguments = {
            "batch_size": batch_size,
            "shuffle": shuffle,
            "sample_weight": sample_weight,
            "seed": seed,
            "data_format": self.data_format,
            "save_to_dir": save_to_dir,
            "save_prefix": save_prefix,
            "save_format": save_format,
            "ignore_class_split": ignore_class_split,
            "subset": subset,
            "dtype": self.dtype,
        }
        with naming_arguments(arguments, {"y": y, "validation_split": self._validation_split}):
            return self._iterator_class(NumpyArrayIterator)(x, y, self, **arguments, **worker_options)

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        *,
        loader=None,
        on_error="raise",
        **worker_options,
    ):
        """Batches of augmented images from a directory with one subdirectory per class.

        Args:
            directory: its path.
            target_size: (height, width) to which every image is resized.
            color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
            classes: names of the subdirectories to read, in the order of their indices; None for all, sorted.
            class_mode: targets: `"categorical"` (one-hot), `"binary"` or `"sparse"` (class index), `"input"` (the images themselves),
                None (no targets).
            batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, subset: as for `flow`.
            follow_links: whether to follow symbolic links to directories.
            interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or `"lanczos"`.
            keep_aspect_ratio: crop to the aspect ratio of `target_size` before resizing.
            loader: function called as `load_img` is, with a path and the keywords `color_mode`, `target_size`, `interpolation` and
                `keep_aspect_ratio`, that returns a Pillow image of `target_size`; None for `load_img`.
            on_error: what becomes of a file that cannot be read. `"raise"`: an error, which names it. `"skip"`: its batch is smaller; a
                batch without any image is left out. A function, called with the path and the error: it returns the image to take
                instead, an array [height, width, channels] of `target_size` and `color_mode` with the values of a file (uint8, or
                floats), or None to skip the file; or raises. Threads call it at the same time. `errors` of the iterator has the reason
                for every such path.
            **worker_options: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`.

        Returns:
            A `DirectoryIterator`, which yields (images, targets), or images when `class_mode` is None.

        Raises:
            FileNotFoundError: no such directory.
            ValueError: unknown `color_mode`, `class_mode` or `subset`.
        """
        arguments = {
            "target_size": target_size,
            "color_mode": color_mode,
            "keep_aspect_ratio": keep_aspect_ratio,
            "classes": classes,
            "class_mode": class_mode,
            "data_format": self.data_format,
            "batch_size": batch_size,
            "shuffle": shuffle,
            "seed": seed,
            "save_to_dir": save_to_dir,
            "save_prefix": save_prefix,
            "save_format": save_format,
            "follow_links": follow_links,
            "subset": subset,
            "interpolation": interpolation,
            "dtype": self.dtype,
            "loader": loader,
            "on_error": on_error,
        }
        with naming_arguments({"directory": directory, **arguments, "validation_split": self._validation_split}):
            return self._iterator_class(DirectoryIterator)(directory, self, **arguments, **worker_options)

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        validate_filenames=True,
        *,
        loader=None,
        on_error="raise",
        **kwargs,
    ):
        """Batches of augmented images whose paths and targets are columns of a pandas dataframe.

        Args:
            dataframe: one row per image.
            directory: to which the paths are relative; None for absolute paths.
            x_col: column of the paths, strings.
            y_col: column, or list of columns, of the targets.
            weight_col: column of the sample weights, or None.
            classes: the classes to keep, in the order of their indices; None for all, sorted.
            class_mode: `"categorical"`, `"binary"`, `"sparse"`, `"input"` or None as for `flow_from_directory`; `"raw"` (the values of
                `y_col`), `"multi_output"` (a list with the values of each column of `y_col`); `"other"`, deprecated, means `"raw"`.
            target_size, color_mode, batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, subset, interpolation, loader,
                on_error: as for `flow_from_directory`.
            validate_filenames: whether to drop, with a warning, rows whose file does not exist or has no image extension.
            **kwargs: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`; `has_ext`, `sort` and `drop_duplicates`,
                deprecated; anything else is ignored, as in the original.

        Returns:
            A `DataFrameIterator`.

        Raises:
            ValueError: unknown `color_mode`, `class_mode` or `subset`; `"binary"` without exactly two classes.
            TypeError: columns of the wrong type for the class mode.
            KeyError: a column that the dataframe does not have.
        """
        for name, advice in _DEPRECATED_DATAFRAME_ARGUMENTS.items():
            if name in kwargs:
                warnings.warn(f"{name} is deprecated, {advice}", DeprecationWarning, stacklevel=2)
        if class_mode == "other":
            warnings.warn('`class_mode="other"` is deprecated, please use `class_mode="raw"`.', DeprecationWarning, stacklevel=2)
            class_mode = "raw"
        arguments = {
            "x_col": x_col,
            "y_col": y_col,
            "weight_col": weight_col,
            "target_size": target_size,
            "color_mode": color_mode,
            "classes": classes,
            "class_mode": class_mode,
            "data_format": self.data_format,
            "batch_size": batch_size,
            "shuffle": shuffle,
            "seed": seed,
            "save_to_dir": save_to_dir,
            "save_prefix": save_prefix,
            "save_format": save_format,
            "subset": subset,
            "interpolation": interpolation,
            "validate_filenames": validate_filenames,
            "dtype": self.dtype,
            "loader": loader,
            "on_error": on_error,
        }
        options = {name: kwargs[name] for name in WORKER_OPTIONS if name in kwargs}
        given = {"dataframe": dataframe, "directory": directory, **arguments, "validation_split": self._validation_split}
        with naming_arguments(given, trials=_trials_with(dataframe)):
            return self._iterator_class(DataFrameIterator)(dataframe, directory, self, **arguments, **options)


_DEPRECATED_DATAFRAME_ARGUMENTS = {
    "has_ext": "filenames in the dataframe have to match the exact filenames on disk.",
    "sort": "batches are created in the same order as the filenames provided if `shuffle` is `False`.",
    "drop_duplicates": "drop duplicates with the pandas.DataFrame.drop_duplicates method.",
}


def _trials_with(dataframe):
    """What `naming_arguments` tries for arguments that mean something else, or nothing, without a dataframe."""
    return {
        "dataframe": (operator.attrgetter("copy"), "a pandas DataFrame"),
        "x_col": (lambda name: dataframe[name], "a column of the dataframe"),
        "y_col": (lambda name: name is None or dataframe[name], "a column of the dataframe, or a list of them"),
        "weight_col": (lambda name: name and dataframe[name], "a column of the dataframe, or None"),
        "directory": (lambda path: os.path.join(path or "", ""), "the path of a directory, or None"),
        "classes": (lambda names: names and list(names), "a list of class names, or None"),
    }
