"""`explain()`: what a generator does to images, step by step, which path runs, and which known traps the configuration is in."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import io
import os
import random
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from imgdatagen_compat import image_io
from imgdatagen_compat.config import CHANNELS_FIRST, NOTHING_ON, GeneratorConfig
from imgdatagen_compat.per_image import PerImageMethods, Unaugmented
from imgdatagen_compat.pipeline.paths import AUGMENTATION_HOOKS, Path, Source, choose_path, is_overridden
from imgdatagen_compat.rescaling import rescales_first
from imgdatagen_compat.semantics import whitening_matrix
from imgdatagen_compat.stages import STAGES, STANDARDIZE, TRANSFORM, Stage
from imgdatagen_compat.traps import Finding, find_traps
from imgdatagen_compat.traps.sample import Sample, value_range

SAMPLED_IMAGES = 8
DEFAULT_SIZE = (256, 256)
_BATCH_SIZE = 32  # taken for the choice of the path where no iterator says it
_PLAIN_WIDTH = 140  # columns, where the output is no terminal

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


@dataclasses.dataclass(frozen=True, repr=False)
class Explanation:
    """What `explain()` prints. `str()` of it is the same text.

    Attributes:
        images: what the sample is, or None without one.
        steps: in the order in which they happen, without those that do nothing.
        path: which way a batch is made, and why not the fastest.
        traps: the known traps that the configuration is in.
    """

    images: str | None
    steps: tuple[Step, ...]
    path: Path
    traps: tuple[Finding, ...]

    def __str__(self):
        console = Console(file=io.StringIO(), width=_PLAIN_WIDTH, color_system=None)
        print_explanation(self, console)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self.steps)} steps, {len(self.traps)} traps, {self.path.name}>"


def explain_generator(datagen, x_or_path=None, *, target_size=DEFAULT_SIZE, color_mode="rgb") -> Explanation:
    """What `ImageDataGenerator.explain` returns, without printing it; see there."""
    images, described = _sample_images(datagen, x_or_path, target_size, color_mode)
    height, width = _sides(images[0].shape, datagen.data_format) if images else (None, None)
    sample = Sample(
        images=images,
        size=(height, width) if images else None,
        validation_split=datagen._validation_split or 0.0,
        not_fit=_not_fit(datagen),
    )
    shape = (3, *target_size) if datagen.data_format == CHANNELS_FIRST else (*target_size, 3)
    source = _source_of(datagen, images, images[0].shape if images else shape)
    return _explain(datagen, source, images, described, sample)


def explain_iterator(iterator) -> Explanation:
    """What `explain` of an iterator returns, without printing it; see there."""
    datagen = iterator.image_data_generator or None
    source = iterator._source(np.arange(min(iterator.n, iterator.batch_size)))
    sampled = iterator._source(_evenly_spread(iterator.n))
    images = list(sampled.one_by_one())
    sample = Sample(
        images=images, size=_sides(source.shape, iterator.data_format), subset=iterator.subset or "all", not_fit=_not_fit(datagen)
    )
    return _explain(datagen, source, images, _describe(images, iterator.n), sample)


def print_explanation(explanation: Explanation, console: Console | None = None) -> None:
    """Prints it: as a table with colours on a terminal, as plain text of 140 columns elsewhere."""
    console = console or Console()
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("step", "settings", "values after it"):
        table.add_column(heading)
    for step in explanation.steps:
        settings = ", ".join(f"{name}={_shown(value)}" for name, value in step.settings)
        table.add_row(step.name, "; ".join(filter(None, (settings, step.note))), _shown_range(step.value_range))
    if explanation.images is not None:
        console.print(explanation.images, highlight=False, markup=False)
    console.print(f"path: {explanation.path}", highlight=False, markup=False)
    console.print(table)
    if not explanation.traps:
        console.print("no known trap", style="green")
    for finding in explanation.traps:
        console.print(f"{finding.code}: {finding.title}", style="bold yellow", highlight=False, markup=False)
        console.print(f"  {finding.happens}", highlight=False, markup=False)
        console.print(f"  -> {finding.remedy}", highlight=False, markup=False)


def _explain(datagen, source, images, described, sample):
    path = choose_path(datagen, source)
    loaded = Step("as loaded", value_range=value_range(images))
    if datagen is None:
        return Explanation(described, (loaded,), path, ())
    stages = _stages_that_run(datagen, source.augment)
    if images:
        arrays = [np.asarray(image, dtype=source.dtype) for image in images]
        steps = _measured(datagen, arrays, source.augment, stages)
    else:
        steps = [_step(datagen, stage) for stage in stages]
    knows_traps = isinstance(datagen, PerImageMethods)
    traps = find_traps(GeneratorConfig.for_images(datagen, source.augment), sample) if knows_traps else ()
    return Explanation(described, (loaded, *steps), path, traps)


def _stages_that_run(datagen, augment) -> list[Stage]:
    """The stages that do something, in their order; one for all of a method that is overridden."""
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


def _step(datagen, stage, **measured):
    settings = {name: getattr(datagen, name) for name in stage.parameters}
    settings = {name: value for name, value in settings.items() if name not in NOTHING_ON or not _same(value, NOTHING_ON[name])}
    if settings.get("fill_mode", "constant") != "constant":
        del settings["cval"]
    return Step(stage.name, tuple(settings.items()), **measured)


def _same(value, other):
    return value is None or np.array_equal(value, other)


def _measured(datagen, images, augment, stages) -> Iterator[Step]:
    """The steps, each with the range of values after it."""
    transform = datagen if augment else Unaugmented(datagen)
    with _random_states_kept(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(0)
        drawn = [transform.get_random_transform(image.shape) for image in images]
        for number, stage in enumerate(stages, 1):
            try:
                after = _images_after(datagen, images, drawn, augment, stages[:number], stages[number:])
            except Exception as error:  # whatever a batch would raise is what the reader wants to know
                yield _step(datagen, stage, note=f"raises {type(error).__name__}: {error}")
                return
            yield _step(datagen, stage, value_range=value_range(after), note=_note(datagen, stage))


def _images_after(datagen, images, drawn, augment, done: Sequence[Stage], left: Sequence[Stage]) -> list[np.ndarray]:
    """The images after the stages `done`, made by the generator itself with the stages `left` switched off."""
    partial = copy.copy(datagen)
    vars(partial).update({name: NOTHING_ON[name] for stage in left for name in stage.parameters if name in NOTHING_ON})
    hidden = {name for stage in left for name in _DRAWN.get(stage.name, ())}
    transform = partial if augment else Unaugmented(partial)
    standardizes = any(stage.method == STANDARDIZE for stage in done)
    after = []
    for image, params in zip(images, drawn):
        image = transform.apply_transform(image.copy(), {name: value for name, value in params.items() if name not in hidden})
        after.append(partial.standardize(image) if standardizes else image)
    return after


def _note(datagen, stage):
    is_missing = any(option in _not_fit(datagen) for option in stage.parameters)
    return "skipped: there are no statistics before `fit`" if is_missing else None


def _not_fit(datagen) -> tuple[str, ...]:
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


def _sample_images(datagen, x_or_path, target_size, color_mode):
    """A few images as arrays of rank 3, and what they are."""
    if x_or_path is None:
        return [], None
    if isinstance(x_or_path, (str, bytes, os.PathLike)):
        paths = _image_paths(os.fsdecode(x_or_path))
        load = {"target_size": tuple(target_size), "color_mode": color_mode}
        sampled = [paths[i] for i in _evenly_spread(len(paths))]
        images = [image_io.img_to_array(image_io.load_img(path, **load), data_format=datagen.data_format) for path in sampled]
        return images, _describe(images, len(paths))
    x = np.asarray(x_or_path)
    x = x[np.newaxis] if x.ndim == 3 else x
    if x.ndim != 4:
        raise ValueError(f"`x_or_path` should be an array of rank 3 or 4, or the path of an image or a folder. Received: shape {x.shape}")
    images = [x[i] for i in _evenly_spread(len(x))]
    return images, _describe(images, len(x))


def _image_paths(path):
    if not os.path.exists(path):
        raise FileNotFoundError(f"`x_or_path`: there is no {path}")
    paths = sorted(image_io.list_pictures(path)) if os.path.isdir(path) else [path]
    if not paths:
        raise ValueError(f"`x_or_path`: there is no image in {path}")
    return paths


def _evenly_spread(n):
    return np.unique(np.linspace(0, n - 1, SAMPLED_IMAGES).astype(int)) if n else np.arange(0)


def _source_of(datagen, images, shape):
    return Source(
        size=_BATCH_SIZE,
        shape=tuple(shape),
        dtype=datagen.dtype,
        full_size=_BATCH_SIZE,
        whole=lambda: np.stack(images),
        one_by_one=lambda: iter(images),
    )


def _sides(shape, data_format):
    return tuple(shape[1:]) if data_format == CHANNELS_FIRST else tuple(shape[:2])


def _describe(images, n):
    if not images:
        return "no images"
    of_all = f"{n} images" if len(images) == n else f"{len(images)} of {n} images"
    return f"{of_all} of shape {tuple(images[0].shape)}, {images[0].dtype}"


def _shown(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    return getattr(value, "__name__", None) or repr(value)


def _shown_range(found):
    return "" if found is None else f"{found[0]:.6g} to {found[1]:.6g}"
