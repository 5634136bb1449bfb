"""Random transform parameters: drawn from NumPy's legacy generator in the original's order, and turned into affine matrices.

Everything random about the pixels happens here and nowhere else. A draw returns a record (`TransformParams`); the kernels take it.

No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Sequence

import numpy as np

from imgdatagen_compat.semantics import Semantics


@dataclasses.dataclass(frozen=True, eq=False)
class TransformParams:
    """The drawn parameters of N images, as a struct of arrays.

    Attributes:
        theta: float64 [N], rotation in degrees.
        tx: float64 [N], the draw of `height_shift_range`, in pixels.
        ty: float64 [N], the draw of `width_shift_range`, in pixels.
        shear: float64 [N], shear angle in degrees.
        zx, zy: float64 [N], zoom factors.
        flip_horizontal, flip_vertical: bool [N].
        channel_shift_intensity: float64 [N] in grey levels, or None when `channel_shift_range` is 0.
        brightness: float64 [N], factors, or None when `brightness_range` is None.
    """

    theta: np.ndarray
    tx: np.ndarray
    ty: np.ndarray
    shear: np.ndarray
    zx: np.ndarray
    zy: np.ndarray
    flip_horizontal: np.ndarray
    flip_vertical: np.ndarray
    channel_shift_intensity: np.ndarray | None = None
    brightness: np.ndarray | None = None

    def __len__(self):
        return len(self.theta)

    @classmethod
    def stack(cls, draws: list[dict]) -> TransformParams:
        """Struct of arrays from dictionaries with the keys that `draw_transform` returns."""
        columns = {}
        for field in dataclasses.fields(cls):
            column = [draw[field.name] for draw in draws]
            if field.name in ("channel_shift_intensity", "brightness"):
                columns[field.name] = None if not draws or column[0] is None else np.array(column, dtype=np.float64)
            elif field.name.startswith("flip"):
                columns[field.name] = np.array([bool(flip) for flip in column], dtype=bool)
            else:
                columns[field.name] = np.array(column, dtype=np.float64)
        return cls(**columns)


def draw_transform(config, shape: Sequence[int], axes: tuple[int, int] = (0, 1), rng=np.random) -> dict:
    """Draws the parameters of one image.

    Args:
        config: anything with the constructor's attributes (`rotation_range`, …): a generator or a `GeneratorConfig`.
        shape: of the image; read only for shifts below 1, which are fractions of a side.
        axes: where in `shape` the numbers of rows and of columns are.
        rng: `np.random`, whose global state the original draws from, or an `np.random.RandomState`.

    Returns:
        The dictionary that `ImageDataGenerator.get_random_transform` returns: same keys, same values, same draws consumed
        (keras-preprocessing 1.0.0 to Keras 3.x).

    Raises:
        TypeError, OverflowError, ValueError: a range that is no finite number, or none of the sequences allowed; the message names it.
    """
    try:
        return _drawn(config, shape, axes, rng)
    except (TypeError, OverflowError, ValueError) as error:
        wrong = [f"{name}={getattr(config, name)!r}" for name in _RANGES if not _is_range(name, getattr(config, name))]
        if not wrong or len(error.args) != 1:
            raise
        raise type(error)(f"{error}: ranges should be finite numbers. Received: {', '.join(wrong)}") from error


_RANGES = (
    "rotation_range",
    "height_shift_range",
    "width_shift_range",
    "shear_range",
    "zoom_range",
    "horizontal_flip",
    "vertical_flip",
    "channel_shift_range",
    "brightness_range",
)
_SEVERAL_NUMBERS = ("height_shift_range", "width_shift_range", "zoom_range", "brightness_range")


def _is_range(name, value):
    """Whether a setting is of a kind that can be drawn from."""
    if value is None:
        return name != "channel_shift_range"
    values = value if name in _SEVERAL_NUMBERS and isinstance(value, (list, tuple)) else [value]
    return all(isinstance(number, (numbers.Real, np.bool_)) and math.isfinite(number) for number in values)


def _drawn(config, shape, axes, rng):
    theta = _symmetric(rng, config.rotation_range) if config.rotation_range else 0
    tx = _draw_shift(rng, config.height_shift_range, shape, axes[0])
    ty = _draw_shift(rng, config.width_shift_range, shape, axes[1])
    shear = _symmetric(rng, config.shear_range) if config.shear_range else 0
    zx, zy = 1, 1
    if zooms(config):
        zx, zy = rng.uniform(config.zoom_range[0], config.zoom_range[1], 2)
    # Both flips always draw, so that switching one on does not change what is drawn after it.
    flip_horizontal = (rng.random() < 0.5) * config.horizontal_flip
    flip_vertical = (rng.random() < 0.5) * config.vertical_flip
    channel_shift_intensity = _symmetric(rng, config.channel_shift_range) if config.channel_shift_range != 0 else None
    brightness = None
    if config.brightness_range is not None:
        brightness = rng.uniform(config.brightness_range[0], config.brightness_range[1])
    return {
        "theta": theta,
        "tx": tx,
        "ty": ty,
        "shear": shear,
        "zx": zx,
        "zy": zy,
        "flip_horizontal": flip_horizontal,
        "flip_vertical": flip_vertical,
        "channel_shift_intensity": channel_shift_intensity,
        "brightness": brightness,
    }


def draw_params(config, height: int, width: int, n: int, rng=np.random) -> TransformParams:
    """Draws the parameters of `n` images: the same numbers, and the same state left behind, as `n` calls of `draw_transform`.

    When every range is a plain float, one block of `random_sample` supplies all images (about 1 µs an image instead of 20).
    """
    bounds = _uniform_bounds(config, height, width)
    if bounds is None:
        return TransformParams.stack([draw_transform(config, (height, width), rng=rng) for _ in range(n)])
    block = rng.random_sample((n, len(bounds))).T
    columns = {name: np.full(n, float(name in ("zx", "zy"))) for name in ("theta", "tx", "ty", "shear", "zx", "zy")}
    for (name, (low, high, scale)), unit in zip(bounds.items(), block):
        columns[name] = (low + (high - low) * unit) * scale
    for name, enabled in (("flip_horizontal", config.horizontal_flip), ("flip_vertical", config.vertical_flip)):
        columns[name] = (columns[name] < 0.5) & bool(enabled)
    return TransformParams(**columns)


def affine_matrices(
    params: TransformParams, height: int, width: int, semantics: Semantics, *, swap_axes: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Matrices that take an output pixel (row, column) to the input coordinate it is read from.

    The product rotation · shift · shear · zoom, moved to pivot on the middle of an image of `height` x `width` pixels, each product
    rounded as `apply_affine_transform` of the level's releases rounds it.

    Args:
        params: parameters of N images.
        height, width: sides of the images in pixels.
        semantics: says where the pivot is and whether rows and columns are exchanged at the end.
        swap_axes: False keeps them in any case. The original exchanges them only when its column axis comes after its row axis.

    Returns:
        `(matrices, offsets)`: float64 [N, 2, 2] and [N, 2]; input coordinate = matrix @ (row, column) + offset, in pixels, as
        `scipy.ndimage.affine_transform` takes them. Exactly the identity where the parameters ask for nothing.
    """
    theta, shear = np.deg2rad(params.theta), np.deg2rad(params.shear)
    rotation = _matrices(np.cos(theta), -np.sin(theta), 0, np.sin(theta), np.cos(theta), 0)
    first_shift, second_shift = semantics.shifts(params)
    shift = _matrices(1, 0, first_shift, 0, 1, second_shift)
    shearing = _matrices(1, -np.sin(shear), 0, 0, np.cos(shear), 0)
    zoom = _matrices(params.zx, 0, 0, 0, params.zy, 0)

    first, second = semantics.pivot(height, width)
    to_centre = _matrices(1, 0, first, 0, 1, second)
    from_centre = _matrices(1, 0, -first, 0, 1, -second)
    transform = to_centre @ (rotation @ shift @ shearing @ zoom) @ from_centre
    if swap_axes and semantics.swaps_axes:
        transform = transform[:, [1, 0, 2]][:, :, [1, 0, 2]]
    return np.ascontiguousarray(transform[:, :2, :2]), np.ascontiguousarray(transform[:, :2, 2])


