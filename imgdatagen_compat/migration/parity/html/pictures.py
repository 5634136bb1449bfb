"""Images of a batch as pictures within the page, and where two of them differ."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

LONGEST_SIDE = 224  # pixels of a picture
_SHORTEST_SIDE = 96
# Black, violet, red, orange, pale yellow: dark to bright also where colours are not told apart.
_COLOURS = np.array([(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)], np.float64)


def pictured(original: np.ndarray, dropin: np.ndarray) -> tuple[str, str]:
    """Returns two images [H, W, C] as data URIs, both with black and white at the same values.

    Black and white are 0 and 1, or 0 and 255, where the original lies between them; else its smallest and largest value. The pictures are
    JPEG and no larger than `LONGEST_SIDE`: to be looked at, not to be compared.
    """
    low, high = _shown_range(original)
    return tuple(_jpeg(_grey_levels(image, low, high)) for image in (original, dropin))


def difference_picture(original: np.ndarray, dropin: np.ndarray) -> tuple[str, float]:
    """Returns where two images of one shape differ, as a data URI, and the absolute difference that is brightest in it.

    Where the picture is smaller than the images, a pixel of it shows the largest difference of those that it stands for: none is lost.
    """
    distance = np.abs(original.astype(np.float64) - dropin).max(axis=-1)
    distance = np.nan_to_num(distance, nan=0.0, posinf=np.nanmax(distance[np.isfinite(distance)], initial=1.0))
    brightest = float(distance.max())
    step = -(-max(distance.shape) // LONGEST_SIDE)
    rows, columns = (-(-side // step) * step for side in distance.shape)
    padded = np.zeros((rows, columns))
    padded[: distance.shape[0], : distance.shape[1]] = distance
    largest = padded.reshape(rows // step, step, columns // step, step).max(axis=(1, 3))
    # The square root shows small differences beside large ones.
    place = np.sqrt(largest / (brightest or 1.0)) * (len(_COLOURS) - 1)
    channels = [np.interp(place, range(len(_COLOURS)), _COLOURS[:, channel]) for channel in range(3)]
    return _uri(_enlarged(Image.fromarray(np.stack(channels, axis=-1).round().astype(np.uint8))), "PNG"), brightest


def _shown_range(image):
    finite = image[np.isfinite(image)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    for white in (1.0, 255.0):
        if low >= 0 and high <= white:
            return 0.0, white
    return low, high


def _grey_levels(image, low, high):
    shown = image[..., :3] if image.shape[-1] in (3, 4) else image[..., 0]
    values = np.nan_to_num(shown.astype(np.float64), nan=low, posinf=high, neginf=low)
    return ((values - low) / (high - low or 1.0) * 255).clip(0, 255).round().astype(np.uint8)


def _jpeg(pixels):
    image = Image.fromarray(pixels)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _uri(_enlarged(image), "JPEG", quality=88)


def _enlarged(image):
    """The picture with whole pixels repeated, where it is too small to be looked at."""
    times = max(1, min(_SHORTEST_SIDE // min(image.size), LONGEST_SIDE // max(image.size)))
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _uri(image, image_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return f"data:image/{image_format.lower()};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
