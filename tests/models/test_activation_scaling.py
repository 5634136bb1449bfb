"""`scale_weights_by_activation`: real activations reach the target, or the report says why not."""

import keras
import numpy as np
import pytest
import small_models
import tensorflow as tf
from small_models import pixels, randomized, weights_of

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.models import scale_weights_by_activation

layers = keras.layers


def before_activation(model, name, x):
    """What the layer gives with its activation taken away, recomputed with a model of its own."""
    layer = model.get_layer(name)
    plain = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    plain.build(layer.input.shape)
    plain.set_weights(layer.get_weights())
    return np.asarray(plain(keras.Model(model.inputs[0], layer.input)(x)))


@pytest.fixture(scope="module")
def small():
    return small_models.sequential()


@pytest.mark.parametrize("target", [1.0, 0.05])
def test_standard_deviations_reach_the_target(small, target):
    old = weights_of(small)
    # Biases of 0.3 spread more than a target of 0.05 allows: they have to come along.
    copy, report = scale_weights_by_activation(small, pixels() / 255, target=target, biases=target < 1)
    for name in ("conv", "dense"):
        assert before_activation(copy, name, pixels() / 255).std() == pytest.approx(target, rel=0.011)
    for row in report.scaled:
        assert row.after == pytest.approx(target, rel=0.011) and row.before != row.after
    np.testing.assert_allclose(copy.get_layer("dense").kernel, small.get_layer("dense").kernel * np.float32(row.factor), rtol=1e-5)
    for weight, before in zip(small.get_weights(), old):
        np.testing.assert_array_equal(weight, before)


def test_percentiles_of_the_magnitude(small):
    copy, report = scale_weights_by_activation(small, pixels() / 255, target=2.0, percentile=90, biases=True)
    assert report.measure == "percentile 90"
    assert np.percentile(np.abs(before_activation(copy, "conv", pixels() / 255)), 90) == pytest.approx(2, rel=0.011)


def test_raw_pixels_are_scaled_down(small):
    copy, report = scale_weights_by_activation(small, pixels(), biases=True)
    assert report.layers[0].factor < 1 / 20 and before_activation(copy, "conv", pixels()).std() == pytest.approx(1, rel=0.011)


def test_a_dead_layer_is_left_alone_and_told():
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, name="dead", kernel_initializer="zeros"), layers.Dense(2, name="after_it"), layers.Dense(2)]
    )
    copy, report = scale_weights_by_activation(model, pixels((5, 6)))
    assert [row.weights for row in report.layers] == [(), (), ()]
    assert "dead, its results are all equal" in report.layers[0].note
    assert all(np.isfinite(weight).all() for weight in copy.get_weights())


def test_infinite_results_are_left_alone():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="huge", kernel_initializer=keras.initializers.Constant(1e38))])
    report = scale_weights_by_activation(model, pixels((5, 6)))[1]
    assert report.scaled == () and "not finite" in report.layers[0].note


def test_units_that_never_answer_are_counted():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="relu", name="relu")])
    kernel = np.abs(model.get_layer("relu").get_weights()[0])
    kernel[:, :3] *= -1
    model.get_layer("relu").set_weights([kernel, np.zeros(4)])
    assert scale_weights_by_activation(model, pixels((5, 6)))[1].layers[0].note.startswith("3 of 4 units are dead")


def test_a_factor_out_of_bounds_is_not_applied(small):
    report = scale_weights_by_activation(small, pixels(), biases=True, largest_factor=2)[1]
    assert report.layers[0].weights == () and report.layers[0].factor == 1
    assert report.layers[0].note.startswith("stopped at this factor: it would need 0.0")


def test_biases_that_are_larger_than_the_target_are_told():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="biased")])
    model.get_layer("biased").bias.assign([-50, 50, 100, -100])
    row = scale_weights_by_activation(model, pixels((5, 6)) / 255, largest_factor=1e9)[1].layers[0]
    assert row.note in ("not reached: its biases are larger than the target",) or row.note.startswith("stopped at this factor")
    assert row.after > 10


def test_layers_by_name_and_those_not_called():
    model = small_models.two_inputs_two_outputs()
    copy, report = scale_weights_by_activation(model, [pixels() / 255, pixels((3, 5))], layers=["nested/inner", "first"], biases=True)
    assert [row.name for row in report.scaled] == ["nested/inner", "first"]
    assert {row.note for row in report.layers if not row.weights} == {"not chosen"}

    class Forgetful(small_models.Subclassed):
        def __init__(self, **model):
            super().__init__(**model)
            self.unused = layers.Dense(1, name="unused")
            self.unused.build((None, 3))

        def call(self, inputs, training=None):
            return super().call(inputs, training=training)

    own = Forgetful()
    own(pixels())
    notes = {row.name: row.note for row in scale_weights_by_activation(own, pixels() / 255)[1].layers}
    assert notes["unused"] == "not called with this data" and notes["conv"] == ""


def test_data_of_every_kind(small):
    x = pixels() / np.float32(255)
    expected = scale_weights_by_activation(small, x)[1].layers[0].factor
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(3))).batch(3)
    flow = ImageDataGenerator(rescale=1 / 255).flow(pixels(), np.zeros(3), batch_size=3, shuffle=False)
    for data in (tf.constant(x), dataset, flow, iter([(x, None)])):
        assert scale_weights_by_activation(small, data)[1].layers[0].factor == pytest.approx(expected, rel=1e-3)


def test_subclassed_saved_and_in_half_precision(tmp_path):
    own = small_models.Subclassed(dtype="mixed_float16")
    own(pixels())
    copy, report = scale_weights_by_activation(own, pixels() / 255)
    assert [row.after for row in report.scaled] == pytest.approx([1, 1], rel=0.02)
    copy.save(tmp_path / "copy.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "copy.keras")(pixels()), copy(pixels()))
    assert copy.conv.activation is keras.activations.linear


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": 0}, "`target` should be above 0"),
        ({"target": float("nan")}, "`target` should be a finite number"),
        ({"percentile": 0}, "Received: target=1.0, largest_factor=10000.0, percentile=0"),
        ({"percentile": 101}, "percentile=101"),
        ({"largest_factor": 1}, "`largest_factor` above 1"),
        ({"layers": ["norm"]}, r"`layers` should be names of linear layers, of \['conv', 'dense'\]. Received: layers=\['norm'\]"),
        ({"layers": "conv"}, "Received: layers='conv'"),
        ({"data": np.zeros((0, 8, 8, 3))}, "no images"),
        ({"data": []}, "no images"),
        ({"data": iter(())}, "no batch"),
    ],
)
def test_bad_arguments(small, arguments, message):
    with pytest.raises(ValueError, match=message):
        scale_weights_by_activation(small, arguments.pop("data", pixels()), **arguments)


def test_no_data(small):
    with pytest.raises(TypeError, match="Received: int"):
        scale_weights_by_activation(small, 3)
    with pytest.raises(ValueError, match="no weights yet"):
        scale_weights_by_activation(randomized(keras.Sequential([layers.Dense(2)])), pixels())
