"""`check_input_range`: each finding where it belongs, and nowhere else."""

import functools
import json

import keras
import numpy as np
import pytest
import small_models
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from small_models import pixels

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.models import MinMaxRescaling, check_input_range
from imgdatagen_compat.models.value_flow import value_flow

layers = keras.layers
applications = keras.applications
RAW, UNIT = {}, {"rescale": 1 / 255}
TF_MODE = {"preprocessing_function": applications.mobilenet_v2.preprocess_input}
CAFFE_MODE = {"preprocessing_function": applications.resnet50.preprocess_input}
STANDARDIZED = {"samplewise_center": True, "samplewise_std_normalization": True}
AUTO = {"rescale": "auto"}


def of(*stack, shape=(8, 8, 3)):
    return keras.Sequential([keras.Input(shape), *stack, layers.Conv2D(2, 3, name="conv"), layers.Flatten(), layers.Dense(2)], name="mine")


def rescaling(scale=1 / 255, offset=0.0):
    return layers.Rescaling(scale, offset, name="rescaling")


def functional(before):
    image = keras.Input((32, 32, 3))
    return keras.Model(image, layers.Conv2D(2, 3, name="conv")(before(image)))


def subclassed(*stack):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = list(stack)
            self.conv = layers.Conv2D(2, 3, name="conv")

        def call(self, inputs):
            for layer in self.stack:
                inputs = layer(inputs)
            return self.conv(inputs)

    return Own()


@functools.cache
def mobile_net(name="MobileNetV2"):
    more = {"alpha": 0.35} if name == "MobileNetV2" else {}
    return getattr(applications, name)(input_shape=(32, 32, 3), weights=None, include_top=False, **more)


def transfer(*before, name="MobileNetV2"):
    return keras.Sequential([keras.Input((32, 32, 3)), *before, mobile_net(name), layers.Flatten(), layers.Dense(2)])


# Model, generator: what is found. As many that fit as that do not.
FOUND = {
    "double-rescaling": [
        (lambda: of(rescaling()), UNIT),
        (lambda: of(rescaling(1 / 127.5, -1)), UNIT),
        (lambda: of(rescaling()), TF_MODE),
        (lambda: of(rescaling()), STANDARDIZED),
        (lambda: of(rescaling()), AUTO),
        (lambda: of(rescaling(), layers.Rescaling(1 / 255, name="again")), RAW),
        (lambda: of(layers.Normalization(mean=[123.7] * 3, variance=[3400.0] * 3)), UNIT),
        (lambda: of(keras.Sequential([layers.RandomFlip(), rescaling()]), layers.ZeroPadding2D()), UNIT),
        (lambda: functional(lambda x: x / 255.0), UNIT),
        (lambda: functional(applications.mobilenet_v2.preprocess_input), UNIT),
        (lambda: mobile_net("MobileNetV3Small"), UNIT),
        (lambda: transfer(name="MobileNetV3Small"), TF_MODE),
        (lambda: subclassed(rescaling()), UNIT),
        (lambda: keras.Sequential([rescaling(), layers.Dense(2)]), UNIT),
    ],
    "no-rescaling": [
        (lambda: of(), RAW),
        (lambda: of(layers.Rescaling(0.5)), RAW),
        (lambda: of(layers.RandomFlip(), layers.Dropout(0.1)), RAW),
        (lambda: functional(lambda x: x * 2.0), RAW),
        (lambda: subclassed(), RAW),
        (lambda: of(), CAFFE_MODE),
    ],
    "application-range": [
        (mobile_net, RAW),
        (mobile_net, UNIT),
        (mobile_net, CAFFE_MODE),
        (lambda: transfer(), UNIT),
        (lambda: transfer(rescaling()), RAW),
    ],
    "augmentation-value-range": [
        (lambda: of(layers.RandomBrightness(0.2)), UNIT),
        (lambda: of(layers.RandomBrightness(0.2, value_range=(0, 1)), rescaling()), RAW),
        (lambda: of(rescaling(1 / 127.5, -1), layers.RandomBrightness(0.2, value_range=(0, 1))), RAW),
    ],
    "featurewise-not-fit": [(lambda: of(), {"featurewise_center": True})],
    "rescale-with-preprocess-input": [(mobile_net, UNIT | TF_MODE), (lambda: of(), UNIT | TF_MODE)],
}  # fmt: skip
FITS = [
    (lambda: of(rescaling()), RAW),
    (lambda: of(rescaling(1 / 127.5, -1)), RAW),
    (lambda: of(layers.Rescaling(2.0, -1.0)), UNIT),
    (lambda: of(layers.Rescaling(2.0, -1.0)), AUTO),
    (lambda: of(layers.Normalization(mean=[123.7] * 3, variance=[3400.0] * 3)), RAW),
    (lambda: of(layers.BatchNormalization()), RAW),
    (lambda: of(layers.LayerNormalization()), RAW),
    (lambda: of(MinMaxRescaling()), RAW),
    (lambda: of(MinMaxRescaling()), UNIT),
    (lambda: of(), UNIT),
    (lambda: of(), TF_MODE),
    (lambda: of(), STANDARDIZED),
    (lambda: functional(lambda x: x / 255.0), RAW),
    (lambda: functional(lambda x: (x - 127.5) / 127.5), RAW),
    (lambda: mobile_net("MobileNetV3Small"), RAW),
    (lambda: mobile_net("MobileNetV3Small"), {"preprocessing_function": applications.mobilenet_v3.preprocess_input}),
    (lambda: transfer(name="MobileNetV3Small"), RAW),
    (mobile_net, TF_MODE),
    (lambda: transfer(rescaling(1 / 127.5, -1)), RAW),
    (lambda: functional(lambda x: layers.ZeroPadding2D()(mobile_net()(applications.mobilenet_v2.preprocess_input(x)))), RAW),
    (lambda: of(layers.RandomBrightness(0.2), rescaling()), RAW),
    (lambda: of(layers.RandomBrightness(0.2, value_range=(0, 1))), UNIT),
    (lambda: of(rescaling(), layers.RandomBrightness(0.2, value_range=(0, 1))), RAW),
    (lambda: of(rescaling(1 / 127.5, -1), layers.RandomBrightness(0.2, value_range=(-1, 1))), RAW),
    (lambda: subclassed(rescaling()), RAW),
    (lambda: subclassed(), UNIT),
    (lambda: keras.Sequential([rescaling(), layers.Dense(2)]), RAW),
    (lambda: of(layers.RandomFlip(), layers.RandomRotation(0.1)), UNIT),
    (lambda: keras.Sequential([keras.Input((8, 8, 3)), layers.TimeDistributed(layers.Rescaling(1 / 255)), layers.Dense(2)]), RAW),
    (lambda: keras.Sequential([keras.Input((8,)), layers.Embedding(256, 2)]), RAW),
    (lambda: of(layers.Lambda(lambda x: x / 255)), UNIT),
]  # fmt: skip


