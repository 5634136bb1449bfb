"""The layers for steps of `standardize` that Keras has none for, against the functions and methods that they stand for."""

import keras
import numpy as np
import pytest
from originals import photographs

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.kernels.standardization import SAMPLEWISE_BOUND
from imgdatagen_compat.layers import PreprocessInput, SamplewiseNormalization, ZCAWhitening

X = photographs(30, height=4, width=5)
APPLICATIONS = {"tf": keras.applications.mobilenet_v2, "torch": keras.applications.densenet, "caffe": keras.applications.vgg16}


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("mode", APPLICATIONS)
def test_preprocess_input_equals_the_function(mode, data_format, dtype):
    images = X if data_format == "channels_last" else X.transpose(0, 3, 1, 2)
    expected = APPLICATIONS[mode].preprocess_input(images.astype("float32"), data_format=data_format)
    np.testing.assert_array_equal(PreprocessInput(mode, data_format=data_format)(images.astype(dtype)), expected)


@pytest.mark.parametrize(("center", "std"), [(True, True), (True, False), (False, True)])
def test_samplewise_normalization_is_that_of_every_image(center, std):
    layer = SamplewiseNormalization(samplewise_center=center, samplewise_std_normalization=std)
    datagen = ImageDataGenerator(samplewise_center=center)
    datagen.samplewise_std_normalization = std  # the constructor would switch on the centre
    expected = np.stack([datagen.standardize(image.astype("float32")) for image in X])
    np.testing.assert_allclose(layer(X), expected, rtol=0, atol=SAMPLEWISE_BOUND * np.abs(expected).max())


def test_zca_whitening_is_the_product_with_the_matrix():
    matrix = np.random.default_rng(0).normal(size=(60, 60))
    expected = (X.reshape(30, 60) @ matrix).reshape(X.shape)
    np.testing.assert_allclose(ZCAWhitening(matrix)(X), expected, rtol=1e-6, atol=1e-3)
    np.testing.assert_array_equal(ZCAWhitening(size=60)(X), X)


LAYERS = [lambda **k: PreprocessInput("torch", **k), SamplewiseNormalization, lambda **k: ZCAWhitening(np.eye(60) * 2, **k)]


@pytest.mark.parametrize("make", LAYERS, ids=["PreprocessInput", "SamplewiseNormalization", "ZCAWhitening"])
class TestEveryLayer:
    def test_saved_and_loaded(self, make, tmp_path):
        model = keras.Sequential([keras.Input(X.shape[1:], dtype="uint8"), make()])
        model.save(tmp_path / "model.keras")
        np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), model(X))

    def test_does_not_train(self, make):
        layer = make()
        layer(X)
        assert not layer.trainable_weights

    def test_mixed_precision_casts_at_the_end(self, make):
        half = make(dtype="mixed_float16")(X)
        assert half.dtype == "float16"
        np.testing.assert_array_equal(half, np.asarray(make()(X)).astype("float16"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PreprocessInput("keras"), "should be one of 'tf'.*Received: 'keras'"),
        (lambda: ZCAWhitening(), "square matrix"),
        (lambda: ZCAWhitening(np.zeros((3, 4))), "square matrix.*Received: shape=\\(3, 4\\)"),
        (lambda: ZCAWhitening(np.eye(3), size=4), "square matrix"),
        (lambda: ZCAWhitening(np.eye(3))(X), "images of 3 values. Received: shape=\\(30, 4, 5, 3\\)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
