"""`prepend_rescaling` gives what the model gives for rescaled pixels, for every kind of model, and keeps everything else."""

import warnings

import keras
import numpy as np
import pytest
import small_models
import tensorflow as tf
from fresh_process import run_python
from small_models import assert_close, pixels, predicted, randomized, weights_of

from imgdatagen_compat.models import MinMaxRescaling, prepend_rescaling

layers = keras.layers


def deferred():
    """A Sequential without an input shape, built by its first call."""
    model = keras.Sequential([layers.Conv2D(3, 3, name="conv"), layers.GlobalMaxPooling2D(), layers.Dense(2)], name="deferred")
    model(pixels())
    return randomized(model)


def subclassed():
    model = small_models.Subclassed(name="own")
    model(pixels())
    return randomized(model)


def nested():
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3), layers.Flatten()], name="inner")
    model = keras.Sequential([inner, layers.Dense(2)], name="outer")
    model(pixels())
    return randomized(model)


def adapted():
    """With a state that is no plain weight: `Normalization` keeps what it makes of its weights."""
    normalization = layers.Normalization(name="adapted")
    normalization.adapt(pixels() / 255)
    return keras.Sequential([keras.Input((8, 8, 3)), normalization, layers.Conv2D(2, 3)], name="with_adapted")


def application():
    return keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, weights=None, classes=4)


