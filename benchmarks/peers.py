"""What people use instead, doing comparable work on the same photographs, and the limit that decoding sets."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import math
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import NotAvailableError, Run, steady


@contextlib.contextmanager
def keras_layers(
    directory: Path, target_size: tuple[int, int], augmentation: Mapping[str, Any], batch_size: int
) -> Iterator[Callable[[], Run]]:
    """`RandomFlip`, `RandomRotation`, … on batches in `tf.data`, in parallel as `tf.data.AUTOTUNE` sees fit: the official successor."""
    import keras
    import tensorflow as tf

    layers = keras.layers
    if not hasattr(layers, "RandomShear"):
        raise NotAvailableError(f"Keras {keras.__version__} has no RandomShear layer; a newer one has")
    shear = math.tan(math.radians(augmentation["shear_range"]))
    nearest = {"fill_mode": "nearest"}
    steps = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(augmentation["rotation_range"] / 360, **nearest),
        layers.RandomTranslation(augmentation["height_shift_range"], augmentation["width_shift_range"], **nearest),
        layers.RandomShear(shear, shear, **nearest),
        layers.RandomZoom(augmentation["zoom_range"], augmentation["zoom_range"], **nearest),
        layers.Rescaling(augmentation["rescale"]),
    ]

    def load(path, label):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        return tf.image.resize(image, target_size, method="nearest"), label

    def augment(images, labels):
        for step in steps:
            images = step(images, training=True)
        return images, labels

    paths, labels = _labelled_paths(directory)
    dataset = tf.data.Dataset.from_tensor_slices((paths, labels)).shuffle(len(paths)).repeat()
    dataset = dataset.map(load, tf.data.AUTOTUNE).batch(batch_size).map(augment, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    yield steady(lambda: (int(images.shape[0]) for images, _ in dataset), _batches(paths, batch_size))


@contextlib.contextmanager
def albumentations(
    directory: Path, target_size: tuple[int, int], augmentation: Mapping[str, Any], batch_size: int
) -> Iterator[Callable[[], Run]]:
    """OpenCV decodes and resizes, Albumentations flips and warps; two Python threads make batches, and have two more to go on with."""
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it looks for a newer version of itself on the network when imported
    try:
        import albumentations as alb
        import cv2
    except ImportError as error:
        raise NotAvailableError(f'{error.name} is not installed: pip install ".[bench]"') from error

    cv2.setNumThreads(0)  # the two threads are ours; OpenCV's own would make them four
    resources = threading.local()
    paths, labels = _labelled_paths(directory)

    def open_thread():
        # Drawing changes a pipeline, so that threads must not share one.
        degrees, zoom = augmentation["rotation_range"], augmentation["zoom_range"]
        resources.augment = alb.Compose(
            [
                alb.HorizontalFlip(p=0.5),
                alb.Affine(
                    rotate=(-degrees, degrees),
                    translate_percent={
                        "x": (-augmentation["width_shift_range"], augmentation["width_shift_range"]),
                        "y": (-augmentation["height_shift_range"], augmentation["height_shift_range"]),
                    },
                    shear=(-augmentation["shear_range"], augmentation["shear_range"]),
                    scale=(1 - zoom, 1 + zoom),
                    interpolation=cv2.INTER_LINEAR,
                    border_mode=cv2.BORDER_REPLICATE,
                    p=1.0,
                ),
            ]
        )

    def make_batch(indices):
        images = np.empty((len(indices), *target_size, 3), np.uint8)
        for row, index in enumerate(indices):
            image = cv2.resize(cv2.imread(paths[index]), target_size[::-1], interpolation=cv2.INTER_NEAREST)
            images[row] = resources.augment(image=cv2.cvtColor(image, cv2.COLOR_BGR2RGB))["image"]
        return images * np.float32(augmentation["rescale"]), labels[indices]

    def orders():
        rng = np.random.default_rng()
        while True:
            order = rng.permutation(len(paths))
            yield from (order[start : start + batch_size] for start in range(0, len(order), batch_size))

    def stream():
        pending = collections.deque()
        try:
            for order in orders():
                pending.append(pool.submit(make_batch, order))
                if len(pending) == 4:
                    images, _ = pending.popleft().result()
                    yield len(images)
        finally:
            for future in pending:
                future.cancel()

    with concurrent.futures.ThreadPoolExecutor(2, initializer=open_thread) as pool:
        yield steady(stream, _batches(paths, batch_size))


@contextlib.contextmanager
def decoding(directory: Path, batch_size: int) -> Iterator[Callable[[], Run]]:
    """Reading and decoding the files, two at a time, and nothing else: no pipeline that decodes with this decoder can be faster."""
    import tensorflow as tf

    paths, _ = _labelled_paths(directory)

    def decode(path):
        # Of each image only its height is handed on: batches of images would be a copy more.
        return tf.shape(tf.io.decode_jpeg(tf.io.read_file(path), channels=3, dct_method="INTEGER_ACCURATE"))[0]

    dataset = tf.data.Dataset.from_tensor_slices(paths).repeat().map(decode, num_parallel_calls=2).batch(batch_size).prefetch(2)
    yield steady(lambda: (int(heights.shape[0]) for heights in dataset), _batches(paths, batch_size))


def _batches(paths, batch_size):
    return -(-len(paths) // batch_size)


def _labelled_paths(directory):
    paths = sorted(str(path) for path in directory.glob("*/*.jpg"))
    classes = sorted({Path(path).parent.name for path in paths})
    return paths, np.array([classes.index(Path(path).parent.name) for path in paths])
