"""Several threads that take batches from one iterator: every sample exactly once per epoch, with its label."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from originals import keras_image

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.pipeline import lookahead

THREADS, SAMPLES, BATCH_SIZE, EPOCHS = 8, 45, 4, 4
AUGMENTATIONS = {"compiled": {"horizontal_flip": True, "rotation_range": 10}, "per image": {"rotation_range": 10, "interpolation_order": 3}}


@pytest.fixture(autouse=True)
def small_batches_are_made_ahead_too(monkeypatch):
    monkeypatch.setattr(lookahead, "_SMALLEST_BATCH_VALUES", 0)


def flow(**settings):
    """Batches of images that are of one value each, which no geometry changes: 2 * label."""
    x = np.empty((SAMPLES, 12, 10, 3), np.uint8)
    x[:] = 2 * np.arange(SAMPLES).reshape(-1, 1, 1, 1)
    return ImageDataGenerator(**settings.pop("augmentation")).flow(x, np.arange(SAMPLES), batch_size=BATCH_SIZE, **settings)


def taken_by_threads(take, count):
    """What `count` calls of `take(i)` return, made by eight threads that begin together."""
    barrier = threading.Barrier(THREADS)
    with ThreadPoolExecutor(THREADS, initializer=barrier.wait) as threads:
        return list(threads.map(take, range(count)))


def labels_of(batches):
    """All labels, after a look at the pixels that go with them."""
    for images, labels in batches:
        expected = np.broadcast_to(2.0 * labels.reshape(-1, 1, 1, 1), images.shape)
        np.testing.assert_allclose(images, expected, rtol=0, atol=1e-3)
    return np.concatenate([labels for _, labels in batches])


@pytest.mark.parametrize("augmentation", AUGMENTATIONS.values(), ids=AUGMENTATIONS)
@pytest.mark.parametrize("seed", [None, 3])
def test_next_gives_every_sample_once_an_epoch(augmentation, seed):
    iterator = flow(augmentation=augmentation, seed=seed)
    labels = labels_of(taken_by_threads(lambda _: next(iterator), EPOCHS * len(iterator)))
    np.testing.assert_array_equal(np.bincount(labels, minlength=SAMPLES), EPOCHS)
    assert iterator.total_batches_seen == EPOCHS * len(iterator)


@pytest.mark.parametrize("augmentation", AUGMENTATIONS.values(), ids=AUGMENTATIONS)
def test_indexing_gives_every_sample_once(augmentation):
    for _ in range(5):  # an iterator draws its order when it is first indexed
        iterator = flow(augmentation=augmentation, seed=None)
        labels = labels_of(taken_by_threads(iterator.__getitem__, len(iterator)))
        np.testing.assert_array_equal(np.sort(labels), np.arange(SAMPLES))


def test_one_order_is_drawn_for_threads_that_index_first(monkeypatch):
    iterator = flow(augmentation={}, seed=None)
    draw, both_are_here = type(iterator)._set_index_array, threading.Barrier(2)

    def slowly(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            both_are_here.wait(0.3)  # nobody comes if others have to wait for this order
        draw(self)

    monkeypatch.setattr(type(iterator), "_set_index_array", slowly)
    labels = labels_of(taken_by_threads(iterator.__getitem__, len(iterator)))
    np.testing.assert_array_equal(np.sort(labels), np.arange(SAMPLES))


def test_a_pixel_of_another_sample_is_noticed():
    images, labels = next(flow(augmentation={}, seed=1))
    with pytest.raises(AssertionError):
        labels_of([(images, labels[::-1])])


def threads_left(image, folder):
    """How many threads more there are when a folder could not be listed."""
    before = threading.active_count()
    with pytest.raises(TypeError):
        image.ImageDataGenerator().flow_from_directory(folder, classes=[3])
    return threading.active_count() - before


def test_a_folder_that_cannot_be_listed_leaves_no_threads(tmp_path):
    assert threads_left(imgdatagen_compat, tmp_path) == 0
    assert threads_left(keras_image, tmp_path) > 0, "the original does; to be said in MIGRATION.md no longer if not"
