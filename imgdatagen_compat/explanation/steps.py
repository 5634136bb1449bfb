"""The steps from raw pixels to a batch: which of them run, what switches them on, and the values that an image has after each."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgdatagen_compat.bit_depth import white_of_image
from imgdatagen_compat.config import NOTHING_ON
from imgdatagen_compat.explanation.sampling import quiet
from imgdatagen_compat.per_image import PerImageMethods, Unaugmented
from imgdatagen_compat.pipeline.paths import AUGMENTATION_HOOKS, is_overridden
from imgdatagen_compat.rescaling import rescales_first
from imgdatagen_compat.semantics import whitening_matrix
from imgdatagen_compat.stages import STAGES, STANDARDIZE, TRANSFORM, Stage
from imgdatagen_compat.traps.sample import value_range

_DRAWN = {
    "affine": ("theta", "tx", "ty", "shear", "zx", "zy"),
    "channel shift": ("channel_shift_intensity",),
    "flip": ("flip_horizontal", "flip_vertical"),
    "brightness": ("brightness",),
}


@dataclasses.dataclass(frozen=True)
class Step:
    """One step from the raw pixels to the batch.

    Attributes:
        name: of the stage in `stages.STAGES`; "as loaded" for the first.
        settings: pairs (constructor argument, value) that switch it on or shape it.
        value_range: smallest and largest value of the sample after it, with one random draw for every image; None where not measured.
        note: what else is to be said, or None.
    """

    name: str
    settings: tuple[tuple[str, Any], ...] = ()
    value_range: tuple[float, float] | None = None
    note: str | None = None


def stages_that_run(datagen, augment: bool) -> list[Stage]:
    """The stages that do something, in their order; one in place of all of a method that is overridden."""
    stages = []
    for method, hooks in ((TRANSFORM, AUGMENTATION_HOOKS if augment else ()), (STANDARDIZE, ("standardize",))):
        overridden = [f"`{name}`" for name in hooks if is_overridden(datagen, name)]
        if overridden:
            stages.append(Stage(f"{' and '.join(overridden)}, overridden", method, (), lambda config: True))
        elif method == STANDARDIZE or augment:
            stages += [stage for stage in STAGES if stage.method == method and stage.is_active(datagen)]
    if rescales_first(datagen):
        stages.sort(key=lambda stage: stage.name != "rescale")
    return stages


def step_of(datagen, stage: Stage, **measured) -> Step:
    """The step that a stage is, with the settings that are not at the value that does nothing."""
    settings = {name: getattr(datagen, name) for name in stage.parameters}
    settings = {name: value for name, value in settings.items() if name not in NOTHING_ON or not _same(value, NOTHING_ON[name])}
    if settings.get("fill_mode", "constant") != "constant":
        del settings["cval"]
    return Step(stage.name, tuple(settings.items()), **measured)


def _same(value, nothing):
    return value is None or np.array_equal(value, nothing)


def measured_steps(datagen, sampled, source, stages: Sequence[Stage]) -> list[Step]:
    """The steps, each with the range of values after it; the last one is that which raises an error, if one does.

    Args:
        datagen: the generator; it and the state of `np.random` are left as they are.
        sampled: `SampledImages`.
        source: says whether they are augmented.
        stages: what `stages_that_run` returned.
    """
    steps, drawn = [], None
    with _random_states_kept(), quiet():
        np.random.seed(0)
        for number, stage in enumerate(stages, 1):
            try:
                drawn = drawn or _drawn(datagen, sampled.images, source.augment)
                partial = _switched_off(datagen, stages[number:])
                after = _images_after(partial, sampled, drawn, source.augment, stages[:number])
            except Exception as error:  # whatever a batch would raise is what the reader wants to know
                return [*steps, step_of(datagen, stage, note=f"raises {type(error).__name__}: {error}")]
            steps.append(step_of(datagen, stage, value_range=value_range(after), note=_note(datagen, stage)))
    return steps


def _drawn(datagen, images, augment):
    transform = datagen if augment else Unaugmented(datagen)
    return [transform.get_random_transform(image.shape) for image in images]


def _switched_off(datagen, stages):
    """Copy of a generator with these stages off."""
    partial = copy.copy(datagen)
    vars(partial).update({name: NOTHING_ON[name] for stage in stages for name in stage.parameters if name in NOTHING_ON})
    return partial


def _images_after(partial, sampled, drawn, augment, stages) -> list[np.ndarray]:
    """The images after `stages`, made by a generator that has no other stage on."""
    names = {name for stage in stages for name in _DRAWN.get(stage.name, ())}
    keeps_all = any(stage.name not in _DRAWN for stage in stages if stage.method == TRANSFORM)  # an overridden method may need them
    standardizes = any(stage.method == STANDARDIZE for stage in stages)
    transform = partial if augment else Unaugmented(partial)
    after = []
    for i, (image, params) in enumerate(zip(sampled.images, drawn)):
        params = params if keeps_all else {name: value for name, value in params.items() if name in names}
        with white_of_image(None if sampled.white is None else sampled.white(i, image)):
            image = transform.apply_transform(image.copy(), params)
            after.append(partial.standardize(image) if standardizes else image)
    return after


def _note(datagen, stage):
    is_missing = any(option in not_fit(datagen) for option in stage.parameters)
    return "skipped: there are no statistics before `fit`" if is_missing else None


def not_fit(datagen) -> tuple[str, ...]:
    """The featurewise options that are on and have no statistic."""
    if not isinstance(datagen, PerImageMethods):
        return ()
    statistics = {
        "featurewise_center": datagen.mean,
        "featurewise_std_normalization": datagen.std,
        "zca_whitening": whitening_matrix(datagen),
    }
    return tuple(option for option, statistic in statistics.items() if getattr(datagen, option) and statistic is None)


@contextlib.contextmanager
def _random_states_kept():
    states = np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])
