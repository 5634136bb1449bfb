"""Where the images come from that `fit_iterator` measures: one of our iterators, a dataset, an array, or any batches."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from imgdatagen_compat.bit_depth import stated_white, white_of_images
from imgdatagen_compat.config import CHANNELS_FIRST

_SINGLE_IMAGES_AT_ONCE = 32
_INFINITE_CARDINALITY = -1  # of `tf.data`


@dataclasses.dataclass(frozen=True)
class ImageStream:
    """Raw images, batch by batch.

    Attributes:
        batches: begins a pass; yields pairs of images, rank 4 in the data format of the generator, and the white of each, or None where
            the settings tell it.
        total: how many images there are in one pass; None where nothing tells.
        can_repeat: whether a second pass sees the same images.
    """

    batches: Callable[[], Iterator[tuple[np.ndarray, np.ndarray | None]]]
    total: int | None = None
    can_repeat: bool = True

    @classmethod
    def of(cls, datagen, data, steps: int | None) -> ImageStream:
        """The images of `data`, as `ImageDataGenerator.fit_iterator` takes it; `steps` as there.

        Raises:
            ValueError: an endless dataset without `steps`, or an iterator of a class of one's own.
            TypeError: `data` cannot be iterated over.
        """
        if steps is not None and steps < 1:
            raise ValueError(f"`steps` should be a positive int, or None for all batches. Received: {steps!r}")
        if hasattr(data, "image_data_generator"):
            if not hasattr(data, "_source"):
                remedy = (
                    "Pass its `images`, then call `flow_pair` again, which reads the statistics once."
                    if hasattr(data, "masks")
                    else "Its finished batches are (iterator[i] for i in range(len(iterator)))."
                )
                raise ValueError(
                    f"Only iterators that this package makes over arrays, a directory or a dataframe show their raw images. Received: "
                    f"{type(data).__name__}. {remedy}"
                )
            return _of_iterator(datagen, data, steps)
        total, can_repeat = None, True
        if isinstance(data, np.ndarray):
            batches, total = lambda: iter([data]), len(data) if data.ndim == 4 else None
        elif hasattr(data, "as_numpy_iterator"):
            batches = _batches_of_dataset(data, steps)
        elif hasattr(data, "__len__") and hasattr(data, "__getitem__"):  # `Sequence` and `PyDataset` of Keras are endless to iterate over
            batches = functools.partial(_by_index, data)
        else:
            if not hasattr(data, "__iter__"):
                raise TypeError(f"`data` should be an iterator, a dataset, an array or batches of images. Received: {type(data).__name__}")
            can_repeat = iter(data) is not data
            batches = functools.partial(iter, data)
        return cls(lambda: _checked(datagen, itertools.islice(batches(), steps)), total, can_repeat)


def _by_index(batches):
    return (batches[i] for i in range(len(batches)))


def _of_iterator(datagen, iterator, steps):
    """One epoch of an iterator, not shuffled; with `steps`, of batches spread evenly over it, for files lie class by class."""
    size = iterator.batch_size
    starts = np.arange(0, iterator.n, size)
    if steps is not None and steps < len(starts):
        starts = starts[np.linspace(0, len(starts) - 1, steps).astype(int)]
    parts = [range(start, min(start + size, iterator.n)) for start in starts.tolist()]

    def batches():
        if hasattr(iterator, "_follow_filenames"):
            iterator._follow_filenames()
        for indices in parts:
            source = iterator._source(indices).read()
            if not source.size:
                continue
            images, whites = _raw_images(source, iterator.data_format == CHANNELS_FIRST, datagen.channel_axis == 1)
            if whites is None and stated_white(datagen) is None:
                whites = np.full(len(images), white_of_images(datagen, images))
            yield images, whites

    return ImageStream(batches, sum(map(len, parts)))


def _raw_images(source, is_first, wants_first):
    """The images of a `Source` and their whites, in the wanted data format."""
    images = _read_at_once(source)
    if images is None:
        images = np.stack(list(source.one_by_one()))  # raises what reading one of them raises
        whites = source.whites(images)
        return _in_format(images, is_first, wants_first), whites
    return _in_format(images, False, wants_first), source.whites(images)


def _read_at_once(source):
    """The images by the fast way, channels last; None where that is not for them."""
    from imgdatagen_compat.pipeline.forking import in_forked_child

    if source.needs_per_image is not None or source.dtype != np.dtype("float32") or in_forked_child():
        return None
    try:
        return source.whole()
    except Exception:  # One by one, the error says which image it was.
        return None


def _in_format(images, is_first, wants_first):
    if is_first == wants_first:
        return images
    return images.transpose(0, 3, 1, 2) if wants_first else images.transpose(0, 2, 3, 1)


def _batches_of_dataset(dataset, steps):
    if steps is None and dataset.cardinality() == _INFINITE_CARDINALITY:
        raise ValueError("The dataset is endless: pass `steps`, the number of batches to measure, or `dataset.take(n)`.")
    return dataset.as_numpy_iterator


def _checked(datagen, elements: Iterable):
    """Batches of images, with their whites, of what a dataset or any iterable yields."""
    white, channels = stated_white(datagen), None
    needs_white, first_white = white is None, None
    for images in _batched(map(_images_of, elements)):
        if channels not in (None, images.shape[datagen.channel_axis]):
            raise ValueError(
                f"Images should have the same number of channels, on axis {datagen.channel_axis}. "
                f"Received: {channels} and {images.shape[datagen.channel_axis]}"
            )
        channels = images.shape[datagen.channel_axis]
        if not needs_white:
            yield images, None
            continue
        white = white_of_images(datagen, images)
        first_white = white if first_white is None else first_white
        if white != first_white and not (np.isnan(white) and np.isnan(first_white)):
            raise ValueError(
                "The values of some batches tell another white than those of others: pass `rescale` as a number, or `bit_depth` "
                f"(8, 10, 12, 14 or 16). Received: {first_white:g} and {white:g}"
            )
        yield images, np.full(len(images), white)


def _images_of(element) -> np.ndarray:
    """The images of one element: the first part of (images, labels, …) and of (images, further inputs)."""
    while isinstance(element, (tuple, list)) and element:
        element = element[0]
    images = np.asarray(element)
    if images.ndim not in (3, 4):
        raise ValueError(
            "`fit_iterator` takes batches of images (rank 4: images, rows, columns, channels), single images (rank 3), or tuples that "
            f"begin with them. Received: an element of type {type(element).__name__} and shape {images.shape}."
        )
    return images


def _batched(arrays):
    """Batches as they are; single images in batches of those that follow each other and have one shape."""
    for (rank, _shape, _dtype), group in itertools.groupby(arrays, lambda x: (x.ndim, x.shape if x.ndim == 3 else None, x.dtype)):
        if rank == 4:
            yield from group
            continue
        while images := list(itertools.islice(group, _SINGLE_IMAGES_AT_ONCE)):
            yield np.stack(images)
