"""Single images from and to files, PIL and NumPy: the image functions of the original module (Keras 2.9 to 3.x).

No TensorFlow here, except where a call needs Keras: `smart_resize`, and the settings that `data_format=None` and `dtype=None` mean.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import warnings

import numpy as np
import PIL
from PIL import Image

from imgdatagen_compat import keras_environment

PIL_INTERPOLATION_METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "hamming": Image.Resampling.HAMMING,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}
_DATA_FORMATS = ("channels_first", "channels_last")
# Channels of an image in each colour mode.
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
# Pillow's weights of red, green and blue in grey, of 65536.
LUMA_WEIGHTS = (19595, 38470, 7471)
_PICTURE_EXTENSIONS = ("jpg", "jpeg", "bmp", "png", "ppm", "tif", "tiff")


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False, *, grayscale=False):
    """Reads an image file, converts its colours and resizes it.

    Reproduces `keras.utils.load_img`. Also takes what keras-preprocessing took, a bool in the second position: `load_img(path, True)`,
    `load_img(path, False, (height, width))`, `load_img(path, False, "rgb", (height, width))`.

    Args:
        path: a `str`, `bytes` or `pathlib.Path`, or an `io.BytesIO` that holds the contents of a file.
        color_mode: "rgb", "rgba" or "grayscale"; the last keeps 16 and 32-bit grayscale as it is.
        target_size: (height, width) in pixels, or None for the size of the file.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos"; looked at only where a resize is needed.
        keep_aspect_ratio: whether to cut the largest centred box of the target's aspect ratio before resizing.
        grayscale: deprecated, True means `color_mode="grayscale"`.

    Returns:
        A PIL image of mode "RGB", "RGBA", "L", "I;16" or "I".

    Raises:
        TypeError: `path` is of another type.
        ValueError: unknown `color_mode` or `interpolation`.
        PIL.UnidentifiedImageError: the file is not an image; the message names it.
        OSError: the file is missing or damaged.
    """
    if isinstance(color_mode, bool):
        grayscale = color_mode
        if isinstance(target_size, str):  # keras-preprocessing 1.0.1 and later: (path, grayscale, color_mode, target_size, interpolation)
            color_mode, target_size = target_size, None if isinstance(interpolation, str) else interpolation
            interpolation = keep_aspect_ratio if isinstance(keep_aspect_ratio, str) else "nearest"
            keep_aspect_ratio = False
        else:  # before that: (path, grayscale, target_size, interpolation)
            color_mode = "rgb"
    if grayscale is True:
        warnings.warn('grayscale is deprecated. Please use color_mode = "grayscale"', stacklevel=2)
        color_mode = "grayscale"
    img = _open(path)
    mode = _pil_mode(img, color_mode)
    if img.mode != mode:
        with errors_naming(path):
            img.load()
        img = img.convert(mode)
    size = img.size if target_size is None else (target_size[1], target_size[0])
    if img.size != size:
        resample = resample_filter(interpolation)
        # Of the size before loading, as the original's: Pillow 10 turns a TIFF only then, and its box is another or outside.
        box = aspect_ratio_box(*img.size, *size) if keep_aspect_ratio else None
        with errors_naming(path):
            img.load()
        img = img.resize(size, resample, box=box)
    return img


def img_to_array(img, data_format=None, dtype=None):
    """Makes an array of a PIL image, or of an array of rank 2 or 3.

    Reproduces `keras.utils.img_to_array`.

    Args:
        img: a PIL image, or pixels [H, W] or [H, W, C].
        data_format: "channels_last" or "channels_first", the layout of the result; None means Keras's global setting.
        dtype: of the result; None means Keras's global float type.

    Returns:
        [H, W, C] or [C, H, W]; the values of the image, unscaled (0 to 255 for 8 bits).

    Raises:
        ValueError: unknown `data_format`, or an image of another rank.
    """
    data_format = _standard_data_format(data_format)
    x = np.asarray(img, dtype=keras_environment.floatx() if dtype is None else dtype)
    if x.ndim == 2:
        return x[np.newaxis] if data_format == "channels_first" else x[:, :, np.newaxis]
    if x.ndim == 3:
        return x.transpose(2, 0, 1) if data_format == "channels_first" else x
    raise ValueError(f"Unsupported image shape: {x.shape}. Expected (height, width) or (height, width, channels).")


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """Makes a PIL image of an array.

    Reproduces `keras.utils.array_to_img`.

    Args:
        x: [H, W, C] or [C, H, W] with 1, 3 or 4 channels.
        data_format: the layout of `x`; None means Keras's global setting.
        scale: whether to stretch the values so that the smallest becomes 0 and the largest 255. Without it they are truncated to 8 bits.
        dtype: type to compute in; None means Keras's global float type.

    Returns:
        A PIL image of mode "RGBA", "RGB" or "L"; of mode "I" (32 bits) for one channel with values above 255.

    Raises:
        ValueError: `x` is not of rank 3 or has another number of channels; unknown `data_format`.
    """
    data_format = _standard_data_format(data_format)
    x = np.asarray(x, dtype=keras_environment.floatx() if dtype is None else dtype)
    if x.ndim != 3:
        raise ValueError(f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}")
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        x_max = np.max(x)
        if x_max != 0:
            x /= x_max
        x *= 255
    channels = x.shape[2]
    if channels in (3, 4):
        return Image.fromarray(x.astype("uint8"))
    if channels == 1:
        return Image.fromarray(x[:, :, 0].astype("int32" if np.max(x) > 255 else "uint8"))
    raise ValueError(f"Unsupported channel number: {channels}. Expected 1, 3 or 4; is `data_format` right?")


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Writes an array as an image file.

    Reproduces `keras.utils.save_img` of every release: Keras below 3.13 does not understand "jpg", later ones not ".tif".

    Args:
        path: a path, or a file object (then pass `file_format`).
        x, data_format: as in `array_to_img`.
        file_format: "png", "jpeg", "jpg", …; None leaves it to Pillow, which knows the extension of `path`.
        scale: as in `array_to_img`.
        **kwargs: passed on to `PIL.Image.Image.save`.

    Raises:
        ValueError: as `array_to_img`; also where Pillow cannot tell the format from `path`.
    """
    if file_format is None and isinstance(path, (str, pathlib.Path)) and pathlib.Path(path).suffix.lower() in (".jpg", ".jpeg"):
        file_format = "jpeg"
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("The JPEG format does not support RGBA images, converting to RGB.", stacklevel=2)
        img = img.convert("RGB")
    img.save(path, format=file_format, **kwargs)


