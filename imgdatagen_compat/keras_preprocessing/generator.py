"""`ImageDataGenerator` with the signature, the defaults and the semantics of keras-preprocessing 1.1.2."""

from __future__ import annotations

from imgdatagen_compat import generator
from imgdatagen_compat.keras_preprocessing import iterators
from imgdatagen_compat.semantics import KERAS_PREPROCESSING


class ImageDataGenerator(generator.ImageDataGenerator):
    """The drop-in for `keras_preprocessing.image.ImageDataGenerator`: same arguments, same batches with the same seed.

    See `imgdatagen_compat.ImageDataGenerator` for the arguments. Three defaults differ: `data_format`, `dtype` and `semantics`; and
    `fit` with `zca_whitening` sets `principal_components`.

    Args:
        **options: further keywords of `imgdatagen_compat.ImageDataGenerator`.
    """

    semantics = KERAS_PREPROCESSING.name

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
        data_format="channels_last",
        validation_split=0.0,
        interpolation_order=1,
        dtype="float32",
        *,
        semantics=KERAS_PREPROCESSING.name,
        **options,
    ):
        super().__init__(
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
            data_format=data_format,
            validation_split=validation_split,
            interpolation_order=interpolation_order,
            dtype=dtype,
            semantics=semantics,
            **options,
        )

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
        subset=None,
        **options,
    ):
        """Batches of augmented images from arrays; `subset` is the tenth argument. See `imgdatagen_compat.ImageDataGenerator.flow`."""
        return super().flow(
            x,
            y,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            **options,
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
        **options,
    ):
        """Batches from a directory with one subdirectory per class. See `imgdatagen_compat.ImageDataGenerator.flow_from_directory`."""
        return super().flow_from_directory(
            directory,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            **options,
        )

    def _iterator_class(self, iterator_class):
        return getattr(iterators, iterator_class.__name__)
