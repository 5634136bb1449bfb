"""Decoded images: all of a file iterator in memory, or in a file of a directory that later runs use again.

A cache is two files of one name: `.pixels`, the images one after the other as NumPy lays them out, and `.json`, which says what they are.
The name is a digest of all that decides the pixels, so that other files or settings have another. Both are written under another name
and renamed when they are whole, the pixels first: a cache whose `.json` is there is complete, whoever writes at the same time or is killed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import pathlib
import shutil
import stat
import tempfile
import time
from collections.abc import Callable

import numpy as np
import PIL
import tensorflow as tf
from rich.filesize import decimal

from imgdatagen_compat.kernels.decoding import CHANNELS

_DECODED_AT_ONCE = 256
_DTYPES = (np.uint8, np.float32)
_FORMAT = 2  # to be raised when files mean something else, or decoding gives other pixels
_UNFINISHED = ".unfinished"
_ABANDONED_AFTER = 24 * 3600  # seconds without a change, of a file that a process left unfinished


@dataclasses.dataclass(frozen=True)
class CachedImages:
    """Images of a `.pixels` file.

    Attributes:
        file: its path; it holds nothing else.
        dtype: uint8 or float32.
        shape: (images, height, width, channels).
        unreadable: indices of the images that could not be read, whose pixels mean nothing.
    """

    file: pathlib.Path
    dtype: np.dtype
    shape: tuple[int, ...]
    unreadable: tuple[int, ...] = ()


def cached_images(iterator, directory: pathlib.Path) -> CachedImages:
    """The decoded images of a file iterator in a file of `directory`; decodes them if that is not there.

    Args:
        iterator: has `filepaths`, `target_size`, `color_mode`, `interpolation`, `keep_aspect_ratio` and `keeps_depth`; `load_batch` takes
            paths to images. Where it `tolerates_bad_files`, `load_readable` takes paths to images and bool, which there are; `errors` has
            the reason for every path of the others.
        directory: made, for its owner only, if it does not exist.

    Returns:
        The images, uint8, or float32 if one of them holds more than 8 bits.

    Raises:
        OSError: an image that cannot be read, or a directory that cannot be written or is too small; the message names it.
    """
    with _naming(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    description = _describe(iterator)
    name = hashlib.sha256(json.dumps(description).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    pixels, record = directory / f"{name}.pixels", directory / f"{name}.json"
    shape = _shape(iterator)
    contents = {"shape": list(shape), **description, "files": len(description["files"])}
    recorded = _recorded(record, pixels, contents)
    if recorded is not None:
        dtype, reasons = recorded
        iterator.errors.update({iterator.filepaths[i]: reason for i, reason in reasons.items()})
        return CachedImages(pixels, dtype, shape, tuple(reasons))
    _remove_abandoned(directory)
    with _writing(pixels) as file:
        dtype, unreadable = decode_all(iterator, lambda dtype: _begin(file, pixels.parent, shape, dtype))
    reasons = {i: iterator.errors[iterator.filepaths[i]] for i in unreadable}
    with _writing(record) as file:
        _write(file, directory, json.dumps({"dtype": dtype.name, **contents, "unreadable": reasons}, indent=1).encode())
    return CachedImages(pixels, dtype, shape, tuple(unreadable))


def images_in_memory(iterator) -> tuple[np.ndarray, list[int]]:
    """All images of a file iterator, decoded, and the indices of those that could not be read.

    Args:
        iterator: as for `cached_images`.

    Returns:
        `(pixels, unreadable)`: uint8, or float32 if one image holds more than 8 bits, [N, H, W, C]; and indices, ascending.
    """
    pixels = None

    def begin(dtype):
        nonlocal pixels
        pixels = np.empty(_shape(iterator), dtype)
        return pixels.__setitem__

    _, unreadable = decode_all(iterator, begin)
    return pixels, unreadable


def decode_all(iterator, begin: Callable) -> tuple[np.dtype, list[int]]:
    """Decodes the images of `iterator`, in their order.

    Args:
        iterator: as for `cached_images`.
        begin: called with the dtype that the images are expected to fit into, and again with a larger one if they do not. Returns a
            function that takes a slice of the images and their pixels.

    Returns:
        The dtype, and the indices of the images that could not be read.
    """
    for dtype in _DTYPES:
        unreadable = _decode_into(begin(dtype), iterator, dtype)
        if unreadable is not None:
            break
    return np.dtype(dtype), unreadable


def _decode_into(put, iterator, dtype) -> list[int] | None:
    """The indices of the images that could not be read; None if one does not fit into `dtype`."""
    from rich.progress import track

    paths, unreadable = iterator.filepaths, []
    starts = range(0, len(paths), _DECODED_AT_ONCE)
    for start in track(starts, "Decoding images", transient=True, disable=len(starts) < 4):
        some = paths[start : start + _DECODED_AT_ONCE]
        if iterator.tolerates_bad_files:
            images, readable = iterator.load_readable(some)
            unreadable += (start + np.flatnonzero(~readable)).tolist()
        else:
            images = iterator.load_batch(some)
        if not np.can_cast(images.dtype, dtype):
            return None
        put(slice(start, start + len(images)), images.astype(dtype, copy=False))
    return unreadable


def _shape(iterator):
    return (len(iterator.filepaths), *map(int, iterator.target_size), CHANNELS[iterator.color_mode])


def _describe(iterator) -> dict:
    """What decides the decoded pixels: which files, with sizes and times of change, how they are loaded, and by what."""
    files = []
    for path in iterator.filepaths:
        try:
            status = os.stat(path)
        except OSError:
            if not iterator.tolerates_bad_files:
                raise
            files.append([os.fspath(path), None, None])
        else:
            files.append([os.fspath(path), status.st_size, status.st_mtime_ns])
    return {
        "skips": iterator.tolerates_bad_files,  # a cache with holes is not for those that want all
        "format": _FORMAT,
        "target_size": [int(side) for side in iterator.target_size],
        "color_mode": iterator.color_mode,
        "interpolation": iterator.interpolation,
        "keep_aspect_ratio": bool(iterator.keep_aspect_ratio),
        "keeps_depth": bool(iterator.keeps_depth),
        "decoded_by": {"tensorflow": tf.__version__, "pillow": PIL.__version__},
        "files": files,
    }


def _recorded(record, pixels, expected) -> tuple[np.dtype, dict[int, str]] | None:
    """The dtype of the pixels, and why images could not be read, by index; None where the two are not what was written here.

    Nothing else is taken from the record: where the pixels are and what shape they have does not depend on it.
    """
    try:
        if not all(stat.S_ISREG(path.lstat().st_mode) for path in (record, pixels)):
            return None
        contents = json.loads(record.read_bytes())
        dtype = {np.dtype(dtype).name: np.dtype(dtype) for dtype in _DTYPES}[contents.pop("dtype")]
        reasons = {int(i): str(reason) for i, reason in contents.pop("unreadable").items()}
        is_true = contents == expected and all(0 <= i < expected["files"] for i in reasons) and (expected["skips"] or not reasons)
        return (dtype, reasons) if is_true and pixels.lstat().st_size == _nbytes(expected["shape"], dtype) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _nbytes(shape, dtype):
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize


def _begin(file, directory, shape, dtype):
    """Empties `file`; returns a function that appends images to it."""
    needed = _nbytes(shape, dtype)
    with _naming(directory):
        file.seek(0)
        file.truncate()
        free = shutil.disk_usage(directory).free
        if needed > free:
            raise OSError(errno.ENOSPC, f"{decimal(needed)} needed, {decimal(free)} free")

    def put(_, images):
        # Written, not mapped: a full disk then is an error, and not the end of the process.
        _write(file, directory, np.ascontiguousarray(images))

    return put


def _write(file, directory, contents):
    unwritten = memoryview(contents).cast("B")
    with _naming(directory):
        while unwritten:
            unwritten = unwritten[file.write(unwritten) :]


@contextlib.contextmanager
def _writing(path):
    """An unbuffered file that has the name `path` once it is whole; nothing is left of it after an error."""
    with _naming(path.parent):
        handle, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=path.parent)  # for its owner only
    unfinished = pathlib.Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:  # so that an error comes when it is written, not when it is closed
            yield file
            with _naming(path.parent):
                os.fsync(handle)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _remove_abandoned(directory):
    for path in directory.glob(f"*{_UNFINISHED}"):
        with contextlib.suppress(OSError):  # another process may do the same
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                path.unlink()


@contextlib.contextmanager
def _naming(directory):
    """Makes an error of the file system say which directory, and what to do."""
    try:
        yield
    except OSError as error:
        message = f"{error.strerror}: `cache={os.fspath(directory)!r}` cannot hold the decoded images. Pass another directory"
        raise OSError(error.errno, f"{message}, or cache=True to keep them in memory") from error
