"""`scale_weights`: what is multiplied, what is not, and what the report says of it."""

import keras
import numpy as np
import pytest
import small_models
from hypothesis import given
from hypothesis import strategies as st
from small_models import assert_close, pixels, predicted, randomized, weights_of

from imgdatagen_compat.models import ScalingReport, scale_weights

layers = keras.layers
FACTORS = st.floats(0.01, 100).flatmap(lambda value: st.sampled_from([value, -value]))


def ratio(copy, model, name):
    """By what each weight of a layer was multiplied."""
    pairs = zip(copy.get_layer(name).get_weights(), model.get_layer(name).get_weights())
    return [float(np.median(mine / other)) for mine, other in pairs]


@pytest.fixture(scope="module")
def small():
    return small_models.sequential()


@given(FACTORS)
def test_a_number_means_the_kernels_of_linear_layers(factor):
    model = _small_model()
    before = weights_of(model)
    copy, report = scale_weights(model, factor)
    assert ratio(copy, model, "conv") == pytest.approx([factor, 1], rel=1e-6)
    assert ratio(copy, model, "dense") == pytest.approx([factor, 1], rel=1e-6)
    assert ratio(copy, model, "norm") == [1, 1, 1, 1]
    assert [(layer.name, layer.weights) for layer in report.scaled] == [("conv", ("kernel",)), ("dense", ("kernel",))]
    for layer in report.scaled:
        assert layer.factor == factor and layer.after == pytest.approx(abs(factor) * layer.before, rel=1e-5)
    for weight, old in zip(model.get_weights(), before):
        np.testing.assert_array_equal(weight, old)


def _small_model(made=[]):  # noqa: B006
    if not made:
        made.append(small_models.sequential())
    return made[0]


@given(FACTORS)
def test_with_biases_a_linear_model_is_scaled_exactly(factor):
    model = _linear_model()
    copy, _ = scale_weights(model, {"last": factor}, biases=True)
    assert_close(predicted(copy, pixels()), [value * np.float32(factor) for value in predicted(model, pixels())])


def _linear_model(made=[]):  # noqa: B006
    if not made:
        made.append(randomized(keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2), layers.Dense(2, name="last")])))
    return made[0]


def test_by_name_before_class_and_everything_else_left(small):
    copy, report = scale_weights(small, {"Dense": 2, "dense": 3, layers.Conv2D: 4})
    assert ratio(copy, small, "dense")[0] == pytest.approx(3)
    assert ratio(copy, small, "conv")[0] == pytest.approx(4)
    copy, report = scale_weights(small, {"Dense": 2})
    assert ratio(copy, small, "conv") == [1, 1]
    assert [layer.name for layer in report.scaled] == ["dense"]


def test_normalization_is_scaled_only_by_a_factor_of_its_own(small):
    copy, report = scale_weights(small, {"norm": 2})
    assert ratio(copy, small, "norm") == pytest.approx([2, 1, 1, 1])
    copy, _ = scale_weights(small, {"BatchNormalization": 2}, biases=True)
    assert ratio(copy, small, "norm") == pytest.approx([2, 2, 1, 1])
    notes = {layer.name: layer.note for layer in scale_weights(small, 2)[1].layers}
    assert "normalizes" in notes["norm"] and "batch norm follows" in notes["conv"] and notes["dense"] == ""


NOT_LINEAR = {
    "lstm": layers.LSTM(2, name="it"),
    "bidirectional": layers.Bidirectional(layers.GRU(2), name="it"),
    "layer norm": layers.LayerNormalization(name="it"),
    "prelu": layers.PReLU(name="it"),
    "spectral": layers.SpectralNormalization(layers.Dense(3), name="it"),
}


@pytest.mark.parametrize("name", NOT_LINEAR)
def test_a_number_leaves_layers_that_are_not_linear(name):
    layer = type(NOT_LINEAR[name]).from_config(NOT_LINEAR[name].get_config())
    model = randomized(keras.Sequential([keras.Input((4, 3)), layer, layers.Dense(2, name="dense")]))
    copy, report = scale_weights(model, 2, biases=True)
    for mine, other in zip(copy.get_layer("it").get_weights(), model.get_layer("it").get_weights()):
        np.testing.assert_array_equal(mine, other)
    assert [row.name for row in report.scaled] == ["dense"]
    assert report.layers[0].note


