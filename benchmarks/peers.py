"""What people use instead, doing comparable work on the same photographs, and the limit that decoding sets."""

from __future__ import annotations

import concurrent.futures
import contextlib
import math
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import NotAvailableError


@contextlib.contextmanager
def keras_layers(
    directory: Path, target_size: tuple[int, int], augmentation: Mapping[str, Any], batch_size: int
) -> Iterator[Callable[[], int]]:
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
    dataset = tf.data.Dataset.from_tensor_slices((paths, labels)).shuffle(len(paths))
    dataset = dataset.map(load, tf.data.AUTOTUNE).batch(batch_size).map(augment, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    yield lambda: sum(int(images.shape[0]) for images, _ in dataset)


@contextlib.contextmanager
def albumentations(
    directory: Path, target_size: tuple[int, int], augmentation: Mapping[str, Any], batch_size: int
) -> Iterator[Callable[[], int]]:
    """OpenCV decodes and resizes, Albumentations flips and warps; two Python threads make a batch each."""
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

    def run():
        order = np.random.default_rng().permutation(len(paths))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        return sum(len(images) for images, _ in pool.map(make_batch, batches))

    with concurrent.futures.ThreadPoolExecutor(2, initializer=open_thread) as pool:
        yield run


@contextlib.contextmanager
def decoding(directory: Path) -> Iterator[Callable[[], int]]:
    """Reading and decoding the files, two at a time, and nothing else: no pipeline that decodes with this decoder can be faster."""
    import tensorflow as tf

    paths, _ = _labelled_paths(directory)

    def decode(path):
        return tf.io.decode_jpeg(tf.io.read_file(path), channels=3, dct_method="INTEGER_ACCURATE")

    dataset = tf.data.Dataset.from_tensor_slices(paths).map(decode, num_parallel_calls=2, deterministic=False)

    @tf.function
    def run():
        # Counted in the graph, for Python would take part of the time.
        return dataset.reduce(np.int64(0), lambda count, image: count + tf.cast(tf.size(image) > 0, tf.int64))

    yield lambda: int(run())


def _labelled_paths(directory):
    paths = sorted(str(path) for path in directory.glob("*/*.jpg"))
    classes = sorted({Path(path).parent.name for path in paths})
    return paths, np.array([classes.index(Path(path).parent.name) for path in paths])
