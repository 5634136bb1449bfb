"""Writes the images of a batch to `save_to_dir`."""

from __future__ import annotations

import os

import numpy as np

from imgdatagen_compat import image_io
from imgdatagen_compat.semantics import semantics_of


def save_batch(iterator, batch_x, index_array, file_numbers: float) -> None:
    """Saves every image of a batch, stretched to 0-255, as `<save_prefix>_<sample index>_<random number>.<save_format>`.

    Args:
        iterator: has the attributes `save_to_dir`, `save_prefix`, `save_format` and `data_format`.
        batch_x: the images.
        index_array: their sample indices.
        file_numbers: the random numbers are drawn from the global `np.random` below this, one an image, as the original does.
    """
    dtype = semantics_of(iterator.image_data_generator).image_dtype
    for image, j in zip(batch_x, index_array):
        name = f"{iterator.save_prefix}_{j}_{np.random.randint(file_numbers)}.{iterator.save_format}"
        image_io.array_to_img(image, iterator.data_format, True, dtype).save(os.path.join(iterator.save_to_dir, name))