MODELS = {
    "sequential": small_models.sequential, "deferred": deferred, "subclassed": subclassed, "nested": nested, "adapted": adapted,
    "application": application,
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_equals_the_model_of_rescaled_pixels_also_past_saving(name, tmp_path):
    model = MODELS[name]()
    x = pixels((3, 32, 32, 3) if name == "application" else (3, 8, 8, 3))
    before = weights_of(model)
    rescaled = prepend_rescaling(model, 1 / 127.5, -1)
    expected = predicted(model, x * np.float32(1 / 127.5) + np.float32(-1))
    assert_close(predicted(rescaled, x), expected, 1e-6)
    rescaled.save(tmp_path / "model.keras")
    assert_close(predicted(keras.models.load_model(tmp_path / "model.keras"), x), expected, 1e-6)
    for weight, old in zip(model.get_weights(), before):
        np.testing.assert_array_equal(weight, old)
    assert "Lambda" not in {type(layer).__name__ for layer in rescaled._flatten_layers()}


def test_loads_in_a_fresh_process_without_this_package_unless_min_max_is_in_it(tmp_path):
    model = small_models.sequential()
    rescaled = prepend_rescaling(model)
    rescaled.save(tmp_path / "model.keras")
    stretched = keras.Sequential([keras.Input((8, 8, 3)), MinMaxRescaling(-1, 1)])
    stretched.save(tmp_path / "stretched.keras")
    np.save(tmp_path / "x.npy", pixels())
    code = f"""
import json, sys
import keras, numpy as np
x = np.load({str(tmp_path / "x.npy")!r})
result = keras.models.load_model({str(tmp_path / "model.keras")!r})(x, training=False)
imported = "imgdatagen_compat" in sys.modules
import imgdatagen_compat.models
stretched = keras.models.load_model({str(tmp_path / "stretched.keras")!r})(x)
print(json.dumps([np.asarray(result).tolist(), np.asarray(stretched).tolist(), imported]))
"""
    result, stretched_there, imported = run_python(code)
    assert not imported
    assert_close([np.array(result)], predicted(model, pixels() / 255))
    assert_close([np.array(stretched_there)], predicted(stretched, pixels()))


def test_uint8_goes_in_and_classes_and_names_stay():
    model = small_models.sequential()
    rescaled = prepend_rescaling(model)
    assert_close(predicted(rescaled, pixels().astype(np.uint8)), predicted(model, pixels().astype(np.uint8).astype(np.float32) / 255))
    assert type(rescaled) is keras.Sequential and rescaled.name == "small"
    assert [layer.name for layer in rescaled.layers] == ["rescaling", "conv", "norm", "flatten", "dense"]
    assert rescaled.get_layer("conv").output.shape == (None, 6, 6, 4)  # one node each: layers can be looked into
    assert rescaled.input_shape == model.input_shape and rescaled.inputs[0].name == "image"


@pytest.mark.parametrize("name", ["image", "vector"])
def test_of_several_inputs_the_one_that_is_named(name, tmp_path):
    model = small_models.two_inputs_two_outputs()
    x, vector = pixels(), pixels((3, 5))
    rescaled = prepend_rescaling(model, 1 / 255, 0.5, input=name)
    inputs = [x / 255 + 0.5, vector] if name == "image" else [x, vector / 255 + 0.5]
    assert_close(predicted(rescaled, x, vector), predicted(model, *inputs))
    assert rescaled.output_names == model.output_names == ["first", "second"]
    model.save(tmp_path / "as it was.keras")
    try:
        keras.models.load_model(tmp_path / "as it was.keras")
    except ValueError:
        pytest.skip("this Keras does not load the model as it was, either")
    rescaled.save(tmp_path / "two.keras")
    assert_close(predicted(keras.models.load_model(tmp_path / "two.keras"), x, vector), predicted(model, *inputs))


def test_inputs_and_outputs_in_dictionaries_keep_their_keys():
    image, vector = keras.Input((8, 8, 3), name="image"), keras.Input((5,), name="vector")
    x = layers.concatenate([layers.Flatten()(image), vector])
    model = keras.Model({"image": image, "vector": vector}, {"a": layers.Dense(1)(x), "b": layers.Dense(2)(x)})
    data = {"image": pixels(), "vector": pixels((3, 5))}
    result = prepend_rescaling(model, input="image")(data)
    expected = model({**data, "image": data["image"] / 255})
    assert set(result) == {"a", "b"}
    assert_close([np.asarray(result[key]) for key in "ab"], [np.asarray(expected[key]) for key in "ab"])


def test_an_unknown_or_missing_input_names_those_there_are():
    model = small_models.two_inputs_two_outputs()
    for name in (None, "picture"):
        with pytest.raises(ValueError, match=r"one of \['image', 'vector'\]. Received: input="):
            prepend_rescaling(model, input=name)
    with pytest.raises(ValueError, match="Received: input='picture'"):
        prepend_rescaling(small_models.sequential(), input="picture")
    with pytest.raises(ValueError, match="subclassed"):
        prepend_rescaling(subclassed(), input="image")


@pytest.mark.filterwarnings("ignore:The structure of .inputs. doesn't match")  # Keras 3.6, of the model as it was
def test_frozen_layers_and_compiled_arguments_stay():
    model = small_models.two_inputs_two_outputs()
    model.get_layer("nested").trainable = False
    losses = {"first": "mse", "second": "mae"}
    model.compile(optimizer=keras.optimizers.Adam(0.123), loss=losses, metrics={"first": ["mae"]})
    rescaled = prepend_rescaling(model, input="image")
    assert [layer.name for layer in rescaled.layers if not layer.trainable] == ["nested"]
    assert len(rescaled.trainable_weights) == len(model.trainable_weights)
    assert rescaled.compiled and float(rescaled.optimizer.learning_rate.numpy()) == pytest.approx(0.123) and rescaled.loss == losses
    y = [np.zeros((3, 2)), np.ones((3, 1))]
    expected = model.evaluate([pixels() / 255, pixels((3, 5))], y, verbose=0)
    assert rescaled.evaluate([pixels(), pixels((3, 5))], y, verbose=0) == pytest.approx(expected, rel=1e-4)
    rescaled.fit([pixels(), pixels((3, 5))], y, verbose=0)
    assert not prepend_rescaling(small_models.sequential()).compiled


def test_a_loss_of_ones_own_is_found():
    def own_loss(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3)

    model = small_models.sequential()
    model.compile(loss=own_loss)
    expected = model.evaluate(pixels() / 255, np.ones((3, 2)), verbose=0)
    assert prepend_rescaling(model).evaluate(pixels(), np.ones((3, 2)), verbose=0) == pytest.approx(expected, rel=1e-4)


def test_layers_of_ones_own_need_not_be_registered():
    class Twice(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    inner = keras.Sequential([keras.Input((8, 8, 3)), Twice()])
    model = keras.Sequential([keras.Input((8, 8, 3)), inner, Twice(), layers.Conv2D(2, 3)])
    assert_close(predicted(prepend_rescaling(model), pixels()), predicted(model, pixels() / 255))


def test_pixels_of_sixteen_bits_stay_finite_in_half_precision():
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(2, 3), layers.Flatten()])
    finally:
        keras.config.set_dtype_policy(previous)
    rescaled = prepend_rescaling(model, 1 / 65535)
    assert rescaled.layers[0].dtype_policy.name == "float32" and rescaled.layers[1].dtype_policy.name == "mixed_float16"
    white = tf.constant(np.full((1, 4, 4, 1), 65535, np.uint16))  # an array the first releases of Keras 3 convert to half precision first
    np.testing.assert_array_equal(rescaled(white), model(np.ones((1, 4, 4, 1), np.float32)))


