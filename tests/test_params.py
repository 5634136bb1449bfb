"""Draws and matrices, next to those of the originals: the numbers themselves, before any pixel is made of them."""

import itertools
import re
import types

import keras_preprocessing.image
import numpy as np
import pytest
import scipy.ndimage
from originals import assert_same, keras_image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.params import TransformParams, affine_matrices, draw_params, draw_transform, nothing_to_do
from imgdatagen_compat.semantics import DOCUMENTED, KERAS, KERAS_PREPROCESSING

ORIGINALS = {"keras": keras_image, "keras_preprocessing": keras_preprocessing.image}
LEVELS = {"keras": KERAS, "keras_preprocessing": KERAS_PREPROCESSING}
FIELDS = ("theta", "tx", "ty", "shear", "zx", "zy", "flip_horizontal", "flip_vertical", "channel_shift_intensity", "brightness")

# Drawn in one block: every draw is one double.
PLAIN = {
    "nothing": {},
    "rotation": {"rotation_range": 20},
    "height fraction": {"height_shift_range": 0.3},
    "width fraction": {"width_shift_range": 0.3},
    "height pixels": {"height_shift_range": 3.5},
    "width pixels": {"width_shift_range": 1.0},
    "numpy float": {"height_shift_range": np.float64(0.5), "width_shift_range": np.float32(0.25)},
    "no shift": {"height_shift_range": None, "width_shift_range": 0},
    "shear": {"shear_range": 10.5},
    "zoom": {"zoom_range": 0.3},
    "zoom in": {"zoom_range": (0.5, 1)},
    "zoom out": {"zoom_range": (1, 1.5)},
    "no zoom": {"zoom_range": (1, 1)},
    "horizontal flip": {"horizontal_flip": True},
    "vertical flip": {"vertical_flip": True},
    "flips as numbers": {"horizontal_flip": 1, "vertical_flip": np.bool_(True)},
    "flips off as numbers": {"horizontal_flip": 0, "vertical_flip": np.bool_(False)},
    "channel shift": {"channel_shift_range": 40.0},
    "brightness": {"brightness_range": (0.2, 1.7)},
    "numpy numbers": {"rotation_range": np.int64(30), "shear_range": np.float32(0.3), "brightness_range": [np.float32(0.5), np.int32(2)]},
    "everything": {
        "rotation_range": 15,
        "height_shift_range": 0.1,
        "width_shift_range": 2.5,
        "shear_range": 5,
        "zoom_range": (0.7, 1.2),
        "horizontal_flip": True,
        "vertical_flip": True,
        "channel_shift_range": 10,
        "brightness_range": (0.5, 1.5),
    },
}
# Drawn image by image: `choice` takes more or less of the stream.
ONE_BY_ONE = {
    "whole pixels": {"height_shift_range": 3, "width_shift_range": 5},
    "whole pixels of one axis": {"width_shift_range": 4},
    "values": {"height_shift_range": [-2, 0, 1], "width_shift_range": (0.1, 0.2, 0.9)},
    "fractions": {"height_shift_range": [0.1, 0.4]},
    "a flip that is no truth value": {"horizontal_flip": 2, "vertical_flip": True},
    "rotation of an array": {"rotation_range": np.array([20.0])},
}
ONE_BY_ONE["everything and whole pixels"] = PLAIN["everything"] | ONE_BY_ONE["whole pixels"]
DRAWS = PLAIN | ONE_BY_ONE


@pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("case", DRAWS)
def test_draws_of_one_image(original, data_format, case):
    theirs = original.ImageDataGenerator(**DRAWS[case], data_format=data_format)
    shape, axes = ((8, 11, 3), (0, 1)) if data_format == "channels_last" else ((3, 8, 11), (1, 2))
    own = np.random.RandomState(5)
    np.random.seed(5)
    for _ in range(6):
        before = np.random.get_state()
        expected = list(theirs.get_random_transform(shape).items())  # a list, for types to be compared, too
        after = np.random.get_state()
        assert_same(list(draw_transform(theirs, shape, axes, own).items()), expected)
        np.random.set_state(before)
        assert_same(list(draw_transform(theirs, shape, axes).items()), expected)
        assert_same(list(np.random.get_state()), list(after))


