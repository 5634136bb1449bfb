"""`BitDepthWarning`: images whose bits, the way they are loaded and `rescale` do not go together. One warning for a flow.

No TensorFlow here.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import os
import sys
import warnings
from collections.abc import Sequence

import numpy as np

from imgdatagen_compat.bit_depth import BIT_DEPTHS, BitDepthWarning, Depth, array_depth, is_auto, keeps_depth, sampled, stated_white
from imgdatagen_compat.image_headers import file_depth

# Headers of so many files are read when a flow is made, evenly spread over all of them.
SAMPLED_FILES = 32
_NAMED_FILES = 3
_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep

_KEEP = 'bit_depth="auto" keeps all bits'
_RESCALE = 'rescale="auto" takes the factor that fits'


def warn_of_files(datagen, filepaths: Sequence, color_mode: str) -> None:
    """Warns, once, if the files of a flow do not go together with the settings of its generator.

    Reads the headers of up to 32 files, evenly spread. Files that cannot be read are left to whoever reads them.

    Args:
        datagen: the generator, or None.
        filepaths: all files.
        color_mode: as which they are loaded.
    """
    found: dict[str, list[str]] = {}
    for path in filepaths[:: max(1, -(-len(filepaths) // SAMPLED_FILES))]:
        with contextlib.suppress(Exception):  # a damaged header is for whoever reads the file, and then an error of the original's class
            problem = file_problem(datagen, file_depth(path), color_mode)
            if problem is not None:
                found.setdefault(problem, []).append(repr(os.path.basename(os.fsdecode(path))))
    if found:
        problems = []
        for problem, names in found.items():
            more = ", …" if len(names) > _NAMED_FILES else ""
            problems.append(f"{', '.join(names[:_NAMED_FILES])}{more}: {problem}")
        _warn(" ".join(problems))


def warn_of_array(datagen, images, dtype) -> None:
    """Warns, once, if images in an array do not go together with the settings of the generator of their flow.

    Args:
        datagen: the generator.
        images: [N, …], as they were passed; the range of up to 32 of them, evenly spread, is looked at where their type does not tell.
        dtype: of the batches.
    """
    problem = array_problem(datagen, images, dtype)
    if problem is not None:
        _warn(f"Array of {images.dtype}: {problem}")


def file_problem(datagen, depth: Depth, color_mode: str) -> str | None:
    """What happens to the pixels of a file of this depth that its owner may not expect, and what helps; None if nothing does."""
    rescale = getattr(datagen, "rescale", None)
    if keeps_depth(datagen):
        white = stated_white(datagen)
        return _rescale_problem(depth.white if white is None else white, rescale)
    loaded = ""
    if depth.is_float:
        loaded = "floats are cut to whole numbers from 0 to 255, and what lies in [0, 1] to 0 and 1"
    elif depth.bits != 8 and depth.one_channel and color_mode != "grayscale":
        largest = "values above 255" if math.isnan(depth.white) else f"max {depth.white:g}"
        loaded = f'read as "{color_mode}", {largest} clipped to 255'
    elif depth.bits != 8 and not depth.one_channel:
        loaded = "only the high byte of every value is kept, max 255"
    if not loaded:
        return _rescale_problem(depth.white, rescale)
    if _meant_white(rescale) is not None:
        loaded += f", which rescale={rescale:.4g} makes {255 * rescale:.4g}"
    return f"{depth}; {loaded}. {_advice(depth, rescale)}."


def array_problem(datagen, images, dtype) -> str | None:
    """The same for images in an array."""
    if not images.size or images.dtype.kind not in "buif":
        return None
    dtype, rescale = np.dtype(dtype), getattr(datagen, "rescale", None)
    if dtype.kind in "iu" and not np.can_cast(images.dtype, dtype):
        low, high = _range(images)
        if images.dtype.kind == "f" and 0 < high <= 1:
            return f"its values, {low:.4g} to {high:.4g}, are cut to whole numbers by dtype={dtype.name}. Leave `dtype` out."
        if high > np.iinfo(dtype).max:
            return f"its values, up to {high:.6g}, do not fit into dtype={dtype.name}. Leave `dtype` out."
    meant = _meant_white(rescale)
    if meant is None:
        return None
    if isinstance(getattr(datagen, "bit_depth", None), numbers.Integral):
        return _rescale_problem(stated_white(datagen), rescale)
    depth = array_depth(images)
    if depth.bits == 8 and meant == 255:
        return None
    low, high = _range(images)
    if high <= 0 or low < 0 or not math.isfinite(high):
        return None
    if depth.bits == 16 or math.isnan(depth.white):
        # The values decide: a wide type may hold few bits, and some floats go a little beyond white.
        return _rescale_problem(float(high), rescale) if meant == 255 and high > 2 * 255 else None
    return _rescale_problem(depth.white, rescale)


def _advice(depth, rescale):
    """What keeps the bits of files of this depth, and gives them the factor that is meant."""
    meant = _meant_white(rescale)
    if meant is None:
        return _KEEP
    if 255 < meant < depth.white:
        return f'bit_depth={int(meant).bit_length()} with rescale="auto" keeps all bits and takes this factor'
    scan = "; for scans of 10, 12 or 14 bits in such files pass that number as bit_depth" if depth.bits == 16 and depth.one_channel else ""
    return f"{_KEEP}, {_RESCALE}{scan}"


def _rescale_problem(white, rescale):
    meant = _meant_white(rescale)
    if meant is None or math.isnan(white):
        return None
    if meant > 1.01 * white:
        already = "they are in [0, 1] already" if white == 1 else "almost black"
    elif meant == 255 and white > 255:
        already = "far above 1"
    else:
        return None
    advice = f"Leave `rescale` out, or {_RESCALE}" if white == 1 else _RESCALE
    return f"values up to {white:g} become {white * rescale:.4g} by rescale={rescale:.4g}: {already}. {advice}."


def _meant_white(rescale) -> int | None:
    """The white that this factor, such as 1/255, 1/256 or 1/127.5, is meant for; None for a factor that tells none."""
    if is_auto(rescale) or isinstance(rescale, bool) or not isinstance(rescale, numbers.Real) or not rescale > 0:
        return None
    for white in (2**bits - 1 for bits in BIT_DEPTHS):
        # 0.5 %: 1/256 and 1/255 are both in use.
        if any(abs(rescale * white / span - 1) < 0.005 for span in (1, 2)):
            return white
    return None


def _range(images):
    sample = sampled(images)
    return sample.min(), sample.max()


def _warn(text):
    message = f'{text} Silence this with warnings.filterwarnings("ignore", category=imgdatagen_compat.BitDepthWarning).'
    warnings.warn(message, BitDepthWarning, stacklevel=_frames_of_package())


def _frames_of_package() -> int:
    """The `stacklevel`, seen from the caller, of the first frame outside of this package."""
    frame, level = sys._getframe(1), 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    return level
