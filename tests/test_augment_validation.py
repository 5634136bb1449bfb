"""`augment_validation=False`: the validation subset is only standardized, by every way a batch is made.

The reference is the recipe that it replaces: a second generator of the original with the same normalization and no augmentation.
"""

import pathlib
import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import keras
from originals import write_class_folders

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator

AUGMENTATION = {
    "rotation_range": 30, "width_shift_range": 0.2, "height_shift_range": [1, 2], "shear_range": 10, "zoom_range": 0.3,
    "channel_shift_range": 20, "brightness_range": (0.5, 1.5), "horizontal_flip": True, "vertical_flip": True, "fill_mode": "constant",
}  # fmt: skip
NORMALIZATION = {"rescale": 1 / 255, "samplewise_center": True, "validation_split": 0.4}
# What forces each path, and the original's settings that go with it.
PATHS = {
    "compiled graph": {},
    "compiled graph, then `standardize` per image": {"preprocessing_function": lambda image: image + 1},
    "per image": {"dtype": "float64"},
}
FLOW = {"batch_size": 2, "seed": 3, "subset": "validation"}

X = np.random.RandomState(0).randint(0, 256, (10, 9, 7, 3)).astype("uint8")
Y = np.arange(10) % 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("photographs"))


@pytest.fixture(params=("array", "directory", "dataframe"))
def flow(request, folder):
    """Function from a generator to an iterator over some source of images."""
    files = {"target_size": (20, 30), "class_mode": None}
    if request.param == "array":
        return lambda datagen, **options: datagen.flow(X, **options)
    if request.param == "directory":
        return lambda datagen, **options: datagen.flow_from_directory(folder, **files, **options)
    table = pd.DataFrame({"filename": sorted(str(path) for path in pathlib.Path(folder).rglob("*.png"))})
    return lambda datagen, **options: datagen.flow_from_dataframe(table, **files, **options)


def augmenting(**settings):
    return ImageDataGenerator(**AUGMENTATION, **NORMALIZATION, **settings)


def batches_and_state(iterator, number=4):
    np.random.seed(99)
    return [next(iterator) for _ in range(number)], np.random.get_state()[1:3]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("seed", [3, None])
def test_is_the_original_without_augmentation_draws_included(flow, path, shuffle, seed):
    options = FLOW | {"shuffle": shuffle, "seed": seed}
    iterator = flow(augmenting(augment_validation=False, **PATHS[path]), **options)
    batches, state = batches_and_state(iterator)
    expected, expected_state = batches_and_state(flow(keras.ImageDataGenerator(**NORMALIZATION, **PATHS[path]), **options))
    assert iterator._logged_path.name == path
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate(expected))
    np.testing.assert_array_equal(state[0], expected_state[0])
    assert state[1] == expected_state[1]


@pytest.mark.parametrize("options", [{"subset": "training"}, {}])
def test_all_else_is_augmented(flow, options):
    options = {"batch_size": 2, "seed": 3} | options
    batches, _ = batches_and_state(flow(augmenting(augment_validation=False), **options))
    expected, _ = batches_and_state(flow(keras.ImageDataGenerator(**AUGMENTATION, **NORMALIZATION), **options))
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate(expected))


def test_validation_is_augmented_unless_told(flow):
    batches, _ = batches_and_state(flow(augmenting(), **FLOW))
    expected, _ = batches_and_state(flow(keras.ImageDataGenerator(**AUGMENTATION, **NORMALIZATION), **FLOW))
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate(expected))


def test_validation_is_augmented_with_a_generator_of_the_original():
    datagen = keras.ImageDataGenerator(**AUGMENTATION, **NORMALIZATION)
    options = {"batch_size": 2, "seed": 3, "subset": "validation"}
    batches, expected = (batches_and_state(module.NumpyArrayIterator(X, Y, datagen, **options))[0] for module in (imgdatagen_compat, keras))
    for ours, theirs in zip(batches, expected):
        np.testing.assert_array_equal(ours[0], theirs[0])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("settings", [{"rescale_order": "first"}, {"bit_depth": "auto", "rescale": "auto"}, {"semantics": "documented"}])
def test_what_the_original_does_not_have(flow, path, settings):
    settings = NORMALIZATION | settings | PATHS[path]
    augmenting = ImageDataGenerator(**AUGMENTATION, **settings, augment_validation=False)
    batches, state = batches_and_state(flow(augmenting, **FLOW))
    expected, expected_state = batches_and_state(flow(ImageDataGenerator(**settings), **FLOW))
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate(expected))
    np.testing.assert_array_equal(state[0], expected_state[0])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("rng", ["stateless", "legacy"])
