"""`assert_parity` on arrays, folders and dataframes, against every original that is installed; and generators with one fault."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import AUGMENTING, keras_image, photographs, write_class_folders

import imgdatagen_compat
from imgdatagen_compat.comparison import originals
from imgdatagen_compat.comparison.originals import ORIGINALS, NoOriginalError, load_dropin, load_original
from imgdatagen_compat.testing import FlowsDifferError, assert_parity, configs, flow_calls, images

X = photographs()
Y = np.arange(10)
SMALL = {"batch_size": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("photographs"))


@pytest.mark.parametrize("against", ORIGINALS)
def test_drop_in_equals_every_original(against):
    comparison = assert_parity(AUGMENTING, (X, Y), flow=SMALL, against=against, batches=4)
    assert (comparison.batches, comparison.images, comparison.identical) == (4, 14, True)


@pytest.mark.parametrize("data", [X, X.tolist(), (X,), (X, Y), (X, Y, Y / 2), ((X, [Y]), Y)], ids=range(6))
def test_arrays_with_labels_weights_and_further_inputs(data):
    assert assert_parity({"vertical_flip": True}, data, flow=SMALL, batches=2).images == 8


def test_folder(folder, tmp_path):
    assert assert_parity(AUGMENTING, folder, flow={"target_size": (9, 11), "class_mode": "sparse"}, batches=1).images == 10


def test_path_object_and_dataframe(folder):
    from pathlib import Path

    assert assert_parity({}, Path(folder), batches=1).images == 10
    rows = pd.DataFrame({"filename": ["cat/cat0.png", "dog/dog1.png"], "class": ["cat", "dog"]})
    assert assert_parity({"horizontal_flip": True}, rows, flow={"directory": folder}, batches=1).images == 2


@pytest.mark.parametrize("data", [X, (X, Y), ((X, [Y]), Y)], ids=range(3))
def test_statistics_are_of_the_data(data):
    assert assert_parity({"featurewise_center": True, "featurewise_std_normalization": True}, data, batches=1).identical


def test_statistics_for_a_folder_need_images(folder):
    config = {"featurewise_center": True}
    with pytest.raises(ValueError, match=r"featurewise_center need statistics: pass fit=images.*Received: fit=None"):
        assert_parity(config, folder)
    assert_parity(config, folder, fit=X, batches=1)


def test_caller_keeps_the_data_as_they_were():
    before = X.astype(np.float32)
    images = before.copy()

    def invert_in_place(image):
        np.subtract(255, image, out=image)
        return image

    assert_parity({"preprocessing_function": invert_in_place, "samplewise_center": True}, images)
    assert np.array_equal(images, before)


def test_without_a_seed_the_flow_has_none():
    seeds = []

    class Noting(imgdatagen_compat.ImageDataGenerator):
        def flow(self, *args, **options):
            seeds.append(options.get("seed"))
            return super().flow(*args, **options)

    for options in ({}, {"seed": None}, {"seed": 5}, {"flow": {"seed": 9}}):
        assert_parity({"horizontal_flip": True}, X, generator=Noting, batches=1, **options)
    assert seeds == [0, None, 5, 9]


class Darker(imgdatagen_compat.ImageDataGenerator):
    """Rescales by a little less than asked."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.rescale:
            self.rescale *= 0.99


class Mirroring(imgdatagen_compat.ImageDataGenerator):
    """Flips where it must not."""

    def get_random_transform(self, *args, **options):
        parameters = super().get_random_transform(*args, **options)
        return {**parameters, "flip_horizontal": not parameters["flip_horizontal"]} if self.horizontal_flip else parameters


class Drawing(imgdatagen_compat.ImageDataGenerator):
    """Draws once more for each image."""

    def get_random_transform(self, *args, **options):
        np.random.random()
        return super().get_random_transform(*args, **options)


CONFIG = {"rotation_range": 20, "horizontal_flip": True, "rescale": 1 / 255}