def smart_resize(x, size, interpolation="bilinear", data_format="channels_last", **kwargs):
    """Cuts the largest centred box of the target's aspect ratio and resizes it.

    It is `keras.preprocessing.image.smart_resize` of the installed Keras, which is not part of the legacy module and stays.

    Args:
        x: array or tensor [H, W, C] or [N, H, W, C] (or channels first).
        size: (height, width) of the result, in pixels.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        data_format: "channels_last" or "channels_first".

    Returns:
        [height, width, C] or [N, height, width, C], float32 or, for "nearest", of the dtype of `x`: an array for an array, else a tensor.

    Raises:
        TypeError: unknown keyword arguments.
        ValueError: `size` is not a pair, `x` is not of rank 3 or 4, unknown `interpolation` or `data_format`.
    """
    if data_format != "channels_last":
        kwargs["data_format"] = data_format  # Keras 2 does not know the argument
    return keras_environment.keras().preprocessing.image.smart_resize(x, size, interpolation, **kwargs)


def list_pictures(directory, ext=_PICTURE_EXTENSIONS):
    """Lists the pictures in a directory and its subdirectories.

    Reproduces `keras_preprocessing.image.list_pictures` (1.1.2).

    Args:
        directory: path of the directory.
        ext: an extension or a tuple of them, without the dot; case is ignored in the file names.

    Returns:
        A list of paths, in the order of `os.walk`.
    """
    endings = tuple(f".{extension}" for extension in ((ext,) if isinstance(ext, str) else ext))
    return [os.path.join(root, name) for root, _, names in os.walk(directory) for name in names if name.lower().endswith(endings)]


def aspect_ratio_box(width, height, target_width, target_height):
    """The box that `keep_aspect_ratio` cuts: (left, top, right, bottom) in pixels, the largest centred one of the target's shape."""
    crop_height = min(height, (width * target_height) // target_width)
    crop_width = min(width, (height * target_width) // target_height)
    top, left = (height - crop_height) // 2, (width - crop_width) // 2
    return left, top, left + crop_width, top + crop_height


@contextlib.contextmanager
def errors_naming(path):
    """Raises what goes wrong while an image is decoded once more, same class, with the file's name and the remedy in the message."""
    try:
        yield
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if len(error.args) != 1 or isinstance(path, io.BytesIO):
            raise
        name = repr(os.fsdecode(path))
        if isinstance(error, PIL.UnidentifiedImageError):
            message = f"cannot identify image file {name}. Remove it, or convert it to a format that Pillow can read."
        elif isinstance(error, Image.DecompressionBombError):
            message = f"{error.args[0]} Image file: {name}. If you trust it, raise `PIL.Image.MAX_IMAGE_PIXELS`."
        else:
            message = f"{error.args[0]}. Image file: {name}. It is damaged: repair or remove it."
        raise type(error)(message) from error


def _open(path):
    if isinstance(path, io.BytesIO):
        return Image.open(path)
    if not isinstance(path, (pathlib.Path, bytes, str)):
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    # Through memory, so that no file stays open behind an image whose pixels nobody asks for.
    with open(path, "rb") as file:
        contents = io.BytesIO(file.read())
    with errors_naming(path):
        return Image.open(contents)


def _pil_mode(img, color_mode):
    if color_mode == "grayscale":
        return img.mode if img.mode in ("L", "I;16", "I") else "L"
    if color_mode not in ("rgb", "rgba"):
        raise ValueError(f'color_mode must be "grayscale", "rgb", or "rgba". Received: {color_mode!r}')
    return color_mode.upper()


def resample_filter(interpolation):
    """Pillow's filter of this name; `ValueError` for a name that is none."""
    if interpolation not in PIL_INTERPOLATION_METHODS:
        methods = ", ".join(PIL_INTERPOLATION_METHODS)
        raise ValueError(f"Invalid interpolation method {interpolation} specified. Supported methods are {methods}")
    return PIL_INTERPOLATION_METHODS[interpolation]


def _standard_data_format(data_format):
    if data_format is None:
        return keras_environment.image_data_format()
    standard = str(data_format).lower()
    if standard not in _DATA_FORMATS:
        raise ValueError(f"The `data_format` argument must be one of {_DATA_FORMATS}. Received: data_format={data_format}")
    return standard
