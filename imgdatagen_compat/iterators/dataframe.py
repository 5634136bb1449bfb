"""`DataFrameIterator`: batches from files and targets that are columns of a pandas dataframe."""

from __future__ import annotations

import os
import warnings

import numpy as np

from imgdatagen_compat import keras_environment
from imgdatagen_compat.depth_mismatch import warn_of_files
from imgdatagen_compat.indexing import validate_filename
from imgdatagen_compat.iterators.bad_files import RAISE
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.iterators.files import BatchFromFilesMixin
from imgdatagen_compat.iterators.reassigned_files import ReassignableFiles
from imgdatagen_compat.semantics import semantics_of

_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(ReassignableFiles, BatchFromFilesMixin, Iterator):
    """Batches of augmented images whose paths and targets are columns of a pandas dataframe.

    Args:
        dataframe: one row per image; not changed.
        image_data_generator: the generator that transforms and standardizes, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        dtype: of the batches.
        directory, x_col, y_col, weight_col, target_size, color_mode, classes, class_mode, batch_size, shuffle, seed, save_to_dir,
            save_prefix, save_format, subset, interpolation, validate_filenames, loader, on_error, **worker_options: as for
            `ImageDataGenerator.flow_from_dataframe`.
        keep_aspect_ratio: crop to the target's aspect ratio before resizing.

    Attributes:
        class_indices: dictionary from class name to index, in class modes that have classes.
        classes: list of the class index of every file, or of lists of them.
        filenames: list of the values of `x_col`.
        filepaths: list of full paths.
        samples: number of files.

    Raises:
        ValueError: unknown `color_mode`, `class_mode` or `subset`; `"binary"` without exactly two classes.
        TypeError: columns of the wrong type for the class mode.
        KeyError: a column that the dataframe does not have.
    """

    allowed_class_modes = {"binary", "categorical", "input", "multi_output", "raw", "sparse", None}

    def __init__(
        self,
        dataframe,
        directory=None,
        image_data_generator=None,
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
        data_format="channels_last",
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype="float32",
        validate_filenames=True,
        *,
        loader=None,
        on_error=RAISE,
        **worker_options,
    ):
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
        )
        self.loader = loader
        self._set_on_error(on_error)
        df = dataframe.copy()
        self.directory = directory or ""
        self.class_mode = class_mode
        self.dtype = dtype
        self._check_params(df, x_col, y_col, weight_col, classes)
        if validate_filenames:
            df = self._filter_valid_filepaths(df, x_col)
        has_classes = class_mode not in _WITHOUT_CLASSES
        if has_classes:
            df, classes = self._filter_classes(df, y_col, classes)
            if semantics_of(image_data_generator).sorts_classes:
                classes = sorted(classes)
            self.class_indices = dict(zip(classes, range(len(classes))))
        if self.split:
            df = df.iloc[int(self.split[0] * len(df)) : int(self.split[1] * len(df)), :]
        if has_classes:
            self.classes = self.get_classes(df, y_col)
        self.filenames = df[x_col].tolist()
        self._sample_weight = df[weight_col].values if weight_col else None
        if class_mode == "multi_output":
            self._targets = [np.array(df[col].tolist()) for col in y_col]
        if class_mode == "raw":
            self._targets = df[y_col].values
        self._set_filepaths()
        self.samples = len(self.filenames)
        keras_environment.print_message(
            f"Found {self.samples} {'validated' if validate_filenames else 'non-validated'} image filenames"
            + (f" belonging to {len(classes)} classes." if has_classes else ".")
        )
        super().__init__(self.samples, batch_size, shuffle, seed, **worker_options)
        if loader is None:
            warn_of_files(image_data_generator, self.filepaths, color_mode)

    def _check_params(self, df, x_col, y_col, weight_col, classes):
        class_mode = self.class_mode
        if class_mode not in self.allowed_class_modes:
            raise ValueError(f"Invalid class_mode: {class_mode}; expected one of: {self.allowed_class_modes}")
        if class_mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(f'If class_mode="{class_mode}", y_col must be a list. Received {type(y_col).__name__}.')
        if not _all_instances(df[x_col], str):
            raise TypeError(f"All values in column x_col={x_col} must be strings.")
        if class_mode in ("binary", "sparse") and not _all_instances(df[y_col], str):
            raise TypeError(
                f'If class_mode="{class_mode}", y_col="{y_col}" column values must be strings: convert them with '
                f'df["{y_col}"].astype(str), or use class_mode="raw" for numbers.'
            )
        if class_mode == "binary":
            number = len(set(classes)) if classes else df[y_col].nunique()
            if number != 2:
                raise ValueError(f'If class_mode="binary" there must be 2 classes. {"Given" if classes else "Found"}: {number}.')
        if class_mode == "categorical" and not _all_instances(df[y_col], (str, list, tuple)):
            raise TypeError(f'If class_mode="{class_mode}", y_col="{y_col}" column values must be type string, list or tuple.')
        if classes and class_mode in _WITHOUT_CLASSES:
            warnings.warn(f'`classes` will be ignored given the class_mode="{class_mode}"', stacklevel=3)
        if weight_col and not issubclass(df[weight_col].dtype.type, np.number):
            raise TypeError(f"Column weight_col={weight_col} must be numeric.")

    def get_classes(self, df, y_col):
        """Class indices of every row: a list of ints, or of lists of ints where a row has several classes."""
        indices = self.class_indices
        return [[indices[name] for name in label] if isinstance(label, (list, tuple)) else indices[label] for label in df[y_col]]

    @staticmethod
    def _filter_classes(df, y_col, classes):
        """Drops rows without a class to keep. Returns the dataframe and the list of classes in the order of their indices."""
        df = df.copy()
        if not classes:
            found = set()
            for label in df[y_col]:
                found.update(label if isinstance(label, (list, tuple)) else (label,))
            return df.dropna(subset=[y_col]), sorted(found)
        classes = list(dict.fromkeys(classes))
        wanted = frozenset(classes)

        def kept(label):
            if isinstance(label, (list, tuple)):
                return [name for name in label if name in wanted] or None
            if isinstance(label, str):
                return label if label in wanted else None
            raise TypeError(f"Expect string, list or tuple but found {type(label)} in {y_col} column")

        df[y_col] = df[y_col].apply(kept)
        return df.dropna(subset=[y_col]), classes

    def _filter_valid_filepaths(self, df, x_col):
        mask = df[x_col].map(lambda name: os.path.join(self.directory, name)).apply(validate_filename, args=(self.white_list_formats,))
        n_invalid = (~mask).sum()
        if n_invalid:
            warnings.warn(
                f'Found {n_invalid} invalid image filename(s) in x_col="{x_col}". These filename(s) will be ignored.', stacklevel=3
            )
        return df[mask]

    @property
    def labels(self):
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self):
        return self._sample_weight


def _all_instances(column, types):
    return all(isinstance(value, types) for value in column)