def test_channels_first():
    previous = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        model = keras.Sequential([keras.Input((3, 8, 8)), layers.Flatten(), layers.Dense(2)])
        assert_close(predicted(prepend_rescaling(model), pixels((2, 3, 8, 8))), predicted(model, pixels((2, 3, 8, 8)) / 255))
    finally:
        keras.config.set_image_data_format(previous)


def test_a_model_that_rescales_already_is_told():
    model = prepend_rescaling(small_models.sequential())
    with pytest.warns(UserWarning, match="'small' rescales its input already"):
        prepend_rescaling(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = prepend_rescaling(model, 255 / 65535)  # raw pixels of 16 bits are made raw pixels of 8
        assert [layer.name for layer in again.layers[:2]] == ["rescaling_1", "rescaling"]


def test_a_training_step_that_is_lost_is_told():
    class Trained(small_models.Subclassed):
        def train_step(self, data):
            return {}

    model = Trained()
    model(pixels())
    with pytest.warns(UserWarning, match="`train_step` of Trained"):
        prepend_rescaling(model)


def test_shared_variables_are_refused():
    class Tied(layers.Layer):
        def __init__(self, other=None, **layer):
            super().__init__(**layer)
            self.other = other

        def build(self, shape):
            self.kernel = self.other.kernel if self.other else self.add_weight(shape=(3, 3))

        def call(self, inputs):
            return inputs @ self.kernel

        def get_config(self):
            return super().get_config()

    first = Tied(name="first")
    model = keras.Sequential([keras.Input((3,)), first, Tied(first, name="second")])
    with pytest.raises(ValueError, match="share a variable"):
        prepend_rescaling(model)


def test_what_cannot_be_copied_says_what_it_lacks():
    class Opaque(keras.Model):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def call(self, inputs):
            return self.layer(inputs)

    model = Opaque(object())
    with pytest.raises(ValueError, match="Opaque .* `get_config`"):
        prepend_rescaling(model)


def test_an_input_that_is_an_output_is_refused():
    image = keras.Input((4,), name="image")
    with pytest.raises(ValueError, match="'image' of 'through' is an output as well"):
        prepend_rescaling(keras.Model(image, [image, layers.Dense(1)(image)], name="through"))


@pytest.mark.parametrize("arguments", [{"scale": float("nan")}, {"scale": "1/255"}, {"offset": np.inf}, {"scale": [1, 2, 3]}])
def test_bad_numbers(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` should be a finite number. Received"):
        prepend_rescaling(small_models.sequential(), **arguments)


def test_no_model():
    with pytest.raises(TypeError, match="model of Keras 3"):
        prepend_rescaling(layers.Dense(2))
