"""`fold_rescaling`: the numbers of a rescaling layer without the layer, or a refusal with the reason."""

import keras
import numpy as np
import pytest
import small_models
from hypothesis import given
from hypothesis import strategies as st
from small_models import assert_close, pixels, predicted, randomized, weights_of

from imgdatagen_compat.models import fold_rescaling

layers = keras.layers
TOLERANCE = 1e-5

# Models of one linear layer, by what is known of it: input shape, class, arguments, whether an offset can be folded when padding is valid.
LINEAR = {
    "Dense": ((6,), layers.Dense, {"units": 3}, True),
    "Dense over channels": ((4, 4, 2), layers.Dense, {"units": 3}, True),
    "Conv1D": ((9, 2), layers.Conv1D, {"filters": 3, "kernel_size": 3}, True),
    "Conv2D": ((7, 8, 3), layers.Conv2D, {"filters": 4, "kernel_size": (2, 3)}, True),
    "Conv2D, strides": ((7, 8, 3), layers.Conv2D, {"filters": 4, "kernel_size": 3, "strides": 2}, True),
    "Conv2D, dilated": ((9, 9, 3), layers.Conv2D, {"filters": 4, "kernel_size": 3, "dilation_rate": 2}, True),
    "Conv2D, groups": ((7, 7, 4), layers.Conv2D, {"filters": 6, "kernel_size": 3, "groups": 2}, True),
    "Conv3D": ((5, 5, 5, 2), layers.Conv3D, {"filters": 3, "kernel_size": 2}, True),
    "DepthwiseConv1D": ((8, 3), layers.DepthwiseConv1D, {"kernel_size": 3, "depth_multiplier": 2}, True),
    "DepthwiseConv2D": ((7, 7, 3), layers.DepthwiseConv2D, {"kernel_size": 3, "depth_multiplier": 2}, True),
    "SeparableConv1D": ((8, 3), layers.SeparableConv1D, {"filters": 5, "kernel_size": 3, "depth_multiplier": 2}, True),
    "SeparableConv2D": ((7, 7, 3), layers.SeparableConv2D, {"filters": 5, "kernel_size": 3}, True),
    "Conv1DTranspose": ((6, 2), layers.Conv1DTranspose, {"filters": 3, "kernel_size": 3, "strides": 2}, False),
    "Conv2DTranspose": ((5, 5, 2), layers.Conv2DTranspose, {"filters": 3, "kernel_size": 3}, False),
    "Conv3DTranspose": ((4, 4, 4, 2), layers.Conv3DTranspose, {"filters": 2, "kernel_size": 2}, False),
}  # fmt: skip


def model_of(*stack, shape=(8, 8, 3)):
    return randomized(keras.Sequential([keras.Input(shape), *stack]))


def assert_folded(model, scale, offset, x, tolerance=TOLERANCE):
    before = weights_of(model)
    folded = fold_rescaling(model, scale, offset)
    assert_close(predicted(folded, x), predicted(model, (np.float64(scale) * x + offset).astype(np.float32)), tolerance)
    for weight, old in zip(model.get_weights(), before):
        np.testing.assert_array_equal(weight, old)
    assert len(folded._flatten_layers()) == len(model._flatten_layers())
    return folded


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_scale_with_any_padding(name, padding):
    shape, kind, arguments, _ = LINEAR[name]
    if kind is not layers.Dense:
        arguments = {**arguments, "padding": padding}
    for use_bias in (True, False):
        assert_folded(model_of(kind(use_bias=use_bias, **arguments), shape=shape), 1 / 255, 0.0, pixels((3, *shape)))


@pytest.mark.parametrize("name", [name for name, row in LINEAR.items() if row[3]])
def test_offset_without_padding(name):
    shape, kind, arguments, _ = LINEAR[name]
    assert_folded(model_of(kind(**arguments), shape=shape), 1 / 127.5, -1.0, pixels((3, *shape)))


@pytest.mark.parametrize("name", LINEAR)
def test_offset_is_refused_where_it_would_not_be_exact(name):
    shape, kind, arguments, exact = LINEAR[name]
    refused = [{"use_bias": False}] + ([{"padding": "same"}] if kind is not layers.Dense else []) + ([] if exact else [{}])
    for more in refused:
        with pytest.raises(ValueError, match="cannot absorb it: .*`prepend_rescaling` works"):
            fold_rescaling(model_of(kind(**arguments, **more), shape=shape), 1 / 127.5, -1.0)
    if kind is layers.Conv1D:
        with pytest.raises(ValueError, match='padding="causal" adds zeros'):
            fold_rescaling(model_of(kind(**arguments, padding="causal"), shape=shape), 1 / 127.5, -1.0)


@given(
    st.floats(1e-5, 1e3).flatmap(lambda scale: st.sampled_from([scale, -scale])), st.floats(-3, 3), st.integers(0, 2**16),
    st.sampled_from(["Dense", "Conv2D", "SeparableConv2D"]),
)  # fmt: skip
def test_any_scale_and_offset(scale, offset, seed, name):
    shape, kind, arguments, _ = LINEAR[name]
    x = pixels((2, *shape), seed) / np.float32(255 * abs(scale))  # so that both terms count
    assert_folded(_shared_models(name, kind, arguments, shape), scale, offset, x, 1e-4)


def _shared_models(name, kind, arguments, shape, made={}):  # noqa: B006
    if name not in made:
        made[name] = model_of(kind(**arguments), shape=shape)
    return made[name]