def test_attention_is_left_and_embeddings_are_named():
    tokens = keras.Input((4,))
    x = layers.Embedding(5, 6, name="table")(tokens)
    model = keras.Model(tokens, layers.Dense(2, name="dense")(layers.MultiHeadAttention(2, 3, name="attention")(x, x)))
    copy, report = scale_weights(model, 3)
    assert [row.name for row in report.layers] == ["table", "attention", "dense"]
    assert [row.name for row in report.scaled] == ["dense"]
    copy, _ = scale_weights(model, {"table": 3})
    assert ratio(copy, model, "table") == pytest.approx([3])
    with pytest.raises(ValueError, match="MultiHeadAttention 'attention' has no weight that can be scaled: its scores"):
        scale_weights(model, {"attention": 3})


def test_nested_shared_and_wrapped_layers_are_scaled_once():
    model = small_models.two_inputs_two_outputs()
    copy, report = scale_weights(model, 2)
    names = [layer.name for layer in report.scaled]
    assert sorted(names) == ["between", "first", "nested/inner", "of_vector", "second", "shared"]
    assert ratio(copy, model, "shared")[0] == pytest.approx(2)
    for key in ("inner", "nested/inner"):
        inner = scale_weights(model, {key: 2})[0].get_layer("nested")
        assert ratio(inner, model.get_layer("nested"), "inner")[0] == pytest.approx(2)
    wrapped = layers.TimeDistributed(layers.Conv2D(2, 3, name="conv"), name="films")
    films = randomized(keras.Sequential([keras.Input((2, 4, 4, 3)), wrapped]))
    assert [layer.name for layer in scale_weights(films, 2)[1].scaled] == ["films/conv"]


def test_models_nested_twice_have_weights_of_their_own_in_the_copy():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="innermost")])
    for name in ("middle", "outer"):
        model = keras.Sequential([keras.Input((4,)), model], name=name)
    old = weights_of(model)
    copy, report = scale_weights(model, 2)
    assert [row.name.split("/")[0::2] for row in report.scaled] == [["middle", "innermost"]]
    np.testing.assert_array_equal(model.get_weights()[0], old[0])
    np.testing.assert_allclose(copy.get_weights()[0], 2 * old[0])


def test_a_separable_convolution_is_scaled_once_though_it_has_two_kernels():
    model = randomized(keras.Sequential([keras.Input((8, 8, 3)), layers.SeparableConv2D(2, 3, name="it")]))
    copy, _ = scale_weights(model, 3, biases=True)
    assert_close(predicted(copy, pixels()), [3 * value for value in predicted(model, pixels())])


def test_subclassed_models_and_saving(tmp_path):
    model = small_models.Subclassed()
    model(pixels())
    randomized(model)
    copy, report = scale_weights(model, {"dense": 2.0}, biases=True)
    assert type(copy) is small_models.Subclassed
    assert_close(predicted(copy, pixels()), [2 * value for value in predicted(model, pixels())])
    copy.save(tmp_path / "copy.keras")
    assert_close(predicted(keras.models.load_model(tmp_path / "copy.keras"), pixels()), predicted(copy, pixels()), 1e-7)


def test_a_softmax_is_told():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2, activation="softmax")])
    notes = [layer.note for layer in scale_weights(model, 2)[1].layers]
    assert notes == ["", "softmax follows: its result is not scaled by the factor"]
    assert scale_weights(model, -2)[1].layers[0].note.startswith("relu follows")


def test_the_report_is_a_table(small, capsys):
    _, report = scale_weights(small, 2)
    assert isinstance(report, ScalingReport) and repr(report) == "<ScalingReport: 2 of 3 layers scaled>"
    lines = str(report).splitlines()
    assert lines[0].split()[:4] == ["layer", "class", "scaled", "factor"]
    assert any(line.startswith("conv ") and " kernel " in line for line in lines)
    report.print()
    assert "kernel" in capsys.readouterr().out


def test_kept_as_compile_left_it(small):
    model = small_models.sequential()
    model.get_layer("conv").trainable = False
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.5))
    copy, _ = scale_weights(model, 2)
    assert copy.compiled and float(copy.optimizer.learning_rate.numpy()) == 0.5 and not copy.get_layer("conv").trainable


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (0, "`factor` should not be 0"),
        (float("inf"), "`factor` should be a finite number"),
        ("2", "`factor` should be a number or a mapping .* Received: factor='2'"),
        ({"conf": 2}, "no layer with weights has the name or class 'conf'. Close to it: conv"),
        ({"flatten": 2}, "no layer with weights has the name or class 'flatten'"),
        ({"conv": 0}, "`factor` should not be 0"),
        ({"conv": True}, "`factor` should be a finite number"),
    ],
)
def test_bad_factors(small, factor, message):
    with pytest.raises(ValueError, match=message):
        scale_weights(small, factor)


def test_a_model_without_weights_yet():
    with pytest.raises(ValueError, match="'lazy' has no weights yet"):
        scale_weights(keras.Sequential([layers.Dense(2)], name="lazy"), 2)
