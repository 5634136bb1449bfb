"""`on_error`: what becomes of files that cannot be read."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

import numpy as np

from imgdatagen_compat import image_io
from imgdatagen_compat.bit_depth import array_depth
from imgdatagen_compat.config import CHANNELS_FIRST
from imgdatagen_compat.pipeline.paths import Source
from imgdatagen_compat.semantics import semantics_of

logger = logging.getLogger("imgdatagen_compat")

RAISE, SKIP = "raise", "skip"
_NOTHING = "None of {} files can be read; `errors` of the iterator says why."


class NoReadableFileError(OSError):
    """None of the files of a batch can be read, and `on_error` gives nothing in their place."""


class LeavesOutEmptyBatches:
    """Goes on with the next batch where none of the files of one can be read, for classes that also derive from `Iterator`."""

    def next(self):
        """The next batch; with `on_error`, the next one that has an image."""
        left_out = 0
        while True:
            try:
                return super().next()
            except NoReadableFileError:
                left_out += 1
                if left_out > len(self):
                    raise

    def __getitem__(self, idx):
        try:
            return super().__getitem__(idx)
        except NoReadableFileError:
            return self._batch_after(idx)

    def _batch_after(self, idx):
        """The first of the following batches, in the order of now, that has an image: an empty one would end training with NaN."""
        for number in range(idx + 1, idx + len(self)):
            start = number % len(self) * self.batch_size
            try:
                return self._get_batches_of_transformed_samples(self.index_array[start : start + self.batch_size])
            except NoReadableFileError:
                continue
        raise NoReadableFileError(_NOTHING.format(self.n))


class BadFiles(LeavesOutEmptyBatches):
    """Makes batches without the files that cannot be read, for `BatchFromFilesMixin`.

    Attributes:
        on_error: what becomes of such a file: `"raise"`, `"skip"`, or a function; see `ImageDataGenerator.flow_from_directory`.
    """

    on_error = RAISE

    def _set_on_error(self, on_error):
        if not callable(on_error) and on_error not in (RAISE, SKIP):
            raise ValueError(
                '`on_error` should be "raise", "skip", or a function of (path, error) that returns an image array, or None to skip '
                f"the file. Received: {on_error!r}"
            )
        self.on_error = on_error
        self._errors = {}

    def _samples_at(self, index_array, positions):
        """The samples at these positions; `NoReadableFileError` if there are none, though some were asked for."""
        if len(index_array) and not len(positions):
            path = self.filepaths[index_array[0]]
            raise NoReadableFileError(f"None of {len(index_array)} files can be read. The first: {path!r}: {self.errors.get(path)}")
        return np.asarray(index_array)[positions]

    @property
    def tolerates_bad_files(self) -> bool:
        """Whether `on_error` is to deal with files that cannot be read."""
        return self.on_error != RAISE

    def load_readable(self, paths) -> tuple[np.ndarray, np.ndarray]:
        """Raw images of these files, as `load_batch` gives them, 0 where there is none; and bool [N], which there are.

        Raises:
            NoReadableFileError: there are none, and none of the other files can be read either.
        """
        files = read_files(self, paths)
        if not len(files.images) and all(path in self.errors for path in self.filepaths) and not self._finds_an_image():
            raise NoReadableFileError(_NOTHING.format(self.n))
        images = np.zeros((len(paths), *files.images.shape[1:]), files.images.dtype)
        images[files.positions] = files.images
        is_there = np.zeros(len(paths), bool)
        is_there[files.positions] = True
        return images, is_there

    def is_readable(self, path) -> bool:
        """Whether a file can be read now; one that could not before may have come back."""
        return path not in self.errors or not isinstance(_load_each(self, [path])[0], Exception)

    def _finds_an_image(self):
        """Whether there is an image of any file now."""
        return any(len(read_files(self, [path]).images) for path in self.filepaths)

    @property
    def errors(self) -> dict:
        """Path -> reason, of every file that could not be read, and that `on_error` is not to raise. Each process has its own."""
        return vars(self).setdefault("_errors", {})


@dataclasses.dataclass(frozen=True)
class ReadFiles:
    """What could be read of some files.

    Attributes:
        positions: int64 [n], of the files that there is an image of, among those that were asked for; ascending.
        images: [n, H, W, C], uint8, or float32 where a file holds more than 8 bits.
        replaced: numbers, among the n, of the images that `on_error` gave.
    """

    positions: np.ndarray
    images: np.ndarray
    replaced: frozenset[int] = frozenset()


def read_files(iterator, paths: Sequence[str]) -> ReadFiles:
    """Reads files as `iterator.on_error` says: those that cannot be read are left out, or replaced.

    Args:
        iterator: a file iterator; the paths that fail are added to its `errors`.
        paths: of the files.

    Raises:
        Exception: what the function `on_error` raises; `ValueError` if it returns an image of another shape.
    """
    shape = (*iterator.target_size, image_io.CHANNELS[iterator.color_mode])
    positions, images, replaced = [], [], set()
    for position, (path, image) in enumerate(zip(paths, _load_each(iterator, paths))):
        if not isinstance(image, Exception) and image.shape != shape:
            image = ValueError(f"The image has the shape {image.shape}, not {shape}.")
        if isinstance(image, Exception):
            _note(iterator, path, image)
            image = _replacement(iterator.on_error, path, image, shape) if callable(iterator.on_error) else None
            if image is not None:
                replaced.add(len(images))
        if image is not None:
            positions.append(position)
            images.append(image)
    stacked = np.stack(images) if images else np.zeros((0, *shape), np.uint8)
    return ReadFiles(np.array(positions, np.int64), stacked, frozenset(replaced))


def readable(iterator, source: Source, paths: Sequence[str]) -> Source:
    """The source of those images that there are, read now.

    Args:
        iterator: a file iterator.
        source: of the images of all `paths`.
        paths: of the files.
    """
    files = read_files(iterator, paths)
    dtype = semantics_of(iterator.image_data_generator).image_dtype
    white_of_file = iterator._white_of([paths[i] for i in files.positions]) if source.white is not None else None

    def white(i, image):
        return array_depth(files.images[i : i + 1]).white if i in files.replaced else white_of_file(i, image)

    def one_by_one():
        for image in files.images:
            x = image_io.img_to_array(image, "channels_last", dtype).copy()
            yield x.transpose(2, 0, 1) if iterator.data_format == CHANNELS_FIRST else x

    return dataclasses.replace(
        source,
        size=len(files.images),
        whole=lambda: files.images,
        one_by_one=one_by_one,
        white=white if white_of_file is not None else None,
        positions=files.positions,
        readable=None,
        key=None,
    )


def _load_each(iterator, paths):
    """Raw images [H, W, C], or the errors that loading them ends with."""
    if iterator.loads_as_the_original:
        return iterator._file_loader_maker()().load_each(paths)

    def load(path):
        try:
            return iterator.load_batch([path])[0]
        except Exception as error:
            return error

    return [load(path) for path in paths]


def _note(iterator, path, error):
    """Keeps the reason in `iterator.errors`, and logs it the first time."""
    reason = f"{type(error).__name__}: {error}"
    # `setdefault` is one step: of several threads that read the file, one logs it.
    if iterator.errors.setdefault(path, reason) is reason:
        logger.warning("%s: cannot read %r: %s", type(iterator).__name__, path, reason)


def _replacement(on_error, path, error, shape):
    image = on_error(path, error)
    if image is None:
        return None
    image = np.asarray(image)
    if image.shape != shape or image.dtype.kind not in "buif":
        received = f"shape {image.shape}, dtype {image.dtype}"
        raise ValueError(f"`on_error` should return an array of numbers of shape {shape}, or None. Received, for {path!r}: {received}")
    return image if image.dtype == np.uint8 else image.astype(np.float32)