@pytest.mark.parametrize(("code", "make", "settings"), [(code, *case) for code, cases in FOUND.items() for case in cases])
def test_found(code, make, settings):
    report = check_input_range(make(), ImageDataGenerator(**settings))
    assert code in [finding.code for finding in report.findings]
    for finding in report.findings:
        assert finding.severity in ("error", "warning") and finding.what.endswith(".") and finding.advice.endswith(".")


@pytest.mark.parametrize(("make", "settings"), FITS)
def test_nothing_found(make, settings):
    assert check_input_range(make(), ImageDataGenerator(**settings)).findings == ()


def test_a_featurewise_generator_that_was_fit_is_measured_with_its_statistics():
    datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    datagen.fit(pixels((20, 8, 8, 3)))
    report = check_input_range(of(), datagen)
    assert report.findings == () and report.fed[0] < -1 and report.fed[1] > 1


def test_there_are_at_least_as_many_cases_that_fit():
    assert len(FITS) >= sum(map(len, FOUND.values()))


@pytest.mark.parametrize("code", ["double-rescaling", "no-rescaling", "augmentation-value-range"])
def test_only_what_was_found_is_said(code):
    for make, settings in FOUND[code][:3]:
        assert [finding.code for finding in check_input_range(make(), ImageDataGenerator(**settings)).findings] == [code]


def test_the_advice_names_what_to_change():
    def advice(make, settings):
        return check_input_range(make(), ImageDataGenerator(**settings)).findings[0].advice

    assert advice(lambda: of(rescaling()), UNIT).startswith("Leave `rescale` out of the generator")
    assert advice(lambda: of(rescaling()), TF_MODE).startswith("Leave `preprocessing_function` out of the generator")
    assert "include_preprocessing=False" in advice(lambda: mobile_net("MobileNetV3Small"), UNIT)
    assert "keras.applications.mobilenet_v2.preprocess_input` on raw pixels, without `rescale`" in advice(mobile_net, UNIT)
    assert "`prepend_rescaling`" in advice(of, RAW) and "rescale=1 / 255" in advice(of, RAW)
    assert "value_range=(0, 1)" in advice(lambda: of(layers.RandomBrightness(0.2)), UNIT)


def test_our_iterators_are_sampled_and_stay_where_they_are():
    datagen = ImageDataGenerator(rescale=1 / 255, rotation_range=20)
    flow, same = (datagen.flow(pixels((9, 8, 8, 3)), batch_size=4, seed=1) for _ in range(2))
    state = json.dumps(np.random.get_state()[1].tolist())
    report = check_input_range(of(rescaling()), flow)
    assert json.dumps(np.random.get_state()[1].tolist()) == state
    assert [finding.code for finding in report.findings] == ["double-rescaling"]
    assert 0.9 < report.fed[1] <= 1
    np.testing.assert_array_equal(next(flow), next(same))