def test_rows_and_columns_are_the_first_axes_unless_told():
    config = ImageDataGenerator(height_shift_range=0.5, width_shift_range=0.5)
    draw = draw_transform(config, (100, 2000, 3), rng=np.random.RandomState(0))
    same = draw_transform(config, (3, 100, 2000), (1, 2), np.random.RandomState(0))
    assert (draw["tx"], draw["ty"]) == (same["tx"], same["ty"])


@pytest.mark.parametrize("case", DRAWS)
@pytest.mark.parametrize("n", [0, 1, 7])
def test_draws_of_a_batch_are_those_of_its_images(case, n):
    config = ImageDataGenerator(**DRAWS[case])
    one_by_one, together = np.random.RandomState(3), np.random.RandomState(3)
    draws = [draw_transform(config, (8, 11), rng=one_by_one) for _ in range(n)]
    params = draw_params(config, 8, 11, n, together)
    assert len(params) == n
    for name in FIELDS:
        column = getattr(params, name)
        expected = [draw[name] for draw in draws]
        if expected and expected[0] is None:
            assert column is None, name
        elif draws:
            assert column.dtype == (bool if name.startswith("flip") else np.float64), name
            np.testing.assert_array_equal(column, np.array(expected, column.dtype), err_msg=name)
    assert_same(list(together.get_state()), list(one_by_one.get_state()))


class CountedRandom(np.random.RandomState):
    calls = 0

    def random(self):
        self.calls += 1
        return super().random()


@pytest.mark.parametrize("case", DRAWS)
def test_plain_ranges_are_drawn_in_one_block(case):
    rng = CountedRandom(0)
    draw_params(ImageDataGenerator(**DRAWS[case]), 8, 11, 5, rng)
    assert rng.calls == (0 if case in PLAIN else 10)  # one by one, either flip of every image asks


class Half(np.random.RandomState):
    def random(self):
        return 0.5

    def random_sample(self, size):
        return np.full(size, 0.5)


def test_images_are_flipped_below_one_half():
    config = ImageDataGenerator(horizontal_flip=True, vertical_flip=True)
    draw, params = draw_transform(config, (8, 11), rng=Half()), draw_params(config, 8, 11, 1, Half())
    assert not (draw["flip_horizontal"] or draw["flip_vertical"] or params.flip_horizontal or params.flip_vertical)


@pytest.mark.parametrize("value", [float("inf"), 1.5e308])  # the second is finite, its range is not
@pytest.mark.parametrize("option", ["rotation_range", "shear_range", "channel_shift_range", "height_shift_range", "zoom_range"])
def test_ranges_that_are_not_finite_are_refused_as_numpy_does(option, value):
    with pytest.raises(OverflowError):
        draw_params(ImageDataGenerator(**{option: value}), 8, 11, 2)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("rotation_range", "20"),
        ("width_shift_range", np.nan),
        ("shear_range", [1, 2]),
        ("zoom_range", (1, np.inf)),
        ("channel_shift_range", None),
        ("brightness_range", (np.nan, 1)),
    ],
)
def test_the_range_that_is_none_is_named_among_ranges_of_every_kind(option, value):
    settings = {"rotation_range": None, "height_shift_range": [1, 2], "width_shift_range": (0.5,), "shear_range": np.float32(3)}
    settings |= {"zoom_range": [0.5, 1], "horizontal_flip": np.bool_(True), "channel_shift_range": 3, "brightness_range": (0.5, 1)}
    config = ImageDataGenerator()
    vars(config).update(settings | {option: value})
    with pytest.raises((TypeError, OverflowError), match=f"Received: {re.escape(f'{option}={value!r}')}$"):
        draw_transform(config, (8, 11))


@pytest.mark.parametrize(("limit", "error"), [(20, ValueError("mine")), (np.nan, UnicodeDecodeError("utf-8", b"", 0, 1, "mine"))])
def test_an_error_that_is_not_about_ranges_is_left_as_it_is(limit, error):
    def uniform(*arguments):
        raise error

    with pytest.raises(ValueError, match="mine") as raised:
        draw_transform(ImageDataGenerator(rotation_range=limit), (8, 11), rng=types.SimpleNamespace(uniform=uniform))
    assert raised.value is error


