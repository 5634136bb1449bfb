"""Arguments and arrays that are not what they seem: what the original makes of them, or its class of error with the argument named."""

import os
import time

import numpy as np
import pandas as pd
import pytest
from originals import assert_runs_alike, error_class, keras_image, photographs, write_class_folders

import imgdatagen_compat

X = photographs(6, 8, 9)
Y = np.arange(6) % 2
NOT_FINITE = X.astype(np.float32)
NOT_FINITE[0, 2, 3, 1], NOT_FINITE[1, 0, 0, 0], NOT_FINITE[2, 1, 1] = np.nan, np.inf, -np.inf
SETTINGS = {
    "nothing": {},
    "all": {"rotation_range": 20, "channel_shift_range": 10.0, "brightness_range": (0.5, 1.0), "rescale": 1 / 255},
    "turned": {"rotation_range": 20},
    "samplewise": {"samplewise_center": True},
    "a function": {"preprocessing_function": np.negative},
}
FILES = ["cat/cat0.png", "dog/dog1.png", "cat/cat2.png", "dog/dog2.png"]
SIZE = {"target_size": (6, 7), "shuffle": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("lies") / "images")


def ends_alike(run, match=None):
    """The same result, or the same class of error; then what ours says matches `match`."""
    expected = error_class(run, keras_image)
    if expected is None:
        assert_runs_alike(run)
    else:
        with pytest.raises(expected, match=match) as caught:
            run(imgdatagen_compat)
        assert type(caught.value) is expected


