"""What the layers of the installed release of Keras can do: the first releases of Keras 3 have no shear and fail with channels first."""

import keras
import numpy as np
import pytest


def _work_channels_first(*layers):
    try:
        for make in layers:
            make()(np.zeros((1, 3, 8, 6), np.float32), training=True)
    except Exception:
        return False
    return True


CHANNELS_FIRST_WORKS = _work_channels_first(
    lambda: keras.layers.RandomFlip(data_format="channels_first"), lambda: keras.layers.RandomRotation(0.1, data_format="channels_first")
)

needs_shear = pytest.mark.skipif(not hasattr(keras.layers, "RandomShear"), reason="this Keras has no RandomShear")
works_channels_first = pytest.mark.skipif(not CHANNELS_FIRST_WORKS, reason="layers of this Keras fail with channels first")
