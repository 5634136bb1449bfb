"""The level "documented": shifts move the axis that their name says, and images turn and zoom about their own centre."""

import functools
import types

import numpy as np
import oracles
import pytest
from flows import check_flow, flow_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_properties import GRAPH_ARGUMENTS

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.testing.strategies import configs

ODD_SIDES = st.sampled_from(((9, 21), (21, 9), (7, 7), (5, 3), (1, 9)))
WITHOUT_SHIFTS = tuple(name for name in GRAPH_ARGUMENTS if name not in ("height_shift_range", "width_shift_range"))
documented = functools.partial(ImageDataGenerator, semantics="documented", fill_mode="constant", cval=-1)


def numbered(height, width):
    """One image of one channel, every pixel with a value of its own."""
    return np.arange(height * width, dtype=np.float32).reshape(1, height, width, 1)


def one_image(datagen, x):
    """The first batch, which the compiled graph makes; the per-image path must agree."""
    iterator = datagen.flow(x, batch_size=1, seed=3)
    batch = next(iterator)
    assert iterator._logged_path.name == "compiled graph"
    np.random.seed(3)
    np.random.permutation(1)
    np.testing.assert_array_equal(batch[0], datagen.random_transform(x[0]))
    return batch[0, :, :, 0]


class TestDocumented:
    @given(sides=ODD_SIDES, angle=st.sampled_from((90, 180, 270, -90, 33.3)), order=st.sampled_from((0, 1)))
    def test_rotation_keeps_the_centre_of_images_that_are_not_square(self, sides, angle, order):
        height, width = sides
        x = numbered(height, width)[0]
        turned = documented(interpolation_order=order).apply_transform(x, {"theta": angle})
        np.testing.assert_allclose(turned[height // 2, width // 2], x[height // 2, width // 2], atol=1e-3)

    @given(sides=ODD_SIDES, zoom=st.sampled_from((0.5, 0.3, 1.7, 3)), drawn_alike=st.booleans())
    def test_zoom_keeps_the_centre_of_images_that_are_not_square(self, sides, zoom, drawn_alike):
        height, width = sides
        x = numbered(height, width)
        zoomed = one_image(documented(zoom_range=(zoom, zoom if drawn_alike else 2 * zoom)), x)
        np.testing.assert_allclose(zoomed[height // 2, width // 2], x[0, height // 2, width // 2, 0], atol=1e-3)

    @given(sides=ODD_SIDES, amount=st.integers(1, 4))
    def test_shifts_move_the_axis_that_their_name_says(self, sides, amount):
        for argument, axis in (("height_shift_range", 0), ("width_shift_range", 1)):
            x = numbered(*sides)
            shifted = one_image(documented(**{argument: [amount]}), x)
            moves = []
            for shift in (amount, -amount):  # the sign is drawn
                expected = np.full(sides, -1, np.float32)
                inside = min(sides[axis], amount)
                to, source = [slice(None)] * 2, [slice(None)] * 2
                to[axis] = slice(inside, None) if shift > 0 else slice(None, sides[axis] - inside)
                source[axis] = slice(None, sides[axis] - inside) if shift > 0 else slice(inside, None)
                expected[tuple(to)] = x[0, :, :, 0][tuple(source)]
                moves.append(np.array_equal(shifted, expected))
            assert any(moves), f"{argument}={amount} on {sides}"

    @pytest.mark.parametrize(("argument", "side"), [("height_shift_range", 8), ("width_shift_range", 20)])
    def test_fractions_are_of_the_side_that_moves(self, argument, side):
        datagen = documented(**{argument: [0.5]})
        draw = datagen.get_random_transform((8, 20, 1))
        assert sorted((abs(draw["tx"]), abs(draw["ty"]))) == [0, side / 2]
        moved = datagen.apply_transform(numbered(8, 20)[0], draw)[:, :, 0]
        empty = (moved == -1).all(axis=1 if argument == "height_shift_range" else 0)
        assert empty.sum() == side / 2

    def test_positive_angles_turn_and_shear_counter_clockwise(self):
        x = np.zeros((9, 9, 1), np.float32)
        x[4, 8] = 1  # at three o'clock
        turned = documented().apply_transform(x, {"theta": 90})
        assert turned[0, 4] == pytest.approx(1)  # now at twelve
        upright = np.zeros((9, 9, 1), np.float32)
        upright[:, 4] = 1
        sheared = documented().apply_transform(upright, {"shear": 45})[:, :, 0]
        assert sheared[1].argmax() < 4 < sheared[7].argmax()  # the top leans to the left

    @given(sides=st.sampled_from(((9, 21), (21, 9), (8, 5))), factors=st.sampled_from(((0.5, 1), (1, 2))))
    def test_on_each_axis_the_factor_that_keras_zooms_it_by(self, sides, factors):
        x = np.random.default_rng(0).random((*sides, 1)).astype(np.float32)
        draw = {"zx": factors[0], "zy": factors[1]}
        rows_differ, columns_differ = (
            not np.allclose(documented(fill_mode="nearest").apply_transform(ramp * np.ones_like(x), draw), ramp * np.ones_like(x))
            for ramp in (np.arange(sides[0], dtype=np.float32)[:, None, None], np.arange(sides[1], dtype=np.float32)[None, :, None])
        )
        assert (rows_differ, columns_differ) == (factors[1] != 1, factors[0] != 1)

    @settings(max_examples=2 * settings.default.max_examples)
    @given(case=flow_cases(configs(WITHOUT_SHIFTS), sides=((8, 8),)))
    def test_square_images_without_shifts_are_those_of_keras(self, case):
        dropin = types.SimpleNamespace(ImageDataGenerator=functools.partial(ImageDataGenerator, semantics="documented"))
        check_flow(case, oracles.keras, dropin)
