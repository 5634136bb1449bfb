"""`PairIterator`: batches of images and their masks, in one order, with the same draws."""

from __future__ import annotations

import dataclasses
import functools
import os
import threading

import numpy as np
import tensorflow as tf

from imgdatagen_compat.bad_arguments import TRIALS, naming_arguments
from imgdatagen_compat.iterators.bad_files import LeavesOutEmptyBatches, NoReadableFileError
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.pipeline.batches import same_state
from imgdatagen_compat.pipeline.dataset import GraphSource, transform_of
from imgdatagen_compat.pipeline.paths import COMPILED

# Of all pairs: what they draw from, the global `np.random`, is one, too.
_DRAWING = threading.RLock()

_OF_MASKS = {f"mask_{name}": name for name in ("fill_mode", "cval", "rescale", "preprocessing_function")}
_TRIALS_OF_MASKS = {argument: TRIALS[name] for argument, name in _OF_MASKS.items()}

_POSITION = ("batch_size", "shuffle", "seed", "batch_index", "total_batches_seen", "index_array")


def _unlock():
    """In a forked process: the thread that was drawing is not here."""
    global _DRAWING
    _DRAWING = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_unlock)


class PairIterator(LeavesOutEmptyBatches, Iterator):
    """Batches of images and their masks, in one order, with the same draws.

    Order and seeds are those of an iterator over the images alone. The masks of a batch are made from the state of `np.random` that its
    images were made from; whether they draw the same numbers is checked in every batch. Threads take batches one after the other, so that
    none draws between the images and the masks of another. A pair of which one part is left out is left out whole.

    Args:
        images, masks: iterators over as many samples, in the same order of samples, with the same `on_error`. Their own position is not
            looked at.
        **worker_options: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`.

    Attributes:
        images, masks: these iterators, with the generators that make the batches.

    Raises:
        ValueError: numbers of samples that differ.
    """

    def __init__(self, images, masks, **worker_options):
        if images.n != masks.n:
            raise ValueError(f"Every image needs a mask. Received: {images.n} images, {masks.n} masks")
        self.images = images
        self.masks = masks
        self.subset = images.subset
        super().__init__(images.n, images.batch_size, images.shuffle, images.seed, **worker_options)

    def next(self):
        """The next batch, `(images, masks)`, that has a pair."""
        with _DRAWING:
            return super().next()

    def __getitem__(self, idx):
        with _DRAWING:
            return super().__getitem__(idx)

    def _get_batches_of_transformed_samples(self, index_array):
        self._hand_down_position()
        start = np.random.get_state()
        while True:
            images, of_images = _finished(self.images, index_array)
            end = np.random.get_state()
            np.random.set_state(start)
            masks, of_masks = _finished(self.masks, index_array)
            if len(of_images) == len(of_masks) == len(index_array):
                break
            # Again, as if the pairs that are not whole had not been asked for: those draw nothing.
            np.random.set_state(start)
            whole = np.isin(index_array, of_images) & np.isin(index_array, of_masks)
            if not whole.any():
                raise NoReadableFileError(f"Of {len(index_array)} images and their masks, no pair can be read; `errors` says why.")
            index_array = np.asarray(index_array)[whole]
        if not same_state(end, np.random.get_state()):
            raise RuntimeError(
                "Images and masks drew different random numbers, so that they were not transformed alike. A `preprocessing_function`, or "
                "another function of yours, draws from `np.random`, for the images only: let it draw from an `np.random.Generator` of its "
                "own. Or another thread draws from `np.random` meanwhile."
            )
        return images, masks

    def _look_ahead(self):
        self._hand_down_position()
        self.images._look_ahead()
        self.masks._look_ahead()

    def _hand_down_position(self):
        for iterator in (self.images, self.masks):
            for name in _POSITION:
                setattr(iterator, name, getattr(self, name))

    def _naming_arguments(self):
        masks = self.masks.image_data_generator
        of_masks = {argument: getattr(masks, name) for argument, name in _OF_MASKS.items()}
        return naming_arguments(self, self.image_data_generator, of_masks, trials=_TRIALS_OF_MASKS)

    @property
    def tolerates_bad_files(self) -> bool:
        """Whether `on_error` is to deal with files that cannot be read."""
        return any(_tolerates_bad_files(part) for part in (self.images, self.masks))

    @property
    def errors(self) -> dict:
        """Path -> reason, of every image and mask that could not be read, and that `on_error` is not to raise."""
        return {path: reason for part in (self.images, self.masks) for path, reason in getattr(part, "errors", {}).items()}

    @property
    def image_data_generator(self):
        """The generator of the images, which draws for both."""
        return self.images.image_data_generator

    def explain(self):
        """Prints what happens to the images, and to the masks.

        Returns:
            Two `Explanation`s.
        """
        explanations = []
        for iterator, heading in ((self.images, "images:"), (self.masks, "masks:")):
            print(heading)
            explanations.append(iterator.explain())
        return tuple(explanations)

    def graph_source(self, cache) -> GraphSource:
        """Images and masks for `as_dataset`; `cache` as there."""
        self._hand_down_position()
        iterators = self.images, self.masks
        images, masks = sources = [iterator.graph_source(cache) for iterator in iterators]
        transforms = [transform_of(iterator, source) for iterator, source in zip(iterators, sources)]
        return dataclasses.replace(
            images,
            path=masks.path if images.path.name == COMPILED else images.path,
            origin=images.origin.along_with(masks.origin),
            images=lambda indices: _taken(sources, indices),
            skips=any(source.skips for source in sources),
            transform=lambda raw, key, indices: tuple(make(part, key, indices) for make, part in zip(transforms, raw)),
            with_labels=lambda finished, indices: finished,
        )


def _tolerates_bad_files(iterator):
    return getattr(iterator, "tolerates_bad_files", False)  # iterators over arrays have no files


def _finished(iterator, index_array):
    """The batch of these samples, less those to be left out, and which they are."""
    if _tolerates_bad_files(iterator):
        return iterator.images_and_samples(index_array)
    return iterator._get_batches_of_transformed_samples(index_array), index_array


def _taken(sources, indices):
    """Raw images of all sources; if one of them skips, with bool [B], which samples are there in all."""
    taken = [source.images(indices) for source in sources]
    there = [found[1] for source, found in zip(sources, taken) if source.skips]
    pixels = tuple(found[0] if source.skips else found for source, found in zip(sources, taken))
    return (pixels, functools.reduce(tf.logical_and, there)) if there else pixels
