"""Files of one batch to one array: in the graph where that equals Pillow, by Pillow in threads elsewhere."""

from __future__ import annotations

import functools
import logging
import numbers
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from imgdatagen_compat.kernels import decoding
from imgdatagen_compat.native_images import load_native
from imgdatagen_compat.pipeline.forking import in_forked_child
from imgdatagen_compat.pipeline.interrupts import interrupts_kept
from imgdatagen_compat.special_files import refuse_special_file

logger = logging.getLogger("imgdatagen_compat")

# Decoded at once in the graph, which bounds the memory for large photographs; some are always waiting for the disk.
_THREADS = os.cpu_count() or 1
# Other names are opened by Pillow at once. What the file is, its first bytes say, whatever its name.
_GRAPH_EXTENSIONS = (b".jpg", b".jpeg", b".jpe", b".jfif", b".png")


class FileLoader:
    """Loads lists of image files as the original does, all with the same settings.

    Args:
        target_size: (height, width) of the images, in pixels; None keeps each file's size, which must then be the same in a batch.
        color_mode: "rgb", "rgba" or "grayscale".
        interpolation: one of the six of `load_img`.
        keep_aspect_ratio: whether to cut the largest centred box of the target's aspect ratio before resizing.
        keeps_depth: whether files of more than 8 bits keep them, as `load_native` loads them.
    """

    def __init__(self, target_size, color_mode="rgb", interpolation="nearest", keep_aspect_ratio=False, *, keeps_depth=False):
        self.target_size = target_size if target_size is None else tuple(target_size)
        self.color_mode = color_mode
        self.interpolation = interpolation
        self.keep_aspect_ratio = bool(keep_aspect_ratio)
        self._load_one = load_native if keeps_depth else decoding.load_array

    def load(self, paths: Sequence[str | bytes | os.PathLike]) -> np.ndarray:
        """Loads files.

        Equal, bit for bit, to `img_to_array(load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio))` of
        `keras.utils` for each path.

        Args:
            paths: N paths.

        Returns:
            [N, H, W, C], unscaled: uint8 where every file gives 8-bit values, else float32.

        Raises:
            OSError: a file is missing, damaged or not an image (then `PIL.UnidentifiedImageError`); the message names it.
            ValueError: unknown colour mode or interpolation, or images of several sizes and no target size.
        """
        names = [os.fsencode(path) for path in paths]
        # A name with a NUL byte is an error to Python; TensorFlow would read the file of the name before it.
        plain = not any(b"\0" in name for name in names)
        if plain and self._graph_can_load() and any(name.lower().endswith(_GRAPH_EXTENSIONS) for name in names):
            try:
                return self._load_in_graph(names)
            except tf.errors.OpError as error:
                # Pillow may still read the file; where it cannot, its error is the original's.
                logger.debug("Loading these files with Pillow, because TensorFlow said: %s", error.message)
        return self._stack(self._load_with_pillow(names))

    def load_each(self, paths: Sequence[str | bytes | os.PathLike]) -> list[np.ndarray | Exception]:
        """Loads files, each for itself: its image [H, W, C], as `load` loads it, or the error that it ends with."""
        try:
            return list(self.load(paths))
        except Exception:  # Of which file, nothing tells that is certain.
            return self._load_with_pillow([os.fsencode(path) for path in paths], keeps_errors=True)

    def _graph_can_load(self):
        return (
            self.interpolation == "nearest"
            and self.color_mode in decoding.CHANNELS
            and self.target_size is not None
            and len(self.target_size) == 2
            and all(isinstance(side, numbers.Integral) and side > 0 for side in self.target_size)
            and tf.executing_eagerly()
            and not in_forked_child()
        )

    @interrupts_kept()
    def _load_in_graph(self, names):
        for name in names:
            refuse_special_file(name)
        load = _graph_loader(tuple(int(side) for side in self.target_size), self.color_mode, self.keep_aspect_ratio)
        images, decoded = load(tf.constant(names), decoding.pillow_pixel_limit())
        images, decoded = images.numpy(), decoded.numpy()
        if decoded.all():
            return images
        rest = np.flatnonzero(~decoded)
        others = self._stack(self._load_with_pillow([names[i] for i in rest]))
        images = images.astype(others.dtype)
        images[rest] = others
        return images

    def _load_with_pillow(self, names, keeps_errors=False):
        def load(name):
            try:
                refuse_special_file(name)
                return self._load_one(os.fsdecode(name), self.target_size, self.color_mode, self.interpolation, self.keep_aspect_ratio)
            except Exception as error:
                if keeps_errors:
                    return error
                raise

        if len(names) < 2:
            return [load(name) for name in names]
        with ThreadPoolExecutor(min(len(names), os.cpu_count() or 1)) as threads:
            return list(threads.map(load, names))

    def _stack(self, images):
        if not images:
            return np.zeros((0, *(self.target_size or (0, 0)), decoding.CHANNELS[self.color_mode]), np.uint8)
        if any(image.shape != images[0].shape for image in images):
            shapes = sorted({image.shape for image in images})
            raise ValueError(f"Images of one batch must have one size. Received: shapes {shapes}; pass `target_size=(height, width)`.")
        return np.stack(images).astype(np.result_type(*images), copy=False)


def _options():
    options = tf.data.Options()
    # Threads of its own: in `fit` one of TensorFlow's few is taken by the Python code that asks for the batch.
    options.threading.private_threadpool_size = _THREADS
    options.threading.max_intra_op_parallelism = 1
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options


@functools.lru_cache(maxsize=32)
def _graph_loader(target_size, color_mode, keep_aspect_ratio):
    """One traced function for all loaders of the same settings and every batch size."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string), tf.TensorSpec([], tf.int64)], autograph=False)
    def load(names, max_pixels):
        def load_one(name):
            return decoding.decode_image(tf.io.read_file(name), target_size, color_mode, keep_aspect_ratio, max_pixels)

        with tf.device("CPU:0"):
            dataset = tf.data.Dataset.from_tensor_slices(names).map(load_one, num_parallel_calls=_THREADS, deterministic=True)
            return dataset.batch(tf.size(names, tf.int64)).with_options(_options()).get_single_element()

    return load
