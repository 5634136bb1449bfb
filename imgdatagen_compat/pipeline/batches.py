"""Makes the pixels of one batch, the way that `choose_path` says. Every way takes the same draws from `np.random`, in the same order."""

from __future__ import annotations

import dataclasses
import random

import numpy as np

from imgdatagen_compat.bit_depth import white_of_image
from imgdatagen_compat.config import CHANNELS_FIRST, GeneratorConfig
from imgdatagen_compat.params import TransformParams, draw_params
from imgdatagen_compat.per_image import Unaugmented
from imgdatagen_compat.pipeline.interpreter_exit import making_batch
from imgdatagen_compat.pipeline.interrupts import interrupts_kept
from imgdatagen_compat.pipeline.normalization import laid_out_as_original
from imgdatagen_compat.pipeline.paths import (
    COMPILED,
    COMPILED_THEN_STANDARDIZE,
    PER_IMAGE,
    STANDARDIZE_DRAWS,
    UNCHANGED,
    Path,
    Source,
    choose_path,
    layout_of,
)
from imgdatagen_compat.pipeline.transform import Statistics, transform_batch
from imgdatagen_compat.semantics import whitening_matrix

_AXES_TO_CHANNELS_LAST = (1, 2, 0)


@dataclasses.dataclass(frozen=True, eq=False)
class Recipe:
    """All that decides the pixels of a batch in the compiled path, but the raw images and the state of `np.random`.

    Draws are made with the settings `draws`, which differ from `config` for masks only, and there never change.
    """

    config: GeneratorConfig
    draws: GeneratorConfig
    statistics: Statistics
    channels_first: bool

    @classmethod
    def of(cls, datagen, path: Path, augment: bool) -> Recipe:
        config = GeneratorConfig.for_images(datagen, augment)
        if path.name == COMPILED_THEN_STANDARDIZE:
            config = config.without_standardization()
        draws = datagen._draws_as if augment and datagen._draws_as else config
        return cls(config, draws, statistics_of(datagen, config), layout_of(datagen) == CHANNELS_FIRST)

    def why_not(self, raw, source: Source) -> str | None:
        """Why these raw images cannot be made a batch all at once; None if they can."""
        expected = (*source.shape[1:], source.shape[0]) if self.channels_first else source.shape
        if raw.shape[1:] != expected:
            return "an image has another shape than the batch"
        # NumPy's minimum and maximum spread NaN, those of compiled code do not.
        takes_range = self.config.channel_shift_range != 0 or self.config.brightness_range is not None
        if takes_range and raw.dtype != np.uint8 and not np.isfinite(raw.min() + raw.max()):
            return "images hold NaN or infinity, which brightness and channel shift spread as NumPy does there only"
        return None

    def make(self, raw, source: Source, rng=np.random) -> tuple[np.ndarray, TransformParams]:
        """Draws from `rng` and transforms the raw images of `source`, [N, H, W, C]. Returns float32 [N, H, W, C] and the draws."""
        whites = source.whites(raw)
        params = draw_params(self.draws, raw.shape[1], raw.shape[2], len(raw), rng)
        padded_size = max(len(raw), source.full_size)
        axes = source.memory_axes
        return transform_batch(raw, params, self.config, self.statistics, padded_size=padded_size, whites=whites, memory_axes=axes), params

    def in_layout(self, batch) -> np.ndarray:
        """A channels-last batch in the data format of the generator."""
        return np.ascontiguousarray(batch.transpose(0, 3, 1, 2)) if self.channels_first else batch


