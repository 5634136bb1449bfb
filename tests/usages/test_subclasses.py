"""Subclasses, replaced methods and hooks, as people wrote them."""

import keras_preprocessing.image
import numpy as np
import pytest
import tensorflow as tf
from originals import AUGMENTING, assert_runs_alike, keras_internals, photographs
from sklearn.base import BaseEstimator

import imgdatagen_compat

X = photographs()
Y = np.arange(10) % 3


def test_attributes_set_before_the_constructor_of_the_base(folder):
    def run(image):
        class Cropping(image.DirectoryIterator):
            def __init__(self, directory, datagen, crop, **options):
                self.crop = crop
                self.batch_index = 0
                self.lock = None
                super().__init__(directory, datagen, **options)

            def _get_batches_of_transformed_samples(self, index_array):
                x, y = super()._get_batches_of_transformed_samples(index_array)
                return x[:, : self.crop, : self.crop], y

        it = Cropping(folder, image.ImageDataGenerator(**AUGMENTING), 5, target_size=(9, 9), batch_size=4, seed=1)
        return [next(it), it[1], next(it)]

    assert_runs_alike(run)


def test_iterator_that_never_calls_the_constructor_of_the_base():
    class Pairs(imgdatagen_compat.Iterator):
        def __init__(self, x, y, batch_size):
            self.x, self.y, self.batch_size = x, y, batch_size
            self.i = 0

        def __len__(self):
            return len(self.x) // self.batch_size

        def __getitem__(self, i):
            rows = slice(i * self.batch_size, (i + 1) * self.batch_size)
            return self.x[rows], self.y[rows]

        def next(self):
            self.i += 1
            return self[(self.i - 1) % len(self)]

        def on_epoch_end(self):
            self.i = 0

    it = Pairs(X.astype("float32"), Y.astype("float32"), 2)
    np.testing.assert_array_equal(next(it)[1], [0, 1])
    np.testing.assert_array_equal(next(it)[1], [2, 0])
    model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)])
    model.compile(loss="mse")
    assert len(model.fit(it, epochs=2, verbose=0).history["loss"]) == 2


def test_array_iterator_that_never_calls_the_constructor_of_the_base():
    def run(image):
        class Minimal(image.NumpyArrayIterator):
            def __init__(self, x, datagen):
                self.x, self.y, self.x_misc, self.sample_weight = x, None, [], None
                self.image_data_generator, self.dtype, self.save_to_dir = datagen, "float32", None
                image.Iterator.__init__(self, len(x), 4, False, 2)

        it = Minimal(X.astype("float32"), image.ImageDataGenerator(**AUGMENTING))
        return [next(it), it[2]]

    assert_runs_alike(run)


def test_method_of_one_instance_replaced_and_the_original_called_with_a_list(folder):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, target_size=(9, 9), batch_size=3, shuffle=False, seed=1)
        get_batch = it._get_batches_of_transformed_samples

        def one_at_a_time(index_array):
            singles = [get_batch([i]) for i in index_array]
            return np.concatenate([x for x, _ in singles]), np.concatenate([y for _, y in singles])

        it._get_batches_of_transformed_samples = one_at_a_time
        return [next(it), it[1], next(it)]

    assert_runs_alike(run)


@pytest.mark.parametrize("nest", [lambda x, y: ((x, x[:, ::2]), (y, y)), lambda x, y: ([x, [x]], [y, y], None)], ids=["tuples", "lists"])
def test_nested_structures_from_a_replaced_method(nest):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, seed=1)
        get_batch = it._get_batches_of_transformed_samples
        it._get_batches_of_transformed_samples = lambda index_array: nest(*get_batch(index_array))
        return [next(it), it[0]]

    assert_runs_alike(run)


