"""Errors name the argument that they come from, in the class and at the moment of the original; and no argument that is good."""

import inspect
import pathlib
import re
import sys

import numpy as np
import pandas as pd
import pytest
from originals import error_class, keras_image, photographs, write_class_folders

import imgdatagen_compat
from imgdatagen_compat.bad_arguments import TRIALS, naming_arguments

X = photographs(6, 8, 9)
Y = np.arange(6) % 2
SIZE = {"target_size": (6, 7)}
AFFINE = {"rotation_range": 20, "fill_mode": "constant"}
PAIR = np.array([1.0, 2.0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("named") / "images", n=4)


def fails_alike_and_names(run, name, value):
    expected = error_class(run, keras_image)
    assert expected is not None, "the original accepts this"
    with pytest.raises(expected, match=rf"\b{name}\b.*{re.escape(repr(value))}") as caught:
        run(imgdatagen_compat)
    assert type(caught.value) is expected


def batch(constructor, flow):
    """`run(module)` of one batch after `fit`, as far as that is needed."""

    def run(image):
        datagen = image.ImageDataGenerator(**constructor)
        if "zca_whitening" in constructor:
            datagen.fit(X[:, :3, :3])
        next(datagen.flow(**{"x": X[:, :3, :3], "y": Y, "batch_size": 4, **flow}))

    return run


CONSTRUCTOR = {
    "samplewise_std_normalization": [PAIR],
    "zoom_range": [None, 1j],
    "data_format": [["channels_last"]],
    "validation_split": ["0.2", [0.1, 0.2], PAIR],
}
SETTINGS = {
    "cval": ["x", "0", None, [1, 2], 1j],
    "interpolation_order": ["x", "1", None, 0.5, -1, float("inf"), float("nan")],
    "horizontal_flip": [None],
    "rotation_range": [PAIR],
    "width_shift_range": [PAIR],
    "preprocessing_function": ["vgg16", 3],
    "rescale": [[1, 2], PAIR],
    "dtype": ["float31", 3],
}
FLOW = {
    "batch_size": ["4", None, 2.5, float("nan"), [4]],
    "seed": ["4", [1], 0.5, float("nan"), -1, 10**30],
    "shuffle": [PAIR],
    "sample_weight": [3],
    "subset": [[1], {}],
    "save_to_dir": [["here"], 3],
}


def cases(table):
    return [pytest.param(name, value, id=f"{name}={value!r}") for name, values in table.items() for value in values]


@pytest.mark.parametrize(("name", "value"), cases(CONSTRUCTOR))
def test_of_the_constructor(name, value):
    fails_alike_and_names(lambda image: image.ImageDataGenerator(**{name: value}), name, value)


@pytest.mark.parametrize(("name", "value"), cases(SETTINGS))
def test_of_the_constructor_in_the_first_batch(name, value):
    fails_alike_and_names(batch({**AFFINE, name: value}, {}), name, value)


# NumPy's own class has a constructor of its own: the name stands in a note.
@pytest.mark.skipif(sys.version_info < (3, 11), reason="errors have no notes")
@pytest.mark.parametrize(("name", "value"), [("rescale", "1/255"), ("rescale", 1j), ("zca_epsilon", "x")])
@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies `zca_whitening`")
def test_of_the_constructor_in_a_note(name, value):
    fails_alike_and_names(batch({**({"zca_whitening": True} if name == "zca_epsilon" else {}), name: value}, {}), name, value)


@pytest.mark.parametrize(("name", "value"), cases(FLOW))
def test_of_flow(name, value):
    fails_alike_and_names(batch({"validation_split": 0.5}, {name: value}), name, value)


@pytest.mark.parametrize(("name", "value"), [("batch_size", 0), ("batch_size", -3), ("batch_size", "4"), ("seed", "4")])
def test_of_flow_by_index_and_in_datasets(name, value):
    fails_alike_and_names(lambda image: image.ImageDataGenerator().flow(X, **{name: value})[0], name, value)
    with pytest.raises((TypeError, ValueError, ZeroDivisionError), match=rf"\b{name}\b"):
        next(iter(imgdatagen_compat.ImageDataGenerator().flow(X, **{name: value}).as_dataset()))


DIRECTORY = {"target_size": [64, None, (0.5, 0.9), (6.0, 7.0), "x", (), (6,)], "color_mode": [["rgb"]], "classes": [3.5, [1, 2]],
             "class_mode": [["binary"]], "interpolation": [["nearest"]], "save_format": ["nothing"], "directory": [None, 0.5]}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), cases(DIRECTORY))
def test_of_flow_from_directory(folder, tmp_path, name, value):
    options = {"directory": folder, **SIZE, "save_to_dir": tmp_path if name == "save_format" else None}
    # "nothing" for a value is the ending of a file to the original
    received = value if name != "target_size" or not isinstance(value, str) else tuple(value)
    fails_alike_and_names(lambda image: next(image.ImageDataGenerator().flow_from_directory(**{**options, name: value})), name, received)


