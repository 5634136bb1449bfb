"""`as_dataset()` of iterators that augment: drawn in the graph, or as `next()` draws."""

import time

import numpy as np
import pytest
import tensorflow as tf
from dataset_flows import AUGMENTED, BATCH, SIZE, N, X, Y, assert_equal_batches, flow, half
from spelled_settings import spelled

from imgdatagen_compat import DirectoryIterator, ImageDataGenerator, Iterator, NumpyArrayIterator, save_img
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.pipeline import stateless
from imgdatagen_compat.pipeline.keys_and_starts import keys_and_starts


class TestStateless:
    def test_pixels_are_those_of_the_drawn_parameters(self):
        datagen = ImageDataGenerator(**AUGMENTED, channel_shift_range=20, brightness_range=(0.5, 1.5))
        iterator = flow(datagen, shuffle=True, seed=5)
        key, _ = next(iter(keys_and_starts(5, steps=3, batch_size=BATCH, epochs=1)))
        for images, samples in iterator.as_dataset().as_numpy_iterator():
            params = stateless.draw_params(GeneratorConfig.of(datagen), key, tf.constant(samples), *SIZE)
            for i, sample in enumerate(samples):
                drawn = {name: None if values is None else values[i].numpy() for name, values in vars(params).items()}
                expected = datagen.standardize(datagen.apply_transform(X[sample].astype("float32"), drawn))
                np.testing.assert_allclose(images[i], expected, atol=1.01 / 255)  # brightness: a grey level where rounding tips
                assert np.mean(images[i] != expected) < 0.05

    @pytest.mark.parametrize("settings", [{"interpolation_order": 3, "rotation_range": 30}, {**AUGMENTED, "preprocessing_function": half}])
    def test_configurations_that_need_python_are_augmented_too(self, settings):
        iterator = flow(ImageDataGenerator(**settings), seed=3)
        first, second = (np.concatenate([x for x, _ in iterator.as_dataset(epochs=1).as_numpy_iterator()]) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        plain = ImageDataGenerator(**{name: value for name, value in settings.items() if name in ("rescale", "preprocessing_function")})
        unaugmented = np.concatenate([x for x, _ in flow(plain).as_dataset().as_numpy_iterator()])
        assert all((first[i] != unaugmented[i]).any() for i in range(N))

    @pytest.mark.parametrize("hook", ["next", "_flow_index", "_index_batches", "_set_index_array", "get_random_transform"])
    def test_a_method_of_ones_own_is_refused(self, hook):
        iterator = flow()
        owner = iterator if hasattr(iterator, hook) else iterator.image_data_generator
        setattr(owner, hook, getattr(owner, hook))
        with pytest.raises(ValueError, match=f'`{hook}` of .* is overridden.*rng="legacy"'):
            iterator.as_dataset()

    def test_an_iterator_without_a_generator(self, tmp_path):
        (tmp_path / "a").mkdir()
        save_img(tmp_path / "a" / "0.png", X[0], scale=False)
        (images,) = DirectoryIterator(tmp_path, None, target_size=SIZE, class_mode=None).as_dataset().as_numpy_iterator()
        np.testing.assert_array_equal(images, X[:1])

    def test_every_sample_once_an_epoch_in_a_new_order_with_new_pixels(self):
        batches = list(flow(ImageDataGenerator(**AUGMENTED), shuffle=True).as_dataset(epochs=3).as_numpy_iterator())
        epochs = [np.concatenate([y for _, y in batches[i : i + 3]]) for i in (0, 3, 6)]
        for order in epochs:
            np.testing.assert_array_equal(np.sort(order), Y)
        assert len({tuple(order) for order in epochs}) == 3
        images = [np.concatenate([x for x, _ in batches[i : i + 3]])[np.argsort(order)] for i, order in zip((0, 3), epochs)]
        assert (images[0] != images[1]).any(axis=(1, 2, 3)).all()

    def test_one_seed_one_sequence_of_passes(self):
        first, second = (flow(ImageDataGenerator(**AUGMENTED), shuffle=True, seed=9).as_dataset() for _ in range(2))
        passes = [[list(dataset.as_numpy_iterator()) for _ in range(2)] for dataset in (first, second)]
        for one, other in zip(*passes):
            for batch, same in zip(one, other):
                assert_equal_batches(batch, same)
        assert (passes[0][0][0][0] != passes[0][1][0][0]).any(), "a second pass must be augmented anew"

    @pytest.mark.parametrize(
        "settings", [{}, {"preprocessing_function": half}, {"interpolation_order": 3, "zoom_range": (2, 2)}], ids=spelled
    )
    def test_the_settings_are_those_when_it_was_made(self, settings):
        datagen = ImageDataGenerator(rescale=0.5, **settings)
        dataset = flow(datagen).as_dataset()
        expected = list(dataset.as_numpy_iterator())
        datagen.rescale = 2.0
        for one, other in zip(dataset.as_numpy_iterator(), expected):
            assert_equal_batches(one, other)

    def test_without_a_seed_datasets_differ(self):
        first, second = (next(flow(ImageDataGenerator(**AUGMENTED), seed=None).as_dataset().as_numpy_iterator()) for _ in range(2))
        assert (first[0] != second[0]).any()

    def test_the_global_state_is_left_alone(self):
        dataset = flow(ImageDataGenerator(**AUGMENTED), shuffle=True).as_dataset()
        before = np.random.get_state()
        list(dataset.as_numpy_iterator())
        np.testing.assert_array_equal(before[1], np.random.get_state()[1])

    def test_images_and_masks_with_one_seed_stay_aligned(self):
        images, masks = (
            ImageDataGenerator(rotation_range=40, horizontal_flip=True).flow(x, batch_size=BATCH, seed=7).as_dataset()
            for x in (X, X[..., :1])
        )
        for x, mask in tf.data.Dataset.zip((images, masks)).as_numpy_iterator():
            np.testing.assert_array_equal(x[..., :1], mask)


class TestLegacy:
    @pytest.mark.parametrize("seed", [None, 4])
    def test_the_batches_of_next(self, seed):
        datagen = ImageDataGenerator(**AUGMENTED)
        np.random.seed(0)
        found = list(flow(datagen, shuffle=True, seed=seed).as_dataset(rng="legacy", epochs=2).as_numpy_iterator())
        np.random.seed(0)
        iterator = flow(datagen, shuffle=True, seed=seed)
        assert len(found) == 6
        for batch in found:
            assert_equal_batches(batch, next(iterator))

    def test_code_between_two_batches_may_draw(self):
        """Two datasets, or a dataset and `next`, side by side: a batch that is made ahead would draw between their draws."""
        ours, theirs = (flow(ImageDataGenerator(**AUGMENTED), shuffle=True, seed=4) for _ in range(2))
        batches = iter(ours.as_dataset(rng="legacy"))
        assert_equal_batches(next(batches), next(theirs))
        time.sleep(0.2)
        assert ours.total_batches_seen == 1

    def test_batches_made_ahead_are_asked_for(self):
        iterator = flow()
        batches = iter(iterator.as_dataset(rng="legacy", prefetch=2))
        next(batches)
        for _ in range(200):
            if iterator.total_batches_seen == 3:
                break
            time.sleep(0.05)
        assert iterator.total_batches_seen == 3

    def test_full_batches_only(self):
        found = list(flow().as_dataset(rng="legacy", epochs=2, drop_remainder=True).as_numpy_iterator())
        assert [len(y) for _, y in found] == [BATCH] * 4

    def test_an_overridden_batch_is_followed(self):
        class Negative(NumpyArrayIterator):
            def _get_batches_of_transformed_samples(self, index_array):
                images, labels = super()._get_batches_of_transformed_samples(index_array)
                return -images, labels

        iterator = Negative(X, Y, ImageDataGenerator(), batch_size=BATCH)
        with pytest.raises(ValueError, match='`_get_batches_of_transformed_samples` of Negative.*rng="legacy"'):
            iterator.as_dataset()
        images, _ = next(iterator.as_dataset(rng="legacy").as_numpy_iterator())
        np.testing.assert_array_equal(images, -X[:BATCH].astype("float32"))

    def test_a_structure_of_ones_own_is_followed(self):
        class Twice(Iterator):
            def _get_batches_of_transformed_samples(self, index_array):
                return {"images": X[index_array], "names": np.array([f"image {i}" for i in index_array])}

        np.random.seed(0)
        before = np.random.get_state()[1]
        dataset = Twice(N, BATCH, True, None).as_dataset(rng="legacy")
        np.testing.assert_array_equal(before, np.random.get_state()[1])
        found = list(dataset.as_numpy_iterator())
        assert sorted(name.decode() for batch in found for name in batch["names"]) == sorted(f"image {i}" for i in range(N))

    def test_files_are_saved_as_by_next(self, tmp_path):
        iterator = flow(save_to_dir=str(tmp_path))
        with pytest.raises(ValueError, match="`save_to_dir`"):
            iterator.as_dataset()
        list(iterator.as_dataset(rng="legacy"))
        assert len(list(tmp_path.iterdir())) == N