ARRAYS = {
    "NaN and infinity": NOT_FINITE,
    "objects that are integers": X.astype(object),
    "bool": X > 100,
    "integers beyond float32": X.astype(np.int64) * 10**14,
    "masked": np.ma.masked_greater(X, 100),
    "no images": X[:0],
    "no rows": np.zeros((3, 0, 9, 3)),
    "no channels": np.zeros((3, 8, 9, 0)),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:NumpyArrayIterator is set to use", "ignore:Array of")
@pytest.mark.filterwarnings("ignore:Expected input to be images")
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("array", ARRAYS)
def test_arrays(array, settings):
    x = ARRAYS[array].copy()
    ends_alike(lambda image: next(image.ImageDataGenerator(**SETTINGS[settings]).flow(x, batch_size=6)))
    np.testing.assert_array_equal(x, ARRAYS[array])


@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect", "wrap"])
@pytest.mark.parametrize("ranges", [{"width_shift_range": 1e25}, {"height_shift_range": [10**15, 10**30]}, {"zoom_range": 1e19}], ids=str)
def test_ranges_beyond_all_pixels(ranges, fill_mode):
    ends_alike(lambda image: next(image.ImageDataGenerator(fill_mode=fill_mode, **ranges).flow(X, batch_size=6, seed=1)))


RAGGED = np.empty(2, object)
RAGGED[:] = [X[0], X[1][:4]]
NOT_IMAGES = {
    "text among numbers": np.where(X > 250, "x", X.astype(object)),
    "images of several sizes": RAGGED,
    "text": "photographs",
    "a number": 3,
    "a generator": iter(X),
    "nothing": np.zeros(0),
}


@pytest.mark.parametrize("case", NOT_IMAGES)
def test_what_is_no_array_of_images(case):
    ends_alike(lambda image: next(image.ImageDataGenerator().flow(NOT_IMAGES[case])))


@pytest.mark.parametrize(
    "options",
    [{"y": range(9)}, {"y": 3}, {"y": [[1], [2, 3]] * 3}, {"y": [None] * 6}, {"y": pd.Series(Y, index=list("abcdef"))}]
    + [{"y": Y, "sample_weight": weights} for weights in (1.0, np.ones(5), list("abcdef"))]
    + [{"sample_weight": np.ones(6)}, {"sample_weight": np.ones(2)}],
    ids=str,
)
def test_targets_and_weights(options):
    ends_alike(lambda image: next(image.ImageDataGenerator().flow(X, **options)))


RANGES = ("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "channel_shift_range")


@pytest.mark.parametrize("value", ["20", None, (), np.nan, np.inf, {}, object, -5])
@pytest.mark.parametrize("name", RANGES)
def test_nonsense_ranges_are_named(name, value):
    ends_alike(lambda image: next(image.ImageDataGenerator(**{name: value}).flow(X, seed=1)), match=f"finite numbers. Received: {name}=")


@pytest.mark.parametrize("options", [{"zoom_range": np.nan}, {"zoom_range": (1, np.inf)}, {"brightness_range": (np.nan, 1)}], ids=str)
def test_nonsense_pairs_are_named(options):
    ends_alike(lambda image: next(image.ImageDataGenerator(**options).flow(X)), match=f"finite numbers. Received: {next(iter(options))}=")


@pytest.mark.parametrize("flip", [[1, 2, 3], (), "", "no", 2, 0.0])
def test_flips_are_what_is_true(flip):
    ends_alike(lambda image: next(image.ImageDataGenerator(horizontal_flip=flip).flow(X, seed=2)))


@pytest.mark.parametrize("value", [0, -1, 2.5, "4", None, [1]])
@pytest.mark.parametrize("name", ["batch_size", "seed"])
def test_nonsense_batches_and_seeds(folder, name, value):
    ends_alike(lambda image: next(image.ImageDataGenerator().flow(X, **{name: value})))
    ends_alike(lambda image: next(image.ImageDataGenerator().flow_from_directory(folder, **SIZE, **{name: value})))


@pytest.mark.filterwarnings("ignore:unclosed running")  # threads of the original, after an error
@pytest.mark.parametrize(
    "classes", [["cat"], ["nope"], ["cat", "nope"], ["cat", "cat"], "cat", [""], [".."], ["../images/cat"], {"cat": 0}], ids=str
)
def test_classes(folder, classes):
    def run(image):
        it = image.ImageDataGenerator().flow_from_directory(folder, classes=classes, **SIZE)
        return [next(it), it.n, it.class_indices, it.filenames]

    ends_alike(run)


def test_missing_classes_are_logged(folder, caplog):
    imgdatagen_compat.ImageDataGenerator().flow_from_directory(folder, classes=["cat", "nope"], **SIZE)
    assert "no subdirectory for the classes ['nope']" in caplog.text


@pytest.mark.filterwarnings("ignore:Found")
@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize(
    "names",
    {
        "NaN": [*FILES[:3], float("nan")],
        "empty": [*FILES[:3], ""],
        "absolute": None,
        "upwards": [f"cat/../{name}" for name in FILES],
        "outside": [f"../images/{name}" for name in FILES],
        "a directory": [*FILES[:3], "cat"],
        "missing": [*FILES[:3], "cat/none.png"],
        "a NUL byte": [*FILES[:3], "a\0.png"],
        "a new line": [*FILES[:3], "a\n.png"],
        "bytes": [name.encode() for name in FILES],
        "one file four times": FILES[:1] * 4,
        "too long": [*FILES[:3], "a" * 5000 + ".png"],
    }.items(),
    ids=lambda item: item[0],
)
def test_paths_in_a_dataframe(folder, names, validate):
    """Absolute paths, and those that lead out of the directory, are read, as in the original."""
    names = names[1] or [os.path.join(folder, name) for name in FILES]
    frame = pd.DataFrame({"filename": names, "class": list("abab")})

    def run(image):
        it = image.ImageDataGenerator().flow_from_dataframe(frame, folder, validate_filenames=validate, **SIZE)
        return [next(it), it.n, it.filenames]

    ends_alike(run)


@pytest.mark.parametrize("chosen", [False, True])
def test_very_many_classes(folder, chosen):
    """Nothing grows with the square of their number: neither memory nor time."""
    n = 100_000
    names = [f"{i:07}" for i in range(n)]
    frame = pd.DataFrame({"filename": FILES[:1] * n, "class": names})
    started = time.monotonic()
    options = {"validate_filenames": False, "batch_size": 4, "classes": names if chosen else None, **SIZE}
    it = imgdatagen_compat.ImageDataGenerator().flow_from_dataframe(frame, folder, **options)
    images, targets = next(it)
    assert targets.shape == (4, n) and np.array_equal(targets.argmax(axis=1), range(4))
    assert len(it.class_indices) == n
    assert time.monotonic() - started < 30  # about 0.3 s; their square would take minutes
