"""`explain()`: the steps and their values are those of a batch, the path is the one that runs, and nothing is changed by asking."""

import io
import pathlib
import random
import warnings

import keras
import numpy as np
import pytest
from originals import write_class_folders
from PIL import Image
from rich.console import Console

from imgdatagen_compat import DirectoryIterator, ImageDataGenerator, Iterator
from imgdatagen_compat.explanation import Explanation, print_explanation
from imgdatagen_compat.sample_photographs import write_sample_photographs
from imgdatagen_compat.stages import STAGES

X = np.random.RandomState(0).randint(0, 256, (6, 9, 12, 3)).astype("uint8")
X[0, 0, 0], X[0, 0, 1] = 0, 255
EVERYTHING = {
    "rotation_range": 20, "channel_shift_range": 30, "horizontal_flip": True, "brightness_range": (0.5, 1.5),
    "preprocessing_function": lambda image: image + 1, "rescale": 1 / 255, "samplewise_center": True,
    "samplewise_std_normalization": True, "featurewise_center": True, "featurewise_std_normalization": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("photographs"))


def names(explanation):
    return [step.name for step in explanation.steps]


def ranges(explanation):
    return {step.name: step.value_range for step in explanation.steps}


def codes(explanation):
    return {finding.code for finding in explanation.traps}


def test_steps_are_the_active_stages_in_their_order():
    explanation = ImageDataGenerator(**EVERYTHING).explain()
    assert names(explanation) == ["as loaded", *(stage.name for stage in STAGES if stage.name != "zca whitening")]
    assert names(ImageDataGenerator().explain(X)) == ["as loaded"]


def test_rescale_comes_first_when_told():
    explanation = ImageDataGenerator(rescale=1 / 255, rotation_range=20, rescale_order="first").explain(X)
    assert names(explanation) == ["as loaded", "rescale", "affine"]
    assert ranges(explanation)["rescale"] == pytest.approx((0, 1))
    assert ranges(explanation)["affine"][1] <= 1


def test_settings_are_those_that_do_something():
    step = ImageDataGenerator(rotation_range=20, zoom_range=0.2, height_shift_range=[1, 2]).explain().steps[1]
    assert dict(step.settings) == {
        "rotation_range": 20, "zoom_range": [0.8, 1.2], "height_shift_range": [1, 2], "fill_mode": "nearest", "interpolation_order": 1,
    }  # fmt: skip
    step = ImageDataGenerator(rotation_range=20, fill_mode="constant", cval=7).explain().steps[1]
    assert dict(step.settings) == {"rotation_range": 20, "fill_mode": "constant", "cval": 7, "interpolation_order": 1}


def test_values_after_every_step():
    datagen = ImageDataGenerator(preprocessing_function=lambda image: image - 100, rescale=2, samplewise_center=True)
    found = ranges(datagen.explain(X))
    assert found["as loaded"] == (0, 255)
    assert found["preprocessing function"] == (-100, 155)
    assert found["rescale"] == (-200, 310)
    batch = next(datagen.flow(X))
    assert found["samplewise center"] == pytest.approx((batch.min(), batch.max()))


def test_values_after_the_last_step_are_those_of_a_batch_with_these_draws():
    datagen = ImageDataGenerator(**EVERYTHING)
    datagen.fit(X)
    np.random.seed(0)
    drawn = [datagen.get_random_transform(image.shape) for image in X]
    batch = [datagen.standardize(datagen.apply_transform(image.astype("float32"), params)) for image, params in zip(X, drawn)]
    assert datagen.explain(X).steps[-1].value_range == pytest.approx((np.min(batch), np.max(batch)))


def test_nothing_is_measured_without_images():
    assert all(step.value_range is None for step in ImageDataGenerator(**EVERYTHING).explain().steps)


def test_eight_images_stand_for_all():
    x = np.zeros((100, 4, 4, 1), "float32")
    x[0], x[99] = 1, 9
    explanation = ImageDataGenerator().explain(x)
    assert explanation.images == "8 of 100 images of shape (4, 4, 1), float32"
    assert explanation.steps[0].value_range == (0, 9)


def test_one_image(folder):
    assert ImageDataGenerator().explain(X[0]).images == "1 image of shape (9, 12, 3), uint8"


def test_files(folder, tmp_path):
    datagen = ImageDataGenerator(rotation_range=20)
    whole = datagen.explain(folder, target_size=(20, 30))
    assert whole.images == "8 of 10 images of shape (20, 30, 3), 8 bits"
    assert "axes-swapped" in codes(whole) and "axes-swapped" not in codes(datagen.explain(folder))
    grey = datagen.explain(f"{folder}/cat/cat0.png", color_mode="grayscale")
    assert grey.images == "1 image of shape (256, 256, 1), 8 bits"
    Image.fromarray(np.full((4, 4), 200, "uint8")).save(tmp_path / "grey.png")
    assert datagen.explain(tmp_path).steps[0].value_range == (200, 200)


