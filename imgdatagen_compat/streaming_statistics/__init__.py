"""`fit_iterator()`: the statistics of the featurewise steps, measured batch by batch, so that the images need not fit into memory.

Counts, means and sums of squares of the batches are joined as in Chan, Golub and LeVeque, "Algorithms for computing the sample variance"
(1983), in double precision. No TensorFlow here, but what the images bring along.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterator

import numpy as np

from imgdatagen_compat.bit_depth import is_auto, rescale_factor, white_of_image
from imgdatagen_compat.rescaling import rescales_first
from imgdatagen_compat.semantics import semantics_of
from imgdatagen_compat.statistics import warn_of_channels
from imgdatagen_compat.streaming_statistics.moments import ChannelMoments
from imgdatagen_compat.streaming_statistics.raw_images import ImageStream
from imgdatagen_compat.streaming_statistics.whitening import RowScatter

VERBOSE = ("auto", 0, 1)

_CHUNK_VALUES = 1 << 22  # pixels in double precision at once, 32 MiB
_QUICK = 2.0  # seconds, after which progress is shown


def streamed_statistics(datagen, data, *, augment, rounds, seed, steps, zca_rank, zca_gigabytes, verbose) -> Iterator[tuple]:
    """What `ImageDataGenerator.fit_iterator` sets, as pairs of attribute and value; see there."""
    if verbose not in VERBOSE:
        raise ValueError(f'`verbose` should be "auto", 0 or 1. Received: {verbose!r}')
    _check_rank(datagen, zca_rank)
    if not (datagen.featurewise_center or datagen.featurewise_std_normalization or datagen.zca_whitening):
        warnings.warn(
            "Nothing to measure: neither `featurewise_center`, `featurewise_std_normalization` nor `zca_whitening` is on.", stacklevel=3
        )
        return
    stream = ImageStream.of(datagen, data, steps)
    passes = rounds if augment else 1
    if passes > 1 and not stream.can_repeat:
        raise ValueError(f"`rounds` above 1 needs data that can be read again. Received: rounds={rounds}, and a {type(data).__name__}")
    draws = _Draws(seed) if augment else contextlib.nullcontext()
    moments, scatter = None, None
    for images, whites in _with_progress(_passes(stream, passes), None if stream.total is None else passes * stream.total, verbose):
        if moments is None:
            warn_of_channels(images.shape, datagen.channel_axis, datagen.data_format, "Input to `.fit_iterator()`")
            moments = ChannelMoments(images.shape[datagen.channel_axis])
            scatter = RowScatter(images.shape[1:], zca_rank, zca_gigabytes) if datagen.zca_whitening else None
        with draws:
            x = _prepared(datagen, images, whites, augment)
        moments.add(np.moveaxis(x, datagen.channel_axis, -1))
        if scatter is not None:
            scatter.add(x)
    if moments is None:
        raise ValueError(f"There are no images to measure. Received: {type(data).__name__} without any.")
    yield from _results(datagen, moments, scatter)


def _check_rank(datagen, zca_rank):
    if zca_rank is None:
        return
    if not datagen.zca_whitening:
        raise ValueError("`zca_rank` needs a generator with `zca_whitening=True`.")
    if isinstance(zca_rank, bool) or not isinstance(zca_rank, (int, np.integer)) or zca_rank < 1:
        raise ValueError(f"`zca_rank` should be a positive int, or None for all directions. Received: {zca_rank!r}")


def _results(datagen, moments, scatter):
    per_channel = [1, 1, 1]
    per_channel[datagen.channel_axis - 1] = -1
    mean, std = moments.mean.reshape(per_channel), moments.std.reshape(per_channel)
    if datagen.featurewise_center:
        yield "mean", _of_dtype(mean, datagen.dtype)
    if datagen.featurewise_std_normalization:
        yield "std", _of_dtype(std, datagen.dtype)
    if scatter is not None:
        offset = mean if datagen.featurewise_center else 0.0
        divisor = std + 1e-6 if datagen.featurewise_std_normalization else 1.0
        level = semantics_of(datagen)
        matrix = scatter.whitening(offset, divisor, datagen.zca_epsilon, of_covariance=level.whitens_noise)
        yield level.zca_attribute, _of_dtype(matrix, datagen.dtype)


def _of_dtype(statistic, dtype):
    """In the precision of the images, as `fit` leaves it; integers have none."""
    return statistic.astype(dtype) if np.issubdtype(dtype, np.floating) else statistic


def _prepared(datagen, images, whites, augment):
    """What `fit` measures of these raw images: rescaled, and augmented after that where it is asked for."""
    x = np.array(images, dtype=datagen.dtype)
    if datagen.rescale and not (augment and rescales_first(datagen)):  # then `random_transform` multiplies
        factor = datagen.rescale
        if is_auto(factor):
            factor = np.array([rescale_factor(datagen, white) for white in whites], x.dtype).reshape(-1, 1, 1, 1)
        x *= factor
    if augment:
        for i, image in enumerate(x):
            with white_of_image(None if whites is None else whites[i]):
                x[i] = datagen.random_transform(image)
    return x


def _passes(stream, passes):
    for _ in range(passes):
        for images, whites in stream.batches():
            step = max(1, _CHUNK_VALUES // max(1, images[0].size)) if len(images) else 1
            for start in range(0, len(images), step):
                part = slice(start, start + step)
                yield images[part], None if whites is None else whites[part]


class _Draws:
    """Between `__enter__` and `__exit__` the state of `np.random` is one of our own, which goes on from one time to the next."""

    def __init__(self, seed):
        self._state = np.random.get_state() if seed is None else np.random.RandomState(seed).get_state()

    def __enter__(self):
        self._outside = np.random.get_state()
        np.random.set_state(self._state)

    def __exit__(self, *_):
        self._state = np.random.get_state()
        np.random.set_state(self._outside)


def _with_progress(chunks, total, verbose):
    """The chunks; a bar that counts images, when it takes long."""
    from rich.progress import Progress

    began, measured = time.monotonic(), 0
    with contextlib.ExitStack() as stack:
        progress = None
        for images, whites in chunks:
            yield images, whites
            measured += len(images)
            if progress is None and (verbose == 1 or (verbose == "auto" and time.monotonic() - began > _QUICK)):
                progress = stack.enter_context(Progress(transient=True))
                task = progress.add_task("Measuring images", total=total)
            if progress is not None:
                progress.update(task, completed=measured)
