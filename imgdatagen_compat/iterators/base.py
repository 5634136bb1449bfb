"""`Iterator`: which images make up a batch, and the seed that each batch starts from."""

from __future__ import annotations

import itertools
import threading

import numpy as np

from imgdatagen_compat import keras_environment
from imgdatagen_compat.bad_arguments import naming_arguments
from imgdatagen_compat.iterators.state import set_state, state_of
from imgdatagen_compat.pipeline.forking import renew_in_forked_child
from imgdatagen_compat.pipeline.lookahead import Lookahead
from imgdatagen_compat.pipeline.paths import is_overridden

WORKER_OPTIONS = ("workers", "use_multiprocessing", "max_queue_size")

_ORDER_HOOKS = ("next", "_flow_index", "_index_batches", "_set_index_array", "_get_batches_of_transformed_samples")


class Iterator(keras_environment.sequence_class()):
    """Base class of the image iterators: endless with `next()` and `for`, indexable by batch for Keras.

    Subclasses implement `_get_batches_of_transformed_samples`. Order and seeds are those of the class of this name in every Keras since
    2.2: each batch seeds the global `np.random` with `seed + total_batches_seen`, and the first batch of an epoch then draws the
    permutation.

    Args:
        n: number of samples.
        batch_size: samples per batch; the last batch of an epoch may be smaller.
        shuffle: whether every epoch has a new order.
        seed: int, or None to go on from the current state of `np.random`.
        **kwargs: `workers`, `use_multiprocessing`, `max_queue_size`: how `Model.fit` of Keras 3 runs the iterator.
            That of Keras 2 takes them itself.

    Raises:
        TypeError: another keyword.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    # What Keras 3 asks every dataset for; here so that a subclass which never calls `super().__init__()` works as it used to.
    _workers = 1
    _use_multiprocessing = False
    _max_queue_size = 10

    # Which part of the samples these are, "training" or "validation"; None for all.
    subset = None

    # The path that the last batch took, so that a change is logged once.
    _logged_path = None

    # How many batches are made ahead: one, so that it is ready when the user of the batches has been busy for as long.
    _batches_ahead = 1

    # Made at the first `next()`, so that a subclass need not call `super().__init__()`.
    _lookahead = None

    # Shared by the iterators that never call it; every other has its own.
    lock = threading.RLock()

    def __init__(self, n, batch_size, shuffle, seed, **kwargs):
        super().__init__()
        for name, value in kwargs.items():
            if name not in WORKER_OPTIONS:
                raise TypeError(f"{type(self).__name__} got an unexpected keyword argument '{name}'")
            setattr(self, f"_{name}", value)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.RLock()
        self.index_array = None
        self.index_generator = self._flow_index()
        renew_in_forked_child(self)

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed_batch(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, idx):
        with self._naming_arguments():
            length = len(self)  # which itself refuses a length below zero
        if idx >= length:
            # A ValueError, not an IndexError, as in the original.
            raise ValueError(f"Asked to retrieve element {idx}, but the Sequence has length {length}")
        with self._naming_arguments():
            self._seed_batch()
            self.total_batches_seen += 1
            if self.index_array is None:
                with self.lock:  # two threads with an order each would take some samples twice
                    if self.index_array is None:
                        self._set_index_array()
            return self._get_batches_of_transformed_samples(self.index_array[self.batch_size * idx : self.batch_size * (idx + 1)])

    def __len__(self):
        with self._naming_arguments():
            return (self.n + self.batch_size - 1) // self.batch_size

    def on_epoch_end(self):
        """Draws the order of the next epoch, from whatever state `np.random` is in."""
        self._set_index_array()

    def reset(self):
        """Makes the next batch the first of an epoch; `total_batches_seen`, and so the seeds, go on."""
        self.batch_index = 0

    def _flow_index(self):
        self.reset()
        yield from self._index_batches()

    def _index_batches(self):
        while True:
            self._seed_batch()
            if self.batch_index == 0:
                self._set_index_array()
            start = (self.batch_index * self.batch_size) % self.n if self.n else 0
            self.batch_index = self.batch_index + 1 if self.n > start + self.batch_size else 0
            self.total_batches_seen += 1
            yield self.index_array[start : start + self.batch_size]

    def __iter__(self):
        return self

    def __next__(self, *args, **kwargs):
        return self.next(*args, **kwargs)

    def next(self):
        """The next batch."""
        with self._naming_arguments():
            with self.lock:
                index_array = next(self.index_generator)
            # Outside the lock, so that several threads make batches at once.
            batch = self._get_batches_of_transformed_samples(index_array)
        self._look_ahead()
        return batch

    def _look_ahead(self):
        """Has the next batch made in the background, if it can be foreseen."""
        if any(self._overrides(hook) for hook in _ORDER_HOOKS):
            return
        if self._lookahead is None:
            self._lookahead = Lookahead()
        self._lookahead.prepare(self.image_data_generator, itertools.islice(self._foresee(), self._batches_ahead))

    def _foresee(self):
        """Yields what the next calls of `next()` will find: the random state, as an `np.random.RandomState`, and the raw images.

        Without a seed only the first can be foreseen: the second starts from the state that the first leaves.
        """
        index_array, batch_index = self.index_array, self.batch_index
        for ahead in itertools.count() if self.seed is not None else range(1):
            rng = np.random.RandomState(None if self.seed is None else self.seed + self.total_batches_seen + ahead)
            if self.seed is None:
                rng.set_state(np.random.get_state())
            if batch_index == 0:
                index_array = rng.permutation(self.n) if self.shuffle else np.arange(self.n)
            start = batch_index * self.batch_size
            batch_index = batch_index + 1 if self.n > start + self.batch_size else 0
            yield rng, self._source(index_array[start : start + self.batch_size])

    def _get_batches_of_transformed_samples(self, index_array):
        """The batch of the samples with these indices.

        Args:
            index_array: int array or list.

        Returns:
            The batch, in whatever structure the subclass yields.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `_get_batches_of_transformed_samples`.")

    def as_dataset(self, *, rng="stateless", epochs=1, cache=False, prefetch=None, drop_remainder=False):
        """The batches as a `tf.data.Dataset`.

        Args:
            rng: `"stateless"`: order and augmentation are drawn inside the graph, as functions of (seed, epoch, sample), with the
                distributions of the original's draws; the settings of the generator are read once, now. `"legacy"`: the very batches of
                `next(self)`, from where this iterator stands and moving it on; Python makes them, one after the other.
            epochs: how often a pass over the dataset goes through the samples; None for endless. Every epoch and every pass is newly
                shuffled and augmented.
            cache: True to decode every image now and keep it in memory; a path of a directory to keep them in a file there, which later
                runs use again as long as the files and the settings of loading are the same. Without effect on arrays, which are in
                memory already. Only with `"stateless"`.
            prefetch: batches made ahead; None for two; with `"legacy"` for none, so that no other thread draws from `np.random`.
            drop_remainder: whether to leave out a short last batch.

        Returns:
            A dataset of what `next(self)` yields, with tuples for lists. Its method `explain()` prints what keeps it off other machines,
            or that nothing does, and returns it as a `DatasetExplanation`. To know, the header of every file is read now.

        Raises:
            ValueError: an argument that is none of these; no samples; or, for `"stateless"`, `save_to_dir`, and batches, order or draws
                that are overridden.
        """
        from imgdatagen_compat.pipeline.dataset import make_dataset

        if rng == "stateless":
            for hook in _ORDER_HOOKS:
                if self._overrides(hook):
                    raise ValueError(f'`{hook}` of {type(self).__name__} is overridden, which a graph cannot follow: pass rng="legacy".')
            augments = self.image_data_generator is not None and self._augments()
            if augments and is_overridden(self.image_data_generator, "get_random_transform"):
                raise ValueError('`get_random_transform` of the generator is overridden, which a graph cannot follow: pass rng="legacy".')
        with self._naming_arguments():
            return make_dataset(self, rng=rng, epochs=epochs, cache=cache, prefetch=prefetch, drop_remainder=drop_remainder)

    def state_dict(self) -> dict:
        """Where this iterator stands, as plain data that `json` can write: 15 kB, and the order where no seed tells it.

        To be taken between two batches, by the thread that takes the batches. What `next` has made ahead is not part of it.

        Returns:
            What `load_state_dict` takes: position, order, and the states of the global `np.random` and `random`.

        Raises:
            ValueError: a subclass whose `_flow_index` is its own.
        """
        with self.lock:
            return state_of(self)

    def load_state_dict(self, state: dict) -> None:
        """Goes on from where `state` was taken, in the middle of an epoch too, with exactly the batches that were still to come.

        Sets the global `np.random` and `random`, too, on which batches without a seed depend, and the order after `on_epoch_end()`. The
        generator, with its settings and statistics, is the caller's to make as it was.

        Args:
            state: what `state_dict()` of an iterator that was made alike returned, in this process or another.

        Raises:
            ValueError: another version, or damaged; or other samples, batch size, seed or shuffling: the message says which. Nothing is
                changed then.
        """
        with self.lock:
            set_state(self, state)
            self.index_generator = self._index_batches()
            self._lookahead = None

    def explain(self):
        """Prints what happens to these samples, as `ImageDataGenerator.explain` does, and returns it as data.

        Returns:
            An `Explanation`, measured with up to eight of the samples, evenly spread.

        Raises:
            ValueError: a class of your own that is no iterator over arrays, a directory or a dataframe.
        """
        from imgdatagen_compat.explanation import explain_iterator, print_explanation

        explanation = explain_iterator(self)
        print_explanation(explanation)
        return explanation

    def _naming_arguments(self):
        return naming_arguments(self, getattr(self, "image_data_generator", None))

    def _augments(self):
        """Whether the generator is to augment these samples."""
        return self.subset != "validation" or bool(getattr(self.image_data_generator, "augment_validation", True))

    def _overrides(self, name):
        """Whether `name` is replaced on this instance or defined by a class outside of this package."""
        if name in vars(self):
            return True
        definition = next(vars(cls)[name] for cls in type(self).__mro__ if name in vars(cls))
        return not definition.__module__.startswith(f"{__package__}.")

    def __getstate__(self):
        return {key: value for key, value in vars(self).items() if key not in ("lock", "index_generator", "_lookahead")}

    def __setstate__(self, state):
        vars(self).update(state)
        self._unlock()
        renew_in_forked_child(self)

    def _renew_after_fork(self):
        """In a forked process: lets go what belongs to threads that are not here."""
        if self._lookahead is not None:
            self._lookahead.forget()
        if self.lock.acquire(blocking=False):
            self.lock.release()
        else:
            self._unlock()

    def _unlock(self):
        self.lock = threading.RLock()
        # Goes on where the iterator stands, while `_flow_index` would start the epoch again.
        self.index_generator = self._index_batches() if type(self)._flow_index is Iterator._flow_index else self._flow_index()