def test_channels_first():
    datagen = ImageDataGenerator(rotation_range=20, data_format="channels_first")
    explanation = datagen.explain(X.transpose(0, 3, 1, 2))
    assert explanation.path.name == "compiled graph"
    assert "9 x 12" in next(finding.happens for finding in explanation.traps)
    assert datagen.explain().path.name == "compiled graph"


def test_what_cannot_be_a_sample(tmp_path):
    datagen = ImageDataGenerator()
    with pytest.raises(FileNotFoundError, match="there is no"):
        datagen.explain(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="there is no image in"):
        datagen.explain(tmp_path)
    with pytest.raises(ValueError, match="rank 3 or 4"):
        datagen.explain(X[0, 0])


class Inverted(ImageDataGenerator):
    def standardize(self, x):
        return 255 - x


class Turned(ImageDataGenerator):
    def apply_transform(self, x, transform_parameters):
        return x[::-1] + transform_parameters["theta"]


@pytest.mark.parametrize(
    ("datagen", "expected"),
    [
        (ImageDataGenerator(rotation_range=20, rescale=2), ["affine", "rescale"]),
        (Inverted(rotation_range=20, rescale=2), ["affine", "`standardize`, overridden"]),
        (Turned(rotation_range=20, rescale=2), ["`apply_transform`, overridden", "rescale"]),
        (ImageDataGenerator(rotation_range=20, interpolation_order=3), ["affine"]),
        (ImageDataGenerator(preprocessing_function=abs), ["preprocessing function"]),
        (ImageDataGenerator(dtype="float64"), []),
        (ImageDataGenerator(rotation_range=20, validation_split=0.5, augment_validation=False), ["affine"]),
    ],
)
def test_path_is_the_one_that_runs(datagen, expected):
    iterator = datagen.flow(X)
    explanation, of_iterator = datagen.explain(X), iterator.explain()
    next(iterator)
    assert names(explanation)[1:] == names(of_iterator)[1:] == expected
    assert explanation.path == of_iterator.path == iterator._logged_path
    assert str(explanation.path) in str(explanation)


def test_overridden_methods_are_measured():
    found = ranges(Inverted(rescale=2).explain(np.full((2, 4, 4, 1), 55)))
    assert found["`standardize`, overridden"] == (200, 200)


def test_an_error_is_said_where_it_comes_up():
    explanation = ImageDataGenerator(rotation_range=20, fill_mode="bilinear", rescale=2).explain(X)
    assert names(explanation) == ["as loaded", "affine"]
    assert explanation.steps[-1].note.startswith("raises RuntimeError: ")
    assert ImageDataGenerator(rotation_range=np.inf).explain(X).steps[-1].note.startswith("raises OverflowError")


def test_missing_statistics_are_said():
    datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    assert [step.note is not None for step in datagen.explain(X).steps] == [False, True, True]
    assert "featurewise-not-fit" in codes(datagen.explain(X))
    datagen.fit(X)
    assert not any(step.note for step in datagen.explain(X).steps)
    assert "featurewise-not-fit" not in codes(datagen.explain(X))


@pytest.mark.parametrize(("subset", "expected"), [("training", False), ("validation", True), (None, False)])
def test_subset_of_an_iterator(folder, subset, expected):
    datagen = ImageDataGenerator(rotation_range=20, validation_split=0.4)
    for iterator in (datagen.flow(X, subset=subset), datagen.flow_from_directory(folder, subset=subset)):
        assert ("validation-augmented" in codes(iterator.explain())) == expected
    assert "validation-augmented" in codes(datagen.explain())


def test_unaugmented_validation(folder):
    datagen = ImageDataGenerator(rotation_range=20, rescale=1 / 255, validation_split=0.4, augment_validation=False)
    explanation = datagen.flow_from_directory(folder, subset="validation", target_size=(20, 30)).explain()
    assert names(explanation) == ["as loaded", "rescale"] and not explanation.traps
    assert names(datagen.flow(X, subset="validation").explain()) == ["as loaded", "rescale"]


def test_an_iterator_knows_its_target_size(folder):
    datagen = ImageDataGenerator(rotation_range=20)
    assert "axes-swapped" in codes(datagen.flow_from_directory(folder, target_size=(20, 30)).explain())
    assert "axes-swapped" not in codes(datagen.flow_from_directory(folder, target_size=(20, 20)).explain())


def test_files_of_16_bits(tmp_path):
    grey = np.arange(64, dtype="uint16").reshape(8, 8) * 1000
    (tmp_path / "class").mkdir()
    for number in range(2):
        Image.fromarray(grey).save(tmp_path / "class" / f"{number}.png")
    settings = {"rescale": 1 / 255}
    for explanation in (
        ImageDataGenerator(**settings).explain(tmp_path, target_size=(8, 8)),
        ImageDataGenerator(**settings).explain(tmp_path / "class" / "0.png", target_size=(8, 8)),
        _flow_quietly(ImageDataGenerator(**settings), tmp_path).explain(),
    ):
        assert explanation.images.endswith("16 bits") and codes(explanation) == {"bit-depth"}
        assert explanation.steps[0].value_range == (0, 255)
        finding = explanation.traps[0]
        assert "clipped to 255" in finding.happens and 'bit_depth="auto"' in finding.remedy
    kept = ImageDataGenerator(rescale="auto").explain(tmp_path, target_size=(8, 8))
    assert not kept.traps and [step.value_range for step in kept.steps] == [(0, 63000), pytest.approx((0, 63000 / 65535))]


