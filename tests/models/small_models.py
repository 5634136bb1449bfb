"""Small Keras models of every kind, and images for them."""

import keras
import numpy as np

layers = keras.layers


def pixels(shape=(3, 8, 8, 3), seed=0):
    """Images of 0 to 255, float32."""
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)


def randomized(model, seed=0):
    """Gives every weight, biases and moving statistics too, a random value, so that none is at its neutral start."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(rng.uniform(0.1, 1, weight.shape) if "variance" in weight.path else rng.normal(0, 0.3, weight.shape))
    return model


def sequential(**conv):
    return randomized(
        keras.Sequential(
            [
                keras.Input((8, 8, 3), name="image"),
                layers.Conv2D(4, 3, activation="relu", name="conv", **conv),
                layers.BatchNormalization(name="norm"),
                layers.Flatten(name="flatten"),
                layers.Dense(2, name="dense"),
            ],
            name="small",
        )
    )


def two_inputs_two_outputs():
    """Image, and a vector; a layer used twice, a nested model, arithmetic, named outputs."""
    image, vector = keras.Input((8, 8, 3), name="image"), keras.Input((5,), name="vector")
    shared = layers.Dense(3, name="shared")
    nested = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3, name="inner")], name="nested")
    x = layers.GlobalAveragePooling2D(name="pool")(nested(image) * 2.0)
    first = layers.Dense(2, name="first")(layers.concatenate([shared(x), layers.Dense(3, name="of_vector")(vector)]))
    second = layers.Dense(1, name="second")(shared(layers.Dense(3, name="between")(x)))
    return randomized(keras.Model([image, vector], [first, second], name="two"))


@keras.saving.register_keras_serializable(package="small_models")
class Subclassed(keras.Model):
    """Not functional; serializable by its constructor."""

    def __init__(self, units=2, **model):
        super().__init__(**model)
        self.units = units
        self.conv = layers.Conv2D(4, 3, name="conv")
        self.drop = layers.Dropout(0.5)
        self.dense = layers.Dense(units, name="dense")

    def call(self, inputs, training=None):
        x = self.drop(self.conv(inputs), training=training)
        return self.dense(keras.ops.mean(x, axis=(1, 2)))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def predicted(model, *inputs):
    """What the model gives, as a list of arrays."""
    result = model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
    return [keras.ops.convert_to_numpy(value) for value in keras.tree.flatten(result)]


def assert_close(actual, expected, tolerance=1e-5):
    """Equal within `tolerance` of the largest magnitude, output by output."""
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected):
        assert np.isfinite(other).all() and np.abs(other).max() > 0
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * np.abs(other).max())


def weights_of(model):
    """Copies of all weights."""
    return [np.array(weight) for weight in model.get_weights()]
