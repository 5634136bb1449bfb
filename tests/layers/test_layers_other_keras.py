"""The layers where Keras is tf_keras, or computes with something else than TensorFlow."""

import os
import sys

import numpy as np
import pytest
import tensorflow as tf
from fresh_process import run_python
from originals import photographs

from imgdatagen_compat.layers import RandomImageTransform

BOTH_LAYERS_IN_A_DATASET = """
import json, numpy as np, tensorflow as tf, keras
from originals import photographs
from test_layers_image_transform import OPTIONS, example, test_layer_called_with_arrays_tensors_and_in_a_dataset
from imgdatagen_compat.layers import ImageTransform, RandomImageTransform

test_layer_called_with_arrays_tensors_and_in_a_dataset()
raw, params = example()
layer = ImageTransform(**OPTIONS)
np.testing.assert_array_equal(layer(raw, params), layer.call(tf.constant(raw), params))

x = photographs(4)
one, same, other = (RandomImageTransform(rotation_range=60, horizontal_flip=True, seed=seed) for seed in (1, 1, 2))
dataset = tf.data.Dataset.from_tensor_slices(x).batch(2)
a, b, c = (np.concatenate(list(dataset.map(layer))) for layer in (one, same, other))
assert a.shape == x.shape and (a == b).all() and (a != c).any()
np.testing.assert_array_equal(one(x, training=False), x)
"""

REFUSED_IN_A_MODEL = """
try:
    RandomImageTransform(rotation_range=60)(keras.Input((12, 17, 3)))
    refused = None
except ValueError as error:
    refused = str(error)
print(json.dumps([keras.backend.backend(), refused]))
"""

IN_A_LEGACY_MODEL = """
import tempfile
keras2 = tf.keras
augment = RandomImageTransform(rotation_range=60)
model = keras2.Sequential([keras2.Input(x.shape[1:], dtype="uint8"), augment, keras2.layers.Flatten(), keras2.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, np.arange(4.0), verbose=0)
with tempfile.TemporaryDirectory() as folder:
    model.save(folder + "/model.keras")
    restored = keras2.models.load_model(folder + "/model.keras")
print(json.dumps([type(model).__module__.split(".")[0], bool((restored.predict(x, verbose=0) == model.predict(x, verbose=0)).all())]))
"""


def run(code, **environment):
    here = os.path.dirname(__file__)
    return run_python(code, PYTHONPATH=os.pathsep.join([here, os.path.dirname(here), *sys.path]), **environment)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_of_keras_takes_them_in_a_dataset_and_refuses_to_draw_in_a_model(backend):
    pytest.importorskip(backend)
    name, refused = run(BOTH_LAYERS_IN_A_DATASET + REFUSED_IN_A_MODEL, KERAS_BACKEND=backend)
    assert name == backend
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
    assert run(BOTH_LAYERS_IN_A_DATASET + IN_A_LEGACY_MODEL, TF_USE_LEGACY_KERAS="1") == ["tf_keras", True]
