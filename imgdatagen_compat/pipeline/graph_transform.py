"""The pixels of a batch inside the graph of a dataset: parameters drawn, images transformed and standardized."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from imgdatagen_compat.bit_depth import is_auto, stated_white, white_of_image
from imgdatagen_compat.config import CHANNELS_FIRST, GeneratorConfig
from imgdatagen_compat.layers import ImageTransform
from imgdatagen_compat.layers.stage_options import drawn_numbers, layer_options
from imgdatagen_compat.params import TransformParams
from imgdatagen_compat.per_image import Unaugmented
from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.pipeline.batches import statistics_of
from imgdatagen_compat.pipeline.paths import COMPILED_THEN_STANDARDIZE, PER_IMAGE, UNCHANGED
from imgdatagen_compat.pipeline.transform import operands
from imgdatagen_compat.semantics import semantics_level


@functools.lru_cache(maxsize=64)
def _stage(options):
    """The compiled stage, one for all datasets with these options: what XLA has compiled is never freed, and takes a second."""
    return tf.function(ImageTransform(**dict(options)).call, autograph=False)


def graph_transform(iterator, datagen, source) -> Callable:
    """How a dataset makes pixels: the stages of the generator, with draws made in the graph.

    Args:
        iterator: says data format, dtype and batch size.
        datagen: its generator, or a copy.
        source: the `GraphSource`, whose path says what is done in the graph.

    Returns:
        Function (raw images [B, H, W, C], epoch key, int64 indices [B]) -> finished images, in the data format of the iterator.
    """
    path = source.path
    channels_first = iterator.data_format == CHANNELS_FIRST
    if path.name == UNCHANGED:
        return lambda images, key, indices: _to_layout(tf.cast(images, iterator.dtype), channels_first)
    if path.name == PER_IMAGE:
        return _per_image_transform(iterator, datagen, source)
    config = GeneratorConfig.for_images(datagen, source.augment)
    if path.name == COMPILED_THEN_STANDARDIZE:
        config = config.without_standardization()
    statistics = statistics_of(datagen, config)
    semantics = semantics_level(config.semantics)
    height, width, channels = _channels_last(source.image_shape, channels_first)
    options = dict(layer_options(config, statistics, source.raw_dtype == tf.uint8))
    fixed = {name: tf.constant(value) for name, value in operands(options, config, statistics, (height, width, channels)).items()}
    stage = _stage(tuple(options.items()))

    def transform(images, key, indices):
        params = stateless.draw_params(config, key, indices, height, width)
        images = tf.ensure_shape(images, (iterator.batch_size, height, width, channels))
        whites = _whites(source, datagen, indices, images)
        drawn = {**drawn_numbers(options, params, semantics, height, width), **_depth_numbers(options, config, whites)}
        images = _to_layout(stage(images, {**fixed, **drawn}), channels_first)
        return _standardize_on_host(datagen, images, whites) if path.name == COMPILED_THEN_STANDARDIZE else images

    return transform


def _whites(source, datagen, indices, images):
    """float64 [B]; NaN where neither settings nor files tell it."""
    if source.whites is not None:
        return tf.ensure_shape(source.whites(indices, images), indices.shape)
    white = stated_white(datagen)
    return tf.fill(tf.shape(indices), tf.constant(np.nan if white is None else white, tf.float64))


def _depth_numbers(options, config, whites):
    """What `transform.depth_numbers` returns, for whites that are known when the graph runs."""
    numbers = {}
    if options["brightness"] in ("float", "float, stretched"):
        numbers["white"] = tf.cast(whites, tf.float32)
    if is_auto(config.rescale):
        numbers["rescale"] = tf.reshape(tf.cast(1 / whites, tf.float32), [-1, 1, 1, 1])
    return numbers


def _per_image_transform(iterator, datagen, source):
    """Parameters from the graph, pixels from the methods of the generator, which may be overridden."""
    dtype, shape = iterator.dtype, source.image_shape
    channels_first = iterator.data_format == CHANNELS_FIRST
    height, width, _ = _channels_last(shape, channels_first)
    config = GeneratorConfig.for_images(datagen, source.augment)
    apply_transform = (datagen if source.augment else Unaugmented(datagen)).apply_transform
    fields = [field.name for field in dataclasses.fields(TransformParams)]

    def on_host(images, whites, *columns):
        finished = np.zeros(images.shape, dtype)
        for i, image in enumerate(images):
            drawn = {name: column[i] if len(column) else None for name, column in zip(fields, columns)}
            with white_of_image(whites[i]):
                finished[i] = datagen.standardize(apply_transform(image, drawn))
        return finished

    def transform(images, key, indices):
        params = stateless.draw_params(config, key, indices, height, width)
        columns = [tf.zeros([0]) if getattr(params, name) is None else getattr(params, name) for name in fields]
        whites = _whites(source, datagen, indices, images)
        images = _to_layout(tf.cast(images, dtype), channels_first)
        return tf.ensure_shape(tf.numpy_function(on_host, [images, whites, *columns], dtype), (iterator.batch_size, *shape))

    return transform


def _standardize_on_host(datagen, images, whites):
    def on_host(images, whites):
        finished = np.empty_like(images)
        for i, image in enumerate(images):
            with white_of_image(whites[i]):
                finished[i] = datagen.standardize(image.copy())
        return finished

    return tf.ensure_shape(tf.numpy_function(on_host, [images, whites], images.dtype), images.shape)


def _channels_last(shape, channels_first):
    return (*shape[1:], shape[0]) if channels_first else shape


def _to_layout(images, channels_first):
    return tf.transpose(images, (0, 3, 1, 2)) if channels_first else images
