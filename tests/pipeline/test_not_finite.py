"""Images that hold NaN or infinity: the batches of the original, NaN where it has NaN."""

import logging

import numpy as np
import pytest
from originals import keras_image
from sample_files import photograph
from spelled_settings import spelled

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.stages import STAGES, tolerance

N, HEIGHT, WIDTH = 6, 9, 11
X = np.stack([photograph(HEIGHT, WIDTH, seed=i) for i in range(N)]).astype("float32")

# NumPy's remarks on NaN, and SciPy's on the name that the original imports.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")

PIXELS = {
    "one NaN": {(2, 3, 1): np.nan},
    "one infinity": {(2, 3, 1): np.inf},
    "both infinities": {(2, 3, 1): np.inf, (5, 5): -np.inf},
    "NaN and infinity": {(0, 0): np.nan, (4, 6): np.inf, (8, 10, 0): -np.inf},
}
AFFINE = {"rotation_range": 30, "zoom_range": 0.3, "width_shift_range": 0.3}
# By stage of the table, which `test_every_stage_has_its_settings` compares.
SETTINGS = {
    "affine": [
        *({**AFFINE, "fill_mode": mode, "interpolation_order": order} for mode in ("nearest", "reflect", "wrap") for order in (0, 1)),
        *({**AFFINE, "fill_mode": "constant", "cval": cval, "interpolation_order": order} for cval in (7, np.nan) for order in (0, 1)),
        {**AFFINE, "interpolation_order": 3},
    ],
    "channel shift": [{"channel_shift_range": 30}, {**AFFINE, "channel_shift_range": 30}],
    "flip": [{"horizontal_flip": True, "vertical_flip": True}],
    "brightness": [{"brightness_range": (0.5, 1.5)}, {**AFFINE, "brightness_range": (0.5, 1.5), "channel_shift_range": 30}],
    "preprocessing function": [{**AFFINE, "preprocessing_function": lambda image: image * 2}],
    "rescale": [{"rescale": 1 / 255}, {"rescale": np.float64(1 / 255)}, {**AFFINE, "rescale": -1.0}],
    "samplewise center": [{"samplewise_center": True}, {**AFFINE, "samplewise_center": True}],
    "samplewise std": [{"samplewise_center": True, "samplewise_std_normalization": True}],
    "featurewise center": [{"featurewise_center": True}],
    "featurewise std": [{**AFFINE, "featurewise_center": True, "featurewise_std_normalization": True}],
    "zca whitening": [{"featurewise_center": True, "zca_whitening": True}],
}


def with_pixels(pixels, images=X):
    """A copy of `images` with `pixels`, by index, in every second of them."""
    images = images.copy()
    for index, value in pixels.items():
        images[(slice(0, None, 2), *index)] = value
    return images


def batches_of(image, settings, images):
    datagen = image.ImageDataGenerator(**settings)
    rng = np.random.RandomState(1)
    datagen.mean, datagen.std = rng.uniform(90, 110, (1, 1, 3)), rng.uniform(40, 60, (1, 1, 3)).astype("float32")
    datagen.zca_whitening_matrix = rng.normal(size=(HEIGHT * WIDTH * 3,) * 2).astype("float32")
    iterator = datagen.flow(images, batch_size=4, seed=3)
    return [next(iterator) for _ in range(3)], np.random.get_state()[1]


def assert_equal_batches(settings, images):
    expected, state = batches_of(keras_image, settings, images)
    found, our_state = batches_of(imgdatagen_compat, settings, images)
    np.testing.assert_array_equal(our_state, state)
    assert any(not np.isfinite(batch).all() for batch in expected) or "brightness_range" in settings
    bound = tolerance(ImageDataGenerator(**settings))
    for ours, theirs in zip(found, expected):
        if not bound:
            np.testing.assert_array_equal(ours, theirs)  # NaN equals NaN here
            continue
        magnitude = np.abs(theirs[np.isfinite(theirs)]).max(initial=0)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=bound * magnitude)


def test_every_stage_has_its_settings():
    assert list(SETTINGS) == [stage.name for stage in STAGES]
    for stage in STAGES:
        assert all(stage.is_active(ImageDataGenerator(**settings)) for settings in SETTINGS[stage.name])


@pytest.mark.parametrize("pixels", PIXELS)
@pytest.mark.parametrize("settings", [settings for group in SETTINGS.values() for settings in group], ids=spelled)
def test_batches_are_the_originals(settings, pixels):
    assert_equal_batches(settings, with_pixels(PIXELS[pixels]))


@pytest.mark.parametrize("settings", [AFFINE, {**AFFINE, "channel_shift_range": 30}, {"samplewise_center": True}], ids=str)
def test_channels_first(settings):
    images = with_pixels(PIXELS["NaN and infinity"]).transpose(0, 3, 1, 2)
    assert_equal_batches({**settings, "data_format": "channels_first"}, images)


@pytest.mark.parametrize(
    ("settings", "path"), [({"channel_shift_range": 30}, "per image"), ({**AFFINE, "fill_mode": "wrap"}, "compiled graph")], ids=str
)
def test_only_stages_that_need_it_leave_the_graph(settings, path, caplog):
    caplog.set_level(logging.INFO, "imgdatagen_compat")
    next(ImageDataGenerator(**settings).flow(with_pixels(PIXELS["one NaN"])))
    (record,) = caplog.records
    assert f"images: {path}" in record.getMessage()
