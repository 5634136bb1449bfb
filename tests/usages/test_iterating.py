"""How code steps through an iterator: `next`, the index generator, loop counters, epochs, threads."""

import inspect
import threading

import keras_preprocessing.image
import numpy as np
import pytest
import tensorflow as tf
from originals import AUGMENTING, assert_runs_alike, assert_same, keras_image, photographs

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator, Iterator, NumpyArrayIterator

X = photographs()
Y = np.arange(10) % 3


def test_next_method():
    def run(image):
        it = image.ImageDataGenerator(horizontal_flip=True, rescale=1 / 255).flow(X, Y, batch_size=4)
        return [it.next() for _ in range(4)]

    assert_runs_alike(run, keras_preprocessing.image)


def test_overridden_next_method_is_reached_by_next_and_for():
    def run(image):
        class Negatives(image.NumpyArrayIterator):
            def next(self):
                with self.lock:
                    index_array = next(self.index_generator)
                x, y = self._get_batches_of_transformed_samples(index_array)
                return -x, y

        it = Negatives(X, Y, image.ImageDataGenerator(vertical_flip=True), batch_size=4)
        batches = [next(it), it.next()]
        for batch in it:
            batches.append(batch)
            if len(batches) == 5:
                return batches

    batches = assert_runs_alike(run, keras_preprocessing.image)
    assert all(np.all(x <= 0) for x, _ in batches)


def test_flow_index_overridden():
    def run(image):
        class OneOfEachClass(image.NumpyArrayIterator):
            def _flow_index(self):
                self.reset()
                while True:
                    if self.batch_index == 0:
                        self._set_index_array()
                    self.batch_index = (self.batch_index + 1) % len(self)
                    self.total_batches_seen += 1
                    yield np.array([np.random.choice(np.flatnonzero(self.y == c)) for c in range(3)])

        it = OneOfEachClass(X, Y, image.ImageDataGenerator(**AUGMENTING), batch_size=3, shuffle=True, seed=1)
        return [next(it) for _ in range(5)]

    for _, y in assert_runs_alike(run):
        np.testing.assert_array_equal(y, [0, 1, 2])


def test_flow_index_overridden_around_the_original_one():
    def run(image):
        class Sorted(image.NumpyArrayIterator):
            def _flow_index(self):
                for indices in super()._flow_index():
                    yield np.sort(indices)

        it = Sorted(X, Y, image.ImageDataGenerator(**AUGMENTING), batch_size=4, shuffle=True, seed=1)
        return [next(it) for _ in range(5)]

    assert_runs_alike(run)


def test_index_generator_rebuilt_after_n_was_assigned():
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=3, seed=2)
        first = next(it)
        it.n = 5
        it.index_generator = it._flow_index()
        return [first, *(next(it) for _ in range(4)), len(it)]

    assert_runs_alike(run)


def test_index_generator_stepped_directly():
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, seed=2)
        indices = next(it.index_generator)
        return [indices, it._get_batches_of_transformed_samples(indices), it.batch_index, it.total_batches_seen, next(it)]

    assert_runs_alike(run)


def test_shuffle_switched_off_on_a_live_iterator():
    def run(image):
        it = image.ImageDataGenerator().flow(X, Y, batch_size=4, seed=3)
        batches = [it[0], next(it)]
        it.shuffle = False
        it.reset()
        batches += [it[0], it.index_array]  # still the old order
        batches += [next(it), it.index_array]
        it.shuffle = True
        batches += [it[1]]
        it.on_epoch_end()
        return [*batches, it[1], it.index_array]

    result = assert_runs_alike(run)
    np.testing.assert_array_equal(result[5], np.arange(10))


def test_shuffle_switched_off_reaches_indexing_at_the_end_of_the_epoch():
    def run(image):
        it = image.ImageDataGenerator().flow(X, Y, batch_size=4, seed=3)
        it[0]
        it.shuffle = False
        before = it[0]
        it.on_epoch_end()
        return [before, it[0]]

    before, after = assert_runs_alike(run)
    np.testing.assert_array_equal(after[0], X[:4].astype("float32"))
    assert not np.array_equal(before[0], after[0])


