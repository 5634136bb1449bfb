"""Makes the pixels of one batch, and decides how: compiled for the whole batch, or image by image.

This is the only place that makes the choice. Both paths take the same draws from `np.random`, in the same order.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import random
from collections.abc import Callable, Hashable, Iterator

import numpy as np

from imgdatagen_compat import keras_environment
from imgdatagen_compat.config import CHANNELS_FIRST, CHANNELS_LAST, GeneratorConfig
from imgdatagen_compat.params import TransformParams, draw_params
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline.normalization import laid_out_as_original
from imgdatagen_compat.pipeline.transform import Statistics, transform_batch
from imgdatagen_compat.stages import STAGES, STANDARDIZE

logger = logging.getLogger("imgdatagen_compat")

COMPILED = "compiled graph"
COMPILED_THEN_STANDARDIZE = "compiled graph, then `standardize` per image"
PER_IMAGE = "per image"
UNCHANGED = "as loaded"

# Below one sixteenth of a full batch the compiled graph, which always computes a full batch, costs more than single images.
_SMALLEST_SHARE = 16

_LAYOUTS = {(1, 2, 3): CHANNELS_LAST, (2, 3, 1): CHANNELS_FIRST}
_AXES_TO_CHANNELS_LAST = (1, 2, 0)

_STANDARDIZE_DRAWS = "`preprocessing_function` or `standardize` draws random numbers between those of the images"

_in_forked_child = False


def _note_fork():
    global _in_forked_child
    _in_forked_child = True


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_note_fork)


@dataclasses.dataclass(frozen=True)
class Source:
    """The raw images of one batch.

    Attributes:
        size: number of images.
        shape: shape of one image, in the data format of the iterator.
        dtype: of the batch to be made.
        full_size: the iterator's batch size.
        whole: returns all images at once, uint8 or float32 [N, H, W, C]; raises whatever reading one of them raises.
        one_by_one: iterates over the images as the original sees them: float arrays in the data format of the iterator.
        needs_per_image: why the draws for one image must come before the next image is read, or None.
        key: hashable, equal for sources of the same pixels; None when pixels may change unnoticed.
    """

    size: int
    shape: tuple[int, ...]
    dtype: object
    full_size: int
    whole: Callable[[], np.ndarray]
    one_by_one: Callable[[], Iterator[np.ndarray]]
    needs_per_image: str | None = None
    key: Hashable = None


@dataclasses.dataclass(frozen=True)
class Path:
    """How a batch is made, and what forced it off the fastest way (None when nothing did)."""

    name: str
    reason: str | None = None

    def __str__(self):
        return self.name if self.reason is None else f"{self.name}, because {self.reason}"


@dataclasses.dataclass(frozen=True, eq=False)
class Recipe:
    """All that decides the pixels of a batch in the compiled path, but the raw images and the state of `np.random`."""

    config: GeneratorConfig
    statistics: Statistics
    channels_first: bool

    @classmethod
    def of(cls, datagen, path: Path) -> Recipe:
        config = GeneratorConfig.of(datagen)
        if path.name == COMPILED_THEN_STANDARDIZE:
            config = config.without_standardization()
        return cls(config, statistics_of(datagen, config), _layout(datagen) == CHANNELS_FIRST)

    def make(self, raw, full_size: int, rng=np.random) -> tuple[np.ndarray, TransformParams]:
        """Draws from `rng` and transforms raw images [N, H, W, C]. Returns float32 [N, H, W, C] and the draws."""
        params = draw_params(self.config, raw.shape[1], raw.shape[2], len(raw), rng)
        return transform_batch(raw, params, self.config, self.statistics, padded_size=max(len(raw), full_size)), params

    def in_layout(self, batch) -> np.ndarray:
        """A channels-last batch in the data format of the generator."""
        return np.ascontiguousarray(batch.transpose(0, 3, 1, 2)) if self.channels_first else batch


def make_pixels(datagen, source: Source, lookahead=None) -> tuple[np.ndarray, Path]:
    """Draws, transforms and standardizes the images of one batch.

    Args:
        datagen: an `ImageDataGenerator`, anything with its `get_random_transform`, `apply_transform` and `standardize`, or None to leave
            the images as they are.
        source: the raw images.
        lookahead: a `Lookahead` that may have the batch already, or None.

    Returns:
        `(batch, path)`: the batch, `(source.size,) + source.shape`, of `source.dtype`; and how it was made.
    """
    path = choose_path(datagen, source)
    if path.name == UNCHANGED:
        return _make_unchanged(source), path
    if path.name != PER_IMAGE:
        recipe = Recipe.of(datagen, path)
        batch = lookahead.take(recipe, source) if lookahead is not None and path.name == COMPILED else None
        if batch is not None:
            return batch, path
        try:
            raw = source.whole()
        except Exception:  # Read again below, one by one: the error, and the draws before it, are then the original's.
            path = Path(PER_IMAGE, "an image of the batch could not be read")
        else:
            expected = (*source.shape[1:], source.shape[0]) if recipe.channels_first else source.shape
            if raw.shape[1:] == expected:
                try:
                    if path.name == COMPILED:
                        return recipe.in_layout(recipe.make(raw, source.full_size)[0]), path
                    return _make_compiled_then_standardize(datagen, source, raw, recipe), path
                except _StandardizeDrawsError:
                    path = Path(PER_IMAGE, _STANDARDIZE_DRAWS)
            else:
                path = Path(PER_IMAGE, "an image has another shape than the batch")
    return _make_per_image(datagen, source), path


def choose_path(datagen, source: Source) -> Path:
    """The fastest path that gives what the original gives, for these settings and images."""
    if datagen is None:
        return Path(UNCHANGED)
    reason = _reason_for_per_image(datagen, source)
    if reason is not None:
        return Path(PER_IMAGE, reason)
    reason = _reason_for_host_standardize(datagen, source)
    return Path(COMPILED) if reason is None else Path(COMPILED_THEN_STANDARDIZE, reason)


def _reason_for_per_image(datagen, source) -> str | None:
    if source.needs_per_image is not None:
        return source.needs_per_image
    if _in_forked_child:
        return "TensorFlow does not run in a forked process"
    if not isinstance(datagen, PerImageMethods):
        return f"a {type(datagen).__name__} is not an ImageDataGenerator of imgdatagen_compat"
    for hook in ("get_random_transform", "apply_transform"):
        if _is_overridden(datagen, hook):
            return f"`{hook}` is overridden"
    if datagen._standardize_draws:
        return _STANDARDIZE_DRAWS
    if source.dtype != np.dtype("float32"):
        return f"dtype is {source.dtype}"
    if keras_environment.floatx() != "float32":
        return f"floatx is {keras_environment.floatx()}"
    if source.size * _SMALLEST_SHARE < source.full_size:
        return "the batch is far smaller than batch_size"
    layout = _layout(datagen)
    if layout is None or len(source.shape) != 3 or 0 in source.shape:
        return f"images have the shape {source.shape}"
    for stage in STAGES:
        if stage.method != STANDARDIZE and stage.is_active(datagen) and not stage.in_graph(datagen):
            settings = ", ".join(f"{name}={getattr(datagen, name)!r}" for name in stage.parameters)
            return f"the graph does not know {stage.name} with {settings}"
    if datagen.brightness_range is not None and not _graph_knows_brightness(layout, source):
        return "brightness goes through 8-bit Pillow images of 1, 3 or 4 channels, channels_last"
    return None


def _reason_for_host_standardize(datagen, source) -> str | None:
    if _is_overridden(datagen, "standardize"):
        return "`standardize` is overridden"
    for stage in STAGES:
        if stage.method == STANDARDIZE and stage.is_active(datagen) and not stage.in_graph(datagen):
            return f"the graph does not know {stage.name}"
    for option, statistic in (("featurewise_center", "mean"), ("featurewise_std_normalization", "std")):
        if getattr(datagen, option) and not _is_statistic(getattr(datagen, statistic), source.shape):
            return f"`{statistic}` is not a float array that fits an image"
    if datagen.zca_whitening:
        side = int(np.prod(source.shape))
        matrix = datagen.zca_whitening_matrix
        if _layout(datagen) == CHANNELS_FIRST or not _is_float_array(matrix) or matrix.shape != (side, side):
            return "`zca_whitening_matrix` is not a float matrix for channels-last images"
    return None


def statistics_of(datagen, config) -> Statistics:
    """The statistics that the stages of `config` use, for channels-last images."""
    channels_first = _layout(datagen) == CHANNELS_FIRST
    return Statistics(
        mean=_channels_last(datagen.mean, channels_first) if config.featurewise_center else None,
        std=_channels_last(datagen.std, channels_first) if config.featurewise_std_normalization else None,
        zca_whitening_matrix=datagen.zca_whitening_matrix if config.zca_whitening else None,
    )


def _make_compiled_then_standardize(datagen, source, raw, recipe):
    """Transforms the batch, then standardizes image by image, unless that draws from `np.random`.

    A random eraser as `preprocessing_function` draws after the transform of one image and before that of the next; here all transforms
    have been drawn. The generator is then marked, the states before the batch are set again, and `_StandardizeDrawsError` is raised.
    """
    states = np.random.get_state(), random.getstate()
    transformed, params = recipe.make(raw, source.full_size)
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    for i, image in enumerate(laid_out_as_original(transformed, params, recipe.config)):
        before = np.random.get_state()
        batch[i] = datagen.standardize(image.transpose(2, 0, 1) if recipe.channels_first else image)
        if not same_state(before, np.random.get_state()):
            datagen._standardize_draws = True
            np.random.set_state(states[0])
            random.setstate(states[1])
            raise _StandardizeDrawsError
    return batch


def same_state(state, other) -> bool:
    """Whether two values of `np.random.get_state()` are equal."""
    return state[2:] == other[2:] and np.array_equal(state[1], other[1])


class _StandardizeDrawsError(Exception):
    """`standardize`, or the `preprocessing_function` that it calls, drew random numbers."""


def _make_unchanged(source):
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    for i, image in enumerate(source.one_by_one()):
        batch[i] = image
    return batch


def _make_per_image(datagen, source):
    batch = np.zeros((source.size, *source.shape), dtype=source.dtype)
    for i, image in enumerate(source.one_by_one()):
        params = datagen.get_random_transform(image.shape)
        batch[i] = datagen.standardize(datagen.apply_transform(image, params))
    return batch


def _is_overridden(datagen, name):
    return name in vars(datagen) or getattr(type(datagen), name) is not getattr(PerImageMethods, name)


def _layout(datagen):
    return _LAYOUTS.get((datagen.row_axis, datagen.col_axis, datagen.channel_axis))


def _graph_knows_brightness(layout, source):
    return layout == CHANNELS_LAST == keras_environment.image_data_format() and source.shape[2] in (1, 3, 4)


def _is_float_array(value):
    return isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64)


def _is_statistic(value, image_shape):
    if not _is_float_array(value) or value.ndim > 3:
        return False
    try:
        return np.broadcast_shapes(value.shape, image_shape) == tuple(image_shape)
    except ValueError:
        return False


def _channels_last(statistic, channels_first):
    statistic = statistic.reshape((1,) * (3 - statistic.ndim) + statistic.shape)
    return statistic.transpose(_AXES_TO_CHANNELS_LAST) if channels_first else statistic


def log_path(owner, path: Path) -> None:
    """Says at INFO which path the batches of `owner`, an iterator, take: once, and again when it changes."""
    if owner._logged_path != path:
        owner._logged_path = path
        logger.info("%s of %d images: %s", type(owner).__name__, owner.n, path)