@making_batch()
@interrupts_kept()
def make_pixels(datagen, source: Source, lookahead=None) -> tuple[np.ndarray, Path, Source]:
    """Draws, transforms and standardizes the images of one batch.

    Args:
        datagen: an `ImageDataGenerator`, anything with its `get_random_transform`, `apply_transform` and `standardize`, or None to leave
            the images as they are.
        source: the raw images.
        lookahead: a `Lookahead` that may have the batch already, or None.

    Returns:
        `(batch, path, source)`: the batch, `(source.size,) + source.shape`, of `source.dtype`; how it was made; and the source that it was
        made of, which may have fewer images than the one that was passed.
    """
    path = choose_path(datagen, source)
    recipe = None if path.name in (UNCHANGED, PER_IMAGE) else Recipe.of(datagen, path, source.augment)
    if lookahead is not None and path.name == COMPILED:
        batch = lookahead.take(recipe, source)
        if batch is not None:
            return batch, path, source
    source = source.read()
    batch, path = _make(datagen, source, path, recipe)
    return batch, path, source


def _make(datagen, source, path, recipe):
    if path.name == UNCHANGED:
        return _make_unchanged(source), path
    if recipe is not None:
        try:
            raw = source.whole()
        except Exception:  # Read again below, one by one: the error, and the draws before it, are then the original's.
            path = Path(PER_IMAGE, "an image of the batch could not be read")
        else:
            reason = recipe.why_not(raw, source)
            if reason is not None:
                path = Path(PER_IMAGE, reason)
            else:
                try:
                    if path.name == COMPILED:
                        return recipe.in_layout(recipe.make(raw, source)[0]), path
                    return _make_compiled_then_standardize(datagen, source, raw, recipe), path
                except _RedoPerImageError as redo:
                    path = Path(PER_IMAGE, str(redo))
    return _make_per_image(datagen, source), path


def _make_compiled_then_standardize(datagen, source, raw, recipe):
    """Transforms the batch, then standardizes image by image, unless that draws random numbers or fails.

    A random eraser as `preprocessing_function` draws after the transform of one image and before that of the next, and an error comes
    after the draws of one image; here all transforms have been drawn. The states before the batch are then set again, and
    `_RedoPerImageError` is raised; a generator whose functions draw is marked, and not tried again.
    """
    states = np.random.get_state(), random.getstate()
    transformed, params = recipe.make(raw, source)
    drawn = np.random.get_state()
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    reason = None
    try:
        for i, image in enumerate(laid_out_as_original(transformed, params, recipe.config, source.memory_axes)):
            with white_of_image(None if source.white is None else source.white(i, raw[i])):
                batch[i] = datagen.standardize(image.transpose(2, 0, 1) if recipe.channels_first else image)
            if not same_state(drawn, np.random.get_state()):
                datagen._standardize_draws = True
                reason = STANDARDIZE_DRAWS
                break
    except Exception as error:
        reason = f"`standardize` raised {type(error).__name__}"
    if reason is not None:
        np.random.set_state(states[0])
        random.setstate(states[1])
        raise _RedoPerImageError(reason)
    return batch


class _RedoPerImageError(Exception):
    """The batch has to be made again, image by image."""


def same_state(state, other) -> bool:
    """Whether two values of `np.random.get_state()` are equal."""
    return state[2:] == other[2:] and np.array_equal(state[1], other[1])


def _make_unchanged(source):
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    for i, image in enumerate(source.one_by_one()):
        batch[i] = image
    return batch


def _make_per_image(datagen, source):
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    transform = datagen if source.augment else Unaugmented(datagen)
    for i, image in enumerate(source.one_by_one()):
        params = transform.get_random_transform(image.shape)
        with white_of_image(None if source.white is None else source.white(i, image)):
            batch[i] = datagen.standardize(transform.apply_transform(image, params))
    return batch


def statistics_of(datagen, config) -> Statistics:
    """The statistics that the stages of `config` use, for channels-last images."""
    channels_first = layout_of(datagen) == CHANNELS_FIRST
    return Statistics(
        mean=_channels_last(datagen.mean, channels_first) if config.featurewise_center else None,
        std=_channels_last(datagen.std, channels_first) if config.featurewise_std_normalization else None,
        zca_whitening_matrix=whitening_matrix(datagen) if config.zca_whitening else None,
    )


def _channels_last(statistic, channels_first):
    statistic = statistic.reshape((1,) * (3 - statistic.ndim) + statistic.shape)
    return statistic.transpose(_AXES_TO_CHANNELS_LAST) if channels_first else statistic
