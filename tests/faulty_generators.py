"""Stand-ins for a drop-in with one fault: the original itself, but for that. A comparison that misses one of them is worth nothing."""

import types
import warnings

import numpy as np


def faulty_module(original, change_batch=None, change_iterator=None):
    """Returns a module-like object with the original's `ImageDataGenerator`, changed.

    Args:
        original: module with `ImageDataGenerator`.
        change_batch: function from a batch to what is handed out instead.
        change_iterator: function that is given each new iterator to change.
    """

    class FaultyImageDataGenerator(original.ImageDataGenerator):
        def flow_from_directory(self, *args, **kwargs):
            iterator = super().flow_from_directory(*args, **kwargs)
            if change_batch:
                make_batch = iterator._get_batches_of_transformed_samples
                iterator._get_batches_of_transformed_samples = lambda indices: change_batch(make_batch(indices))
            if change_iterator:
                change_iterator(iterator)
            return iterator

    return types.SimpleNamespace(ImageDataGenerator=FaultyImageDataGenerator)


def last_bit_of_one_pixel(batch):
    batch[0][0, 3, 5, 1] = np.nextafter(batch[0][0, 3, 5, 1], np.float32(np.inf))
    return batch


def one_pixel_far_off(batch):
    batch[0][0, 3, 5, 1] += 1
    return batch


def one_pixel_nan(batch):
    batch[0][0, 3, 5, 1] = np.nan
    return batch


def one_label(batch):
    batch[1][0] = np.roll(batch[1][0], 1)
    return batch


def one_extra_draw(batch):
    np.random.random()
    return batch


def other_dtype(batch):
    return batch[0].astype(np.float64), batch[1]


def one_image_too_few(batch):
    return batch[0][:-1], batch[1][:-1]


def list_for_tuple(batch):
    return list(batch)


def no_labels(batch):
    return batch[0]


def an_error(batch):
    raise OSError("disk on fire")


def a_word_too_many(batch):
    print("Found 3 images.")
    return batch


BATCH_FAULTS = (
    last_bit_of_one_pixel,
    one_pixel_far_off,
    one_pixel_nan,
    one_label,
    one_extra_draw,
    other_dtype,
    one_image_too_few,
    list_for_tuple,
    no_labels,
    an_error,
    a_word_too_many,
)


def other_filenames(iterator):
    iterator.filenames = iterator.filenames[::-1]


def other_class_indices(iterator):
    iterator.class_indices = {name: index + 1 for name, index in iterator.class_indices.items()}


def other_statistics(iterator):
    iterator.image_data_generator.mean = np.zeros(3, np.float32)


def other_seed(iterator):
    iterator.seed += 1


def batch_counter_ahead(iterator):
    iterator.total_batches_seen += 1


ITERATOR_FAULTS = (other_filenames, other_class_indices, other_statistics, other_seed, batch_counter_ahead)


def warned(iterator):
    """Not a fault: the drop-in may warn of more than the original."""
    warnings.warn("these images have 16 bits", UserWarning, stacklevel=2)
