"""`fit_generator` and its kin on the models of Keras 3, and `fit`, `evaluate` and `predict` with the arguments and batches of Keras 2."""

from __future__ import annotations

import functools
import inspect
import math
import operator
from collections.abc import Iterator

import keras
import numpy as np

from imgdatagen_compat.installation.batch_order import sequence_batches
from imgdatagen_compat.installation.patches import Patches


def restore_keras_2_methods(patches: Patches) -> None:
    """Gives `keras.Model` of Keras 3 the methods of this module; does nothing where `fit_generator` is still there."""
    if hasattr(keras.Model, "fit_generator"):
        return
    for name, data_arguments in _DATA_ARGUMENTS.items():
        patches.set_attribute(keras.Model, name, _with_worker_arguments(getattr(keras.Model, name), data_arguments))
    for method in (fit_generator, evaluate_generator, predict_generator):
        patches.set_attribute(keras.Model, method.__name__, method)


def fit_generator(
    self,
    generator,
    steps_per_epoch=None,
    epochs=1,
    verbose=1,
    callbacks=None,
    validation_data=None,
    validation_steps=None,
    validation_freq=1,
    class_weight=None,
    max_queue_size=10,
    workers=1,
    use_multiprocessing=False,
    shuffle=True,
    initial_epoch=0,
):
    """`Model.fit` of an iterator, a Sequence or a Python generator, as in Keras 2.

    Args:
        generator: yields (inputs, targets) or (inputs, targets, sample weights).
        steps_per_epoch: batches per epoch, whatever the length of `generator`; fractions are rounded up. None: its length.
        validation_data: arrays, or what `generator` may be; then `validation_steps` is what `steps_per_epoch` is.
        workers: threads that make the batches of a Sequence. `use_multiprocessing` is accepted and makes no processes.
        shuffle: whether the order of the batches of a Sequence is mixed for each epoch.
        epochs, verbose, callbacks, validation_freq, class_weight, max_queue_size, initial_epoch: as for `fit`.

    Returns:
        A `History`.

    Raises:
        ValueError: a generator without a length, and no `steps_per_epoch`; or so for the validation data.
    """
    _check_steps("steps_per_epoch", steps_per_epoch, generator)
    _check_steps("validation_steps", validation_steps, validation_data)
    return self.fit(
        generator,
        steps_per_epoch=steps_per_epoch,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=validation_steps,
        validation_freq=validation_freq,
        class_weight=class_weight,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
        shuffle=shuffle,
        initial_epoch=initial_epoch,
    )


def evaluate_generator(
    self, generator, steps=None, callbacks=None, max_queue_size=10, workers=1, use_multiprocessing=False, verbose=0
):  # fmt: skip
    """`Model.evaluate` of an iterator, a Sequence or a Python generator, as in Keras 2. See `fit_generator`."""
    _check_steps("steps", steps, generator)
    workers = {"max_queue_size": max_queue_size, "workers": workers, "use_multiprocessing": use_multiprocessing}
    return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose, **workers)


def predict_generator(
    self, generator, steps=None, callbacks=None, max_queue_size=10, workers=1, use_multiprocessing=False, verbose=0
):  # fmt: skip
    """`Model.predict` of an iterator, a Sequence or a Python generator, as in Keras 2. See `fit_generator`."""
    _check_steps("steps", steps, generator)
    workers = {"max_queue_size": max_queue_size, "workers": workers, "use_multiprocessing": use_multiprocessing}
    return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose, **workers)


# Of the methods of Keras 3: which argument takes data, and which says how many batches of it.
_DATA_ARGUMENTS = {
    "fit": (("x", "steps_per_epoch"), ("validation_data", "validation_steps")),
    "evaluate": (("x", "steps"),),
    "predict": (("x", "steps"),),
}


