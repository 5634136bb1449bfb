"""The few images that `explain()` looks at, taken the way an iterator takes them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgdatagen_compat import image_io
from imgdatagen_compat.bit_depth import Depth
from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.image_headers import file_depth
from imgdatagen_compat.iterators import base
from imgdatagen_compat.iterators.files import BatchFromFilesMixin
from imgdatagen_compat.iterators.numpy_array import NumpyArrayIterator

SAMPLED_IMAGES = 8
_BATCH_SIZE = 32


@dataclasses.dataclass(frozen=True, eq=False)
class SampledImages:
    """Up to eight images of an iterator, evenly spread.

    Attributes:
        images: float arrays of rank 3, as a batch is made from them.
        white: as of `Source`, for these images.
        depths: what their files hold; empty for arrays, and without those of files that `loader` or `on_error` gave an image for.
        color_mode: as which files are loaded; None for arrays.
        array: images of an array in the dtype in which it was given; None for files.
    """

    images: Sequence[np.ndarray]
    white: Callable[[int, np.ndarray], float] | None
    depths: tuple[Depth, ...] = ()
    color_mode: str | None = None
    array: np.ndarray | None = None

    def describe(self, n: int) -> str:
        """How many of `n` images these are, their shape and their depth."""
        if not self.images:
            return "no images"
        number = f"{len(self.images)} of {n} images" if n > len(self.images) else f"{n} images" if n > 1 else "1 image"
        held = dict.fromkeys(map(str, self.depths)) if self.array is None else [self.array.dtype.name]
        return ", ".join(filter(None, (f"{number} of shape {self.images[0].shape}", " and ".join(held))))


class SampleFiles(BatchFromFilesMixin, base.Iterator):
    """Some files as a directory iterator of this generator would load them."""

    class_mode = None

    def __init__(self, paths, datagen, target_size, color_mode):
        self.set_processing_attrs(datagen, target_size, color_mode, datagen.data_format, None, "", "png", None, "nearest")
        self.dtype = datagen.dtype
        self._filepaths = paths
        super().__init__(len(paths), _BATCH_SIZE, False, None)

    @property
    def filepaths(self):
        return self._filepaths


def sample_iterator(datagen, x_or_path, target_size, color_mode) -> tuple[base.Iterator, int]:
    """An iterator over a few images, and how many there are of which they are taken.

    Args:
        datagen: an `ImageDataGenerator`.
        x_or_path: array of rank 3 or 4, or the path of an image or a folder; None for one black image.
        target_size, color_mode: how files are loaded.

    Raises:
        FileNotFoundError: no such path.
        ValueError: a folder without images, or an array of another rank.
    """
    if isinstance(x_or_path, (str, bytes, os.PathLike)):
        paths = _image_paths(os.fsdecode(x_or_path))
        return SampleFiles([paths[i] for i in _evenly_spread(len(paths))], datagen, target_size, color_mode), len(paths)
    if x_or_path is None:
        x = np.zeros((3, *target_size) if datagen.data_format == CHANNELS_FIRST else (*target_size, 3), np.uint8)
    else:
        x = np.asarray(x_or_path)
    x = x[np.newaxis] if x.ndim == 3 else x
    if x.ndim != 4:
        raise ValueError(f"`x_or_path` should be an array of rank 3 or 4, or the path of an image or a folder. Received: shape {x.shape}")
    images = x[_evenly_spread(len(x))]
    return NumpyArrayIterator(images, None, datagen, _BATCH_SIZE, data_format=datagen.data_format, dtype=datagen.dtype), len(x)


def sampled_images(iterator) -> SampledImages:
    """Up to eight images of an iterator, evenly spread."""
    indices = _evenly_spread(iterator.n)
    source = iterator._source(indices).read()
    indices = indices if source.positions is None else indices[source.positions]
    images = [np.asarray(image, dtype=source.dtype) for image in source.one_by_one()]
    if isinstance(iterator, BatchFromFilesMixin):
        paths = [iterator.filepaths[i] for i in indices] if iterator.loads_as_the_original else []
        depths = tuple(file_depth(path) for path in paths if path not in iterator.errors)
        return SampledImages(images, source.white, depths, iterator.color_mode)
    array = iterator._images[indices]
    return SampledImages(images, source.white, array=array.astype(iterator._given_dtype or array.dtype, copy=False))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of a flow: `explain` tells of all of them in its own words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _image_paths(path):
    if not os.path.exists(path):
        raise FileNotFoundError(f"`x_or_path`: there is no {path}")
    paths = sorted(image_io.list_pictures(path)) if os.path.isdir(path) else [path]
    if not paths:
        raise ValueError(f"`x_or_path`: there is no image in {path}")
    return paths


def _evenly_spread(n):
    return np.unique(np.linspace(0, n - 1, SAMPLED_IMAGES).astype(int)) if n else np.arange(0)
