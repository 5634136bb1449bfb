"""Where two batches differ first, and which stage of the generator that looks like: for messages, once a difference was found.

Guesses, made from how the images look and from the settings of both generators; no promise depends on them. No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from imgdatagen_compat.stages import STAGES

_ROUNDING = 1e-5  # of the largest magnitude: what another order of float32 operations makes of equal draws
_FARTHEST_MOVE = 3  # pixels that an image is tried at beside its place
OTHER_DRAWS = "the draws: one side takes more, fewer or other numbers from np.random (a function or a subclass that draws?)"


def describe_first(original: np.ndarray, dropin: np.ndarray, samples: Sequence[str] = (), channels_first: bool = False) -> str:
    """Says which sample differs first and where two arrays differ most.

    Args:
        original, dropin: arrays of the same shape, samples first: [N, H, W, C], or [N, C, H, W] with `channels_first`, or any other.
        samples: what to call each sample, besides its number in the batch.
        channels_first: the layout of arrays of rank 4.
    """
    if original.dtype.kind not in "biuf" or original.dtype != dropin.dtype or original.shape != dropin.shape or original.ndim == 0:
        return ""
    distance = _distance(original, dropin)
    differing = np.flatnonzero(distance.reshape(len(distance), -1).any(axis=1))
    if not differing.size:
        return ""
    place = np.unravel_index(np.argmax(distance), distance.shape)
    values = f"{original[place]!s} in the original, {dropin[place]!s} in the drop-in"
    first = _sample(differing[0], samples)
    most = f"{_sample(place[0], samples)}{_place_in_sample(place[1:], channels_first)}"
    return f"{len(differing)} of {len(original)} samples differ, the first is {first}; most at {most}: {values}"


def likely_stage(batches: tuple[np.ndarray, np.ndarray], generators: tuple[Any, Any], *, channels_first=False, same_draws=True) -> str:
    """Guesses which stage made the difference between two batches of images.

    Args:
        batches: the original's and the drop-in's, [N, H, W, C] or, with `channels_first`, [N, C, H, W]; they differ.
        generators: the `ImageDataGenerator`s that made them, or None.
        channels_first: the layout.
        same_draws: whether both left `np.random` in the same state.

    Returns:
        The guess with its reason, or which stages are switched on, when nothing stands out. No stage is named that is switched off.
    """
    settings = differing_settings(*generators)
    if settings:
        return settings
    original, dropin = (_channels_last(batch, channels_first) for batch in batches)
    if (original.shape, original.dtype) != (dropin.shape, dropin.dtype):
        return "shape or dtype, not the pixels: batch_size, target_size, color_mode, data_format, dtype, or images left out"
    if not same_draws:
        return OTHER_DRAWS
    active = [stage.name for stage in STAGES if generators[0] is not None and stage.is_active(generators[0])]
    if original.ndim == 4 and original.size:
        sign = _sign(original.astype(np.float64), dropin.astype(np.float64))
        if sign is not None:
            return sign.said(None if generators[0] is None else active)
    return f"one of the stages switched on: {', '.join(active)}" if active else "reading or resizing the images: no stage is switched on"


def differing_settings(original, dropin) -> str:
    """Names the arguments of `ImageDataGenerator` in which two generators differ, with their stage; empty if there are none."""
    if original is None or dropin is None:
        return ""
    found = []
    for stage in STAGES:
        for name in stage.parameters:
            theirs, ours = (getattr(generator, name, None) for generator in (original, dropin))
            if hasattr(original, name) and hasattr(dropin, name) and not _same(theirs, ours):
                found.append(f"{stage.name}: {name} is {_short(theirs)} in the original, {_short(ours)} in the drop-in")
    return "; ".join(found)


def _same(one, other):
    if callable(one) or callable(other):
        return one == other
    return np.array_equal(np.asarray(one, dtype=object), np.asarray(other, dtype=object))


def _short(value):
    return getattr(value, "__name__", None) or repr(value)


def _distance(original, dropin):
    """Absolute difference as float64; infinite where only one value is finite, tiny where zeros differ in their sign alone."""
    left, right = original.astype(np.float64), dropin.astype(np.float64)
    finite = np.isfinite(left) & np.isfinite(right)
    distance = np.zeros(left.shape)
    distance[finite] = np.abs(left[finite] - right[finite])
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    distance[~finite & ~same] = np.inf
    distance[same & (np.signbit(left) != np.signbit(right)) & ~np.isnan(left)] = np.finfo(np.float64).tiny
    return distance


def _sample(number, samples):
    return f"sample {number} ({samples[number]})" if number < len(samples) else f"sample {number}"


def _place_in_sample(place, channels_first):
    if len(place) != 3:
        return f", position {[int(index) for index in place]}" if place else ""
    row, column, channel = (*place[1:], place[0]) if channels_first else place
    return f", row {row}, column {column}, channel {channel}"


def _channels_last(batch, channels_first):
    return batch.transpose(0, 2, 3, 1) if channels_first and batch.ndim == 4 else batch


def _sign(original, dropin):
    """What the first sample that differs looks like beside its counterpart; None if like nothing in particular."""
    if not (np.isfinite(original).all() and np.isfinite(dropin).all()):
        return _NOT_FINITE
    close = _ROUNDING * max(np.abs(original).max(), np.finfo(np.float64).tiny)
    if np.abs(original - dropin).max() <= close:
        return _ONLY_ROUNDING
    number = next(number for number, pair in enumerate(zip(original, dropin)) if not np.allclose(*pair, rtol=0, atol=close))
    ours = dropin[number]
    if any(np.allclose(theirs, ours, rtol=0, atol=close) for other, theirs in enumerate(original) if other != number):
        return _OTHER_ORDER
    return next((sign for sign in _SIGNS if sign.fits(original[number], ours, close)), None)


def _near(one, other, close):
    return one.shape == other.shape and np.allclose(one, other, rtol=0, atol=close)


def _one_factor(image, other, close):
    energy = np.vdot(image, image)
    return energy > 0 and other.any() and _near(image * (np.vdot(image, other) / energy), other, close)


def _one_amount(image, other, close):
    return _near(image + (other - image).mean(), other, close)


def _one_amount_per_channel(image, other, close):
    return _near(image + (other - image).mean(axis=(0, 1)), other, close)


def _factor_and_amount(image, other, close):
    spread = image.std()
    return spread > 0 and other.std() > 0 and _near((image - image.mean()) * (other.std() / spread) + other.mean(), other, close)


def _cut_to_whole_levels(image, other, close):
    return any(_near(np.trunc(one), two, close) and not _near(one, two, close) for one, two in ((image, other), (other, image)))


def _moved(image, other, close):
    height, width = image.shape[:2]
    reach = min(_FARTHEST_MOVE, (min(height, width) - 1) // 2)
    inner = image[reach : height - reach, reach : width - reach]
    if not inner.size or inner.std() == 0:
        return False
    moves = range(-reach, reach + 1)
    return any(
        _near(other[reach + down : height - reach + down, reach + aside : width - reach + aside], inner, close)
        for down in moves
        for aside in moves
        if down or aside
    )


def _only_at_the_edges(image, other, close):
    height, width = image.shape[:2]
    inner = np.s_[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return height >= 4 and width >= 4 and _near(image[inner], other[inner], close)


@dataclasses.dataclass(frozen=True)
class _Sign:
    """Something that a difference can look like.

    Attributes:
        looks: the look, in words.
        stages: the stages that it can come from.
        besides: what it can come from that is no stage.
        fits: tells from an image, its counterpart and the largest difference that counts as none whether they look so.
    """

    looks: str
    stages: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    fits: Callable | None = None

    def said(self, active):
        """The look with what it can come from, of these stages; of all if they are None."""
        suspects = [name for name in self.stages if active is None or name in active] + list(self.besides)
        return f"{' or '.join(suspects) or 'no stage that is switched on'}: {self.looks}"


_NOT_FINITE = _Sign(
    "numbers are not finite, as after a division by zero",
    ("preprocessing function", "samplewise std", "featurewise std", "zca whitening"),
    ("the images themselves",),
)
_ONLY_ROUNDING = _Sign("the draws and the stages agree; pass a tolerance if that is good enough", (), ("rounding",))
_OTHER_ORDER = _Sign(
    "the image is another one of the batch", (), ("the order of the samples (shuffle, seed, subset, or the list of files)",)
)
_READING = ("how the files are read",)

# The first that fits is said: the narrow ones come before those that they are a case of.
_SIGNS = (
    _Sign("the image is mirrored left to right", ("flip",), (), lambda image, other, close: _near(image[:, ::-1], other, close)),
    _Sign("the image is upside down", ("flip",), (), lambda image, other, close: _near(image[::-1], other, close)),
    _Sign(
        "the channels are in the reverse order",
        ("preprocessing function",),
        _READING,
        lambda image, other, close: _near(image[..., ::-1], other, close),
    ),
    _Sign(
        "rows and columns are exchanged (semantics)",
        ("affine",),
        (),
        lambda image, other, close: _near(image.transpose(1, 0, 2), other, close),
    ),
    _Sign(
        "the image is multiplied by another factor",
        ("brightness", "preprocessing function", "rescale", "samplewise std", "featurewise std"),
        (),
        _one_factor,
    ),
    _Sign(
        "one amount is added to the whole image",
        ("channel shift", "preprocessing function", "samplewise center", "featurewise center"),
        (),
        _one_amount,
    ),
    _Sign("one amount is added to each channel", ("preprocessing function", "featurewise center"), (), _one_amount_per_channel),
    _Sign(
        "the image has another mean and spread",
        ("preprocessing function", "rescale", "samplewise center", "samplewise std", "featurewise center", "featurewise std"),
        (),
        _factor_and_amount,
    ),
    _Sign("values are cut to whole grey levels", ("brightness",), _READING, _cut_to_whole_levels),
    _Sign("the image is moved by whole pixels (shifts, or the centre that is turned about)", ("affine",), (), _moved),
    _Sign("only the edges differ (fill_mode, cval)", ("affine",), (), _only_at_the_edges),
)
