"""The Keras that this process uses, reached without importing TensorFlow before it is needed.

`tf.keras` is Keras 3; Keras 2 beside TensorFlow 2.15; or `tf_keras` under `TF_USE_LEGACY_KERAS=1`. All have what is asked for here under
the same names.
"""

from __future__ import annotations

import functools
import sys


def keras():
    """The module `tf.keras` of the installed TensorFlow."""
    import tensorflow as tf

    return tf.keras


def require_keras_3(name: str) -> None:
    """Raises `ImportError` where `import keras` gives Keras 2, as it does beside TensorFlow 2.15; `name` is the module that is imported."""
    import keras

    if keras.__version__.startswith("2."):
        remedy = "pip install 'tensorflow>=2.16,<2.22'. The generator, its iterators and its datasets need nothing newer"
        raise ImportError(f"{name} needs Keras 3: {remedy}. Received: Keras {keras.__version__}", name=name)


def image_data_format() -> str:
    """Keras's global image data format, `"channels_last"` or `"channels_first"`."""
    return keras().backend.image_data_format()


def floatx() -> str:
    """Keras's global float dtype, such as `"float32"`."""
    return keras().backend.floatx()


def sequence_class() -> type:
    """The class whose instances `Model.fit` accepts: `PyDataset` of Keras 3, `Sequence` of Keras 2 and tf_keras."""
    return keras().utils.Sequence


def statistics_shape(normalization: type, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which a layer takes statistics.

    Args:
        normalization: the class `Normalization` of the Keras that will have the layer.
        shape: in which they broadcast with a batch of images, such as (1, 3, 1, 1) for channels that come first.

    Returns:
        Without the sides of one, as long as that release of Keras can place what is left.
    """
    kept = tuple(side for side in shape if side > 1)
    return kept if shape[len(shape) - len(kept) :] == kept or not _broadcasts_statistics(normalization) else shape


@functools.cache
def _broadcasts_statistics(normalization):
    """Whether the layer broadcasts its statistics with the images, as in Keras 3.8 to 3.13; in other releases it reshapes them."""
    try:
        normalization(axis=1, mean=[0.0, 0.0], variance=[1.0, 1.0]).build((None, 2, None, None))
    except Exception:  # each backend of Keras has classes of its own
        return True
    return False


def print_message(message: str) -> None:
    """Says `message` where Keras would: on standard output, or through `absl.logging` when interactive logging is off."""
    if keras().utils.is_interactive_logging_enabled():
        encoding = sys.stdout.encoding or "utf-8"
        print(message.encode(encoding, errors="replace").decode(encoding), flush=True)
    else:
        from absl import logging

        logging.info(message)
