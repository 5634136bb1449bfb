"""The Keras that this process uses, reached without importing TensorFlow before it is needed.

`tf.keras` is Keras 3; Keras 2 beside TensorFlow 2.15; or `tf_keras` under `TF_USE_LEGACY_KERAS=1`. All have what is asked for here under
the same names.
"""

from __future__ import annotations

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


def print_message(message: str) -> None:
    """Says `message` where Keras would: on standard output, or through `absl.logging` when interactive logging is off."""
    if keras().utils.is_interactive_logging_enabled():
        encoding = sys.stdout.encoding or "utf-8"
        print(message.encode(encoding, errors="replace").decode(encoding), flush=True)
    else:
        from absl import logging

        logging.info(message)
