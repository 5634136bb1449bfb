"""Values and batches compared: to the bit, and by the size of what differs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from imgdatagen_compat.comparison.differences import compare_batches, compare_values

ARRAYS = st_numpy.arrays(st.sampled_from([np.float32, np.float64, np.uint8]), st_numpy.array_shapes(max_dims=3, min_side=0, max_side=4))


@given(ARRAYS)
def test_array_equals_its_copy(array):
    difference = compare_values("pixels", array, array.copy())
    assert difference.identical
    assert difference.largest == 0


@given(ARRAYS.filter(lambda array: array.size), st.data())
def test_one_changed_bit_is_found(array, data):
    changed = array.copy()
    changed.reshape(-1).view(np.uint8)[data.draw(st.integers(0, array.nbytes - 1))] ^= 1
    assert not compare_values("pixels", array, changed).identical


def test_largest_difference_is_a_fraction_of_the_largest_magnitude():
    difference = compare_values("pixels", np.array([-200.0, 1.0]), np.array([-200.0, 3.0]))
    assert difference.largest == 0.01


def test_negative_zero_is_another_bit_pattern_of_no_size():
    difference = compare_values("pixels", np.array([0.0]), np.array([-0.0]))
    assert (difference.identical, difference.largest) == (False, 0.0)


@pytest.mark.parametrize("value", [np.array([np.nan, 1.0]), np.array([np.inf, 1.0]), np.array([0.0, 0.0])])
def test_what_no_fraction_measures_is_infinitely_far(value):
    assert math.isinf(compare_values("pixels", value, np.array([1.0, 1.0])).largest)


def test_one_type_is_not_another():
    assert not compare_values("n", 3, np.int64(3)).identical
    assert not compare_values("filenames", ["a"], ("a",)).identical


def test_parts_of_a_batch_are_named():
    pixels, labels = np.zeros((2, 3, 3, 1)), np.zeros(2)
    names = [difference.name for difference in compare_batches(([pixels, labels], labels, labels), ([pixels, labels], labels, labels))]
    assert names == ["pixels 0", "pixels 1", "labels", "weights"]