def nothing_to_do(params: TransformParams) -> np.ndarray:
    """bool [N]: images whose parameters ask for no affine transform at all (flips aside)."""
    still = (params.theta == 0) & (params.tx == 0) & (params.ty == 0) & (params.shear == 0)
    return still & (params.zx == 1) & (params.zy == 1)


def _matrices(a, b, c, d, e, f):
    a, b, c, d, e, f = np.broadcast_arrays(*np.atleast_1d(a, b, c, d, e, f))
    out = np.zeros((len(a), 3, 3))
    out[:, 0, 0], out[:, 0, 1], out[:, 0, 2] = a, b, c
    out[:, 1, 0], out[:, 1, 1], out[:, 1, 2] = d, e, f
    out[:, 2, 2] = 1
    return out


def _symmetric(rng, limit):
    return rng.uniform(-limit, limit)


def _draw_shift(rng, shift_range, shape, axis):
    if not shift_range:
        return 0
    try:  # an integer n: one of 0..n-1 pixels; a sequence: one of its values; both with a random sign
        shift = rng.choice(shift_range)
        shift *= rng.choice([-1, 1])
    except ValueError:  # a float, which `choice` refuses before it draws anything
        shift = _symmetric(rng, shift_range)
    if np.max(shift_range) < 1:
        shift *= shape[axis]
    return shift