def test_past_layers_that_only_move_values():
    stack = [layers.Reshape((8, 8, 3)), layers.Permute((2, 1, 3)), layers.Cropping2D(1), layers.RandomFlip(), layers.Flatten()]
    assert_folded(model_of(*stack, layers.Dense(2)), 1 / 127.5, -1.0, pixels())


def test_past_layers_that_add_zeros_with_a_scale_only():
    model = model_of(layers.ZeroPadding2D(), layers.Dropout(0.5), layers.Conv2D(2, 3))
    assert_folded(model, 1 / 255, 0.0, pixels())
    with pytest.raises(ValueError, match="ZeroPadding2D .* puts zeros among the values"):
        fold_rescaling(model, 1 / 255, -1.0)


def test_into_a_rescaling_layer_with_an_offset():
    folded = assert_folded(model_of(layers.Rescaling(2.0, 0.5), layers.ZeroPadding2D(), layers.Conv2D(2, 3)), 1 / 127.5, -1.0, pixels())
    assert folded.layers[0].get_config()["scale"] == pytest.approx(2 / 127.5)


def test_deeper_models_and_what_follows_stay_as_they_are(tmp_path):
    model = small_models.sequential(padding="same")
    folded = assert_folded(model, 1 / 255, 0.0, pixels())
    for name in ("norm", "dense"):
        for mine, other in zip(folded.get_layer(name).get_weights(), model.get_layer(name).get_weights()):
            np.testing.assert_array_equal(mine, other)
    folded.save(tmp_path / "folded.keras")
    assert_close(predicted(keras.models.load_model(tmp_path / "folded.keras"), pixels()), predicted(folded, pixels()), 1e-7)


def test_of_several_inputs_one_inside_a_nested_model():
    image, vector = keras.Input((8, 8, 3), name="image"), keras.Input((5,), name="vector")
    nested = keras.Sequential([keras.Input((8, 8, 3)), layers.ZeroPadding2D(), layers.Conv2D(3, 3), layers.Flatten()])
    parallel = layers.Dense(2)(layers.Flatten()(image))
    joined = layers.concatenate([nested(image), parallel, layers.Dense(2)(vector)])
    model = randomized(keras.Model([image, vector], layers.Dense(1)(joined)))
    folded = fold_rescaling(model, 1 / 255, input="image")
    assert_close(predicted(folded, pixels(), pixels((3, 5))), predicted(model, pixels() / 255, pixels((3, 5))))
    folded = fold_rescaling(model, 1 / 255, -0.5, input="vector")
    assert_close(predicted(folded, pixels(), pixels((3, 5))), predicted(model, pixels(), pixels((3, 5)) / 255 - 0.5))


def test_a_layer_that_is_called_twice_with_rescaled_values_is_folded_once():
    image = keras.Input((8, 8, 3), name="image")
    conv = layers.Conv2D(2, 3)
    model = randomized(keras.Model(image, layers.add([conv(image), conv(layers.Permute((2, 1, 3))(image))])))
    assert_folded(model, 1 / 255, 0.0, pixels())


def test_films():
    model = model_of(layers.TimeDistributed(layers.Conv2D(2, 3)), layers.Flatten(), layers.Dense(2), shape=(2, 6, 6, 3))
    assert_folded(model, 1 / 127.5, -1.0, pixels((2, 2, 6, 6, 3)))


def test_an_application_with_padding_inside():
    model = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.25)  # pads, then convolves
    x = pixels((1, 32, 32, 3))
    assert_close(predicted(fold_rescaling(model, 1 / 255), x), predicted(model, x / 255), 1e-4)


def shared_elsewhere():
    image = keras.Input((4, 4, 3))
    dense = layers.Dense(3)
    return keras.Model(image, dense(dense(image)))


def skips():
    image = keras.Input((4, 4, 3))
    return keras.Model(image, layers.add([layers.Conv2D(3, 3, padding="same")(image), image]))


def passes_through():
    image = keras.Input((4, 4, 3))
    return keras.Model(image, [layers.Flatten()(image), layers.Dense(2)(image)])


class Own(layers.Dense):
    """May do anything in its call."""


def subclassed():
    model = small_models.Subclassed()
    model(pixels())
    return model


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (shared_elsewhere, "is shared"),
        (skips, "Add 'add.*only Dense"),
        (passes_through, "an output .* without any weight"),
        (lambda: model_of(layers.BatchNormalization(), layers.Conv2D(2, 3)), "BatchNormalization .* epsilon"),
        (lambda: model_of(layers.Activation("relu"), layers.Conv2D(2, 3)), "Activation"),
        (lambda: model_of(layers.LayerNormalization()), "LayerNormalization"),
        (lambda: model_of(Own(2)), "Own .*only Dense"),
        (subclassed, "is subclassed"),
        (lambda: keras.Sequential([layers.Dense(2)], name="lazy"), "'lazy' is not built yet"),
    ],
)
def test_refused_with_the_reason(make, reason):
    with pytest.raises(ValueError, match=f"(?s)cannot be folded: .*{reason}.*prepend_rescaling"):
        fold_rescaling(make(), 1 / 255)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "`scale` should not be 0"), ((np.nan,), "`scale` should be a finite"), ((1, "a"), "`offset` should be a finite number")],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        fold_rescaling(model_of(layers.Dense(2)), *arguments)


def test_this_test_can_fail():
    model = model_of(layers.Conv2D(2, 3, padding="same"))
    with pytest.raises(AssertionError):
        assert_close(predicted(fold_rescaling(model, 1 / 254), pixels()), predicted(model, pixels() / 255))
