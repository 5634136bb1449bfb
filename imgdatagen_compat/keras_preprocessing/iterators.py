"""The iterators with the signatures and defaults of keras-preprocessing 1.1.2: channels last and float32 whatever Keras's global settings.

What is not named here goes, by keyword, to the iterator of the same name in `imgdatagen_compat`.
"""

from __future__ import annotations

from imgdatagen_compat.iterators import dataframe as dataframe_iterator
from imgdatagen_compat.iterators import directory as directory_iterator
from imgdatagen_compat.iterators import numpy_array as numpy_array_iterator


class NumpyArrayIterator(numpy_array_iterator.NumpyArrayIterator):
    """Batches of augmented images from arrays; see `imgdatagen_compat.NumpyArrayIterator`."""

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format="channels_last",
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        dtype="float32",
        **options,
    ):
        super().__init__(
            x,
            y,
            image_data_generator,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            dtype=dtype,
            **options,
        )


class DirectoryIterator(directory_iterator.DirectoryIterator):
    """Batches of augmented images from a directory; see `imgdatagen_compat.DirectoryIterator`."""

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
        data_format="channels_last",
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        dtype="float32",
        **options,
    ):
        super().__init__(
            directory,
            image_data_generator,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            dtype=dtype,
            **options,
        )


class DataFrameIterator(dataframe_iterator.DataFrameIterator):
    """Batches of augmented images from the rows of a dataframe, classes always sorted; see `imgdatagen_compat.DataFrameIterator`."""

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
        dtype="float32",
        validate_filenames=True,
        **options,
    ):
        super().__init__(
            dataframe,
            directory,
            image_data_generator,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=dtype,
            validate_filenames=validate_filenames,
            **options,
        )

    @staticmethod
    def _filter_classes(df, y_col, classes):
        df, classes = dataframe_iterator.DataFrameIterator._filter_classes(df, y_col, classes)
        return df, sorted(classes)