def test_of_a_pair_the_images_are_looked_at():
    x = pixels((9, 8, 8, 3))
    pairs, same = (ImageDataGenerator(rescale=1 / 255).flow_pair(x, x[..., :1], batch_size=4, seed=1) for _ in range(2))
    assert [finding.code for finding in check_input_range(of(rescaling()), pairs).findings] == ["double-rescaling"]
    np.testing.assert_array_equal(next(pairs)[0], next(same)[0])


def test_datasets_arrays_and_tensors():
    x = pixels().astype(np.uint8)
    dataset = tf.data.Dataset.from_tensor_slices((x / 255, np.zeros(3))).batch(2).repeat()
    with_rescaling, without = of(rescaling()), of()
    for data in (x / 255, tf.constant(x / 255), dataset, [x / 255]):
        assert [f.code for f in check_input_range(with_rescaling, data).findings] == ["double-rescaling"]
        assert check_input_range(without, data).findings == ()
    for data in (x, tf.constant(x), tf.data.Dataset.from_tensor_slices(x).batch(2), iter([(x, None)])):
        found = check_input_range(without, data).findings
        assert [f.code for f in found] == ["no-rescaling"] and found[0].advice.startswith("Rescale the data")


def test_the_input_that_is_meant():
    model = small_models.two_inputs_two_outputs()
    data = {"image": pixels(), "vector": pixels((3, 5)) / 255}
    for inputs in (data, list(data.values())):
        assert check_input_range(model, inputs, input="vector").findings == ()
        assert check_input_range(model, inputs, input="image").findings[0].code == "no-rescaling"
    assert check_input_range(model, ImageDataGenerator(rescale=1 / 255), input="image").findings == ()
    with pytest.raises(ValueError, match=r"one of \['image', 'vector'\]"):
        check_input_range(model, data)


def test_the_order_of_a_subclassed_model_is_a_guess():
    assert not check_input_range(subclassed(rescaling()), ImageDataGenerator()).in_order
    assert check_input_range(of(rescaling()), ImageDataGenerator()).in_order


def test_models_of_tf_keras():
    import tf_keras

    stack = [tf_keras.layers.Rescaling(1 / 255), tf_keras.layers.Conv2D(2, 3)]
    model = tf_keras.Sequential([tf_keras.Input((8, 8, 3)), *stack])
    assert [f.code for f in check_input_range(model, pixels() / 255).findings] == ["double-rescaling"]
    assert check_input_range(model, pixels()).findings == ()
    assert [f.code for f in check_input_range(model, ImageDataGenerator(rescale=1 / 255)).findings] == ["double-rescaling"]


@given(st.floats(1e-3, 10), st.floats(-5, 5), st.lists(st.floats(1, 100), min_size=3, max_size=3))
def test_the_range_is_what_keras_computes(scale, offset, deviations):
    stack = [layers.Rescaling(scale, offset), layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[d * d for d in deviations])]
    model = keras.Sequential([keras.Input((2, 2, 3)), *stack, layers.Flatten(), layers.Dense(1)])
    _, arriving = value_flow(model, 0.0, 255.0).first_weights[0]
    for value, bound in ((0.0, arriving.low), (255.0, arriving.high)):
        expected = np.asarray(stack[1](stack[0](np.full((1, 2, 2, 3), value, np.float32))))[0, 0, 0]
        np.testing.assert_allclose(bound, expected, rtol=1e-4, atol=1e-4 * (abs(offset) + 255 * scale))


def test_a_model_is_not_built_or_moved_by_being_checked():
    model = keras.Sequential([layers.Normalization(), layers.Dense(2)])
    check_input_range(model, pixels())
    assert not model.built and not model.layers[0].built


def test_it_is_printed_and_is_data(capsys):
    report = check_input_range(of(rescaling()), ImageDataGenerator(rescale=1 / 255))
    printed = capsys.readouterr().out
    assert str(report) == printed.rstrip("\n")
    assert printed.startswith("fed to the model: 0 to 1\nrescaling inside the model: rescaling\nat its first weights: 0 to 0.003922\n")
    assert report.fed == (0.0, 1.0) and report.rescaling == ("rescaling",) and report.reaches == pytest.approx((0, 1 / 255))
    assert repr(report) == "<InputRangeReport: double-rescaling>"
    check_input_range(of(), ImageDataGenerator(rescale=1 / 255))
    assert "nothing speaks against it" in capsys.readouterr().out


@pytest.mark.parametrize("data", [np.zeros((0, 8, 8, 3)), np.full((1, 8, 8, 3), np.nan), np.full((1, 8, 8, 3), np.inf), iter(())])
def test_data_that_tells_nothing(data):
    with pytest.raises(ValueError, match="no finite range|no images|no batch"):
        check_input_range(of(), data)


def test_no_model_and_no_data():
    with pytest.raises(TypeError, match="model of Keras 3"):
        check_input_range("resnet50", pixels())
    with pytest.raises(TypeError, match="Received: int"):
        check_input_range(of(), 3)
    with pytest.raises(TypeError, match="Received: str"):
        check_input_range(of(), "photographs")
