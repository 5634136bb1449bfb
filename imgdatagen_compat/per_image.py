"""The methods of `ImageDataGenerator` that work on one image (or, in place, on a batch): draw, transform, standardize, fit.

They are the per-image path of the iterators, and what user code overrides. Everything is NumPy and SciPy, any shape and dtype.
"""

from __future__ import annotations

import warnings

import numpy as np

from imgdatagen_compat import transformations
from imgdatagen_compat.bad_arguments import naming_arguments
from imgdatagen_compat.bit_depth import current_white, is_auto, rescale_factor
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.params import draw_transform
from imgdatagen_compat.rescaling import brightens_in_float, brightness_in_float, rescaled, rescales_first
from imgdatagen_compat.semantics import semantics_of, whitening_matrix
from imgdatagen_compat.statistics import fit_statistics

_NO_AFFINE = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}


class PerImageMethods:
    """Transforms single images with the settings that the attributes of the instance hold (see `GeneratorConfig`).

    Equal, to the last bit, to the methods of the same names in the releases that the attribute `semantics` means: Keras 2.9 to 3.x, or
    keras-preprocessing 1.1.
    """

    # Set when `standardize` was seen to draw from `np.random`: its draws then lie between those of the images.
    _standardize_draws = False

    # The settings that draws are made with, where they are not one's own: of the images, for the generator of their masks.
    _draws_as = None

    # For generators that were pickled, or subclassed, before there were other levels.
    semantics = "keras"
    augment_validation = True
    rescale_order = "original"
    bit_depth = None

    def get_random_transform(self, img_shape, seed=None):
        """Draws the parameters of a random transformation.

        Args:
            img_shape: shape of one image, rows and columns where `data_format` says (the channel axis may be left out when it is last).
            seed: seeds the global `np.random` first, unless None.

        Returns:
            Dictionary with the keys `theta`, `tx`, `ty`, `shear`, `zx`, `zy`, `flip_horizontal`, `flip_vertical`,
            `channel_shift_intensity` and `brightness`; the last two None when not asked for.
        """
        if seed is not None:
            np.random.seed(seed)
        return draw_transform(self._draws_as or self, img_shape, (self.row_axis - 1, self.col_axis - 1))

    def apply_transform(self, x, transform_parameters):
        """Applies given parameters to one image: affine, channel shift, flips, brightness, in this order.

        With `rescale_order="first"`, `rescale` comes before all of them, so that `standardize(apply_transform(x, parameters))` makes of a
        raw image what a batch holds, in either order; an override that does not call this method has to multiply itself. Parameters are
        in the unit of raw pixels in either order.

        Args:
            x: array of rank 3, raw pixels.
            transform_parameters: dictionary as `get_random_transform` returns it; what is missing is not done.

        Returns:
            The transformed image, of the same shape.
        """
        if self._draws_as is not None:
            transform_parameters = {**transform_parameters, "channel_shift_intensity": None, "brightness": None}
        row_axis, col_axis, channel_axis = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        factor, white, cval = None, None, self.cval
        brightness = transform_parameters.get("brightness")
        if is_auto(self.rescale) or (brightness is not None and brightens_in_float(self)):
            white = current_white(self, x)
        if rescales_first(self):
            factor = rescale_factor(self, white)
            white = None if white is None else rescaled(white, factor, x.dtype).item()
            cval = rescaled(cval, factor, x.dtype).item()
            x = rescaled(x, factor)
        affine = {name: transform_parameters.get(name, nothing) for name, nothing in _NO_AFFINE.items()}
        x = transformations.affine_transformed(
            x,
            **affine,
            row_axis=row_axis,
            col_axis=col_axis,
            channel_axis=channel_axis,
            fill_mode=self.fill_mode,
            cval=cval,
            order=self.interpolation_order,
            semantics=semantics_of(self),
        )
        if transform_parameters.get("channel_shift_intensity") is not None:
            intensity = transform_parameters["channel_shift_intensity"]
            intensity = intensity if factor is None else rescaled(intensity, factor, x.dtype).item()
            x = transformations.apply_channel_shift(x, intensity, channel_axis)
        if transform_parameters.get("flip_horizontal", False):
            x = transformations.flip_axis(x, col_axis)
        if transform_parameters.get("flip_vertical", False):
            x = transformations.flip_axis(x, row_axis)
        if brightness is not None:
            semantics = semantics_of(self)
            if white is None:
                x = transformations.brightness_shifted(x, brightness, semantics)
            else:
                x = brightness_in_float(x, brightness, white, channel_axis, stretches=semantics.stretches_contrast)
        return x

    def random_transform(self, x, seed=None):
        """Draws parameters for the shape of `x` and applies them: `get_random_transform`, then `apply_transform`."""
        with naming_arguments(self):
            return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x):
        """Normalizes `x` in place: preprocessing function, rescale, samplewise, featurewise, ZCA, in this order.

        With `rescale_order="first"` `rescale` is not among them: `apply_transform(x, {})` does that and nothing else. `rescale="auto"`
        without a `bit_depth` in numbers takes the white that the values of `x` tell.

        Args:
            x: float array, one image or a batch. On a batch the samplewise steps use one mean and one standard deviation for all of it.

        Returns:
            `x`, changed; a new array where `preprocessing_function` or ZCA made one. Pass a copy to keep the input.

        Raises:
            UFuncTypeError: an integer `x` with a step that needs fractions.
            ValueError: `rescale="auto"`, and the values tell nothing.
        """
        factor = None if self.rescale_order == "first" else self.rescale
        if is_auto(factor):
            factor = rescale_factor(self, current_white(self, x))
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if factor:
            x *= factor
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and _is_fit(self.mean, "featurewise_center"):
            x -= self.mean
        if self.featurewise_std_normalization and _is_fit(self.std, "featurewise_std_normalization"):
            x /= self.std + 1e-6
        if self.zca_whitening and _is_fit(whitening_matrix(self), "zca_whitening"):
            flat_x = x.reshape(-1, np.prod(x.shape[-3:]))
            x = np.reshape(flat_x @ whitening_matrix(self), x.shape)
        return x

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Computes `mean`, `std` and `zca_whitening_matrix` from sample images, as far as the settings ask for them.

        With `semantics="keras_preprocessing"` the matrix is another one and is called `principal_components`.

        `rescale` is applied first of all, before augmentation; `preprocessing_function` and the samplewise steps are not. So in either
        order; but with `rescale_order="first"` alone, `cval`, `channel_shift_range` and brightness then mean what they mean in a batch.

        Args:
            x: images, rank 4.
            augment: whether to measure randomly augmented images instead.
            rounds: how many augmented copies of every image.
            seed: seeds the global `np.random` first, unless None.

        Raises:
            ValueError: `x` is not of rank 4.
        """
        with naming_arguments(self, {"rounds": rounds, "seed": seed}):
            for name, value in fit_statistics(self, x, augment=augment, rounds=rounds, seed=seed):
                setattr(self, name, value)

    def fit_iterator(
        self, data, *, augment=False, rounds=1, seed=None, steps=None, zca_rank=None, zca_gigabytes=8.0, verbose="auto"
    ):
        """Computes what `fit` computes, batch by batch: the images need not fit into memory.

        Of an iterator of `flow`, `flow_from_directory` or `flow_from_dataframe` it measures the raw images, as they are loaded, each once,
        in their order: what `fit` measures of all of them stacked. The iterator does not move, whose own augmentation and normalization
        do not matter; nor does `np.random`. Sums are made in double precision: `mean` and `std` are those of `fit` in float64, rounded to
        `dtype`. So is the ZCA matrix, within 1e-5 of its largest value, where the images vary in every direction by at least 1e-5 of the
        strongest; below that `fit` whitens rounding errors, and here directions below 1e-6 are projected to 0. `fit` in float32 is itself
        off by up to 2**-24 times the number of pixels.

        Args:
            data: such an iterator; a `tf.data.Dataset` of raw images (rank 3), of batches of them (rank 4), or of tuples that begin with
                either; an array of rank 4, which may be an `np.memmap`; or any finite iterable, or `Sequence`, of such batches.
            augment, rounds, seed: as for `fit`, and with its draws. `rounds` reads the data so many times.
            steps: batches to measure; None for all. Of an iterator, they are spread evenly over its samples; a value is needed for data
                without an end.
            zca_rank: whiten this many of the strongest directions only, and project all others to 0. The matrix is then a
                `LowRankMatrix`, of memory in proportion to `zca_rank` × pixels; its `error_bound` says by how much the variance that was
                measured in one of them may be wrong. Found in one pass, with a sketch of twice as many rows (Frequent Directions).
            zca_gigabytes: memory, in units of 10**9 bytes, that ZCA whitening may take.
            verbose: 1 shows progress, 0 does not, `"auto"` does after two seconds.

        Raises:
            ValueError: no images, or not of rank 3 or 4; channels that differ, and sizes with `zca_whitening`; a dataset without an end;
                ZCA whitening that would take more memory than `zca_gigabytes`; `rescale="auto"` and batches that tell nothing.
        """
        from imgdatagen_compat.streaming_statistics import streamed_statistics

        options = {"steps": steps, "zca_rank": zca_rank, "zca_gigabytes": zca_gigabytes, "verbose": verbose}
        with naming_arguments(self, {"rounds": rounds, "seed": seed}):
            statistics = dict(streamed_statistics(self, data, augment=augment, rounds=rounds, seed=seed, **options))
        for name, value in statistics.items():  # all or none: an error leaves what was fit before
            setattr(self, name, value)


def _is_fit(statistic, option):
    if statistic is None:
        warnings.warn(
            f"This ImageDataGenerator specifies `{option}`, but it hasn't been fit on any training data. "
            "Fit it first by calling `.fit(numpy_data)`.",
            stacklevel=3,
        )
    return statistic is not None


class Unaugmented:
    """The drawing and transforming methods of a generator that augments nothing, with all other settings of `datagen`.

    The two flips are drawn, as they are by any generator.
    """

    def __init__(self, datagen):
        self._datagen = datagen
        self._config = GeneratorConfig.of(datagen).without_augmentation()

    def get_random_transform(self, img_shape):
        return draw_transform(self._config, img_shape, (self._datagen.row_axis - 1, self._datagen.col_axis - 1))

    def apply_transform(self, x, transform_parameters):
        return PerImageMethods.apply_transform(self._datagen, x, transform_parameters)
