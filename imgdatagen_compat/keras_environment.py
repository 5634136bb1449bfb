"""The Keras that this process uses, reached without importing TensorFlow before it is needed.

`tf.keras` is Keras 3, or `tf_keras` under `TF_USE_LEGACY_KERAS=1`; both have what is asked for here under the same names.
"""

from __future__ import annotations

import sys


def keras():
    """The module `tf.keras` of the installed TensorFlow."""
    import tensorflow as tf

    return tf.keras


def image_data_format() -> str:
    """Keras's global image data format, `"channels_last"` or `"channels_first"`."""
    return keras().backend.image_data_format()


def floatx() -> str:
    """Keras's global float dtype, such as `"float32"`."""
    return keras().backend.floatx()


def sequence_class() -> type:
    """The class whose instances `Model.fit` accepts: `PyDataset` of Keras 3, `Sequence` of tf_keras."""
    return keras().utils.Sequence


def print_message(message: str) -> None:
    """Says `message` where Keras would: on standard output, or through `absl.logging` when interactive logging is off."""
    if keras().utils.is_interactive_logging_enabled():
        encoding = sys.stdout.encoding or "utf-8"
        print(message.encode(encoding, errors="replace").decode(encoding), flush=True)
    else:
        from absl import logging

        logging.info(message)
