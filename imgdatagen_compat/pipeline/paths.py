"""Which way a batch is made: compiled for the whole batch, or image by image. This is the only place that decides it."""

from __future__ import annotations

import dataclasses
import logging
import numbers
from collections.abc import Callable, Hashable, Iterator

import numpy as np

from imgdatagen_compat import keras_environment
from imgdatagen_compat.config import CHANNELS_FIRST, CHANNELS_LAST, GeneratorConfig
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline.forking import in_forked_child
from imgdatagen_compat.preprocessing_functions import COLOUR_MODES, preprocessing_of
from imgdatagen_compat.rescaling import brightens_in_float, rescales_first
from imgdatagen_compat.semantics import semantics_of, whitening_matrix
from imgdatagen_compat.stages import STAGES, STANDARDIZE

logger = logging.getLogger("imgdatagen_compat")

COMPILED = "compiled graph"
COMPILED_THEN_STANDARDIZE = "compiled graph, then `standardize` per image"
PER_IMAGE = "per image"
UNCHANGED = "as loaded"

AUGMENTATION_HOOKS = ("get_random_transform", "apply_transform")

# Below one sixteenth of a full batch the compiled graph, which always computes a full batch, costs more than single images.
_SMALLEST_SHARE = 16

_LAYOUTS = {(1, 2, 3): CHANNELS_LAST, (2, 3, 1): CHANNELS_FIRST}

STANDARDIZE_DRAWS = "`preprocessing_function` or `standardize` draws random numbers between those of the images"


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
        augment: whether the images are augmented, or only standardized.
        white: takes the number of an image and its raw pixels to the value of full intensity; None where the settings tell it, or nothing
            asks for it.
        memory_axes: the axes of an image, as [H, W, C], from the slowest to the fastest in memory, before anything is done to it. Sums of
            floats depend on that order.
        readable: reads the images now and returns the source of those that could be read, `positions` of them, for iterators that leave
            others out; None where an image that cannot be read is an error.
        positions: int64 [size], where the images are among those that were asked for; None for all of them.
        key: hashable, equal for sources of the same pixels; None when pixels may change unnoticed.
    """

    size: int
    shape: tuple[int, ...]
    dtype: object
    full_size: int
    whole: Callable[[], np.ndarray]
    one_by_one: Callable[[], Iterator[np.ndarray]]
    needs_per_image: str | None = None
    augment: bool = True
    white: Callable[[int, np.ndarray], float] | None = None
    memory_axes: tuple[int, int, int] = (0, 1, 2)
    readable: Callable[[], Source] | None = None
    positions: np.ndarray | None = None
    key: Hashable = None

    def read(self) -> Source:
        """The images that can be read, where others are to be left out; else the source itself."""
        return self if self.readable is None else self.readable()

    def whites(self, images) -> np.ndarray | None:
        """float64 [N], `white` of all images."""
        return None if self.white is None else np.array([self.white(i, image) for i, image in enumerate(images)])


@dataclasses.dataclass(frozen=True)
class Path:
    """How a batch is made, and what forced it off the fastest way (None when nothing did)."""

    name: str
    reason: str | None = None

    def __str__(self):
        return self.name if self.reason is None else f"{self.name}, because {self.reason}"


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
    if in_forked_child():
        return "TensorFlow does not run in a forked process"
    if not isinstance(datagen, PerImageMethods):
        return f"a {type(datagen).__name__} is not an ImageDataGenerator of imgdatagen_compat"
    for hook in AUGMENTATION_HOOKS if source.augment else ():
        if is_overridden(datagen, hook):
            return f"`{hook}` is overridden"
    if datagen._standardize_draws:
        return STANDARDIZE_DRAWS
    if source.dtype != np.dtype("float32"):
        return f"dtype is {source.dtype}"
    if keras_environment.floatx() != "float32":
        return f"floatx is {keras_environment.floatx()}"
    if source.size * _SMALLEST_SHARE < source.full_size:
        return "the batch is far smaller than batch_size"
    layout = layout_of(datagen)
    if layout is None or len(source.shape) != 3 or 0 in source.shape:
        return f"images have the shape {source.shape}"
    config = GeneratorConfig.for_images(datagen, source.augment)
    for stage in STAGES:
        if stage.method != STANDARDIZE and stage.is_active(config) and not stage.in_graph(config):
            settings = ", ".join(f"{name}={getattr(config, name)!r}" for name in stage.parameters)
            return f"the graph does not know {stage.name} with {settings}"
    if rescales_first(config) and not isinstance(config.rescale, (numbers.Real, str)):
        return "the graph does not know this `rescale`"
    in_8_bits = config.brightness_range is not None and not brightens_in_float(config)
    if in_8_bits and not _graph_knows_brightness(layout, source):
        return "brightness goes through 8-bit Pillow images of 1, 3 or 4 channels, channels_last"
    return None


def _reason_for_host_standardize(datagen, source) -> str | None:
    if is_overridden(datagen, "standardize"):
        return "`standardize` is overridden"
    for stage in STAGES:
        if stage.method == STANDARDIZE and stage.is_active(datagen) and not stage.in_graph(datagen):
            return f"the graph does not know {stage.name}"
    if preprocessing_of(datagen) in COLOUR_MODES and _channels(datagen, source) != 3:
        return "the graph knows `preprocess_input` for images of 3 channels"
    for option, statistic in (("featurewise_center", "mean"), ("featurewise_std_normalization", "std")):
        if getattr(datagen, option) and not _is_statistic(getattr(datagen, statistic), source.shape):
            return f"`{statistic}` is not a float array that fits an image"
    if datagen.zca_whitening:
        if semantics_of(datagen).whitens_noise:
            return f"`{semantics_of(datagen).zca_attribute}` magnifies how the sums of a matrix product are rounded"
        side = int(np.prod(source.shape))
        matrix = whitening_matrix(datagen)
        if layout_of(datagen) == CHANNELS_FIRST or not _is_float_array(matrix) or matrix.shape != (side, side):
            return f"`{semantics_of(datagen).zca_attribute}` is not a float matrix for channels-last images"
    return None


def is_overridden(datagen, name) -> bool:
    """Whether a method of `PerImageMethods` is replaced on this generator or by its class."""
    return name in vars(datagen) or getattr(type(datagen), name) is not getattr(PerImageMethods, name)


def layout_of(datagen) -> str | None:
    """The data format that the axes of `datagen` mean; None for axes that are neither's."""
    return _LAYOUTS.get((datagen.row_axis, datagen.col_axis, datagen.channel_axis))


def _graph_knows_brightness(layout, source):
    return layout == CHANNELS_LAST == keras_environment.image_data_format() and source.shape[2] in (1, 3, 4)


def _channels(datagen, source):
    """How many there are; None where `data_format` and the axes of the generator contradict each other."""
    layout = layout_of(datagen)
    return source.shape[-1 if layout == CHANNELS_LAST else 0] if layout == datagen.data_format else None


def _is_float_array(value):
    return isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64)


def _is_statistic(value, image_shape):
    if not _is_float_array(value) or value.ndim > 3:
        return False
    try:
        return np.broadcast_shapes(value.shape, image_shape) == tuple(image_shape)
    except ValueError:
        return False


def log_path(owner, path: Path, size: int) -> None:
    """Says at INFO which path the batches of `owner`, an iterator, take: once, and again when it changes.

    A short batch (`size` images) at the end of an epoch may take another path for its shortness; that is not a change.
    """
    if owner._logged_path != path and (owner._logged_path is None or size >= owner.batch_size):
        owner._logged_path = path
        logger.info("%s of %d images: %s", type(owner).__name__, owner.n, path)