def zooms(config) -> bool:
    """Whether zoom factors are drawn."""
    return not (config.zoom_range[0] == 1 and config.zoom_range[1] == 1)


def _uniform_bounds(config, height, width):
    """The draws of one image in their order, name -> (low, high, factor), if each is one double of the stream; otherwise None."""
    if not _ranges_are_numbers(config):
        return None
    bounds = {}
    if config.rotation_range:
        bounds["theta"] = (-config.rotation_range, config.rotation_range, 1)
    for name, shift, side in (("tx", config.height_shift_range, height), ("ty", config.width_shift_range, width)):
        if shift:
            bounds[name] = (-shift, shift, side if shift < 1 else 1)
    if config.shear_range:
        bounds["shear"] = (-config.shear_range, config.shear_range, 1)
    if zooms(config):
        bounds["zx"] = bounds["zy"] = (*config.zoom_range, 1)
    bounds["flip_horizontal"] = bounds["flip_vertical"] = (0.0, 1.0, 1)
    if config.channel_shift_range != 0:
        bounds["channel_shift_intensity"] = (-config.channel_shift_range, config.channel_shift_range, 1)
    if config.brightness_range is not None:
        bounds["brightness"] = (*config.brightness_range, 1)
    bounds = {name: (float(low), float(high), factor) for name, (low, high, factor) in bounds.items()}
    # `np.random.uniform` refuses a range that is not finite.
    return bounds if all(math.isfinite(high - low) for low, high, _ in bounds.values()) else None


def _ranges_are_numbers(config):
    ranges = (config.rotation_range, config.shear_range, config.channel_shift_range, *config.zoom_range, *(config.brightness_range or ()))
    shifts = (config.height_shift_range, config.width_shift_range)
    flips = (config.horizontal_flip, config.vertical_flip)
    return (
        all(isinstance(value, (int, float, np.integer, np.floating)) for value in ranges)
        and all(isinstance(shift, (float, np.floating)) or shift is None or (np.isscalar(shift) and shift == 0) for shift in shifts)
        and all(isinstance(flip, (bool, np.bool_)) or flip in (0, 1) for flip in flips)
    )
