"""`RandomImageTransform` where Keras is tf_keras, computes with something else than TensorFlow, or trains on several replicas."""

import os
import sys

import numpy as np
import pytest
import tensorflow as tf
from fresh_process import run_python
from originals import photographs

from imgdatagen_compat.layers import RandomImageTransform

DATASET = """
import json, numpy as np, tensorflow as tf, keras
from originals import photographs
from imgdatagen_compat.layers import RandomImageTransform
x = photographs(4)
def maps():
    one, same, other = (RandomImageTransform(rotation_range=60, horizontal_flip=True, seed=seed) for seed in (1, 1, 2))
    dataset = tf.data.Dataset.from_tensor_slices(x).batch(2)
    a, b, c = (np.concatenate(list(dataset.map(layer))) for layer in (one, same, other))
    left = one(x, training=False)
    return bool((a == b).all() and (a != c).any() and a.shape == x.shape and (np.asarray(left) == x).all())
"""

ANOTHER_BACKEND = """
try:
    RandomImageTransform(rotation_range=60)(keras.Input((12, 17, 3)))
    refused = None
except ValueError as error:
    refused = str(error)
print(json.dumps([keras.backend.backend(), maps(), refused]))
"""

LEGACY = """
import tempfile
model = tf.keras.Sequential([
    tf.keras.Input(x.shape[1:], dtype="uint8"), RandomImageTransform(rotation_range=60), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)
])
model.compile(loss="mse", jit_compile=True)
model.fit(x, np.arange(4.0), verbose=0)
with tempfile.TemporaryDirectory() as folder:
    model.save(folder + "/model.keras")
    restored = tf.keras.models.load_model(folder + "/model.keras")
print(json.dumps([tf.keras.__name__, maps(), bool((restored.predict(x, verbose=0) == model.predict(x, verbose=0)).all())]))
"""

REPLICAS = """
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    layer = RandomImageTransform(rotation_range=60, seed=1)
    model = keras.Sequential([keras.Input(x.shape[1:], dtype="uint8"), layer, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
model.fit(x, np.arange(4.0), batch_size=2, verbose=0)
drawn = tf.function(lambda: strategy.run(lambda: layer(x[:1], training=True)))()
one, other = (np.asarray(value) for value in drawn.values)
print(json.dumps(bool((one != other).any())))
"""


def run(code, **environment):
    return run_python(DATASET + code, PYTHONPATH=os.pathsep.join([os.path.dirname(os.path.dirname(__file__)), *sys.path]), **environment)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_of_keras_takes_it_in_a_dataset_and_refuses_it_in_a_model(backend):
    pytest.importorskip(backend)
    name, maps, refused = run(ANOTHER_BACKEND, KERAS_BACKEND=backend)
    assert (name, maps) == (backend, True)
    assert "computes with TensorFlow" in refused and f"Keras with {backend}" in refused


def test_a_backend_that_is_not_tensorflow(monkeypatch):
    """What can be seen without another backend: what is called where, and the message."""
    monkeypatch.setattr(tf.keras.backend, "backend", lambda: "jax")
    images = photographs(2)
    one, same = RandomImageTransform(rotation_range=60, seed=1), RandomImageTransform(rotation_range=60, seed=1)
    np.testing.assert_array_equal(one(images), same(tf.constant(images)))
    with pytest.raises(ValueError, match="computes with TensorFlow, and Keras with jax.*Received: list"):
        one([1])


def test_tf_keras():
    pytest.importorskip("tf_keras")
    assert run(LEGACY, TF_USE_LEGACY_KERAS="1") == ["tf_keras.api._v2.keras", True, True]


def test_replicas_draw_for_themselves():
    assert run(REPLICAS) is True
