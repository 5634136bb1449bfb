"""`rescale_order` and `rescale="auto"`: arguments, single images, `fit`, and one result whichever way a batch is made."""

import pickle

import numpy as np
import pytest
from originals import photographs

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.config import GeneratorConfig

X = photographs(6)
MOVING = {"rotation_range": 30, "zoom_range": 0.3, "fill_mode": "constant", "cval": 99, "horizontal_flip": True, "channel_shift_range": 40}


class Overridden(ImageDataGenerator):
    """Takes the per-image path."""

    def apply_transform(self, x, transform_parameters):
        return super().apply_transform(x, transform_parameters)


class Standardizing(ImageDataGenerator):
    """Is transformed by the graph and standardized per image."""

    def standardize(self, x):
        return super().standardize(x)


def first_batch(datagen, x=X):
    if datagen.featurewise_center:
        datagen.fit(x)
    return next(datagen.flow(x, batch_size=4, shuffle=False, seed=3))


SETTINGS = (
    {"rescale": 1 / 255},
    {"rescale": np.float64(1 / 255)},
    {"rescale": np.float32(-1 / 255)},
    {"rescale": "auto"},
)
STAGES = (
    MOVING,
    {},
    {**MOVING, "brightness_range": (0.5, 1.5)},
    {"brightness_range": (0.5, 1.5), "semantics": "keras_preprocessing", "horizontal_flip": True},
    {**MOVING, "brightness_range": (0.5, 1.5), "featurewise_center": True},
    {**MOVING, "samplewise_center": True, "samplewise_std_normalization": True, "brightness_range": (0.5, 1.5)},
)


@pytest.mark.parametrize("order", ["original", "first"])
@pytest.mark.parametrize("rescale", SETTINGS, ids=str)
@pytest.mark.parametrize("stages", STAGES, ids=lambda stages: ", ".join(stages) or "none")
def test_every_path_makes_the_same_batch(order, rescale, stages):
    settings = {**stages, **rescale, "rescale_order": order}
    compiled = first_batch(ImageDataGenerator(**settings))
    for cls in (Overridden, Standardizing):
        np.testing.assert_array_equal(first_batch(cls(**settings)), compiled)


@pytest.mark.parametrize("rescale", SETTINGS, ids=str)
def test_the_dataset_makes_the_same_batch(rescale):
    settings = {"brightness_range": (1.5, 1.5), "cval": 300, "fill_mode": "constant", "width_shift_range": [2], **rescale}
    for order in ("original", "first"):
        datagen = ImageDataGenerator(rescale_order=order, **{**settings, "width_shift_range": 0.0})
        batches = datagen.flow(X, batch_size=4, shuffle=False)
        np.testing.assert_array_equal(next(iter(batches.as_dataset())), next(batches))
        batches = ImageDataGenerator(rescale_order=order, **settings).flow(X, batch_size=4, shuffle=False, seed=1)
        legacy = next(iter(batches.as_dataset(rng="legacy")))
        np.testing.assert_array_equal(legacy, first_of(batches))


def first_of(batches):
    batches.reset()
    batches.total_batches_seen = 0
    return next(batches)


@pytest.mark.parametrize("order", ["original", "first"])
def test_the_methods_of_one_image_compose_to_the_batch(order):
    datagen = ImageDataGenerator(rescale=1 / 255, rescale_order=order, **MOVING)
    batch = first_batch(datagen)
    np.random.seed(3)
    for image, expected in zip(X, batch):
        image = image.astype("float32")
        kept = image.copy()
        made = datagen.standardize(datagen.random_transform(image))
        np.testing.assert_array_equal(made, expected)
        if order == "first":
            np.testing.assert_array_equal(image, kept)


def test_first_multiplies_in_apply_transform_and_not_in_standardize():
    datagen = ImageDataGenerator(rescale=1 / 255, rescale_order="first")
    image = X[0].astype("float32")
    np.testing.assert_array_equal(datagen.apply_transform(image, {}), image * np.float32(1 / 255))
    np.testing.assert_array_equal(datagen.standardize(image.copy()), image)


def test_parameters_stay_in_the_unit_of_raw_pixels():
    drawn = []
    for order in ("original", "first"):
        np.random.seed(1)
        drawn.append(ImageDataGenerator(rescale=1 / 255, rescale_order=order, **MOVING).get_random_transform((12, 17, 3)))
    assert drawn[0] == drawn[1]


def test_preprocessing_function_sees_rescaled_pixels_when_rescale_comes_first():
    seen = {}
    for order in ("original", "first"):
        datagen = ImageDataGenerator(rescale=1 / 255, rescale_order=order, preprocessing_function=lambda x: seen.update(top=x.max()) or x)
        first_batch(datagen, np.full((1, 8, 8, 3), 255, np.uint8))
        assert seen["top"] == (255 if order == "original" else 1)


@pytest.mark.parametrize("order", ["original", "first"])
def test_fit_multiplies_first_in_both_orders(order):
    datagen = ImageDataGenerator(rescale=1 / 255, rescale_order=order, featurewise_center=True, featurewise_std_normalization=True)
    datagen.fit(X)
    rescaled = X.astype("float32") * np.float32(1 / 255)
    np.testing.assert_array_equal(datagen.mean.ravel(), rescaled.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(datagen.std.ravel(), rescaled.std(axis=(0, 1, 2)), rtol=1e-5)


def test_fit_augments_with_the_units_of_the_batch_only_when_rescale_comes_first():
    means = {}
    for order in ("original", "first"):
        settings = {"brightness_range": (1.0, 1.0), "rescale": 1 / 255, "featurewise_center": True}
        datagen = ImageDataGenerator(rescale_order=order, **settings)
        datagen.fit(X, augment=True)
        means[order] = datagen.mean
    assert means["original"].max() < 0.15  # the original: rescaled pixels, cut to 0 or 1
    np.testing.assert_allclose(means["first"].ravel(), X.mean(axis=(0, 1, 2)) / 255, rtol=1e-5)


@pytest.mark.parametrize("order", ["last", "First", None, 1])
def test_unknown_orders_are_refused_with_the_two_names(order):
    with pytest.raises(ValueError, match=f'"original" or "first". Received: {order!r}'):
        ImageDataGenerator(rescale_order=order)


def test_an_array_cannot_come_first():
    with pytest.raises(ValueError, match="`rescale` should be a number"):
        ImageDataGenerator(rescale=np.ones(3), rescale_order="first")


def test_generators_pickled_before_there_was_an_order_work():
    datagen = pickle.loads(pickle.dumps(ImageDataGenerator(rescale=1 / 255)))
    del vars(datagen)["rescale_order"], vars(datagen)["bit_depth"]
    assert GeneratorConfig.of(datagen).rescale_order == "original"
    np.testing.assert_array_equal(first_batch(datagen), first_batch(ImageDataGenerator(rescale=1 / 255)))


def test_look_ahead_sees_the_order_change():
    x = photographs(8, 160, 160)
    datagen = ImageDataGenerator(rescale=1 / 255, **MOVING)
    batches = datagen.flow(x, batch_size=4, shuffle=False, seed=5)
    next(batches)
    datagen.rescale_order = "first"
    datagen.brightness_range = (0.5, 0.5)
    expected = Overridden(rescale=1 / 255, rescale_order="first", brightness_range=(0.5, 0.5), **MOVING).flow(
        x, batch_size=4, shuffle=False, seed=5
    )
    next(expected)
    np.testing.assert_array_equal(next(batches), next(expected))
