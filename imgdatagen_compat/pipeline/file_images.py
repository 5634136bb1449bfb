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
from imgdatagen_compat.special_files import is_special, refuse_special_file

_NAMED_FILES = 3
_SAME_PATHS = "the image files, under the same paths"
_NOT_READ = (
    "TensorFlow cannot decode this file: it is damaged, or no longer the JPEG or PNG that it was when the dataset was made. If `load_img` "
    "reads it, pass cache=True; else repair it, or remove it and call as_dataset() again, or pass on_error=\"skip\" where the iterator is "
    "made:"
)
_DECODE_ONCE = 'decode once, with cache=True or cache="folder"'


@dataclasses.dataclass(frozen=True)
class FileImages:
    """The raw images of a file iterator, for the graph.

    Attributes:
        take: function from int64 indices [B] to [B, H, W, C]; graph operations. If it `skips`, to these and bool [B], which there are.
        dtype: what it gives.
        origin: what other machines need for it.
        decodes: whether the graph decodes every file by itself, which then holds 8 bits.
        is_cached: whether all are decoded already.
        skips: whether some may be left out.
    """

    take: Callable
    dtype: np.dtype
    origin: Origin
    decodes: bool = False
    is_cached: bool = False
    skips: bool = False


def graph_images(iterator, cache) -> FileImages:
    """How a dataset gets the raw images of a file iterator.

    Args:
        iterator: has `filepaths`, `target_size`, `color_mode`, `interpolation` and `keep_aspect_ratio`; `load_batch` takes paths to images,
            and, where it `tolerates_bad_files`, `load_readable` to images and bool, which of them there are.
        cache: False to decode at every use, True to decode all now and keep them in memory, or the path of a directory.

    Returns:
        The images.

    Raises:
        OSError: with a cache, a file that cannot be read, or a directory that cannot be written; without one, a named pipe, socket or
            device; the message names it.
        ValueError: a directory for what a `loader`, or a function `on_error`, of one's own makes: nothing tells when that changes.
    """
    if cache is False:
        return _decoding(iterator)
    if cache is True:
        pixels, unreadable = images_in_memory(iterator)
        constant = tf.constant(pixels)
        origin = in_memory("the decoded images", pixels.nbytes)
        return _cached(lambda indices: tf.gather(constant, indices), pixels.dtype, origin, len(pixels), unreadable)
    return _mapped(iterator, pathlib.Path(cache))


def _decoding(iterator):
    """Images decoded in the graph, where it can; with Python in it only if a file or a setting needs it."""
    names = tf.constant([os.fsencode(path) for path in iterator.filepaths])
    if not iterator.loads_as_the_original:
        obstacle = Obstacle("`loader`, or a replaced `load_img`, is Python", "leave it out, and save the files as it reads them")
        dtype, skips = np.dtype(np.float32), iterator.tolerates_bad_files
        take = _loading_on_host(iterator, names, dtype, skips)
        return FileImages(take, dtype, Origin(_SAME_PATHS, (obstacle,)), skips=skips)
    obstacle, special = _loading_obstacle(iterator)
    decodes = obstacle is None
    # A grey file that Pillow reads may hold more than 8 bits, and so may what a function gives in place of a file.
    may_be_deep = not decodes and (iterator.color_mode == "grayscale" or iterator.keeps_depth)
    dtype = np.float32 if may_be_deep or callable(iterator.on_error) else np.uint8
    settings = (iterator.target_size, iterator.color_mode, iterator.interpolation, iterator.keep_aspect_ratio, dtype, iterator.keeps_depth)
    spec = tf.TensorSpec((*iterator.target_size, CHANNELS[iterator.color_mode]), dtype)

    def load(name):
        return load_image(name, *settings, pillow=not decodes)

    def name_in_error(name):
        size = tf.strings.length(tf.io.read_file(name))  # which says itself that a file is missing
        with tf.control_dependencies([tf.debugging.Assert(False, [_NOT_READ, name, "of", size, "bytes"])]):
            return tf.zeros(spec.shape, dtype)

    def images(indices):
        return tf.map_fn(load, tf.gather(names, indices), fn_output_signature=spec)

    def named(indices):
        """Fails with the name of the file."""
        return tf.map_fn(lambda name: either(name, load, name_in_error), tf.gather(names, indices), fn_output_signature=spec)

    def images_and_all(indices):
        return images(indices), tf.ones_like(indices, tf.bool)

    dtype, obstacles = np.dtype(dtype), () if decodes else (obstacle,)
    if special and not iterator.tolerates_bad_files:
        refuse_special_file(special[0])
    if iterator.tolerates_bad_files:
        on_host = _loading_on_host(iterator, names, dtype, skips=True)
        origin = Origin(_SAME_PATHS, (*obstacles, Obstacle("`on_error` is Python", 'remove the bad files, and leave out `on_error`')))
        in_8_bits = decodes and dtype == np.uint8
        if special:  # the graph would wait for them
            return FileImages(on_host, dtype, origin, skips=True)
        return FileImages(lambda indices: either(indices, images_and_all, on_host), dtype, origin, in_8_bits, skips=True)
    fails = named if decodes else _loading_on_host(iterator, names, dtype)
    return FileImages(lambda indices: either(indices, images, fails), dtype, Origin(_SAME_PATHS, obstacles), decodes)