@pytest.mark.parametrize(
    ("generator", "likely", "alone"),
    [
        (Darker, "Likely: rescale: rescale is 0.00392", "differing: rescale"),
        (Mirroring, "Likely: flip: the image is mirrored left to right", "differing: flip"),
        (Drawing, "Likely: the draws", "differing: affine, flip, rescale"),
    ],
)  # fmt: skip
def test_faulty_generator_is_found_with_its_stage(generator, likely, alone):
    with pytest.raises(FlowsDifferError) as failure:
        assert_parity(CONFIG, (X, Y), flow=SMALL, generator=generator)
    message = str(failure.value)
    assert likely in message
    assert f"Each stage alone (affine, flip, rescale): {alone}\n" in message


def test_single_stage_is_not_tried_alone():
    with pytest.raises(FlowsDifferError) as failure:
        assert_parity({"rescale": 1 / 255}, X, generator=Darker)
    assert "alone" not in str(failure.value)


def test_original_of_ones_own():
    with pytest.raises(FlowsDifferError, match="the draws"):
        assert_parity(CONFIG, X, against=Drawing)
    assert_parity(CONFIG, X, against=keras_image.ImageDataGenerator)


def test_configuration_that_both_refuse_proves_nothing():
    with pytest.raises(FlowsDifferError, match="No batch was compared.*both raised ValueError"):
        assert_parity({"zoom_range": "wide"}, X)
    assert assert_parity({"zoom_range": "wide"}, X, allow_refusal=True).batches == 0


def test_configuration_that_one_side_refuses_is_a_difference():
    with pytest.raises(FlowsDifferError, match="the original raised TypeError, the drop-in no error"):
        assert_parity({"bit_depth": "auto"}, X, allow_refusal=True)


def test_other_names_of_originals_are_refused():
    with pytest.raises(ValueError, match="'keras', 'tf_keras', 'keras_preprocessing'. Received: 'torch'"):
        assert_parity({}, X, against="torch")


def test_original_that_is_missing_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(originals._ORIGINALS, "keras_preprocessing", ("no_such_module", "keras-preprocessing", "imgdatagen_compat"))
    with pytest.raises(NoOriginalError, match="pip install keras-preprocessing"):
        load_original("keras_preprocessing")


@pytest.mark.filterwarnings("ignore:Imported before install")  # by other test modules
def test_original_is_the_original_under_install():
    # Refused by the original alone.
    with imgdatagen_compat.installed(), pytest.raises(FlowsDifferError, match="the original raised TypeError, the drop-in no error"):
        assert_parity({"bit_depth": "auto"}, X)


@pytest.mark.filterwarnings("ignore:Imported before install")  # by other test modules
@pytest.mark.parametrize("name", ORIGINALS)
def test_original_is_the_original_under_install_for_other_code_too(name):
    original = load_original(name).ImageDataGenerator
    with imgdatagen_compat.installed():
        assert load_original(name).ImageDataGenerator is original


def test_the_drop_in_is_not_compared_with_itself():
    with pytest.raises(ValueError, match='agrees with itself.*against="keras"'):
        assert_parity({}, X, against=imgdatagen_compat.ImageDataGenerator)


@pytest.mark.filterwarnings("ignore:Imported before install")  # by other test modules
def test_the_drop_in_in_the_place_of_an_original_is_refused(monkeypatch):
    # As `install()` puts it there where keras-preprocessing is not installed.
    monkeypatch.setitem(originals._ORIGINALS, "keras_preprocessing", ("keras.legacy.preprocessing.image", "keras-preprocessing", "unused"))
    with imgdatagen_compat.installed(), pytest.raises(NoOriginalError, match="compared with itself.*pip install keras-preprocessing"):
        load_original("keras_preprocessing")


@pytest.mark.parametrize("name", ORIGINALS)
def test_original_and_drop_in_are_two_classes_of_one_name(name):
    original, dropin = load_original(name).ImageDataGenerator, load_dropin(name).ImageDataGenerator
    assert original.__name__ == dropin.__name__ == "ImageDataGenerator"
    assert dropin.__module__.startswith("imgdatagen_compat") and not original.__module__.startswith("imgdatagen_compat")


@settings(max_examples=6)
@given(config=configs(), x=images(sides=((8, 8),), n=(4,)), data=st.data())
def test_strategies_give_what_assert_parity_takes(config, x, data):
    call = data.draw(flow_calls(len(x)))
    assert_parity(config, x, flow=call.arguments, allow_refusal=True, batches=2)
