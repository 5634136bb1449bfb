"""The fused transform stage: from raw pixels and drawn parameters to the finished batch."""

from __future__ import annotations

import dataclasses
import functools
import threading

import numpy as np
import tensorflow as tf

from imgdatagen_compat import params as transform_params
from imgdatagen_compat.bit_depth import is_auto, rescale_factor, stated_white
from imgdatagen_compat.kernels.geometry import CoordinateRamps, coordinate_ramps
from imgdatagen_compat.kernels.standardization import Statistics
from imgdatagen_compat.layers import ImageTransform
from imgdatagen_compat.layers.stage_options import layer_options
from imgdatagen_compat.pipeline.memory import reuse_freed_memory
from imgdatagen_compat.pipeline.normalization import CHANNELS_TOGETHER, standardize_featurewise, standardize_samplewise
from imgdatagen_compat.semantics import semantics_level

__all__ = ["Statistics", "depth_numbers", "operands", "transform_batch"]

def transform_batch(images, params, config, statistics, *, padded_size=None, whites=None, memory_axes=CHANNELS_TOGETHER) -> np.ndarray:
    """Applies drawn parameters, then the normalization, to a batch, as one compiled graph.

    Equal to `apply_transform` followed by `standardize` of the original for every image, on float32 images: identical bits, within
    the bound of `stages.STAGES` after ZCA whitening. A statistic that is None is skipped; the warning
    that the original gives then is the caller's.

    Args:
        images: uint8 or float32 [N, H, W, C], H and W at least 1. Not changed.
        params: `TransformParams` of N images.
        config: `GeneratorConfig`, interpolation order 0 or 1, one of the four fill modes; a `preprocessing_function` that is none
            of `keras.applications` is ignored. Parameters of a stage that it does not switch on are ignored.
        statistics: `Statistics`.
        padded_size: compile for batches of this size, and fill a smaller one up to it (the filling is cut off again), so that a
            short last batch does not compile once more. None means N.
        whites: float64 [N], the value of full intensity of each raw image; None where `config` tells it, or nothing asks for it.
        memory_axes: as of `Source`; they decide how sums over an image are rounded.

    Returns:
        float32 [N, H, W, C], writable, not shared with anything.

    Raises:
        ValueError: number of channels other than 1, 3, 4 with `brightness_range`; statistics that do not broadcast to the image.
    """
    reuse_freed_memory()
    n, height, width, channels = images.shape
    if n == 0:
        return np.zeros(images.shape, np.float32)
    stages = dict(layer_options(config, statistics, images.dtype == np.uint8))
    numbers = operands(stages, config, statistics, (height, width, channels))
    if not (stages["samplewise_center"] or stages["samplewise_std_normalization"]):
        return _run_compiled(stages, images, params, numbers, config, padded_size, whites)
    compiled = {**stages, **dict.fromkeys(_NORMALIZATION, False)}
    shared = {name: numbers[name] for name in ("cval", "rescale") if name in numbers}
    batch = _run_compiled(compiled, images, params, shared, config, padded_size, whites)
    standardize_samplewise(batch, params, config, memory_axes)
    standardize_featurewise(batch, numbers)
    return batch


_NORMALIZATION = (
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "zca_whitening",
)


def _run_compiled(stages, images, params, shared, config, padded_size, whites):
    if not any(value for name, value in stages.items() if name not in ("interpolation_order", "fill_mode")):
        return np.array(images, dtype=np.float32, order="C")
    n, height, width, _ = images.shape
    if padded_size is not None and padded_size > n:
        images, params, whites = _fill_up(images, params, whites, padded_size)
    semantics = semantics_level(config.semantics)
    drawn = _drawn_numbers(stages, params, semantics, height, width) | depth_numbers(stages, config, whites, len(images))
    arguments = {"images": images, **drawn, **shared}
    signature = tuple((name, array.dtype.name, array.shape) for name, array in arguments.items())
    function = _compiled(tuple(stages.items()), signature)
    with tf.device("/CPU:0"):
        batch = function(*map(tf.convert_to_tensor, arguments.values()))
    return _writable(batch)[:n]