PARAMETERS = {
    "theta": (0, 25, -90.0),
    "tx": (0, 2, -0.7),
    "ty": (0, 3.5),
    "shear": (0, -12),
    "zx": (1, 0.6),
    "zy": (1, 1.7),
}
COMBINATIONS = [dict(zip(PARAMETERS, values)) for values in itertools.product(*PARAMETERS.values())]
AXES = {"rows first": (0, 1, 2), "channels first": (1, 2, 0), "columns first": (1, 0, 2)}


def stacked(draws) -> TransformParams:
    nothing = {"flip_horizontal": False, "flip_vertical": False, "channel_shift_intensity": None, "brightness": None}
    return TransformParams.stack([nothing | draw for draw in draws])


def handed_to_scipy(original, shape, draw, axes, monkeypatch):
    """Matrix and offset that `apply_affine_transform` of an original calls SciPy with; None where it does not."""
    calls = []

    def affine_transform(channel, matrix, offset, **_):
        calls.append((matrix, offset))
        return channel

    # Not `setattr`: it reads the old value, which warns.
    monkeypatch.setitem(vars(scipy.ndimage.interpolation), "affine_transform", affine_transform)
    original.apply_affine_transform(np.zeros(shape), **draw, **dict(zip(("row_axis", "col_axis", "channel_axis"), axes)))
    return calls[0] if calls else None


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
@pytest.mark.parametrize("level", LEVELS)
def test_matrices_are_those_that_the_original_hands_to_scipy(level, axes, monkeypatch):
    shape = [3, 3, 3]
    shape[axes[0]], shape[axes[1]] = 8, 11
    matrices, offsets = affine_matrices(stacked(COMBINATIONS), 8, 11, LEVELS[level], swap_axes=axes[1] > axes[0])
    assert matrices.flags.c_contiguous and offsets.flags.c_contiguous
    for i, draw in enumerate(COMBINATIONS):
        handed = handed_to_scipy(ORIGINALS[level], shape, draw, axes, monkeypatch)
        matrix, offset = (np.eye(2), np.zeros(2)) if handed is None else handed
        np.testing.assert_array_equal(matrices[i], matrix, err_msg=str(draw))
        np.testing.assert_array_equal(offsets[i], offset, err_msg=str(draw))


def test_the_documented_level_shifts_the_axis_of_the_name():
    matrices, offsets = affine_matrices(stacked([COMBINATIONS[0] | {"tx": 2, "ty": -3.5}]), 8, 11, DOCUMENTED)
    np.testing.assert_array_equal(matrices, [np.eye(2)])
    np.testing.assert_array_equal(offsets, [[2, -3.5]])


def test_the_documented_level_keeps_the_centre():
    unshifted = [draw for draw in COMBINATIONS if draw["tx"] == draw["ty"] == 0]
    matrices, offsets = affine_matrices(stacked(unshifted), 8, 11, DOCUMENTED)
    centre = np.array([3.5, 5])
    np.testing.assert_allclose(matrices @ centre + offsets, np.tile(centre, (len(unshifted), 1)), atol=1e-12)


def test_the_documented_level_turns_as_keras_does():
    unshifted = stacked([draw for draw in COMBINATIONS if draw["tx"] == draw["ty"] == 0])
    for documented, keras in zip(affine_matrices(unshifted, 9, 9, DOCUMENTED), affine_matrices(unshifted, 9, 9, KERAS)):
        np.testing.assert_array_equal(documented, keras)


def test_any_one_parameter_is_something_to_do():
    draws = [COMBINATIONS[0], *(COMBINATIONS[0] | {name: values[1]} for name, values in PARAMETERS.items())]
    np.testing.assert_array_equal(nothing_to_do(stacked(draws)), [True] + [False] * len(PARAMETERS))


def test_no_draws_are_no_parameters():
    params = TransformParams.stack([])
    assert len(params) == 0
    assert params.channel_shift_intensity is None and params.brightness is None
