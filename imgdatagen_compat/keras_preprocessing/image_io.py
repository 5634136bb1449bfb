"""Single images from and to files, PIL and NumPy, with the signatures and defaults of keras-preprocessing 1.1.2.

Unlike Keras's, these never look at its global settings: channels last and float32 unless told otherwise.
"""

from __future__ import annotations

import numpy as np

from imgdatagen_compat import image_io
from imgdatagen_compat.config import CHANNELS_FIRST, CHANNELS_LAST


def load_img(path, grayscale=False, color_mode="rgb", target_size=None, interpolation="nearest"):
    """Reads an image file, converts its colours and resizes it.

    Args:
        path: a `str`, `bytes` or `pathlib.Path`, or an `io.BytesIO` that holds the contents of a file.
        grayscale: deprecated, True means `color_mode="grayscale"`.
        color_mode: "rgb", "rgba" or "grayscale"; the last keeps 16 and 32-bit grayscale as it is.
        target_size: (height, width) in pixels, or None for the size of the file.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos"; looked at only where a resize is needed.

    Returns:
        A PIL image of mode "RGB", "RGBA", "L", "I;16" or "I".

    Raises:
        As `imgdatagen_compat.load_img`.
    """
    return image_io.load_img(path, color_mode, target_size, interpolation, grayscale=grayscale)


def img_to_array(img, data_format="channels_last", dtype="float32"):
    """Makes an array of a PIL image, or of an array of rank 2 or 3.

    Args:
        img: a PIL image, or pixels [H, W] or [H, W, C].
        data_format: "channels_last" or "channels_first", the layout of the result.
        dtype: of the result; None keeps that of the image.

    Returns:
        [H, W, C] or [C, H, W]; the values of the image, unscaled.

    Raises:
        ValueError: unknown `data_format`, or an image of another rank.
    """
    _check_data_format(data_format)
    return image_io.img_to_array(img, data_format, np.asarray(img).dtype if dtype is None else dtype)


def array_to_img(x, data_format="channels_last", scale=True, dtype="float32"):
    """Makes a PIL image of an array.

    Args:
        x: [H, W, C] or [C, H, W] with 1, 3 or 4 channels.
        data_format: the layout of `x`.
        scale: whether to stretch the values so that the smallest becomes 0 and the largest 255. Without it they are truncated to 8 bits.
        dtype: type to compute in; None keeps that of `x`.

    Returns:
        A PIL image of mode "RGBA", "RGB" or "L"; of mode "I" (32 bits) for one channel with values above 255.

    Raises:
        ValueError: `x` is not of rank 3 or has another number of channels; unknown `data_format`.
    """
    _check_data_format(data_format)
    return image_io.array_to_img(x, data_format, scale, np.asarray(x).dtype if dtype is None else dtype)


def save_img(path, x, data_format="channels_last", file_format=None, scale=True, **kwargs):
    """Writes an array as an image file.

    Args:
        path: a path, or a file object (then pass `file_format`).
        x, data_format, scale: as in `array_to_img`.
        file_format: "png", "jpeg", "jpg", …; None takes the extension of `path`.
        **kwargs: passed on to `PIL.Image.Image.save`.

    Raises:
        ValueError: as `array_to_img`; also where Pillow cannot tell the format from `path`.
    """
    _check_data_format(data_format)
    image_io.save_img(path, x, data_format, file_format, scale, **kwargs)


def _check_data_format(data_format):
    if data_format not in (CHANNELS_LAST, CHANNELS_FIRST):
        raise ValueError(f'`data_format` should be "channels_last" or "channels_first". Received: {data_format!r}')