def _fill_up(images, params, whites, size):
    """Repeats the last image, its parameters and its white until there are `size`."""
    index = np.minimum(np.arange(size), len(images) - 1)
    columns = {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
    repeated = {name: None if column is None else column[index] for name, column in columns.items()}
    return images[index], transform_params.TransformParams(**repeated), None if whites is None else whites[index]


def depth_numbers(options, config, whites, n) -> dict:
    """The numbers that differ with the bit depth of the images, for `ImageTransform.call`.

    Args:
        options: dictionary of what `layer_options` returned.
        config: `GeneratorConfig`.
        whites: float64 [n], of the raw images; None where `config` tells it.
        n: how many images there are.

    Returns:
        Name -> float32 array: `white` [n] for brightness in float, `rescale` [n, 1, 1, 1] for "auto".

    Raises:
        ValueError: `rescale="auto"` and an unknown white.
    """
    numbers = {}
    if whites is None:
        white = stated_white(config)
        whites = np.full(n, np.nan if white is None else white)
    if options["brightness"] in ("float", "float, stretched"):
        numbers["white"] = whites.astype(np.float32)
    if is_auto(config.rescale):
        factors = [rescale_factor(config, white) for white in whites]
        numbers["rescale"] = np.array(factors, np.float32).reshape(-1, 1, 1, 1)
    return numbers


def operands(options, config, statistics, image_shape) -> dict:
    """The numbers that all images of a flow share, for `ImageTransform.call`.

    Args:
        options: dictionary of what `layer_options` returned.
        config: `GeneratorConfig`.
        statistics: `Statistics`.
        image_shape: (height, width, channels).

    Returns:
        Name -> NumPy array, float64 where NumPy would compute `float32_image *= number` in double, float32 otherwise.

    Raises:
        ValueError: a statistic does not broadcast to the image.
    """
    numbers = {}
    if options["geometry"] == "affine":
        numbers["cval"] = np.asarray(config.cval, np.float64)
    if options["rescale"] and not is_auto(config.rescale):
        numbers["rescale"] = _operand(config.rescale, image_shape)
    if options["featurewise_center"]:
        numbers["mean"] = _operand(statistics.mean, image_shape)
    if options["featurewise_std_normalization"]:
        numbers["std_divisor"] = _operand(statistics.std + 1e-6, image_shape)
    if options["zca_whitening"]:
        matrix = statistics.zca_whitening_matrix
        numbers["zca_whitening_matrix"] = np.asarray(matrix, np.result_type(np.zeros(1, np.float32), matrix))
    return numbers


def _drawn_numbers(options, params, semantics, height, width):
    """The numbers that differ from image to image, as NumPy arrays; the coordinate ramps under their own names."""
    numbers = {}
    if options["geometry"] == "affine":
        matrices, offsets = transform_params.affine_matrices(params, height, width, semantics)
        ramps = coordinate_ramps(matrices, offsets, params.flip_horizontal, params.flip_vertical, height, width)
        numbers.update((name, ramp) for name, ramp in ramps._asdict().items() if ramp is not None)
    elif options["geometry"] == "flip":
        numbers["flip_horizontal"], numbers["flip_vertical"] = params.flip_horizontal, params.flip_vertical
    if options["channel_shift"]:
        numbers["channel_shift_intensity"] = params.channel_shift_intensity.astype(np.float32)
    if options["brightness"]:
        numbers["brightness"] = params.brightness.astype(np.float32)
    return numbers


def _operand(value, image_shape):
    """Array of the type in which NumPy computes `float32_image *= value`, which depends on NumPy's release."""
    operand = np.asarray(value, np.result_type(np.zeros(1, np.float32), value))
    if np.broadcast_shapes(operand.shape, image_shape) != image_shape:
        raise ValueError(f"Statistics of shape {operand.shape} do not broadcast to an image of shape {image_shape}.")
    return operand


_COMPILE_LOCK = threading.Lock()


def _compiled(options, signature):
    with _COMPILE_LOCK:  # threads of one iterator must not trace the same graph twice
        return _traced(options, signature)


@functools.lru_cache(maxsize=64)
def _traced(options, signature):
    """The graph for one set of stages, shapes and dtypes; signature: (name, dtype, shape) of the images and of every number."""
    layer = ImageTransform(**dict(options))
    names = [name for name, _, _ in signature[1:]]

    def call(images, *numbers):
        params = dict(zip(names, numbers))
        if "rows" in params:
            params["ramps"] = CoordinateRamps(params.pop("rows"), params.pop("columns"), params.pop("offsets", None))
        with tf.device("/CPU:0"):  # compiled for a GPU, the roundings would be others
            return layer.call(images, params)

    graph = tf.function(call, autograph=False)
    # Calling the traced graph itself takes a tenth of the time that a `tf.function` needs to find it.
    return graph.get_concrete_function(*(tf.TensorSpec(shape, dtype) for _, dtype, shape in signature))


class _Batch:
    """A tensor's memory, offered to NumPy as writable. The tensor is alive as long as an array uses it, and nothing else has it."""

    def __init__(self, tensor):
        view = np.asarray(memoryview(tensor))
        self.tensor = tensor
        self.__array_interface__ = {**view.__array_interface__, "data": (view.__array_interface__["data"][0], False)}


def _writable(tensor):
    # Copying a batch costs as much as resampling it.
    return np.asarray(_Batch(tensor))
