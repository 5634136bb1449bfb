"""The comparison itself is tested: a drop-in with one fault, each hard to see, must fail the checks of the property tests."""

import contextlib
import dataclasses
import warnings

import flows
import numpy as np
import pytest
from flows import FlowCase, check_flow, flow_cases
from hypothesis import Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from side_by_side import SideBySide
from tally import Tally
from test_state_machine import FlowMachine

import imgdatagen_compat
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.iterators.numpy_array import NumpyArrayIterator
from imgdatagen_compat.pipeline import batches
from imgdatagen_compat.testing.strategies import FlowCall, Step, configs

X = np.random.RandomState(0).randint(0, 256, (9, 8, 11, 3)).astype(np.uint8)
CONFIG = {"rotation_range": 20, "zoom_range": 0.2, "width_shift_range": 0.2, "horizontal_flip": True, "rescale": 1 / 255}
CASE = FlowCase(X, CONFIG, call=FlowCall({"batch_size": 4, "seed": 7, "y": np.arange(9)}, (Step("for", 3), Step("item", 1), Step("next"))))
COMPILED_ARGUMENTS = ("rotation_range", "zoom_range", "horizontal_flip", "rescale")


@pytest.fixture(autouse=True)
def _not_counted(monkeypatch):
    """Faults must not show in the summary of the run."""
    monkeypatch.setattr(flows, "tally", Tally())


def _changed_pixels(change):
    def patch(monkeypatch):
        genuine = batches.transform_batch

        def faulty(*args, **options):
            return change(genuine(*args, **options).copy())

        monkeypatch.setattr(batches, "transform_batch", faulty)

    return patch


def _one_grey_level(pixels):
    pixels[0, 3, 5, 1] += np.float32(1 / 255)
    return pixels


def _two_millionths(pixels):
    pixels[-1, 3, 5, 1] += 2e-6 * pixels.max()
    return pixels


def _one_pixel_aside(pixels):
    return np.roll(pixels, 1, axis=2)


def _channels_reversed(pixels):
    return np.ascontiguousarray(pixels[..., ::-1])


def _not_a_number(pixels):
    pixels[0, 0, 0, 0] = np.nan
    return pixels


def _read_only(pixels):
    pixels.flags.writeable = False
    return pixels


def _changed_params(change):
    def patch(monkeypatch):
        genuine = batches.draw_params
        monkeypatch.setattr(batches, "draw_params", lambda *args: change(genuine(*args)))

    return patch


def _zooms_swapped(params):
    return dataclasses.replace(params, zx=params.zy, zy=params.zx)


def _flips_exchanged(params):
    return dataclasses.replace(params, flip_horizontal=params.flip_vertical, flip_vertical=params.flip_horizontal)


def _angle_of_the_next_image(params):
    return dataclasses.replace(params, theta=np.roll(params.theta, 1))


def _one_draw_too_many(params):
    np.random.random()
    return params


def _zoom_drawn_first(monkeypatch):
    genuine = batches.draw_params

    def other_order(config, height, width, n):
        first = np.random.uniform(*config.zoom_range, n)
        return dataclasses.replace(genuine(config, height, width, n), zx=first)

    monkeypatch.setattr(batches, "draw_params", other_order)


def _no_draw_for_flips(monkeypatch):
    genuine = batches.draw_params

    def draw(config, height, width, n):
        before = np.random.get_state()
        params = genuine(config, height, width, n)
        np.random.set_state(before)
        np.random.random_sample(n * 4)
        return params

    monkeypatch.setattr(batches, "draw_params", draw)


def _changed_batch(change):
    def patch(monkeypatch):
        genuine = NumpyArrayIterator._get_batches_of_transformed_samples

        def faulty(iterator, index_array):
            return change(*genuine(iterator, index_array))

        monkeypatch.setattr(NumpyArrayIterator, "_get_batches_of_transformed_samples", faulty)

    return patch


def _shared_labels(monkeypatch):
    kept = {}

    def faulty(iterator, index_array):
        images, labels = genuine(iterator, index_array)
        return images, kept.setdefault(tuple(index_array), labels)

    genuine = NumpyArrayIterator._get_batches_of_transformed_samples
    monkeypatch.setattr(NumpyArrayIterator, "_get_batches_of_transformed_samples", faulty)


def _unseeded_items(monkeypatch):
    genuine = Iterator.__getitem__

    def faulty(iterator, index):
        iterator.total_batches_seen += 1
        try:
            return genuine(iterator, index)
        finally:
            iterator.total_batches_seen -= 1

    monkeypatch.setattr(Iterator, "__getitem__", faulty)


def _a_word_of_warning(images, labels):
    warnings.warn("these images are dark", UserWarning, stacklevel=2)
    return images, labels


