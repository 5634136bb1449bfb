"""`ImageDataGenerator`: the constructor, and the `flow` methods that hand the generator to the iterators."""

from __future__ import annotations

import warnings

from imgdatagen_compat import keras_environment
from imgdatagen_compat.config import CHANNELS_FIRST, check_validation_split, validated_config
from imgdatagen_compat.explanation import explain_generator, print_explanation
from imgdatagen_compat.iterators.base import WORKER_OPTIONS
from imgdatagen_compat.iterators.dataframe import DataFrameIterator
from imgdatagen_compat.iterators.directory import DirectoryIterator
from imgdatagen_compat.iterators.numpy_array import NumpyArrayIterator
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.semantics import semantics_level


class ImageDataGenerator(PerImageMethods):
    """Makes batches of augmented and normalized images.

    The drop-in for `tf.keras.preprocessing.image.ImageDataGenerator`: same arguments, same batches with the same seed.

    Args:
        featurewise_center: subtract the mean that `fit` measured, per channel.
        samplewise_center: subtract each image's own mean.
        featurewise_std_normalization: divide by the standard deviation that `fit` measured, per channel; switches `featurewise_center` on.
        samplewise_std_normalization: divide by each image's own standard deviation; switches `samplewise_center` on.
        zca_whitening: multiply by the whitening matrix that `fit` measured; switches `featurewise_center` on.
        zca_epsilon: added to the singular values before they are inverted.
        rotation_range: degrees; angles are drawn from ± this.
        width_shift_range, height_shift_range: a float below 1 is a fraction of the side, from 1 on pixels, drawn from ± this; an int n is
            one of 0..n-1
            pixels, a sequence one of its values, with a random sign. As in Keras since 2.9, the height shift moves columns and the width
            shift rows.
        brightness_range: pair of factors. Works on whole grey levels of 0-255.
        shear_range: degrees.
        zoom_range: a number z for factors in [1-z, 1+z], or a pair of factors; above 1 zooms out.
        channel_shift_range: grey levels; clipped to each image's own minimum and maximum.
        fill_mode: `"constant"`, `"nearest"`, `"reflect"` or `"wrap"`, as SciPy defines them.
        cval: value outside the image in mode `"constant"`, in the unit of the raw pixels.
        horizontal_flip, vertical_flip: flip every second image on average.
        rescale: every value is multiplied by it, after augmentation and `preprocessing_function`, before all other normalization. None or
            0: not. `"auto"`: 1 / white, whatever the bit depth of the image: see `bit_depth`, which it switches on.
        preprocessing_function: called with one augmented image, array of rank 3; returns one of the same shape.
        data_format: `"channels_last"` or `"channels_first"`; None for the Keras global setting.
        validation_split: fraction between 0 and 1 of the images that `subset="validation"` means.
        interpolation_order: spline order, 0 to 5, of the affine transform.
        dtype: of the batches; None for the Keras global `floatx`.
        semantics: what the draws mean. `"keras"`: as in Keras 2.9 to 3.x. `"keras_preprocessing"`: as in Keras 2.2.3 to 2.8 and
            keras-preprocessing 1.1. `"documented"`: as "keras", but the height shift moves rows and the width shift columns, and images
            that are not square turn and zoom about their own centre; positive angles turn and shear counter-clockwise, as Keras documents
            `shear_range` and `keras.layers.RandomRotation`.
        rescale_order: `"original"`, or `"first"`: raw pixels are multiplied by `rescale` before anything else touches them, by
            `apply_transform`, and not again by `standardize`. `cval` and `channel_shift_range` stay in the unit of raw pixels,
            `preprocessing_function` sees rescaled pixels, and brightness keeps fractions.
        bit_depth: None: files are loaded as the original does, in 8 bits but for grey images of 16 or 32. `"auto"`: with all their bits,
            and brightness works on their range, in float; the white is what the type of an array or the header of a file says. 8, 10,
            12, 14 or 16: so, too, and the white is 2**bits - 1 (12-bit images in 16-bit files).
        augment_validation: False leaves what `subset="validation"` means unaugmented: its batches are those of a second generator with the
            same normalization and no augmentation, and so is what they leave in `np.random`. Overridden `get_random_transform` and
            `apply_transform` are not called for it. True augments it as the original does.

    Attributes:
        mean, std, zca_whitening_matrix: the featurewise statistics, None until `fit`. Assignable, like every argument. With
            `semantics="keras_preprocessing"` the last is called `principal_components`.

    Raises:
        ValueError: a bad `data_format`, `validation_split`, `zoom_range`, `brightness_range`, `semantics`, `augment_validation`,
            `rescale`, `rescale_order` or `bit_depth`.
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
        *,
        semantics="keras",
        rescale_order="original",
        bit_depth=None,
        augment_validation=True,
    ):
        config = validated_config(
            featurewise_center=featurewise_center,
            samplewise_center=samplewise_center,
            featurewise_std_normalization=featurewise_std_normalization,
            samplewise_std_normalization=samplewise_std_normalization,
            zca_whitening=zca_whitening,
            zca_epsilon=zca_epsilon,
            rotation_range=rotation_range,
            width_shift_range=width_shift_range,
            height_shift_range=height_shift_range,
            brightness_range=brightness_range,
            shear_range=shear_range,
            zoom_range=zoom_range,
            channel_shift_range=channel_shift_range,
            fill_mode=fill_mode,
            cval=cval,
            horizontal_flip=horizontal_flip,
            vertical_flip=vertical_flip,
            rescale=rescale,
            preprocessing_function=preprocessing_function,
            data_format=keras_environment.image_data_format() if data_format is None else data_format,
            interpolation_order=interpolation_order,
            dtype=keras_environment.floatx() if dtype is None else dtype,
            semantics=semantics,
            rescale_order=rescale_order,
            bit_depth=bit_depth,
            augment_validation=augment_validation,
        )
        check_validation_split(validation_split)
        vars(self).update(vars(config))
        self._validation_split = validation_split
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if config.data_format == CHANNELS_FIRST else (3, 1, 2)
        self.mean = None
        self.std = None
        setattr(self, semantics_level(semantics).zca_attribute, None)

    def _iterator_class(self, iterator_class):
        """The class whose instances a `flow` method returns, for namespaces that have classes of their own."""
        return iterator_class

    def explain(self, x_or_path=None, *, target_size=(256, 256), color_mode="rgb"):
        """Prints what this generator does to images: the steps in order, which path runs, and the known traps it is in.

        Args:
            x_or_path: images to measure the range of values after every step with: an array of rank 3 or 4, or the path of an image or of a
                folder. Up to eight of them, evenly spread, are augmented with draws of their own; the state of `np.random` is kept.
                None measures nothing.
            target_size, color_mode: how files are loaded, as for `flow_from_directory`.

        Returns:
            The `Explanation` that was printed: its `steps`, `path` and `traps` are data.

        Raises:
            FileNotFoundError: no such path.
            ValueError: a folder without images, or an array of another rank.
        """
        explanation = explain_generator(self, x_or_path, target_size=target_size, color_mode=color_mode)
        print_explanation(explanation)
        return explanation

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
        if subset is None and ignore_class_split in ("training", "validation"):
            warnings.warn(
                f'flow() was given "{ignore_class_split}" as its tenth positional argument, which meant `subset` up to Keras 2.8 and '
                "means `ignore_class_split` since 2.9, where it splits nothing. "
                f'It is taken for subset="{ignore_class_split}" here; pass it by keyword.',
                stacklevel=2,
            )
            subset, ignore_class_split = ignore_class_split, False
        return self._iterator_class(NumpyArrayIterator)(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
            **worker_options,
        )

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
            **worker_options: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`.

        Returns:
            A `DirectoryIterator`, which yields (images, targets), or images when `class_mode` is None.

        Raises:
            FileNotFoundError: no such directory.
            ValueError: unknown `color_mode`, `class_mode` or `subset`.
        """
        return self._iterator_class(DirectoryIterator)(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            keep_aspect_ratio=keep_aspect_ratio,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            loader=loader,
            **worker_options,
        )

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
            target_size, color_mode, batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, subset, interpolation, loader: as for
                `flow_from_directory`.
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
        return self._iterator_class(DataFrameIterator)(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            validate_filenames=validate_filenames,
            dtype=self.dtype,
            loader=loader,
            **{name: kwargs[name] for name in WORKER_OPTIONS if name in kwargs},
        )


_DEPRECATED_DATAFRAME_ARGUMENTS = {
    "has_ext": "filenames in the dataframe have to match the exact filenames on disk.",
    "sort": "batches are created in the same order as the filenames provided if `shuffle` is `False`.",
    "drop_duplicates": "drop duplicates with the pandas.DataFrame.drop_duplicates method.",
}