def _flow_quietly(datagen, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return datagen.flow_from_directory(folder, target_size=(8, 8))


def test_arrays_of_16_bits():
    x = X.astype("uint16") * 257
    explanation = ImageDataGenerator(rescale=1 / 255).explain(x)
    assert explanation.images.endswith("uint16") and "bit-depth" in codes(explanation)
    assert "bit-depth" not in codes(ImageDataGenerator(rescale=1 / 255).explain(X))
    explanation = ImageDataGenerator(rescale="auto", brightness_range=(1, 1)).flow(x).explain()
    assert "bit-depth" not in codes(explanation) and explanation.steps[-1].value_range == pytest.approx((0, 1))


def test_a_white_that_nothing_tells_is_an_error_where_it_comes_up():
    explanation = ImageDataGenerator(rescale="auto").explain(X * 1.7)
    assert explanation.steps[-1].note.startswith("raises ValueError")


def test_masks():
    datagen = ImageDataGenerator(rotation_range=20)
    assert "interpolated-labels" in codes(datagen.flow((X > 127) * 255).explain())
    assert "interpolated-labels" not in codes(datagen.flow(X).explain())


def test_iterators_without_a_generator_of_ours(folder):
    explanation = DirectoryIterator(folder, None).explain()
    assert names(explanation) == ["as loaded"] and explanation.path.name == "as loaded"
    foreign = keras.src.legacy.preprocessing.image.ImageDataGenerator(rotation_range=20)
    explanation = DirectoryIterator(folder, foreign).explain()
    assert explanation.path.name == "per image" and names(explanation) == ["as loaded"]


def test_an_iterator_without_images(tmp_path):
    explanation = ImageDataGenerator(rotation_range=20).flow_from_directory(tmp_path).explain()
    assert explanation.images == "no images" and names(explanation) == ["as loaded", "affine"]


def test_an_iterator_of_ones_own():
    with pytest.raises(ValueError, match="cannot be explained"):
        Iterator(4, 2, False, 0).explain()


def test_nothing_is_changed():
    datagen = ImageDataGenerator(**EVERYTHING)
    datagen.fit(X)
    datagen.preprocessing_function = lambda image: image + np.random.uniform() + random.random()
    x = X.astype("float32")
    iterator = datagen.flow(x, batch_size=2)
    next(iterator)
    settings = dict(vars(datagen))
    attributes = {name: value for name, value in vars(iterator).items() if name in ("batch_index", "total_batches_seen", "index_array")}
    states = np.random.get_state()[1:3], random.getstate()
    datagen.explain(x)
    iterator.explain()
    np.testing.assert_array_equal(np.random.get_state()[1], states[0][0])
    assert (np.random.get_state()[2], random.getstate()) == (states[0][1], states[1])
    np.testing.assert_array_equal(x, X)
    assert vars(datagen).keys() == settings.keys() and all(vars(datagen)[name] is settings[name] for name in settings)
    assert all(vars(iterator)[name] is attributes[name] for name in attributes)


def test_printed_text(capsys):
    explanation = ImageDataGenerator(shear_range=0.2, rescale=1 / 255).explain(X)
    printed = capsys.readouterr().out
    assert isinstance(explanation, Explanation) and "\x1b" not in printed
    assert [line.rstrip() for line in printed.splitlines()] == str(explanation).splitlines()
    for expected in ("6 images of shape (9, 12, 3), uint8", "path: compiled graph", "shear_range=0.2", "0 to 255", "rescale=0.00392157"):
        assert expected in printed
    for finding in explanation.traps:
        assert f"{finding.code}: {finding.title}" in printed
    ImageDataGenerator().explain()
    assert "no known trap" in capsys.readouterr().out
    explanation = ImageDataGenerator().flow(X).explain()
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == str(explanation).splitlines()


def test_the_readme_shows_what_is_printed(tmp_path):
    write_sample_photographs(tmp_path)
    datagen = ImageDataGenerator(rescale=1 / 255, rotation_range=40, shear_range=0.2, horizontal_flip=True, validation_split=0.2)
    readme = pathlib.Path(__file__).resolve().parent.parent.joinpath("README.md").read_text(encoding="utf-8")
    assert f"```text\n{datagen.explain(tmp_path)}\n```" in readme


def test_colours_on_a_terminal():
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=200)
    explanation = ImageDataGenerator(shear_range=0.2).explain()
    print_explanation(explanation, terminal)
    assert "\x1b[" in terminal.file.getvalue()


def test_what_a_console_of_python_shows_is_short():
    assert repr(ImageDataGenerator(shear_range=0.2, rescale=2).explain(X)) == "<Explanation: 3 steps, 2 traps, compiled graph>"
