"""Guesses at the stage: each sign is seen where it is planted, and in no image that merely differs."""

import types

import numpy as np
import pytest
from planted_flows import SETTINGS
from sample_files import photograph

from imgdatagen_compat.comparison.diagnosis import describe_first, differing_settings, likely_stage
from imgdatagen_compat.stages import STAGES

IMAGES = np.stack([photograph(16, 16, seed=seed) for seed in range(3)]).astype(np.float32)


def generator(**settings):
    return types.SimpleNamespace(**{**SETTINGS, **settings})


def guess(original, dropin, **options):
    return likely_stage((original, dropin), (generator(), generator()), **options)


def _edges(images):
    images = images.copy()
    images[:, :2] = 0
    return images


def _normalized(images):
    return (images - images.mean((1, 2, 3), keepdims=True)) / images.std((1, 2, 3), keepdims=True)


# What is seen: a change of the images, and the stages that it may come from, but for what is no stage.
SIGNS = {
    "the image is mirrored": (lambda images: images[:, :, ::-1], ["flip"]),
    "the image is upside down": (lambda images: images[:, ::-1], ["flip"]),
    "channels are in the reverse order": (lambda images: images[..., ::-1], ["preprocessing function"]),
    "rows and columns are exchanged": (lambda images: images.transpose(0, 2, 1, 3), ["affine"]),
    "multiplied by another factor": (lambda images: images / 255, ["brightness", "preprocessing function", "rescale", "samplewise std",
                                                                   "featurewise std"]),
    "one amount is added to the whole": (lambda images: images + 7, ["channel shift", "preprocessing function", "samplewise center",
                                                                     "featurewise center"]),
    "one amount is added to each channel": (lambda images: images - np.float32([3, 5, 8]), ["preprocessing function",
                                                                                            "featurewise center"]),
    "another mean and spread": (_normalized, ["preprocessing function", "rescale", "samplewise center", "samplewise std",
                                              "featurewise center", "featurewise std"]),
    "whole grey levels": (lambda images: np.trunc(images), ["brightness"]),
    "moved by whole pixels": (lambda images: np.roll(images, (1, -2), (1, 2)), ["affine"]),
    "only the edges": (_edges, ["affine"]),
    "another one of the batch": (lambda images: images[::-1], []),
    "not finite": (lambda images: images * np.nan, ["preprocessing function", "samplewise std", "featurewise std", "zca whitening"]),
    "pass a tolerance": (lambda images: images * np.float32(1 + 1e-6), []),
}  # fmt: skip
ON = {"affine": {"rotation_range": 10}, "channel shift": {"channel_shift_range": 3.0}, "flip": {"horizontal_flip": True},
      "brightness": {"brightness_range": (0.5, 1)}, "preprocessing function": {"preprocessing_function": np.negative},
      "rescale": {"rescale": 1 / 255}, "samplewise center": {"samplewise_center": True},
      "samplewise std": {"samplewise_std_normalization": True}, "featurewise center": {"featurewise_center": True},
      "featurewise std": {"featurewise_std_normalization": True}, "zca whitening": {"zca_whitening": True}}  # fmt: skip
NOTHING_ON = {"horizontal_flip": False}


def guess_with(stages, change):
    """What is said of a planted change where these stages are switched on."""
    images = IMAGES * np.float32(1.1)  # no whole grey levels before
    settings = generator(**NOTHING_ON | {name: value for stage in stages for name, value in ON[stage].items()})
    return likely_stage((images, change(images)), (settings, settings))


def test_every_stage_can_be_switched_on():
    assert list(ON) == [stage.name for stage in STAGES]
    for stage in STAGES:
        assert stage.is_active(generator(**NOTHING_ON | ON[stage.name])) and not stage.is_active(generator(**NOTHING_ON))