FRAME = pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(4)], "class": list("abab")})
DATAFRAME = {"dataframe": [None, "frame.csv"], "x_col": ["path", None], "y_col": ["label"], "weight_col": ["w"], "directory": [3],
             "classes": [3.5]}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), cases(DATAFRAME))
def test_of_flow_from_dataframe(folder, name, value):
    options = {"dataframe": FRAME, "directory": folder, **SIZE, name: value}
    fails_alike_and_names(lambda image: next(image.ImageDataGenerator().flow_from_dataframe(**options)), name, value)


def test_of_fit():
    fails_alike_and_names(lambda image: image.ImageDataGenerator(featurewise_center=True).fit(X, True, "2"), "rounds", "2")


@pytest.mark.parametrize(
    ("name", "value"), [("batch_size", "4"), ("seed", "4"), ("target_size", 64), ("mask_cval", "x"), ("mask_preprocessing_function", "x")]
)
def test_of_flow_pair(folder, name, value):
    datagen = imgdatagen_compat.ImageDataGenerator(rotation_range=20)
    with pytest.raises(TypeError, match=rf"`{name}` should be .*Received: {name}={value!r}"):
        next(datagen.flow_pair(folder, folder, **{**SIZE, name: value}))


def test_of_fit_iterator():
    datagen = imgdatagen_compat.ImageDataGenerator(featurewise_center=True)
    with pytest.raises(TypeError, match="`rounds` should be a whole number"):
        datagen.fit_iterator(X, augment=True, rounds="2")


@pytest.mark.parametrize("options", [{"cval": "x"}, {"interpolation_order": "x"}, {"zca_epsilon": None}, {"ignore": PAIR}], ids=str)
def test_what_the_original_never_looks_at_is_no_error(options):
    flow = {"ignore_class_split": options["ignore"]} if "ignore" in options else {}
    options = {name: value for name, value in options.items() if name != "ignore"}
    ours, theirs = (next(image.ImageDataGenerator(**options).flow(X, **flow, seed=0)) for image in (imgdatagen_compat, keras_image))
    np.testing.assert_array_equal(ours, theirs)


GOOD = {"rounds": [1, 3], "y": [None, [1, 2]], "sample_weight": [None, PAIR], "rescale": [1 / 255, 0, "auto", np.float32(2)],
        "zoom_range": [0.2, (0.8, 1.2), [1, 1]], "directory": ["photographs"], "save_format": ["jpg", "png"], "cval": [0, -3.5, np.int8(1)],
        "seed": [0, None, 2**32 - 1], "interpolation_order": [0, 5], "width_shift_range": [0.2, [1, 2]],
        "dtype": ["float16", np.float64]}  # fmt: skip


def defaults():
    """Pairs of argument and default, of all that takes arguments of `TRIALS`."""
    datagen = imgdatagen_compat.ImageDataGenerator
    for method in (datagen.__init__, datagen.flow, datagen.flow_from_directory, datagen.flow_from_dataframe, datagen.fit):
        for parameter in inspect.signature(method).parameters.values():
            if parameter.name in TRIALS and parameter.default is not parameter.empty and parameter.name not in ("dtype", "directory"):
                yield parameter.name, parameter.default


def test_good_values_pass_their_trial():
    good = [*defaults(), *((name, value) for name, values in GOOD.items() for value in values)]
    assert {name for name, _ in good} == set(TRIALS)
    for name, value in good:
        TRIALS[name][0](value)


def test_an_error_of_somebody_else_is_left_as_it_is():
    error = TypeError("of a function of yours")
    with pytest.raises(TypeError) as caught, naming_arguments(imgdatagen_compat.ImageDataGenerator(rotation_range=3), {"seed": 3}, None):
        raise error
    assert caught.value is error and not getattr(error, "__notes__", [])


def test_an_error_of_another_class_blames_nothing():
    with pytest.raises(ZeroDivisionError) as caught, naming_arguments({"seed": "4"}):
        1 // 0  # noqa: B018 - for its error
    assert "seed" not in str(caught.value)


def test_an_argument_that_the_message_names_is_not_named_again():
    with pytest.raises(TypeError, match="^`seed` is odd$"), naming_arguments({"seed": "4"}):
        raise TypeError("`seed` is odd")


def test_a_long_value_is_cut():
    with pytest.raises(TypeError) as caught, naming_arguments({"classes": list(range(10**5))}):
        raise TypeError("of a number")
    assert "classes=[0, 1, 2" in str(caught.value) and len(str(caught.value)) < 400


def test_errors_of_the_system_keep_their_number_and_path():
    with pytest.raises(FileNotFoundError, match="`save_to_dir`") as caught, naming_arguments({"save_to_dir": "/nonexistent"}):
        pathlib.Path("/nonexistent/a.png").touch()
    assert (caught.value.errno, caught.value.filename) == (2, "/nonexistent/a.png")