def _with_worker_arguments(method, data_arguments):
    """`method` of Keras 3, with the worker arguments of Keras 2, and iterators and Sequences read as in Keras 2."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def wrapped(self, *args, workers=1, use_multiprocessing=False, max_queue_size=10, **kwargs):
        try:
            arguments = signature.bind(self, *args, **kwargs).arguments
        except TypeError:
            return method(self, *args, **kwargs)
        further = arguments.pop("kwargs", {})
        for data, steps in data_arguments:
            trains = data == "x" and method.__name__ == "fit"
            shuffle = trains and bool(arguments.get("shuffle", True))
            batches = _as_keras_2_read(
                arguments.get(data), (steps, arguments.get(steps)), shuffle=shuffle, workers=workers, max_queue_size=max_queue_size
            )
            if batches is not None:
                arguments |= {data: batches, steps: None}
                if trains:
                    arguments["shuffle"] = False
        return method(**arguments, **further)

    return wrapped


def _as_keras_2_read(data, steps, *, shuffle, workers, max_queue_size):
    """The batches for Keras 3, if `data` is something that Keras 2 read batch by batch; else None. `steps`: name and value."""
    if _is_sequence(data):
        workers = max(workers, getattr(data, "_workers", 1))
        batches = sequence_batches(data, shuffle=shuffle, workers=workers, max_queue_size=max_queue_size)
        return BatchesOfKeras2(batches, len(data) if steps[1] is None else _whole(*steps))
    if hasattr(data, "__next__"):
        return (_as_tuples(batch) for batch in data) if steps[1] is None else BatchesOfKeras2(data, _whole(*steps))
    return None


class BatchesOfKeras2(keras.utils.Sequence):  # `PyDataset`, by its name that Keras 2 has as well
    """What Keras 3 reads epoch by epoch: `steps` of the `batches` each time, from where the last epoch stopped.

    Keras 3 looks at the first two batches before it trains, to learn their shapes; it gets the same two again when it does.

    Args:
        batches: iterator over tuples of arrays.
        steps: batches per epoch.

    Raises:
        ValueError: when the iterator ends within an epoch; to the caller of `fit` it comes as the error of the input pipeline.
    """

    def __init__(self, batches: Iterator, steps: int):
        super().__init__()
        self._batches = batches
        self._steps = steps
        self._taken = 0
        self._shown: dict[int, tuple] = {}
        self._is_showing = True

    def __len__(self):
        return self._steps

    def __getitem__(self, index):
        if index in self._shown:
            self._is_showing = False
            return self._shown.pop(index)
        batch = self._next_batch()
        if self._is_showing:
            self._shown[index] = batch
        return batch

    def _next_batch(self):
        try:
            batch = _as_tuples(next(self._batches))
        except StopIteration:
            raise ValueError(
                f"The {type(self._batches).__name__} ended after {self._taken} batches, within an epoch of {self._steps} steps. "
                "It has to yield the steps of all epochs: let it go on for ever."
            ) from None
        self._taken += 1
        return batch

    def on_epoch_begin(self):
        """The batches that are asked for from now on are trained on."""
        self._is_showing = False


def _is_sequence(data):
    """Whether `data` has the methods of `keras.utils.Sequence`, of whichever Keras."""
    return all(hasattr(data, name) for name in ("__getitem__", "__len__", "on_epoch_end")) and not isinstance(data, BatchesOfKeras2)


def _as_tuples(batch):
    """Keras 2 took lists of arrays, and None for no weights; tf.data takes tuples, and leaves None out."""
    if isinstance(batch, (list, tuple)):
        items = [_as_tuples(item) for item in batch]
        while items and items[-1] is None:
            items.pop()
        return tuple(items)
    return batch


def _whole(name, steps):
    whole = math.ceil(steps) if isinstance(steps, (float, np.floating)) else operator.index(steps)
    if whole < 1:
        raise ValueError(f"`{name}` should be positive; n // batch_size is 0 below a full batch. Received: {name}={steps}")
    return whole


def _check_steps(name, steps, data):
    if steps is None and hasattr(data, "__next__") and not _is_sequence(data):
        raise ValueError(
            f"`{name}` is needed for a {type(data).__name__}: only a `keras.utils.Sequence` knows its length. "
            f"Received: {name}=None"
        )
