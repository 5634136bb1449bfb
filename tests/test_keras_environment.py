"""`keras_environment`: what needs Keras 3 says so under Keras 2, and what releases of Keras take differently."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from imgdatagen_compat.keras_environment import require_keras_3, statistics_shape


def test_keras_2_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(keras, "__version__", "2.15.0")
    with pytest.raises(ImportError, match=r"a\.module needs Keras 3: pip install 'tensorflow>=2\.16.*Received: Keras 2\.15\.0"):
        require_keras_3("a.module")


@pytest.mark.parametrize("version", ["3.0.5", "3.15.1", "20.0"])
def test_later_ones_are_not(version, monkeypatch):
    monkeypatch.setattr(keras, "__version__", version)
    require_keras_3("a.module")


class BroadcastingNormalization:
    """Places statistics as that of Keras 3.8 to 3.13 does."""

    def __init__(self, axis, mean, variance):
        self.mean = mean

    def build(self, shape):
        np.broadcast_to(self.mean, [1, shape[1], 1, 1])


class ReshapingNormalization(BroadcastingNormalization):
    """As that of other releases."""

    def build(self, shape):
        np.reshape(self.mean, [1, shape[1], 1, 1])


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 1, 1, 3), (1, 1, 5, 3), (1, 4, 5, 3), (1, 3, 1, 1), (1, 4, 1, 3)])
def test_statistics_have_the_fewest_axes_that_can_be_placed(shape):
    kept = tuple(side for side in shape if side > 1)
    assert statistics_shape(ReshapingNormalization, shape) == kept
    assert np.broadcast_shapes(statistics_shape(BroadcastingNormalization, shape), shape) == shape
    assert statistics_shape(BroadcastingNormalization, shape) in (kept, shape)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 1, 1, 3), (1, 4, 5, 3), (1, 3, 1, 1), (1, 4, 1, 3)])
def test_the_installed_keras_takes_that_shape(shape):
    axes = tuple(axis for axis, side in enumerate(shape) if side > 1)
    statistics = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
    placed = statistics.reshape(statistics_shape(tf.keras.layers.Normalization, shape)).tolist()
    layer = tf.keras.layers.Normalization(axis=axes or None, mean=placed, variance=np.ones_like(placed).tolist())
    images = np.random.RandomState(0).uniform(0, 255, (2, *(side if side > 1 else 6 for side in shape[1:]))).astype(np.float32)
    np.testing.assert_allclose(layer(images), images - statistics, rtol=1e-5, atol=1e-4)
