"""The first batch of whatever holds images."""

from __future__ import annotations

import numpy as np


def first_inputs(data):
    """The inputs of a model in an array, or in the first batch of a dataset or iterator.

    Args:
        data: array, tensor, or list or dictionary of them; a dataset, iterator or generator of batches; or an object that is indexed by
            batch, as `keras.utils.PyDataset` is. One batch is taken from an iterator or a generator.

    Returns:
        Inputs: the first of a batch that is a tuple, else the batch.

    Raises:
        ValueError: nothing in it.
        TypeError: none of these.
    """
    if hasattr(data, "shape") or isinstance(data, (list, dict)):
        inputs = data
    else:
        batch = _first_batch(data)
        inputs = batch[0] if isinstance(batch, tuple) else batch
    arrays = inputs.values() if isinstance(inputs, dict) else inputs if isinstance(inputs, (list, tuple)) else [inputs]
    if not arrays or any(np.ndim(array) and not np.shape(array)[0] for array in arrays):
        raise ValueError("There are no images in the data.")
    return inputs


def _first_batch(data):
    if isinstance(data, (str, bytes)):
        raise _no_batches(data)
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        if not len(data):
            raise ValueError("There is no batch in the data.")
        return data[0]
    try:
        batches = iter(data)
    except TypeError:
        raise _no_batches(data) from None
    for batch in batches:
        return batch
    raise ValueError("There is no batch in the data.")


def _no_batches(data):
    return TypeError(f"Data should be arrays, a dataset or an iterator of batches. Received: {type(data).__name__}")