def test_classes_in_the_order_of_index_array(folder):
    def run(image):
        it = image.ImageDataGenerator().flow_from_directory(folder, target_size=(8, 8), batch_size=4, seed=5)
        predicted = np.concatenate([it[i][1] for i in range(len(it))]).argmax(axis=1)
        return [predicted, it.classes[it.index_array]]

    predicted, true_classes = assert_runs_alike(run)
    np.testing.assert_array_equal(predicted, true_classes)


def test_counters_as_loop_conditions():
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4)
        counters = []
        while it.total_batches_seen < 2:
            next(it)
            counters.append((it.batch_index, it.total_batches_seen))
        it.reset()
        collected = [next(it)[1]]
        while it.batch_index != 0:
            collected.append(next(it)[1])
            counters.append((it.batch_index, it.total_batches_seen))
        return [counters, np.sort(np.concatenate(collected))]

    counters, labels = assert_runs_alike(run)
    assert counters == [(1, 1), (2, 2), (2, 4), (0, 5)]
    np.testing.assert_array_equal(labels, np.sort(Y))


def test_the_same_batch_again_and_again_is_augmented_anew():
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, shuffle=False, seed=1)
        return [it[0], it[0], it[0], it[-1], it.total_batches_seen]

    first, second, third, last, seen = assert_runs_alike(run)
    assert not np.array_equal(first[0], second[0])
    assert not np.array_equal(second[0], third[0])
    assert len(last[0]) == 0
    assert seen == 4


def test_index_past_the_end():
    it = ImageDataGenerator().flow(X, Y, batch_size=4)
    with pytest.raises(ValueError, match="element 3, but the Sequence has length 3"):
        it[len(it)]


def test_a_new_iterator_stands_at_the_start():
    def run(image):
        it = image.ImageDataGenerator().flow(X, Y, batch_size=4, seed=3)
        return [it.n, it.batch_size, it.shuffle, it.seed, it.batch_index, it.total_batches_seen, it.index_array]

    assert assert_runs_alike(run)[4:] == [0, 0, None]


def test_iterator_of_nothing():
    it = Iterator(0, 0, False, 0)
    assert (it.n, it.batch_size, it.shuffle, it.seed) == (0, 0, False, 0)
    assert next(Iterator(0, 1, False, 0).index_generator).shape == (0,)


@pytest.mark.parametrize("base", [keras_image.Iterator, Iterator])
def test_the_base_class_makes_no_batches(base):
    with pytest.raises(NotImplementedError):
        next(base(4, 2, False, 0))


@pytest.mark.parametrize("batch_size", [5, 10, 4, 20])
@pytest.mark.parametrize("seed", [None, 1])
def test_epochs_of_whole_and_of_broken_batches(batch_size, seed):
    def run(image):
        it = image.ImageDataGenerator().flow(X, Y, batch_size=batch_size, seed=seed)
        return [(*next(it), it.batch_index, it.total_batches_seen) for _ in range(5)]

    assert_runs_alike(run)


def test_worker_options():
    def workers_of(it):
        return it._workers, it._use_multiprocessing, it._max_queue_size

    class NeverInitialized(Iterator):
        def __init__(self):
            pass

    assert workers_of(NeverInitialized()) == workers_of(Iterator(4, 2, False, 0)) == (1, False, 10)
    assert workers_of(Iterator(4, 2, False, 0, workers=3, use_multiprocessing=True, max_queue_size=4)) == (3, True, 4)
    with pytest.raises(TypeError, match="Iterator got an unexpected keyword argument 'worker'"):
        Iterator(4, 2, False, 0, worker=3)


def test_formats_of_files():
    assert set(Iterator.white_list_formats) == set(keras_image.Iterator.white_list_formats)


