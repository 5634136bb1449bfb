"""`explain()`: what a generator does to images, step by step, which path runs, and which known traps the configuration is in."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from rich.console import Console
from rich.table import Table

from imgdatagen_compat.config import CHANNELS_FIRST, GeneratorConfig
from imgdatagen_compat.explanation.sampling import quiet, sample_iterator, sampled_images
from imgdatagen_compat.explanation.steps import Step, measured_steps, not_fit, stages_that_run, step_of
from imgdatagen_compat.per_image import PerImageMethods
from imgdatagen_compat.pipeline.paths import Path, choose_path
from imgdatagen_compat.preprocessing_functions import application_of
from imgdatagen_compat.report_console import print_line, report_console, text_of
from imgdatagen_compat.traps import Finding, find_traps
from imgdatagen_compat.traps.sample import Sample, value_range


@dataclasses.dataclass(frozen=True, repr=False)
class Explanation:
    """What `explain()` prints. `str()` of it is the same text.

    Attributes:
        images: what the sample is, or None without one.
        steps: in the order in which they happen, without those that do nothing.
        path: which way a batch is made, and why not the fastest, as settings and shapes decide it. What only a batch shows (a file that
            cannot be read, a function that draws, NaN where a stage takes the range) still sends that batch per image.
        traps: the known traps that the configuration is in.
    """

    images: str | None
    steps: tuple[Step, ...]
    path: Path
    traps: tuple[Finding, ...]

    def __str__(self):
        return text_of(functools.partial(print_explanation, self))

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self.steps)} steps, {len(self.traps)} traps, {self.path.name}>"


def explain_generator(datagen, x_or_path=None, *, target_size, color_mode) -> Explanation:
    """What `ImageDataGenerator.explain` returns, without printing it; see there."""
    with quiet():
        iterator, n = sample_iterator(datagen, x_or_path, target_size, color_mode)
        source = iterator._source([0] * iterator.batch_size)
        sampled = None if x_or_path is None else sampled_images(iterator)
    known = {"validation_split": datagen._validation_split or 0.0, "not_fit": not_fit(datagen)}
    return _explain(datagen, source, sampled, n, known)


def explain_iterator(iterator) -> Explanation:
    """What `explain` of an iterator returns, without printing it; see there."""
    if not hasattr(iterator, "_source"):
        raise ValueError(f"{type(iterator).__name__} cannot be explained: only iterators over arrays, directories and dataframes can.")
    datagen = iterator.image_data_generator or None
    source = iterator._source(np.arange(min(iterator.n, iterator.batch_size)))
    with quiet():
        sampled = sampled_images(iterator)
    return _explain(datagen, source, sampled, iterator.n, {"subset": iterator.subset or "all", "not_fit": not_fit(datagen)})


def _explain(datagen, source, sampled, n, known):
    path = choose_path(datagen, source)
    described = None if sampled is None else sampled.describe(n)
    images = [] if sampled is None else sampled.images
    loaded = Step("as loaded", value_range=value_range(images))
    if not isinstance(datagen, PerImageMethods):  # None, or a generator that keeps its settings to itself
        return Explanation(described, (loaded,), path, ())
    stages = stages_that_run(datagen, source.augment)
    steps = measured_steps(datagen, sampled, source, stages) if images else [step_of(datagen, stage) for stage in stages]
    if sampled is not None:
        size = source.shape[1:] if datagen.data_format == CHANNELS_FIRST else source.shape[:2]
        known = known | {"images": images, "size": size, "depths": sampled.depths, "color_mode": sampled.color_mode, "array": sampled.array}
    traps = find_traps(GeneratorConfig.for_images(datagen, source.augment), Sample(**known))
    return Explanation(described, (loaded, *steps), path, traps)


def print_explanation(explanation: Explanation, console: Console | None = None) -> None:
    """Prints it: as a table with colours on a terminal, as plain text of 140 columns elsewhere."""
    console = report_console(console)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("step", "settings", "values after it"):
        table.add_column(heading)
    for step in explanation.steps:
        settings = ", ".join(f"{name}={_shown(value)}" for name, value in step.settings)
        table.add_row(step.name, "; ".join(filter(None, (settings, step.note))), _shown_range(step.value_range))
    for line in filter(None, (explanation.images, f"path: {explanation.path}")):
        print_line(console, line)
    console.print(table)
    if not explanation.traps:
        print_line(console, "no known trap", "green")
    for finding in explanation.traps:
        print_line(console, f"{finding.code}: {finding.title}", "bold yellow")
        print_line(console, f"  {finding.happens}")
        print_line(console, f"  -> {finding.remedy}")


def _shown(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    name = getattr(value, "__name__", None)
    application = name and application_of(value)
    return f"{application}.{name}" if application else name or repr(value)


def _shown_range(found):
    return "" if found is None else f"{found[0]:.6g} to {found[1]:.6g}"