def test_get_random_transform_overridden_with_a_partial_dictionary():
    def run(image):
        class QuarterTurns(image.ImageDataGenerator):
            def get_random_transform(self, img_shape, seed=None):
                return {"theta": 90 * np.random.randint(4), "flip_vertical": True}

        it = QuarterTurns(rescale=1 / 255).flow(X[:, :, :12], Y, batch_size=4, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_get_random_transform_extended():
    def run(image):
        class NoSmallShifts(image.ImageDataGenerator):
            def get_random_transform(self, img_shape, seed=None):
                params = super().get_random_transform(img_shape, seed)
                params["tx"] = np.sign(params["tx"]) * max(2, abs(params["tx"]))
                return params

        it = NoSmallShifts(height_shift_range=0.3, horizontal_flip=True).flow(X, Y, batch_size=4, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_apply_transform_overridden():
    def run(image):
        class Cutout(image.ImageDataGenerator):
            def apply_transform(self, x, transform_parameters):
                x = super().apply_transform(x, transform_parameters)
                row, col = np.random.randint(6, size=2)
                x[row : row + 5, col : col + 5] = 0
                return x

        it = Cutout(**AUGMENTING).flow(X, Y, batch_size=4, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_random_transform_overridden_matters_in_fit_only():
    def run(image):
        class Darkened(image.ImageDataGenerator):
            def random_transform(self, x, seed=None):
                return super().random_transform(x, seed) / 2

        datagen = Darkened(featurewise_center=True, horizontal_flip=True)
        datagen.fit(X, augment=True, rounds=2, seed=3)
        return [datagen.mean, next(datagen.flow(X, Y, batch_size=4, seed=1))]

    mean, _ = assert_runs_alike(run)
    assert mean.mean() < 0.6 * X.mean()


def test_standardize_overridden():
    def run(image):
        class ImageNet(image.ImageDataGenerator):
            def standardize(self, x):
                x = super().standardize(x)
                return (x - np.array([0.485, 0.456, 0.406], "float32")) / np.array([0.229, 0.224, 0.225], "float32")

        it = ImageNet(**AUGMENTING).flow(X, Y, batch_size=4, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_standardize_replaced_on_an_instance_of_a_live_iterator():
    def run(image):
        datagen = image.ImageDataGenerator(horizontal_flip=True)
        it = datagen.flow(X, Y, batch_size=4, seed=1)
        before = next(it)
        datagen.standardize = lambda x: x / 127.5 - 1
        return [before, next(it)]

    assert_runs_alike(run)


def test_methods_called_by_hand():
    def run(image):
        datagen = image.ImageDataGenerator(**AUGMENTING, channel_shift_range=20.0, brightness_range=(0.5, 1.5))
        params = datagen.get_random_transform((12, 17, 3), seed=4)
        without_channels = datagen.get_random_transform((12, 17), seed=4)
        transformed = datagen.apply_transform(X[0].astype("float32"), params)
        return [
            *params.values(),
            *without_channels.values(),
            transformed,
            datagen.random_transform(X[1].astype("float32"), seed=5),
            datagen.standardize(transformed),
        ]

    assert_runs_alike(run)


def test_flow_methods_overridden_as_generator_functions(folder):
    def run(image):
        class TwoOutputs(image.ImageDataGenerator):
            def flow(self, *args, **kwargs):
                for x, y in super().flow(*args, **kwargs):
                    yield x, {"a": y, "b": 1 - y}

            def flow_from_directory(self, directory, *args, **kwargs):
                for x, y in super().flow_from_directory(directory, *args, **kwargs):
                    yield x, [y, y]

        datagen = TwoOutputs(**AUGMENTING)
        from_arrays = datagen.flow(X, Y, batch_size=4, seed=1)
        batches = [next(from_arrays) for _ in range(3)]
        from_files = datagen.flow_from_directory(folder, target_size=(9, 9), batch_size=3, seed=1)
        return [*(x for x, _ in batches), *(y["b"] for _, y in batches), next(from_files), next(from_files)]

    assert_runs_alike(run)


def test_iterator_among_several_bases():
    def run(image):
        class Patches(image.Iterator, BaseEstimator, tf.keras.utils.Sequence):
            def __init__(self, x=None, batch_size=4):
                self.x = x
                super().__init__(len(x), batch_size, True, 3)

            def _get_batches_of_transformed_samples(self, index_array):
                return self.x[index_array]

        it = Patches(X)
        return [next(it), it[0], next(it), len(it), it.get_params()["batch_size"]]

    assert_runs_alike(run)


def test_iterators_built_directly_and_positionally(folder):
    def run(image):
        datagen = image.ImageDataGenerator(**AUGMENTING)
        arrays = image.NumpyArrayIterator(
            X, Y, datagen, 4, True, np.arange(10) / 10, 3, "channels_last", None, "", "png", None, False, "float32"
        )
        files = image.DirectoryIterator(
            folder, datagen, (9, 9), "rgb", None, "sparse", 4, True, 3, None, None, "", "png", False, None, "bilinear", True, "float32"
        )
        by_keyword = image.DirectoryIterator(directory=folder, image_data_generator=datagen, target_size=(9, 9), seed=1)
        without_generator = image.DirectoryIterator(folder, None, target_size=(9, 9), shuffle=False, batch_size=3)
        return [next(it) for it in (arrays, files, by_keyword, without_generator) for _ in range(2)]

    assert_runs_alike(run)


def test_dataframe_iterator_built_directly(folder):
    import pandas as pd

    frame = pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(5)], "class": ["a", "b", "a", "b", "a"]})

    def run(image):
        it = image.DataFrameIterator(frame, folder, image.ImageDataGenerator(**AUGMENTING), target_size=(9, 9), batch_size=2, seed=1)
        return [next(it), it[1], it.dtype, it.data_format]

    assert_runs_alike(run, keras_internals())


def test_every_class_of_keras_preprocessing_can_be_a_base():
    for name in ("Iterator", "DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator", "ImageDataGenerator"):
        assert isinstance(getattr(keras_preprocessing.image, name), type)
        assert issubclass(type(name, (getattr(imgdatagen_compat, name),), {}), getattr(imgdatagen_compat, name))