def test_several_threads_in_next():
    it = ImageDataGenerator(rescale=1 / 255).flow(X, np.arange(10), batch_size=2)
    batches = []

    def consume():
        for _ in range(5):
            batches.append(next(it))

    threads = [threading.Thread(target=consume) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert it.total_batches_seen == 30
    labels = np.concatenate([y for _, y in batches])
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 6))  # six epochs: every image six times
    for x, y in batches:
        np.testing.assert_array_equal(x, ImageDataGenerator(rescale=1 / 255).standardize(X[y].astype("float32")))


def test_ordered_enqueuer_of_eight_threads():
    if hasattr(tf.keras.utils, "OrderedEnqueuer"):  # of Keras 2 and tf_keras
        from tensorflow.keras.utils import OrderedEnqueuer
    else:
        from keras.src.trainers.data_adapters.py_dataset_adapter import OrderedEnqueuer

    it = ImageDataGenerator(rescale=1 / 255).flow(X, np.arange(10), batch_size=2, shuffle=False)
    options = {"workers": 8, "max_queue_size": 10}
    if "workers" in inspect.signature(OrderedEnqueuer).parameters:
        enqueuer = OrderedEnqueuer(it, **options)
        enqueuer.start()
    else:  # Keras 2 and the first releases of Keras 3
        enqueuer = OrderedEnqueuer(it)
        enqueuer.start(**options)
    try:
        batches = enqueuer.get()
        for labels in ([0, 1], [2, 3], [4, 5], [6, 7], [8, 9]):
            x, y = next(batches)
            np.testing.assert_array_equal(y, labels)
            np.testing.assert_array_equal(x, ImageDataGenerator(rescale=1 / 255).standardize(X[labels].astype("float32")))
    finally:
        enqueuer.stop()


def test_dataset_from_generator_reenters_the_same_iterator():
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, seed=1)
        spec = (tf.TensorSpec([None, 12, 17, 3], tf.float32), tf.TensorSpec([None], tf.int64))
        dataset = tf.data.Dataset.from_generator(lambda: it, output_signature=spec)
        return [[x.numpy(), y.numpy()] for _ in range(2) for x, y in dataset.take(3)]

    assert_runs_alike(run)


@pytest.mark.parametrize("options", [AUGMENTING, {"horizontal_flip": True, "vertical_flip": True}], ids=["affine", "flips"])
def test_zip_of_images_and_masks_stays_aligned(options):
    def run(image):
        images = image.ImageDataGenerator(**options).flow(X, batch_size=4, seed=9)
        masks = image.ImageDataGenerator(**options).flow(X[..., :1], batch_size=4, seed=9)
        return [[a, b] for (a, b), _ in zip(zip(images, masks), range(6))]

    for images, masks in assert_runs_alike(run):
        np.testing.assert_array_equal(images[..., :1], masks)


def test_zip_of_directories_stays_aligned(folder):
    def run(image):
        datagen = image.ImageDataGenerator(**AUGMENTING)
        options = {"target_size": (9, 9), "class_mode": None, "batch_size": 3, "seed": 4}
        images = datagen.flow_from_directory(folder, **options)
        masks = datagen.flow_from_directory(folder, color_mode="grayscale", **options)
        return [batch for pair, _ in zip(zip(images, masks), range(5)) for batch in pair]

    assert_runs_alike(run)


def test_wrapped_in_a_generator_function():
    def run(image):
        def with_noise(it):
            for x, y in it:
                yield x + np.random.normal(size=x.shape), y

        batches = with_noise(image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, seed=6))
        return [next(batches) for _ in range(4)]

    assert_runs_alike(run)


def test_iterator_is_its_own_iterator():
    it = ImageDataGenerator().flow(X)
    assert iter(it) is it
    assert isinstance(it, NumpyArrayIterator)
    assert_same(next(iter(it)).shape, (10, 12, 17, 3))
    assert isinstance(it, imgdatagen_compat.Iterator)
