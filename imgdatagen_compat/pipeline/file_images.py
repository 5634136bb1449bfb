"""The images of a file iterator inside the graph: read and decoded every time, or once and then from memory or a mapped file."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from imgdatagen_compat.kernels.decoding import CHANNELS, load_image, pillow_pixel_limit
from imgdatagen_compat.pipeline.graph_files import files_for_pillow
from imgdatagen_compat.pipeline.image_cache import cached_images, images_in_memory
from imgdatagen_compat.pipeline.portability import Obstacle, Origin, in_memory

_NAMED_FILES = 3
_SAME_PATHS = "the image files, under the same paths"
_DECODE_ONCE = 'decode once, with cache=True or cache="folder"'


@dataclasses.dataclass(frozen=True)
class FileImages:
    """The raw images of a file iterator, for the graph.

    Attributes:
        take: function from int64 indices [B] to [B, H, W, C]; graph operations.
        dtype: what it gives.
        origin: what other machines need for it.
        decodes: whether the graph decodes every file by itself, which then holds 8 bits.
        is_cached: whether all are decoded already.
    """

    take: Callable
    dtype: np.dtype
    origin: Origin
    decodes: bool = False
    is_cached: bool = False


def graph_images(iterator, cache) -> FileImages:
    """How a dataset gets the raw images of a file iterator.

    Args:
        iterator: has `filepaths`, `target_size`, `color_mode`, `interpolation` and `keep_aspect_ratio`; `load_batch` takes paths to images.
        cache: False to decode at every use, True to decode all now and keep them in memory, or the path of a directory.

    Returns:
        The images.

    Raises:
        OSError: with a cache, a file that cannot be read, or a directory that cannot be written; the message names it.
        ValueError: a directory for what a `loader` of one's own makes: nothing tells when that changes.
    """
    if cache is False:
        return _decoding(iterator)
    if cache is True:
        pixels = images_in_memory(iterator)
        constant = tf.constant(pixels)
        origin = in_memory("the decoded images", pixels.nbytes)
        return FileImages(lambda indices: tf.gather(constant, indices), pixels.dtype, origin, is_cached=True)
    return _mapped(iterator, pathlib.Path(cache))


def _decoding(iterator):
    """Images decoded in the graph, where it can; with Python in it only if a file or a setting needs it."""
    names = tf.constant([os.fsencode(path) for path in iterator.filepaths])
    if not iterator.loads_as_the_original:
        obstacle = Obstacle("`loader`, or a replaced `load_img`, is Python", "leave it out, and save the files as it reads them")
        return FileImages(_calling_the_loader(iterator, names), np.dtype(np.float32), Origin(_SAME_PATHS, (obstacle,)))
    obstacle = _loading_obstacle(iterator)
    decodes = obstacle is None
    # A grey file that Pillow reads may hold more than 8 bits.
    dtype = np.uint8 if decodes or not (iterator.color_mode == "grayscale" or iterator.keeps_depth) else np.float32
    settings = (iterator.target_size, iterator.color_mode, iterator.interpolation, iterator.keep_aspect_ratio, dtype, iterator.keeps_depth)
    spec = tf.TensorSpec((*iterator.target_size, CHANNELS[iterator.color_mode]), dtype)

    def images(indices):
        return tf.map_fn(lambda name: load_image(name, *settings, pillow=not decodes), tf.gather(names, indices), fn_output_signature=spec)

    return FileImages(images, np.dtype(dtype), Origin(_SAME_PATHS, () if decodes else (obstacle,)), decodes)


def _loading_obstacle(iterator):
    """Why Pillow has to read files, or None."""
    if iterator.interpolation != "nearest":
        return Obstacle(f'interpolation="{iterator.interpolation}" is Pillow\'s', f'interpolation="nearest", or {_DECODE_ONCE}')
    paths = iterator.filepaths
    found = files_for_pillow(paths, iterator.target_size, iterator.keep_aspect_ratio, pillow_pixel_limit())
    if not found:
        return None
    named = ", ".join(repr(os.path.basename(os.fsdecode(paths[i]))) for i in found[:_NAMED_FILES]) + (", …" if found[_NAMED_FILES:] else "")
    remedy = f"save them as JPEG in grey or RGB, or as PNG of 8 bits without palette, or {_DECODE_ONCE}"
    return Obstacle(f"{len(found)} of {len(paths)} files are for Pillow: {named}", remedy)


def _calling_the_loader(iterator, names):
    def on_host(names):
        return iterator.load_batch([os.fsdecode(name) for name in names]).astype(np.float32)

    def images(indices):
        found = tf.numpy_function(on_host, [tf.gather(names, indices)], tf.float32)
        return tf.ensure_shape(found, (None, *iterator.target_size, CHANNELS[iterator.color_mode]))

    return images


def _mapped(iterator, directory):
    """Images in one file, mapped into memory: read-only, shared between processes, and no larger than the disk."""
    if not iterator.loads_as_the_original:
        raise ValueError("`cache` cannot be a directory with a `loader` of your own, which may change unseen: pass cache=True.")
    cached = cached_images(iterator, directory)
    file = cached.file.resolve()

    def images(indices):
        pixels = tf.raw_ops.ImmutableConst(dtype=tf.as_dtype(cached.dtype), shape=cached.shape, memory_region_name=str(file))
        return tf.gather(pixels, indices)

    origin = Origin(f"{file.name!r} under the same path, {file.parent}")
    return FileImages(images, cached.dtype, origin, is_cached=True)
