"""Image files with all their bits, where Pillow would clip them to 8 or drop the low byte."""

from __future__ import annotations

import io
import math
import os
import struct
import warnings

import numpy as np
import PIL
from PIL import Image

from imgdatagen_compat import image_io
from imgdatagen_compat.image_headers import PNG_SIGNATURE, file_depth, pnm_header
from imgdatagen_compat.tiff_tags import is_tiff


def load_native(path, target_size, color_mode, interpolation="nearest", keep_aspect_ratio=False) -> np.ndarray:
    """Loads one file in its own depth.

    Files of 8 bits give what `load_img` gives. Others give their values: grey becomes colour by repetition, colour becomes grey by Pillow's
    weights, and a resize takes Pillow's filters in float; integers are rounded, and cut off at black and white, as on 8 bits.

    Args:
        path: `str`, `bytes` or `pathlib.Path`.
        target_size: (height, width), or None.
        color_mode, interpolation, keep_aspect_ratio: as in `load_img`.

    Returns:
        [H, W, C]: uint8 for a file of 8 bits, else float32.

    Raises:
        ValueError: unknown `color_mode` or `interpolation`, or a file of more than 4 channels.
        ImportError: a TIFF of several channels, without the package that reads it.
        OSError: the file is missing, damaged or not an image; the message names it.
        PIL.Image.DecompressionBombError: more than twice `PIL.Image.MAX_IMAGE_PIXELS`; it warns above once that.
    """
    with image_io.errors_naming(path):
        depth = file_depth(path)
    if depth.bits == 8:
        img = image_io.load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio)
        with image_io.errors_naming(path):
            return image_io.img_to_array(img, "channels_last", np.uint8)
    if color_mode not in image_io.CHANNELS:
        raise ValueError(f'color_mode must be "grayscale", "rgb", or "rgba". Received: {color_mode!r}')
    with image_io.errors_naming(path):
        pixels = _read(path, depth)
    pixels = _in_color_mode(pixels, color_mode, depth, path)
    if target_size is not None and pixels.shape[:2] != tuple(target_size):
        pixels = _resized(pixels, target_size, image_io.resample_filter(interpolation), keep_aspect_ratio, depth)
    return pixels.astype(np.float32)


def _read(path, depth):
    """All values of a file, [H, W, C]."""
    with open(path, "rb") as file:
        contents = file.read()
    pnm = pnm_header(contents)
    if pnm:
        start, is_grey, _, size = pnm
        _check_size(math.prod(size))
        shape = (*size, 1 if is_grey else 3)
        if len(contents) - start < 2 * math.prod(shape):
            raise OSError("image file is truncated")
        return np.frombuffer(contents, ">u2", math.prod(shape), start).reshape(shape)
    if depth.one_channel:
        try:
            with Image.open(io.BytesIO(contents)) as img:
                return np.asarray(img)[..., np.newaxis]
        except PIL.UnidentifiedImageError:
            if not is_tiff(contents):
                raise
    return _read_png(contents) if contents.startswith(PNG_SIGNATURE) else _read_tiff(path)


def _check_size(pixels):
    """Pillow's guard against files that are small and unpack to gigabytes, for those that others decode; same limit, same classes."""
    limit = Image.MAX_IMAGE_PIXELS
    if limit is None or pixels <= limit:
        return
    message = f"Image size ({pixels} pixels) exceeds limit of {limit} pixels, could be decompression bomb."
    if pixels > 2 * limit:
        raise Image.DecompressionBombError(message)
    warnings.warn(message, Image.DecompressionBombWarning, stacklevel=2)


def _read_png(contents):
    # Pillow has no mode for 16-bit colours and keeps their high byte.
    import tensorflow as tf

    width, height = struct.unpack(">II", contents[16:24])
    _check_size(height * width)
    with tf.device("/CPU:0"), tf.init_scope():
        try:
            return tf.io.decode_png(contents, dtype=tf.uint16).numpy()
        except tf.errors.InvalidArgumentError as error:
            raise OSError("image file is truncated or broken") from error


def _read_tiff(path):
    try:
        import tifffile
    except ImportError as error:
        raise ImportError(
            f"{os.fsdecode(path)!r} is a TIFF that Pillow cannot read with all its bits: pip install 'imgdatagen-compat[tiff]', "
            "or load it in 8 bits, without `bit_depth`."
        ) from error
    try:
        with tifffile.TiffFile(os.fsdecode(path)) as file:
            page = file.pages[0]
            # More channels than an image has, or several layers, count as pixels.
            _check_size(page.size // min(page.samplesperpixel, max(image_io.CHANNELS.values())))
            pixels = page.asarray()
            planes_first = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and pixels.ndim == 3
    except (OSError, MemoryError, Image.DecompressionBombError):
        raise
    except Exception as error:  # of any class: tifffile does what the file says, and meets the damage as it goes
        raise OSError(str(error)) from error
    if pixels.ndim == 2:
        return pixels[..., np.newaxis]
    return np.moveaxis(pixels, 0, -1) if planes_first else pixels


def _in_color_mode(pixels, color_mode, depth, path):
    """[H, W, C] with the channels of the colour mode."""
    channels = pixels.shape[-1] if pixels.ndim == 3 else 0
    if channels not in (1, 2, 3, 4):
        raise ValueError(f"{os.fsdecode(path)!r} holds an array of shape {pixels.shape}; an image has 1 to 4 channels.")
    has_alpha = channels in (2, 4)
    colors, alpha = (pixels[..., :-1], pixels[..., -1:]) if has_alpha else (pixels, None)
    if color_mode == "grayscale":
        return _luma(colors) if colors.shape[-1] == 3 else colors
    if colors.shape[-1] == 1:
        colors = np.repeat(colors, 3, axis=-1)
    if color_mode == "rgb":
        return colors
    if alpha is None:
        opaque = 1 if np.isnan(depth.white) else depth.white
        alpha = np.full((*pixels.shape[:2], 1), opaque, pixels.dtype)
    return np.concatenate([colors, alpha], axis=-1)


def _luma(colors):
    """Pillow's conversion of RGB to grey: in 16-bit fixed point, rounded, for integers."""
    if colors.dtype.kind == "f":
        return colors @ (np.array(image_io.LUMA_WEIGHTS)[:, np.newaxis] / 65536)
    return (colors.astype(np.int64) @ np.array(image_io.LUMA_WEIGHTS)[:, np.newaxis] + 0x8000) >> 16


def _resized(pixels, target_size, resample, keep_aspect_ratio, depth):
    size, (height, width) = (target_size[1], target_size[0]), pixels.shape[:2]
    box = image_io.aspect_ratio_box(width, height, *size) if keep_aspect_ratio else None
    channels = [Image.fromarray(np.ascontiguousarray(channel, np.float32)) for channel in np.moveaxis(pixels, -1, 0)]
    resized = np.stack([np.asarray(channel.resize(size, resample, box=box)) for channel in channels], axis=-1)
    if pixels.dtype.kind == "f" or resample == Image.Resampling.NEAREST:
        return resized
    # A file may hold more than its depth says, or less than 0: filters may overshoot, but not that far.
    low, high = min(0, pixels.min()), np.nanmax([depth.white, pixels.max()])
    return np.clip(np.floor(resized + 0.5), low, high)
