"""The tester is tested first: every single fault must be found, and equality must be recognised."""

import warnings

import numpy as np
import pytest
from faulty_generators import BATCH_FAULTS, ITERATOR_FAULTS, faulty_module, last_bit_of_one_pixel, one_pixel_far_off, other_seed, warned

from imgdatagen_compat.comparison import iterators
from imgdatagen_compat.comparison.iterators import compare_iterators
from imgdatagen_compat.comparison.random_stream import RandomStream
from imgdatagen_compat.migration.parity.cases import PARITY_CASES, ParityCase
from imgdatagen_compat.migration.parity.data import open_data
from imgdatagen_compat.sample_photographs import write_sample_photographs
from imgdatagen_compat.stages import tolerance

SMALL = {"target_size": (24, 32), "batch_size": 6}
RESCALE = ParityCase("rescale", {"rescale": 1 / 255})
ROTATION = ParityCase("rotation", {"rotation_range": 20})


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("photographs")
    write_sample_photographs(directory, images_per_class=5)
    return directory


@pytest.fixture(scope="module")
def original():
    import tensorflow as tf

    return tf.keras.preprocessing.image


def compared(original, dropin, directory, case=RESCALE, batches=3):
    makers = [lambda module=module: case.make_iterator(module, open_data(directory), SMALL, seed=3) for module in (original, dropin)]
    return compare_iterators(*makers, batches=batches)


@pytest.mark.parametrize("case", PARITY_CASES, ids=lambda case: case.name)
def test_original_equals_itself(original, photographs, case):
    comparison = compared(original, original, photographs, case)
    assert comparison.identical
    assert comparison.within_promise
    assert comparison.random_state_equal
    assert comparison.largest == 0
    assert comparison.batches == 3
    assert comparison.speed_ratio > 0


@pytest.mark.parametrize("fault", BATCH_FAULTS, ids=lambda fault: fault.__name__)
def test_fault_in_a_batch_is_found(original, photographs, fault):
    comparison = compared(original, faulty_module(original, change_batch=fault), photographs)
    assert not comparison.identical
    assert not comparison.within_promise
    assert comparison.problems


@pytest.mark.parametrize("fault", ITERATOR_FAULTS, ids=lambda fault: fault.__name__)
def test_fault_in_an_iterator_is_found(original, photographs, fault):
    comparison = compared(original, faulty_module(original, change_iterator=fault), photographs)
    assert not comparison.identical
    assert not comparison.within_promise


def test_other_seed_is_seen_in_the_random_state(original, photographs):
    comparison = compared(original, faulty_module(original, change_iterator=other_seed), photographs)
    assert not comparison.random_state_equal


@pytest.fixture
def promise(monkeypatch):
    """A promise of 1e-5 for whatever is active, so that these tests do not depend on which stages need one."""
    monkeypatch.setattr(iterators, "promised_tolerance", lambda datagen: 1e-5)


def test_promise_is_the_one_of_the_stages(original, photographs):
    case = next(case for case in PARITY_CASES if case.generator.get("zca_whitening"))
    promised = tolerance(original.ImageDataGenerator(**case.generator))
    assert compared(original, original, photographs, case).tolerance == promised > 0


def test_difference_within_the_tolerance_of_a_stage_is_told_but_no_problem(original, photographs, promise):
    comparison = compared(original, faulty_module(original, change_batch=last_bit_of_one_pixel), photographs, ROTATION)
    assert not comparison.identical
    assert comparison.within_promise
    assert 0 < comparison.largest < comparison.tolerance


def test_difference_beyond_the_tolerance_is_a_problem(original, photographs, promise):
    comparison = compared(original, faulty_module(original, change_batch=one_pixel_far_off), photographs, ROTATION)
    assert not comparison.within_promise


def test_tolerance_is_for_images_not_for_further_inputs_or_labels(original, promise):
    images, further = np.random.RandomState(0).uniform(0, 255, (6, 8, 8, 3)), np.arange(6.0)

    def changed(part):
        def make_iterator(nudge=1e-7):
            iterator = original.ImageDataGenerator().flow([images, further], further, batch_size=3)
            make_batch = iterator._get_batches_of_transformed_samples

            def nudged(indices):
                (pixels, inputs), labels = make_batch(indices)
                values = {"pixels": pixels, "inputs": inputs, "labels": labels}
                values[part] = values[part] * (1 + nudge) + values[part].dtype.type(nudge)
                return [values["pixels"], values["inputs"]], values["labels"]

            iterator._get_batches_of_transformed_samples = nudged
            return iterator

        return compare_iterators(lambda: make_iterator(0), make_iterator, batches=2)

    assert changed("pixels").within_promise
    assert not changed("pixels").identical
    assert not changed("inputs").within_promise
    assert not changed("labels").within_promise


def test_same_error_on_both_sides_is_no_problem(original, photographs):
    case = ParityCase("unknown fill mode", {"rotation_range": 20, "fill_mode": "bilinear"})
    comparison = compared(original, original, photographs, case)
    assert comparison.within_promise
    assert comparison.batches == 0
    assert "both raised RuntimeError" in comparison.notes[0]


def test_error_of_the_drop_in_alone_is_a_problem_at_construction(original, photographs):
    def refuse(iterator):
        raise TypeError("no")

    comparison = compared(original, faulty_module(original, change_iterator=refuse), photographs)
    assert "no error, the drop-in TypeError" in comparison.problems[0]


def test_warning_missing_from_the_drop_in_is_a_problem_and_one_more_is_a_note(original, photographs):
    loud = faulty_module(original, change_iterator=warned)
    more = compared(original, loud, photographs)
    assert more.within_promise
    assert more.notes == ["the drop-in warned: these images have 16 bits"]
    fewer = compared(loud, original, photographs)
    assert not fewer.within_promise


def test_deprecation_inside_scipy_is_not_compared(original, photographs):
    def deprecated(iterator):
        warnings.warn("Please use another namespace of scipy.ndimage", DeprecationWarning, stacklevel=2)

    assert compared(faulty_module(original, change_iterator=deprecated), original, photographs).within_promise


def test_global_state_is_left_alone(original, photographs):
    np.random.seed(77)
    compared(original, original, photographs)
    assert np.random.random() == np.random.RandomState(77).random_sample()


def test_random_stream_equals_a_seeded_generator():
    stream = RandomStream(5)
    drawn = [stream.call(np.random.random).value for _ in range(3)]
    assert drawn == np.random.RandomState(5).random_sample(3).tolist()