@pytest.mark.parametrize("looks", SIGNS)
def test_sign_is_seen_with_the_stages_that_are_switched_on(looks):
    change, stages = SIGNS[looks]
    for active in ([], *([stage] for stage in ON), list(ON)):
        suspects, seen = guess_with(active, change).split(": ", 1)
        assert looks in seen or looks in suspects
        assert [stage for stage in ON if stage in suspects.split(" or ")] == [stage for stage in stages if stage in active]
        if stages and not active:
            assert suspects in ("no stage that is switched on", "how the files are read", "the images themselves")


def test_without_generators_every_stage_is_possible():
    assert likely_stage((IMAGES, IMAGES[:, :, ::-1]), (None, None)).startswith("flip: ")


def test_another_shape_or_type_is_no_stage():
    assert "shape or dtype" in guess(IMAGES, IMAGES.astype(np.float64))


@pytest.mark.parametrize("seed", range(5))
def test_no_sign_is_seen_in_other_images(seed):
    other = np.random.RandomState(seed).uniform(0, 255, IMAGES.shape).astype(np.float32)
    assert guess(IMAGES, other) == "one of the stages switched on: flip"


def test_without_a_stage_the_reading_is_named():
    settings = generator(horizontal_flip=False)
    other = np.random.RandomState(0).uniform(0, 255, IMAGES.shape).astype(np.float32)
    assert "reading or resizing" in likely_stage((IMAGES, other), (settings, settings))


@pytest.mark.parametrize("images", [np.zeros((1, 1, 1, 1)), np.zeros((2, 4, 4, 3)), np.ones((1, 7, 2, 1)), np.zeros((0, 4, 4, 3))])
def test_degenerate_images_get_some_answer(images):
    assert guess(images, images + 1)


def test_channels_first_is_understood():
    first = IMAGES.transpose(0, 3, 1, 2)
    assert "mirrored" in guess(first, first[..., ::-1], channels_first=True)


def test_other_draws_are_said_before_the_looks():
    assert guess(IMAGES, IMAGES[:, :, ::-1], same_draws=False).startswith("the draws")


def test_settings_are_said_before_all():
    found = likely_stage((IMAGES, IMAGES + 1), (generator(cval=0.0), generator(cval=3)), same_draws=False)
    assert found == "affine: cval is 0.0 in the original, 3 in the drop-in"


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [(2, 2.0, False), ((1, 2), [1, 2], False), ([1, 2], [1, 3], True), (None, 2, True), (np.sin, np.sin, False), (np.sin, np.cos, True)],
)
def test_settings_are_compared_by_value(one, other, differs):
    assert bool(differing_settings(generator(brightness_range=one), generator(brightness_range=other))) == differs


def test_settings_that_one_side_does_not_have_are_left_out():
    assert differing_settings(generator(rescale_order="first"), generator()) == ""
    assert differing_settings(None, generator()) == ""


def test_first_sample_and_largest_difference_are_two_places():
    original = np.zeros((3, 4, 5, 2))
    dropin = original.copy()
    dropin[1, 0, 0, 0], dropin[2, 3, 4, 1] = 1, 5
    assert describe_first(original, dropin, "abc") == (
        "2 of 3 samples differ, the first is sample 1 (b); most at sample 2 (c), row 3, column 4, channel 1: "
        "0.0 in the original, 5.0 in the drop-in"
    )


@pytest.mark.parametrize(("one", "other"), [(0.0, -0.0), (np.nan, 1.0), (np.inf, 1.0), (-np.inf, np.inf)])
def test_odd_numbers_have_a_place(one, other):
    assert "position [2]" in describe_first(np.array([[1, 1, one]]), np.array([[1, 1, other]]))


@pytest.mark.parametrize("pair", [(np.zeros(2), np.zeros(3)), (np.zeros(2), np.zeros(2, int)), (np.array(["a"]), np.array(["b"])),
                                  (np.zeros(2), np.zeros(2)), (np.array(1), np.array(2))])  # fmt: skip
def test_what_has_no_place_is_not_described(pair):
    assert describe_first(*pair) == ""
