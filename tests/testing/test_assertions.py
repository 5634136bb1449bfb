"""`assert_same_flow` passes equal flows, finds every planted fault, and says where it is."""

import re

import numpy as np
import pytest
from originals import AUGMENTING, keras_image, photographs, write_class_folders
from planted_flows import Flow, batches, flow, one_pixel

import imgdatagen_compat
from imgdatagen_compat.testing import FlowsDifferError, assert_same_flow

X = np.ones((2, 3, 4, 1), np.float32)


def message_of(old, new, **options):
    with pytest.raises(AssertionError) as failure:
        assert_same_flow(old, new, **options)
    assert isinstance(failure.value, FlowsDifferError)
    assert failure.value.comparison.problems
    return str(failure.value)


def test_equal_flows_pass_and_say_how_much_was_compared():
    comparison = assert_same_flow(Flow(), Flow(), batches=3)
    assert (comparison.batches, comparison.images, comparison.identical) == (3, 12, True)


def test_generators_and_zips_and_dictionaries_are_flows():
    assert_same_flow(zip(flow(), flow()), zip(flow(), flow()))
    as_dictionary = [({"image": images, "place": labels}, labels) for images, labels in batches()]
    assert_same_flow(as_dictionary, as_dictionary)
    changed = [({**inputs, "place": inputs["place"] + 1}, labels) for inputs, labels in as_dictionary]
    assert "batch 0: pixels place" in message_of(as_dictionary, changed)
    renamed = [({"picture": inputs["image"], "place": inputs["place"]}, labels) for inputs, labels in as_dictionary]
    assert "structure" in message_of(as_dictionary, renamed)


def _later_dtype(images, labels):
    return images.astype(np.float64), labels


def _draw(images, labels):
    np.random.random()
    return images, labels


def _raise(images, labels):
    raise OSError("disk on fire")


