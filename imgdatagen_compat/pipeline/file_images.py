"""The images of a file iterator inside the graph: read and decoded every time, or once and then from memory or a mapped file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
import tempfile
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from imgdatagen_compat.kernels.decoding import CHANNELS, load_image, pillow_pixel_limit
from imgdatagen_compat.pipeline.graph_files import files_for_pillow
from imgdatagen_compat.pipeline.portability import Obstacle, Origin, in_memory

_DECODED_AT_ONCE = 256
_NAMED_FILES = 3
_SAME_PATHS = "the image files, under the same paths"
_DECODE_ONCE = 'decode once, with cache=True or cache="folder"'
_DTYPES = (np.uint8, np.float32)
_CACHE_VERSION = 1  # to be raised when decoding gives other pixels


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
        OSError: with a cache, a file that cannot be read; the message names it.
        ValueError: a directory for what a `loader` of one's own makes: nothing tells when that changes.
    """
    if cache is False:
        return _decoding(iterator)
    if cache is True:
        pixels = _decode_all(iterator, lambda shape, dtype: np.empty(shape, dtype))
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
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    description = _describe(iterator)
    name = hashlib.sha256(json.dumps(description).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    shape = (len(iterator.filepaths), *iterator.target_size, CHANNELS[iterator.color_mode])
    for dtype in _DTYPES:
        file = directory / f"{name}-{np.dtype(dtype).name}.pixels"
        if file.exists() and file.stat().st_size == np.prod(shape) * np.dtype(dtype).itemsize:
            break
    else:
        file, dtype = _write(iterator, directory, name)

    def images(indices):
        pixels = tf.raw_ops.ImmutableConst(dtype=tf.as_dtype(dtype), shape=shape, memory_region_name=str(file.resolve()))
        return tf.gather(pixels, indices)

    origin = Origin(f"{file.name!r} under the same path, {file.parent.resolve()}")
    return FileImages(images, np.dtype(dtype), origin, is_cached=True)


def _write(iterator, directory, name):
    """Decodes all images into a file of `directory`. Returns its path and the dtype of the pixels."""
    handle, unfinished = tempfile.mkstemp(suffix=".unfinished", dir=directory)
    os.close(handle)
    unfinished = pathlib.Path(unfinished)
    try:
        pixels = _decode_all(iterator, lambda shape, dtype: np.memmap(unfinished, dtype, "w+", shape=shape))
        pixels.flush()
        file = directory / f"{name}-{pixels.dtype.name}.pixels"
        unfinished.replace(file)  # whole or not at all, should the process end or another one do the same
    finally:
        unfinished.unlink(missing_ok=True)
    return file, pixels.dtype


def _describe(iterator):
    """What decides the decoded pixels: how files are loaded, and which they are, with sizes and times of change."""
    settings = [list(iterator.target_size), iterator.color_mode, iterator.interpolation, bool(iterator.keep_aspect_ratio)]
    if iterator.keeps_depth:
        settings.append("all bits")
    files = []
    for path in iterator.filepaths:
        status = os.stat(path)
        files.append([os.fspath(path), status.st_size, status.st_mtime_ns])
    return {"version": _CACHE_VERSION, "settings": settings, "files": files}


def _decode_all(iterator, allocate):
    """All images of the iterator in one array: uint8, or float32 if one of them holds more than 8 bits."""
    shape = (len(iterator.filepaths), *iterator.target_size, CHANNELS[iterator.color_mode])
    pixels = None
    for dtype in _DTYPES:
        pixels = allocate(shape, dtype)
        if _fill(pixels, iterator):
            break
    return pixels


def _fill(pixels, iterator) -> bool:
    """Decodes into `pixels`; stops and says False when an image does not fit into its dtype."""
    from rich.progress import track

    starts = range(0, len(pixels), _DECODED_AT_ONCE)
    for start in track(starts, "Decoding images", transient=True, disable=len(starts) < 4):
        images = iterator.load_batch(iterator.filepaths[start : start + _DECODED_AT_ONCE])
        if not np.can_cast(images.dtype, pixels.dtype):
            return False
        pixels[start : start + len(images)] = images
    return True
