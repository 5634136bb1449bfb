"""`ImageDataGenerator`: the arguments of the constructor, and what they do to images."""

from __future__ import annotations

from imgdatagen_compat import keras_environment
from imgdatagen_compat.config import CHANNELS_FIRST, check_validation_split, validated_config
from imgdatagen_compat.explanation import explain_generator, print_explanation
from imgdatagen_compat.flows import FlowMethods
from imgdatagen_compat.model_methods import ModelMethods
from imgdatagen_compat.pairs import PairMethods
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.semantics import semantics_level


class ImageDataGenerator(FlowMethods, PairMethods, ModelMethods, PerImageMethods):
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
            one of 0..n-1 pixels, a sequence one of its values, with a random sign. As in Keras since 2.9, the height shift moves columns
            and the width shift rows.
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
