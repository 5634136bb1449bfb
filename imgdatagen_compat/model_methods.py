"""The methods of `ImageDataGenerator` that lead from it into a model: its work as layers, and the generator of the images to predict."""

from __future__ import annotations

import copy
import types

from imgdatagen_compat.config import NO_AUGMENTATION
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline.paths import AUGMENTATION_HOOKS, is_overridden


class ModelMethods:
    """Turns what the attributes of the instance say (see `GeneratorConfig`) into layers."""

    def to_layers(self, seed=None):
        """What this generator does to images, as layers: for a model, or for `dataset.map`.

        `layers.RandomImageTransform` augments while training; stock `Rescaling` and `Normalization`, and `PreprocessInput`,
        `SamplewiseNormalization` and `ZCAWhitening` of `layers` where Keras has none, do what `standardize` does, always. They stand in the
        order of `rescale_order`, and hold what `fit` measured. All compute in float32, whatever the dtype of the generator or of the model.

        Args:
            seed: int that makes the sequence of draws reproducible, or None.

        Returns:
            A `keras.Sequential`, from raw pixels, uint8 or float [N, H, W, C] (or channels first), to float32. Not training, it equals
            `standardize` to the rounding of float32, and within the bounds of `SamplewiseNormalization` and `stages.STAGES`.

        Raises:
            ValueError: an overridden method; a `preprocessing_function` that is no `preprocess_input` of `keras.applications`; statistics
                that are not measured; an interpolation order above 1; `rescale="auto"`, or brightness with `bit_depth="auto"`, whose white
                differs from image to image.
        """
        from imgdatagen_compat.layers.from_generator import to_layers

        return to_layers(self, seed)

    def rescaling_layer(self):
        """The stock layer `keras.layers.Rescaling` that multiplies by `rescale`, in float32; by 1 without one.

        Raises:
            ValueError: `rescale="auto"` without a `bit_depth` in numbers, or a `rescale` that is no number.
        """
        from imgdatagen_compat.layers.from_generator import rescaling_layer

        return rescaling_layer(self)

    def to_native(self, *args, **options):
        """This generator in stock Keras layers only, with a report of what differs. See `native_layers.to_native`."""
        from imgdatagen_compat.native_layers import to_native

        return to_native(self, *args, **options)

    def for_inference(self):
        """A generator with the same standardization and statistics, and without augmentation: for validation, test and prediction.

        Returns:
            A copy of this generator, of the same class, with every augmenting setting off. Its `flow` methods, `validation_split` and
            `standardize` are this one's; a `get_random_transform` or `apply_transform` of your own is not called.
        """
        plain = copy.copy(self)
        vars(plain).update(NO_AUGMENTATION)
        for hook in AUGMENTATION_HOOKS:
            if is_overridden(self, hook):
                setattr(plain, hook, types.MethodType(getattr(PerImageMethods, hook), plain))
        return plain
