"""What the layers of the installed release of Keras can do: the first releases of Keras 3 have no shear and fail with channels first."""

import inspect

import keras
import pytest

CHANNELS_FIRST_WORKS = "data_format" in inspect.signature(keras.layers.RandomFlip).parameters

needs_shear = pytest.mark.skipif(not hasattr(keras.layers, "RandomShear"), reason="this Keras has no RandomShear")
works_channels_first = pytest.mark.skipif(not CHANNELS_FIRST_WORKS, reason="layers of this Keras fail with channels first")