def either(value, attempt, otherwise):
    """`attempt(value)`, or `otherwise(value)` if that fails, in a graph: a dataset without its errors is its `try`.

    Args:
        value: tensor.
        attempt, otherwise: functions of such a tensor that return the same structure; graph operations.
    """
    source = tf.data.Dataset.from_tensors(value)
    return source.map(attempt).ignore_errors().concatenate(source.map(otherwise)).take(1).get_single_element()


def _loading_obstacle(iterator):
    """Why Pillow has to read files, or None; and the paths of those that nothing should read."""
    if iterator.interpolation != "nearest":
        return Obstacle(f'interpolation="{iterator.interpolation}" is Pillow\'s', f'interpolation="nearest", or {_DECODE_ONCE}'), []
    paths = iterator.filepaths
    found = files_for_pillow(paths, iterator.target_size, iterator.keep_aspect_ratio, pillow_pixel_limit())
    if not found:
        return None, []
    named = ", ".join(repr(os.path.basename(os.fsdecode(paths[i]))) for i in found[:_NAMED_FILES]) + (", …" if found[_NAMED_FILES:] else "")
    remedy = f"save them as JPEG in grey or RGB, or as PNG of 8 bits without palette, or {_DECODE_ONCE}"
    special = [paths[i] for i in found if is_special(paths[i])]
    return Obstacle(f"{len(found)} of {len(paths)} files are for Pillow: {named}", remedy), special


def _loading_on_host(iterator, names, dtype, skips=False):
    """`take` of `FileImages`: files read by the iterator, in Python."""
    load = iterator.load_readable if skips else iterator.load_batch

    def on_host(names):
        loaded = load([os.fsdecode(name) for name in names])
        images = loaded[0] if skips else loaded
        if not np.can_cast(images.dtype, dtype):
            raise ValueError("A file that held 8 bits when the dataset was made now holds more. Call as_dataset() again.")
        images = images.astype(dtype, copy=False)
        return (images, loaded[1]) if skips else images

    def take(indices):
        found = tf.numpy_function(on_host, [tf.gather(names, indices)], (dtype, tf.bool) if skips else dtype)
        images = tf.ensure_shape(found[0] if skips else found, (None, *iterator.target_size, CHANNELS[iterator.color_mode]))
        return (images, tf.ensure_shape(found[1], indices.shape)) if skips else images

    return take


def _cached(take, dtype, origin, n, unreadable):
    """Images that are decoded already, but for those with the indices `unreadable`."""
    if not unreadable:
        return FileImages(take, dtype, origin, is_cached=True)
    readable = np.ones(n, bool)
    readable[list(unreadable)] = False
    table = tf.constant(readable)
    return FileImages(lambda indices: (take(indices), tf.gather(table, indices)), dtype, origin, is_cached=True, skips=True)


def _mapped(iterator, directory):
    """Images in one file, mapped into memory: read-only, shared between processes, and no larger than the disk."""
    if not iterator.loads_as_the_original:
        raise ValueError("`cache` cannot be a directory with a `loader` of your own, which may change unseen: pass cache=True.")
    if callable(iterator.on_error):
        raise ValueError("`cache` cannot be a directory with a function as `on_error`, which may change unseen: pass cache=True.")
    cached = cached_images(iterator, directory)
    file = cached.file.resolve()

    def images(indices):
        pixels = tf.raw_ops.ImmutableConst(dtype=tf.as_dtype(cached.dtype), shape=cached.shape, memory_region_name=str(file))
        return tf.gather(pixels, indices)

    origin = Origin(f"{file.name!r} under the same path, {file.parent}")
    return _cached(images, cached.dtype, origin, len(iterator.filepaths), cached.unreadable)
