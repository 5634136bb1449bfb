"""Decoding, colour conversion and nearest resize of image files in the graph, equal to Pillow's."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from PIL import Image

from imgdatagen_compat import image_io
from imgdatagen_compat.image_headers import PNG_SIGNATURE
from imgdatagen_compat.image_io import CHANNELS, LUMA_WEIGHTS
from imgdatagen_compat.native_images import load_native
from imgdatagen_compat.special_files import refuse_special_file

_OTHER, _JPEG, _PNG = 0, 1, 2
_HEADER_BYTES = 29
_JPEG_START = np.frombuffer(b"\xff\xd8\xff", np.uint8)
_PNG_START = np.frombuffer(PNG_SIGNATURE + b"\x00\x00\x00\rIHDR", np.uint8)
_PNG_WITHOUT_PALETTE = np.uint8([0, 2, 4, 6])  # colour types gray, RGB, gray with alpha, RGBA
_UNLIMITED = np.iinfo(np.int64).max
_NOT_DECODED = (
    "This file was, when the dataset was made, a JPEG or PNG that TensorFlow decodes, or missing; it no longer is. Call as_dataset() again:"
)


def decode_image(contents, target_size, color_mode, keep_aspect_ratio=False, max_pixels=None):
    """Decodes one JPEG or PNG file and resizes it by nearest neighbour; leaves to the caller what TensorFlow does not do as Pillow does.

    Equal, bit for bit, to `load_img(path, color_mode, target_size, "nearest", keep_aspect_ratio)` of `keras.utils` (Keras 2.9 to 3.x).
    Pure graph: no Python runs when it is mapped over a dataset. One difference is kept: a file with whole pixels and damaged metadata
    (a text chunk, say) is decoded, where Pillow refuses the file.

    Args:
        contents: string scalar, the bytes of the file.
        target_size: (height, width) of the result, positive ints.
        color_mode: "rgb", "rgba" or "grayscale".
        keep_aspect_ratio: whether to cut the largest centred box of the target's aspect ratio first.
        max_pixels: int64 scalar; larger files are not decoded. None: `PIL.Image.MAX_IMAGE_PIXELS` as it is now.

    Returns:
        `(image, decoded)`: uint8 [height, width, C], values 0 to 255, and a bool scalar. False means that this file is for Pillow
        (another format, CMYK, palette, other than 8 bits, an empty box, too large) and `image` says nothing.

    Raises:
        tf.errors.InvalidArgumentError: the file begins like a JPEG or PNG and is damaged.
    """
    if max_pixels is None:
        max_pixels = pillow_pixel_limit()
    header = tf.io.decode_raw(contents, tf.uint8, fixed_length=_HEADER_BYTES)
    is_jpeg = tf.reduce_all(header[:3] == _JPEG_START)
    is_png = tf.reduce_all(header[:16] == _PNG_START)
    file_format = tf.where(is_jpeg, _JPEG, tf.where(is_png, _PNG, _OTHER))
    pixels, decoded = tf.switch_case(
        file_format,
        {
            _OTHER: lambda: _left_to_pillow(color_mode),
            _JPEG: lambda: _decode_jpeg(contents, color_mode, max_pixels),
            _PNG: lambda: _decode_png(contents, header, color_mode, max_pixels),
        },
    )
    rows, cols, inside = _nearest_positions(tf.shape(pixels), target_size, keep_aspect_ratio)
    image = resize_nearest(pixels, tf.where(inside, rows, 0), tf.where(inside, cols, 0))
    if color_mode == "grayscale":
        image = luma(image)
    image.set_shape((*target_size, CHANNELS[color_mode]))
    return image, decoded & inside


def load_image(
    path, target_size, color_mode, interpolation="nearest", keep_aspect_ratio=False, dtype=tf.uint8, keeps_depth=False, pillow=True
):
    """Loads one file of any format, for `tf.data.Dataset.map`: in the graph where that equals Pillow, else by Pillow on the host.

    Equal, bit for bit, to `img_to_array(load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio))` of `keras.utils`.

    Args:
        path: string scalar.
        target_size: (height, width) of the result, positive ints.
        color_mode, interpolation, keep_aspect_ratio: as in `load_img`.
        dtype: of the result; `tf.uint8` is enough for all 8-bit files, and for every file in "rgb" and "rgba".
        keeps_depth: whether a file of more than 8 bits keeps them, as `load_native` loads it; `dtype` is float32 then.
        pillow: whether Pillow loads what the graph does not decode. False, for "nearest" only, makes it a pure graph.

    Returns:
        `dtype` [height, width, C].

    Raises:
        tf.errors.OpError: the file is missing, damaged or not an image, or holds more than 8 bits and `dtype` is `tf.uint8`; or, without
            `pillow`, the graph does not decode it, and the message names it.
    """
    path, dtype = tf.convert_to_tensor(path, tf.string), tf.as_dtype(dtype)

    def with_pillow():
        def load(name):
            name = os.fsdecode(np.asarray(name).item())  # bytes in a graph, an array eagerly
            refuse_special_file(name)
            if keeps_depth:
                return load_native(name, target_size, color_mode, interpolation, keep_aspect_ratio).astype(dtype.as_numpy_dtype)
            return load_array(name, target_size, color_mode, interpolation, keep_aspect_ratio, dtype.as_numpy_dtype)

        return tf.numpy_function(load, [path], dtype, stateful=False)

    if interpolation == "nearest":
        image, decoded = decode_image(tf.io.read_file(path), target_size, color_mode, keep_aspect_ratio)
        if pillow:
            image = tf.cond(decoded, lambda: tf.cast(image, dtype), with_pillow)
        else:
            with tf.control_dependencies([tf.debugging.Assert(decoded, [_NOT_DECODED, path])]):
                image = tf.cast(image, dtype)
    else:
        image = with_pillow()
    image.set_shape((*target_size, CHANNELS[color_mode]))
    return image


def load_array(path, target_size, color_mode, interpolation="nearest", keep_aspect_ratio=False, dtype=None):
    """Loads one file with Pillow.

    Equal to `img_to_array(load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio))` of `keras.utils`.

    Args:
        path: `str`, `bytes` or `pathlib.Path`.
        target_size, color_mode, interpolation, keep_aspect_ratio: as in `load_img`.
        dtype: of the result; None means uint8 for an image of 8 bits, float32 for others.

    Returns:
        [H, W, C], the values of the file, unscaled.

    Raises:
        ValueError: `dtype` is uint8 and the image has more than 8 bits; also as `load_img`.
        OSError: the file is missing, damaged or not an image; the message names it.
    """
    img = image_io.load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio)
    is_8_bit = img.mode in ("L", "RGB", "RGBA")
    if dtype is None:
        dtype = np.uint8 if is_8_bit else np.float32
    elif dtype == np.uint8 and not is_8_bit:
        raise ValueError(f'{path!r} holds more than 8 bits a pixel (mode "{img.mode}"): load it as float32.')
    with image_io.errors_naming(path):
        return image_io.img_to_array(img, "channels_last", dtype)


def resize_nearest(image, rows, cols):
    """Picks rows and columns.

    Args:
        image: [H, W, C].
        rows, cols: int32 [h] and [w], as `nearest_indices` gives them.

    Returns:
        [h, w, C] of the same dtype.
    """
    width, channels = tf.shape(image)[1], image.shape[2]
    # One gather of pixels takes two thirds of the time of a gather of rows and one of columns.
    return tf.gather(tf.reshape(image, [-1, channels]), rows[:, tf.newaxis] * width + cols)


def nearest_indices(start, side, target_side):
    """Where Pillow's nearest resize reads: a running sum of steps, truncated, which differs from floor((i + 0.5) · step).

    Args:
        start: int scalar, the first pixel of the box in the image.
        side: int scalar, the pixels of the box, positive.
        target_side: int, the pixels of the result, positive.

    Returns:
        int32 [target_side].
    """
    # Not `/`: Grappler turns a division by a constant into a product with its reciprocal, which rounds differently.
    step = tf.math.divide_no_nan(tf.cast(side, tf.float64), tf.constant(target_side, tf.float64))
    first = tf.cast(start, tf.float64) + step * 0.5
    return tf.cast(tf.cumsum(tf.concat([[first], tf.fill([target_side - 1], step)], axis=0)), tf.int32)


def luma(image):
    """Pillow's conversion of RGB to "L": ITU-R 601-2 in 16-bit fixed point, rounded. Gray pixels keep their value.

    Args:
        image: uint8 [..., 3].

    Returns:
        uint8 [..., 1].
    """
    red, green, blue = tf.unstack(tf.cast(image, tf.int32), axis=-1)
    of_red, of_green, of_blue = LUMA_WEIGHTS
    gray = tf.bitwise.right_shift(red * of_red + green * of_green + blue * of_blue + 0x8000, 16)
    return tf.cast(gray, tf.uint8)[..., tf.newaxis]


def pillow_pixel_limit() -> int:
    """The number of pixels above which Pillow warns of, or refuses, a decompression bomb."""
    return _UNLIMITED if Image.MAX_IMAGE_PIXELS is None else int(Image.MAX_IMAGE_PIXELS)


def _left_to_pillow(color_mode):
    return tf.zeros([1, 1, _decoded_channels(color_mode)], tf.uint8), tf.constant(False)


def _decoded_channels(color_mode):
    return 4 if color_mode == "rgba" else 3


def _decode_jpeg(contents, color_mode, max_pixels):
    height, width, components = tf.unstack(tf.raw_ops.ExtractJpegShape(contents=contents, output_type=tf.int64))
    decodable = ((components == 1) | (components == 3)) & (height * width <= max_pixels)

    def decode():
        pixels = tf.io.decode_jpeg(contents, channels=3, dct_method="INTEGER_ACCURATE")
        if color_mode == "rgba":
            pixels = tf.pad(pixels, [[0, 0], [0, 0], [0, 1]], constant_values=255)
        return pixels, tf.constant(True)

    return tf.cond(decodable, decode, lambda: _left_to_pillow(color_mode))


def _decode_png(contents, header, color_mode, max_pixels):
    size = tf.cast(header[16:24], tf.int64)
    place_values = tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    width, height = tf.reduce_sum(size[:4] * place_values), tf.reduce_sum(size[4:] * place_values)
    depth, color_type = header[24], header[25]
    decodable = (depth == 8) & tf.reduce_any(color_type == _PNG_WITHOUT_PALETTE) & (height * width <= max_pixels)
    # Pillow keeps the box of a resize in float32, which is exact for sides below 2^24.
    decodable &= (size[0] == 0) & (size[4] == 0)

    def decode():
        return tf.io.decode_png(contents, channels=_decoded_channels(color_mode)), tf.constant(True)

    return tf.cond(decodable, decode, lambda: _left_to_pillow(color_mode))


def _nearest_positions(shape, target_size, keep_aspect_ratio):
    """Rows and columns to read, and whether the box to read from has any; what then, is Pillow's to say."""
    height, width = tf.cast(shape[0], tf.int64), tf.cast(shape[1], tf.int64)
    target_height, target_width = target_size
    top = left = 0
    inside = tf.constant(True)
    if keep_aspect_ratio:
        box_height = tf.minimum(height, width * target_height // target_width)
        box_width = tf.minimum(width, height * target_width // target_height)
        top, left = (height - box_height) // 2, (width - box_width) // 2
        height, width = box_height, box_width
        inside = (height > 0) & (width > 0)
    return nearest_indices(top, height, target_height), nearest_indices(left, width, target_width), inside