FAULTS = {
    "one pixel": (one_pixel, "batch 1: pixels: 1 of 4 samples differ, the first is sample 2; most at sample 2, row 3, column 5, channel 1"),
    "labels": (lambda images, labels: (images, labels + 1), "batch 1: labels: 4 of 4 samples differ"),
    "dtype": (_later_dtype, "batch 1: pixels: the original has float32 [4, 9, 12, 3], the drop-in float64"),
    "shape": (lambda images, labels: (images[:-1], labels[:-1]), "the drop-in float32 [3, 9, 12, 3]"),
    "structure": (lambda images, labels: images, "structure: tuple(ndarray, ndarray) from the original, ndarray from the drop-in"),
    "weights": (lambda images, labels: (images, labels, np.ones(4)), "structure: tuple(ndarray, ndarray)"),
    "random state": (_draw, "batch 1: np.random state: differs after the batch"),
    "error": (_raise, "batch 1: the original raised no error, the drop-in OSError (disk on fire)"),
    "NaN": (lambda images, labels: (images * np.nan, labels), "nan in the drop-in"),
    "order": (lambda images, labels: (images[::-1].copy(), labels), "Likely: the order of the samples"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found_and_named(change, expected):
    message = message_of(flow(), flow(change))
    assert expected in message
    assert "batch 0" not in message


def test_sample_is_called_by_its_file_or_by_its_place_in_the_data():
    names = [f"cats/{number:02d}.png" for number in range(12)]
    assert "sample 2 (cats/05.png)" in message_of(Flow(filenames=names), Flow(one_pixel, filenames=names))
    assert "sample 2 (image 5 of the data)" in message_of(Flow(), Flow(one_pixel))


def test_channels_first_is_named_by_row_column_and_channel():
    def change(images, labels):
        images = images.copy()
        images[2, 1, 3, 5] += 1
        return images, labels

    message = message_of(Flow(data_format="channels_first"), Flow(change, data_format="channels_first"))
    assert "row 3, column 5, channel 1" in message


def test_tolerance_allows_what_it_says_and_no_more():
    def rounded(images, labels):
        return images * np.float32(1 + 1e-6), labels

    message = message_of(flow(), flow(rounded))
    assert "allowed: 0" in message
    assert "Likely: rounding" in message
    assert not assert_same_flow(flow(), flow(rounded), tolerance=1e-5).identical
    message_of(flow(), flow(rounded), tolerance=1e-7)


def test_tolerance_is_not_for_labels():
    message_of(flow(), flow(lambda images, labels: (images, labels * 1.0)), tolerance=0.5)


def test_promise_of_the_settings_is_the_tolerance():
    assert assert_same_flow(Flow(zca_whitening=True), Flow(zca_whitening=True)).tolerance == 1e-5
    assert assert_same_flow(Flow(), Flow()).tolerance == 0


@pytest.mark.parametrize(("argument", "value"), [("batches", 0), ("tolerance", -1), ("tolerance", 5)])
def test_numbers_out_of_range_are_errors(argument, value):
    with pytest.raises(ValueError, match=re.escape(f"Received: {argument}={value}")):
        assert_same_flow(flow(), flow(), **{argument: value})


def test_two_empty_flows_prove_nothing():
    with pytest.raises(FlowsDifferError, match="No batch was compared"):
        assert_same_flow([], [])


def test_one_batch_less_is_a_difference():
    short = list(batches())[:2]
    assert "batch 2: the original raised no error, the drop-in StopIteration" in message_of(list(batches()), short)


def test_many_problems_are_counted_not_listed():
    message = message_of([np.zeros((1, 2, 2, 1))] * 9, [np.ones((1, 2, 2, 1))] * 9, batches=9)
    assert message.endswith("… and 4 more")


def test_datasets_are_refused_with_the_remedy():
    import tensorflow as tf

    with pytest.raises(TypeError, match=r"dataset\.as_numpy_iterator\(\)"):
        assert_same_flow(flow(), tf.data.Dataset.range(3))


def test_state_of_numpy_is_left_alone():
    np.random.seed(77)
    assert_same_flow(flow(_draw), flow(_draw))
    assert np.random.random() == np.random.RandomState(77).random_sample()


def test_original_and_dropin_are_the_same_flow():
    x = photographs()
    flows = [module.ImageDataGenerator(**AUGMENTING).flow(x, np.arange(10), batch_size=4) for module in (keras_image, imgdatagen_compat)]
    assert assert_same_flow(*flows, batches=6).identical


def test_another_setting_is_the_likely_stage(tmp_path):
    directory = write_class_folders(tmp_path / "photographs")
    modules = ((keras_image, 20), (imgdatagen_compat, 21))
    flows = [
        module.ImageDataGenerator(rotation_range=angle).flow_from_directory(directory, (15, 18), batch_size=4, seed=3)
        for module, angle in modules
    ]
    message = message_of(*flows)
    assert "Likely: affine: rotation_range is 20 in the original, 21 in the drop-in" in message
    assert re.search(r"sample 0 \((cat|dog)/(cat|dog)\d\.png\)", message)


def test_other_files_are_likelier_than_a_stage():
    names = [f"{number}.png" for number in range(12)]
    message = message_of(Flow(filenames=names), Flow(lambda images, labels: (images + 1, labels), filenames=names[::-1]))
    assert "Likely: before the first batch: attribute filenames" in message


@pytest.mark.parametrize("batch", [(1.5, 2), (), np.float32(3), (np.ones(3), None), "text"], ids=repr)
def test_batches_of_any_sort_are_compared(batch):
    assert assert_same_flow([batch] * 3, [batch] * 3).batches == 3
    message_of([batch] * 3, [(batch, 7)] * 3)


def test_columns_of_pandas_and_tensors_are_compared():
    import pandas as pd
    import tensorflow as tf

    for make in (pd.array, pd.Series, tf.constant):
        one, other = (make(["a", text]) for text in "bc")
        assert_same_flow([(X, one)], [(X, one)], batches=1)
        assert "labels: values differ" in message_of([(X, one)], [(X, other)], batches=1)
