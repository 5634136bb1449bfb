"""`to_native()`: a generator's settings as stock Keras layers, with a report of what differs and by how much."""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools

import keras

from imgdatagen_compat.keras_environment import require_keras_3

require_keras_3(__name__)

from imgdatagen_compat.bit_depth import is_auto
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.native_layers.code import python_code
from imgdatagen_compat.native_layers.conversion import TO_LAYERS, Images, LeftOut, Twin
from imgdatagen_compat.native_layers.conversions import active_conversions
from imgdatagen_compat.native_layers.layer_spec import LayerSpec, LayerUnavailableError
from imgdatagen_compat.native_layers.measurement import measure
from imgdatagen_compat.native_layers.report import Line, Report
from imgdatagen_compat.native_layers.sample import (
    MADE_SIZE,
    as_images,
    check_value_range,
    image_size_of,
    made_images,
    made_images_in_words,
    white_of,
)
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.rescaling import rescales_first

_HOOKS = ("get_random_transform", "random_transform", "apply_transform", "standardize")


@dataclasses.dataclass(frozen=True, repr=False)
class NativeConversion:
    """What `to_native()` returns.

    Attributes:
        specs: the layers in order, not built: name and arguments of each.
        code: Python that builds the same layers, to paste; it binds `preprocessing`.
        report: what becomes of every setting, what differs and by how much.
    """

    specs: tuple[LayerSpec, ...]
    code: str
    report: Report

    @property
    def layers(self) -> list[keras.layers.Layer]:
        """New layers, stock ones only."""
        return [spec.build() for spec in self.specs]

    @property
    def model(self) -> keras.Sequential:
        """A new `keras.Sequential` of the layers: augments with `training=True` only, rescales and normalizes always.

        Takes images in the unit of raw pixels, [N, H, W, C] or as `data_format` says; gives float32, or what Keras's dtype policy says.
        """
        return keras.Sequential(self.layers or [keras.layers.Identity()])

    def __repr__(self):
        return f"<{type(self).__name__}: {', '.join(spec.name for spec in self.specs) or 'no layers'}>"


def to_native(
    datagen,
    sample=None,
    *,
    image_size: tuple[int, int] | None = None,
    value_range: tuple[float, float] | None = None,
    seed: int | None = None,
    measure_differences: bool = True,
) -> NativeConversion:
    """Converts the settings of a generator to stock Keras layers, and tells what they do otherwise.

    Args:
        datagen: an `ImageDataGenerator`, fit if it normalizes featurewise.
        sample: raw images to measure on, [N, H, W, C] (or as `data_format` says) or a list of images of one shape; up to 16 are used. None:
            four images made for it, photograph-like, of `image_size` or 128 x 128.
        image_size: (height, width) of the images in a batch, in pixels; that of `sample` if it is left out. Shifts in pixels need it, and
            so do shifts of images that are not square.
        value_range: black and white of raw pixels. None: what `bit_depth` states, else (0, 1) for a `sample` of floats within it, else
            (0, 255).
        seed: of the first layer that draws; the next ones count on from it, so that no two draw the same numbers.
        measure_differences: False leaves the numbers out of the report, and saves seconds.

    Returns:
        The layers, their code and the report. A setting without a stock layer, or without one in the installed Keras, is left out of the
        layers, and has a line with the reason and the remedy.

    Raises:
        ValueError: shifts in pixels and no `image_size`; a `sample` of another shape, or beyond `value_range`.
    """
    sample = None if sample is None else as_images(sample)
    size = image_size_of(datagen.data_format, sample, image_size)
    black, white = value_range or (0.0, white_of(datagen.bit_depth, sample))
    check_value_range(sample, black, white)
    datagen, remarks = _with_numeric_rescale(datagen, black, white)
    config = GeneratorConfig.of(datagen)
    gain = float(config.rescale) if rescales_first(config) else 1.0
    images = Images(size or MADE_SIZE, size is not None, tuple(sorted((black * gain, white * gain))), gain, datagen.mean, datagen.std)
    rows = [(conversion, _available_twin(conversion, config, images)) for conversion in active_conversions(config)]

    described = None
    if measure_differences:
        described = "the sample" if sample is not None else made_images_in_words(images.size)
        sample = made_images(datagen.data_format, images.size, white) if sample is None else sample
    difference_of = functools.partial(measure, datagen, sample=sample, images=images) if measure_differences else _not_measured
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)
    before_all = rows[:1] if rescales_first(config) else []
    lines = []
    for row in rows:
        difference = difference_of(before_all if row in before_all else [*before_all, row]) if isinstance(row[1], Twin) else None
        lines.append(_line(config, *row, _seeded(row[1], seeds), difference))
    converted = [row for row in rows if isinstance(row[1], Twin)]
    alone = [line.difference for line in lines if not line.left_out]
    chain = difference_of(converted) if len(converted) > 1 else next(iter(alone), None)
    specs = tuple(layer for line in lines for layer in line.layers)
    remarks = (*remarks, *_remarks(datagen, specs))
    report = Report(described, tuple(lines), chain, remarks)
    return NativeConversion(specs, python_code(lines), report)


def _with_numeric_rescale(datagen, black, white):
    """The generator, or a copy of it with a number for `rescale="auto"`, and what there is to say of that."""
    if not is_auto(datagen.rescale):
        return datagen, []
    datagen = copy.copy(datagen)
    datagen.rescale = 1.0 / white
    return datagen, [f'`rescale="auto"` is 1/{white:g}, for raw pixels of {black:g} to {white:g}; pass `value_range` for others.']


def _available_twin(conversion, config, images):
    twin = conversion.twin(config, images)
    if isinstance(twin, Twin):
        try:
            for layer in twin.layers:
                layer.try_out()
        except LayerUnavailableError as error:
            return LeftOut(f"{error}.", f"Install a newer Keras. {TO_LAYERS}")
    return twin


def _line(config, conversion, twin, layers, difference):
    settings = tuple((name, getattr(config, name)) for name in conversion.arguments)
    left_out, notes = (twin, ()) if isinstance(twin, LeftOut) else (None, twin.notes)
    return Line(conversion.name, settings, conversion.units, layers, left_out, notes, difference)


def _not_measured(rows):
    return None


def _seeded(twin, seeds):
    """The layers of a conversion, none if it is left out; every layer that draws takes the next seed, None for one of Keras's own."""
    if isinstance(twin, LeftOut):
        return ()
    given = ((layer, next(seeds) if layer.is_random else None) for layer in twin.layers)
    return tuple(layer if seed is None else layer.having(seed=seed) for layer, seed in given)


def _remarks(datagen, specs):
    overridden = [name for name in _HOOKS if getattr(type(datagen), name) is not getattr(PerImageMethods, name)]
    if overridden:
        yield f"{type(datagen).__name__} overrides {', '.join(overridden)}: what it does there is neither converted nor measured."
    resampling = sum("interpolation" in spec.arguments for spec in specs)
    if resampling > 1:
        yield f"{resampling} layers interpolate one after the other, where the original composes one matrix and interpolates once."
    if any(spec.is_random for spec in specs):
        yield "The layers draw from seeds of their own: no seed gives the batches of the original."
