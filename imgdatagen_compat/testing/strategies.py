"""Hypothesis strategies for tests that compare an `ImageDataGenerator` with another one: images, configurations and calls.

    from imgdatagen_compat.testing import assert_parity, configs, flow_calls, images

    @given(config=configs(), x=images(), data=st.data())
    def test_my_subclass(config, x, data):
        call = data.draw(flow_calls(len(x)))
        assert_parity(config, x, flow=call.arguments, generator=MySubclass, allow_refusal=True)

Values come from small sets on purpose: the cases that have a rule of their own, and few shapes, because a compiled pipeline costs a
compilation for each. NaN, infinite and subnormal values are not drawn. No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError(f"{__name__} needs Hypothesis: pip install 'imgdatagen-compat[testing]'") from error

SIDES = ((8, 8), (6, 11), (11, 6), (1, 7), (7, 1), (1, 1))  # height, width in pixels
CHANNELS = (3, 1, 4)


def _grey_levels(rng, shape):
    return rng.integers(0, 256, shape)


def _gradient(rng, shape):
    row, column = np.ogrid[: shape[1], : shape[2]]
    return np.broadcast_to((9 * row + 5 * column)[None, :, :, None], shape)


PIXELS = {
    "uint8": lambda rng, shape: _grey_levels(rng, shape).astype(np.uint8),
    "uint8, constant": lambda rng, shape: np.full(shape, rng.integers(0, 256), np.uint8),
    "uint8, gradient": lambda rng, shape: _gradient(rng, shape).astype(np.uint8),
    "uint16": lambda rng, shape: rng.integers(0, 65536, shape).astype(np.uint16),
    "int64 grey levels": lambda rng, shape: _grey_levels(rng, shape),
    "float32 grey levels": lambda rng, shape: (_grey_levels(rng, shape) / 1.5).astype(np.float32),
    "float32 in [0, 1]": lambda rng, shape: rng.random(shape, np.float32),
    "float32 beyond [0, 255]": lambda rng, shape: rng.normal(100, 300, shape).astype(np.float32),
    "float64 grey levels": lambda rng, shape: rng.random(shape) * 255,
}  # fmt: skip


@st.composite
def images(draw, *, n=(9, 4, 1), sides=SIDES, channels=CHANNELS, pixels=tuple(PIXELS), data_format="channels_last"):
    """Arrays of images, rank 4, in `data_format`.

    Args:
        n: numbers of images to choose from.
        sides: pairs (height, width) to choose from.
        channels: numbers of channels to choose from.
        pixels: names in `PIXELS` to choose from: dtype and range of the values.
        data_format: `"channels_last"` or `"channels_first"`.
    """
    shape = (draw(st.sampled_from(n)), *draw(st.sampled_from(sides)), draw(st.sampled_from(channels)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = PIXELS[draw(st.sampled_from(pixels))](rng, shape)
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if data_format == "channels_first" else x


def to_unit_range(image):
    """`preprocessing_function` that returns a new array."""
    return image / 127.5 - 1


def invert_in_place(image):
    """`preprocessing_function` that changes its argument."""
    np.subtract(255, image, out=image)
    return image


def reverse_channels(image):
    """`preprocessing_function` that returns a view."""
    return image[..., ::-1]


def in_double(image):
    """`preprocessing_function` that returns another dtype."""
    return image.astype(np.float64) / 3


PREPROCESSING_FUNCTIONS = (to_unit_range, invert_in_place, reverse_channels, in_double)


def _usually(default, *others, one_in=4):
    """Mostly `default`, so that the rest of a configuration is seen with it."""
    return st.sampled_from((default,) * (one_in - 1) * len(others) + others)


_SHIFTS = (0.2, 0.0, 1.5, 3, [1, 2, -4], (0.1, -0.3), np.float32(0.25), np.int64(2), 1, [0.4])

_FILL_MODES = 3 * ("nearest", "constant", "reflect", "wrap") + ("mirror", "grid-wrap", "grid-constant", "grid-mirror")

ARGUMENTS = {
    "rotation_range": st.sampled_from((20, 0, 45.0, 360, 0.2, np.float32(30))),
    "width_shift_range": st.sampled_from(_SHIFTS),
    "height_shift_range": st.sampled_from(_SHIFTS),
    "shear_range": st.sampled_from((0.2, 10, 45.0)),
    "zoom_range": st.sampled_from((0.2, (0.5, 1.5), [1, 1], [0.8, 1], 1.2, (2, 3), 0)),
    "channel_shift_range": st.sampled_from((30, 0.1, 150.0)),
    "brightness_range": st.sampled_from(((0.5, 1.5), [0, 2], (0.3, 0.3))),
    "fill_mode": st.sampled_from(_FILL_MODES),
    "cval": st.sampled_from((0.0, 7, -300.5, 0.3, np.float32(99))),
    "horizontal_flip": st.booleans(),
    "vertical_flip": st.booleans(),
    "interpolation_order": _usually(1, 0, one_in=3) | _usually(1, 2, 3, 4, 5, one_in=2),
    "rescale": st.sampled_from((1 / 255, np.float32(1 / 255), np.float64(1 / 255), 2, None, 0, -0.5, np.int64(3), True)),
    "preprocessing_function": _usually(None, *PREPROCESSING_FUNCTIONS, one_in=3),
    "samplewise_center": _usually(False, True, one_in=3),
    "samplewise_std_normalization": _usually(False, True, one_in=3),
    "featurewise_center": _usually(False, True, one_in=3),
    "featurewise_std_normalization": _usually(False, True, one_in=3),
    "zca_whitening": _usually(False, True, one_in=5),
    "zca_epsilon": st.sampled_from((1e-6, 1e-3)),
    "data_format": _usually(None, "channels_last", "channels_first", one_in=3),
    "dtype": _usually(None, "float32", np.float32, "float64", "float16", "uint8", one_in=3),
}  # fmt: skip


@st.composite
def configs(draw, names: Sequence[str] = tuple(ARGUMENTS), **fixed):
    """Keyword arguments of `ImageDataGenerator`, each there or not.

    Some are accepted by the constructor and raise later (an integer `dtype` with `rescale`, brightness with `channels_first`), because the
    original does.

    Args:
        names: the arguments to choose among; all by default, but `validation_split`, which belongs to `flow_calls`.
        **fixed: arguments that are always there, with their values.
    """
    return fixed | draw(_some_of({name: ARGUMENTS[name] for name in names if name not in fixed}))


@st.composite
def _some_of(draw, optional):
    """Each key with a chance of one in two. (`fixed_dictionaries(optional=…)` mostly gives few of them.)"""
    return {name: draw(value) for name, value in optional.items() if draw(st.booleans())}


def fit_calls() -> st.SearchStrategy[dict[str, Any] | None]:
    """Keyword arguments of `ImageDataGenerator.fit` beside the images, or None for no call at all."""
    return st.sampled_from(({}, {"seed": 3}, {"augment": True, "seed": 5}, {"augment": True, "rounds": 2}, None))


@dataclasses.dataclass(frozen=True)
class Step:
    """One use of an iterator: a name in `ACTIONS`, and its argument where it has one. Calling it with an iterator does it.

    "for" returns a dictionary of batches by their number; the others what the iterator returns.
    """

    name: str
    argument: int | None = None

    def __call__(self, iterator):
        return ACTIONS[self.name](iterator, self.argument)

    def __str__(self):
        return self.name if self.argument is None else f"{self.name} {self.argument}"


ACTIONS = {
    "next": lambda iterator, _: next(iterator),
    "item": lambda iterator, index: iterator[index],
    "reset": lambda iterator, _: iterator.reset(),
    "on_epoch_end": lambda iterator, _: iterator.on_epoch_end(),
    "len": lambda iterator, _: len(iterator),
    "for": lambda iterator, batches: dict(enumerate(itertools.islice(iterator, batches))),
}


def steps() -> st.SearchStrategy[Step]:
    """One step; an index may lie outside of the iterator."""
    return (
        st.just(Step("next"))
        | st.builds(Step, st.just("item"), st.sampled_from((0, 1, 2, -1, 50)))
        | st.sampled_from((Step("reset"), Step("on_epoch_end"), Step("len"), Step("for", 3)))
    )


@dataclasses.dataclass(frozen=True)
class FlowCall:
    """A call of a `flow` method, and what is done with the iterator.

    Attributes:
        arguments: keyword arguments beside the data.
        steps: what is done with the iterator, in order.
    """

    arguments: dict[str, Any]
    steps: tuple[Step, ...]


@st.composite
def flow_calls(draw, n: int, *, max_steps: int = 6):
    """Calls of `flow` for `n` images: labels, weights, order, seed, batch size, subset, and the steps that follow.

    `subset` is drawn now and then; give the generator a `validation_split` for it to mean something.
    """
    optional = {
        "shuffle": st.booleans(),
        "seed": st.sampled_from((0, 7, 2**31, None)),
        "y": _labels(n),
        "subset": _usually(None, "training", "validation", one_in=3),
        "ignore_class_split": st.booleans(),
    }
    arguments = {"batch_size": draw(st.sampled_from((4, 1, 32))), **draw(_some_of(optional))}
    if "y" in arguments and "subset" not in arguments and draw(st.booleans()):
        arguments["sample_weight"] = np.linspace(0, 1, n)
    return FlowCall(arguments, tuple(draw(steps()) for _ in range(draw(st.integers(2, max_steps)))))


def _labels(n):
    numbers = np.arange(n) % 3
    return st.sampled_from((numbers, numbers.tolist(), np.eye(3, dtype=np.float32)[numbers], np.char.mod("class %d", numbers)))