def test_as_dataset(flow, path, rng):
    options = FLOW | {"shuffle": False}
    images = flow(augmenting(augment_validation=False, **PATHS[path]), **options).as_dataset(rng=rng)
    expected = flow(keras.ImageDataGenerator(**NORMALIZATION, **PATHS[path]), **options)
    for number, batch in enumerate(images):
        np.testing.assert_allclose(batch, expected[number], atol=1e-6)
    assert number == len(expected) - 1


class CountsAugmentation(ImageDataGenerator):
    """Hooks of a subclass, as code overrides them to augment in its own way."""

    calls = 0

    def get_random_transform(self, img_shape, seed=None):
        self.calls += 1
        return super().get_random_transform(img_shape, seed)

    def apply_transform(self, x, transform_parameters):
        self.calls += 1
        return super().apply_transform(x, transform_parameters) * 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_overridden_augmentation_is_not_called(flow, dtype):
    datagen = CountsAugmentation(augment_validation=False, dtype=dtype, **AUGMENTATION, **NORMALIZATION)
    iterator = flow(datagen, **FLOW, shuffle=False)
    expected = flow(keras.ImageDataGenerator(**NORMALIZATION, dtype=dtype), **FLOW, shuffle=False)
    np.testing.assert_array_equal(next(iterator), next(expected))
    for batch in iterator.as_dataset():
        assert batch.numpy().any()
    assert datagen.calls == 0
    next(flow(datagen, **FLOW | {"subset": "training"}))
    assert datagen.calls == 4


def test_overridden_standardize_is_called(flow):
    class Inverted(ImageDataGenerator):
        def standardize(self, x):
            return -super().standardize(x)

    datagen = Inverted(augment_validation=False, **AUGMENTATION, **NORMALIZATION)
    expected = flow(keras.ImageDataGenerator(**NORMALIZATION), **FLOW)
    np.testing.assert_array_equal(next(flow(datagen, **FLOW)), -next(expected))


def test_one_generator_is_enough():
    datagen = augmenting(augment_validation=False)
    iterators = [datagen.flow(X, subset=subset) for subset in ("training", "validation")]
    assert all(iterator.image_data_generator is datagen for iterator in iterators)


def test_featurewise_statistics_are_those_of_fit():
    settings = {"featurewise_center": True, "validation_split": 0.4}
    datagen = ImageDataGenerator(**AUGMENTATION, **settings, augment_validation=False)
    plain = keras.ImageDataGenerator(**settings)
    for generator in (datagen, plain):
        generator.fit(X)
    np.testing.assert_array_equal(next(datagen.flow(X, **FLOW)), next(plain.flow(X, **FLOW)))


def test_may_be_assigned_to_a_live_generator():
    datagen = augmenting()
    iterator = datagen.flow(X, shuffle=False, subset="validation", batch_size=4, seed=1)
    augmented = next(iterator)
    datagen.augment_validation = False
    plain = next(iterator)
    np.testing.assert_array_equal(plain, next(keras.ImageDataGenerator(**NORMALIZATION).flow(X, shuffle=False, **FLOW | {"batch_size": 4})))
    assert not np.array_equal(plain, augmented)


def test_batches_made_ahead_are_not_augmented_either():
    images = np.random.RandomState(1).randint(0, 256, (64, 64, 64, 3)).astype("uint8")
    options = FLOW | {"batch_size": 32}
    settings = {"rescale": 1 / 255, "validation_split": 0.99}
    iterator = ImageDataGenerator(**AUGMENTATION, **settings, augment_validation=False).flow(images, **options)
    batches, _ = batches_and_state(iterator)
    expected, _ = batches_and_state(keras.ImageDataGenerator(**settings).flow(images, **options))
    assert iterator._lookahead._misses == 0 and iterator._lookahead._prepared
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate(expected))


def test_generators_and_iterators_pickled_before_it_existed():
    datagen = augmenting()
    iterator = datagen.flow(X, subset="validation", seed=1)
    del datagen.augment_validation, iterator.subset
    restored = pickle.loads(pickle.dumps(iterator))
    np.testing.assert_array_equal(next(restored), next(iterator))


@pytest.mark.parametrize("value", ["no", None, 2])
def test_refused_values(value):
    with pytest.raises(ValueError, match="`augment_validation` should be True or False. Received: "):
        ImageDataGenerator(augment_validation=value)


@pytest.mark.parametrize("value", [True, False, np.False_])
def test_accepted_values(value):
    assert ImageDataGenerator(augment_validation=value).augment_validation == value