FAULTS = {
    "one grey level in one pixel": _changed_pixels(_one_grey_level),
    "two millionths in one pixel": _changed_pixels(_two_millionths),
    "one pixel aside": _changed_pixels(_one_pixel_aside),
    "channels reversed": _changed_pixels(_channels_reversed),
    "one NaN": _changed_pixels(_not_a_number),
    "read-only batch": _changed_pixels(_read_only),
    "float64 batch": _changed_pixels(np.float64),
    "zoom factors swapped": _changed_params(_zooms_swapped),
    "flips exchanged": _changed_params(_flips_exchanged),
    "the angle of the next image": _changed_params(_angle_of_the_next_image),
    "one draw too many": _changed_params(_one_draw_too_many),
    "zoom drawn first": _zoom_drawn_first,
    "two draws too few": _no_draw_for_flips,
    "labels in another order": _changed_batch(lambda images, labels: (images, labels[::-1].copy())),
    "labels of another dtype": _changed_batch(lambda images, labels: (images, labels.astype(np.int32))),
    "a list for a tuple": _changed_batch(lambda images, labels: [images, labels]),
    "no labels": _changed_batch(lambda images, labels: images),
    "labels shared between batches": _shared_labels,
    "a warning too many": _changed_batch(_a_word_of_warning),
    "the seed of the next batch": _unseeded_items,
}


def test_the_case_passes_without_a_fault():
    check_flow(CASE)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_fault_is_found(fault, monkeypatch):
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        check_flow(CASE)


@pytest.mark.parametrize(
    "name", ["one grey level in one pixel", "one pixel aside", "zoom drawn first", "two draws too few", "one draw too many"]
)
def test_random_cases_find_the_fault(name, monkeypatch):
    FAULTS[name](monkeypatch)

    @settings(phases=[Phase.generate], max_examples=30, database=None, report_multiple_bugs=False)
    @given(flow_cases(configs(COMPILED_ARGUMENTS), sides=((8, 8),), pixels=("uint8",)))
    def check(case):
        check_flow(case)

    with pytest.raises(AssertionError):
        check()


def _raise(error):
    raise error


@pytest.mark.parametrize(
    "function",
    [
        lambda side: _raise(ValueError("empty")) if side else 0,
        lambda side: _raise(TypeError("empty") if side else ValueError("empty")),
        lambda side: np.random.random() if side else 0.5,
        lambda side: print("Found 3 images.") if side else None,
        lambda side: warnings.warn("first", UserWarning, stacklevel=1) if not side else None,
        lambda side: warnings.warn("first", FutureWarning if side else UserWarning, stacklevel=1),
    ],
)
def test_differences_between_calls_are_found(function):
    pair = SideBySide()
    with contextlib.suppress(AssertionError):
        pair.call("call", function, (0, 1))
    assert pair.result.problems


@pytest.mark.parametrize(
    "values",
    [(1, 1.0), (np.float32(1), 1.0), ([1, 2], (1, 2)), ({"a": 1}, {"b": 1}), ({"a": [1]}, {"a": [2]}), (np.zeros(2), -np.zeros(2))],
)
def test_differences_between_values_are_found(values):
    pair = SideBySide()
    pair.compare("here", "value", *values)
    assert pair.result.problems


def test_equal_values_are_no_problem():
    pair = SideBySide()
    pair.compare("here", "value", {"a": [np.ones(2), None, "text"], "b": (1, 2.0)}, {"a": [np.ones(2), None, "text"], "b": (1, 2.0)})
    assert not pair.result.problems


def test_changed_images_of_the_caller_are_found(monkeypatch):
    genuine = imgdatagen_compat.ImageDataGenerator.flow

    def careless(datagen, x, *args, **options):
        x[0, 0, 0, 0] += 1
        return genuine(datagen, x, *args, **options)

    monkeypatch.setattr(imgdatagen_compat.ImageDataGenerator, "flow", careless)
    with pytest.raises(AssertionError):
        check_flow(CASE)


def _images_never_replaced(monkeypatch):
    """`it.x = …` that keeps the first images, as a cache that nobody empties would."""
    genuine = NumpyArrayIterator.x

    def set_once(iterator, images):
        if "_images" not in vars(iterator):
            genuine.fset(iterator, images)

    monkeypatch.setattr(NumpyArrayIterator, "x", property(genuine.fget, set_once))


def _epochs_not_reshuffled(monkeypatch):
    monkeypatch.setattr(Iterator, "on_epoch_end", lambda iterator: None)


def _batch_index_kept_on_reset(monkeypatch):
    monkeypatch.setattr(Iterator, "reset", lambda iterator: None)


def _settings_of_the_first_batch(monkeypatch):
    genuine = batches.GeneratorConfig.of
    seen = {}
    monkeypatch.setattr(batches.GeneratorConfig, "of", lambda datagen: seen.setdefault(id(datagen), genuine(datagen)))


@pytest.mark.parametrize(
    "fault",
    [_images_never_replaced, _epochs_not_reshuffled, _batch_index_kept_on_reset, _settings_of_the_first_batch, FAULTS["one draw too many"]],
)
def test_the_state_machine_finds_the_fault(fault, monkeypatch):
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            FlowMachine, settings=settings(phases=[Phase.generate], max_examples=60, stateful_step_count=40, database=None, deadline=None)
        )
