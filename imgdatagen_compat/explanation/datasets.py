"""What `explain()` of a dataset says: whether it can run on other machines, and what they need."""

from __future__ import annotations

import dataclasses

from rich.console import Console

from imgdatagen_compat.pipeline.paths import Path
from imgdatagen_compat.pipeline.portability import Obstacle, Origin, path_obstacles
from imgdatagen_compat.report_console import print_line


@dataclasses.dataclass(frozen=True, repr=False)
class DatasetExplanation:
    """What `explain()` of a dataset prints. `str()` of it is the same text.

    Attributes:
        path: which way a batch is made; None where `next()` of the iterator makes it.
        obstacles: what keeps the dataset off other machines, the workers of a tf.data service say; empty if nothing does.
        requirement: what they need to run it, if nothing keeps it off them.
    """

    path: Path | None
    obstacles: tuple[Obstacle, ...]
    requirement: str

    def __str__(self):
        return "\n".join(line for line, _ in _lines(self))

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self.obstacles)} obstacles>"


def explain_dataset(path: Path | None, origin: Origin) -> DatasetExplanation:
    """Puts together what `as_dataset` knows of a dataset."""
    obstacles = origin.obstacles if path is None else origin.obstacles + path_obstacles(path)
    return DatasetExplanation(path, obstacles, origin.requirement)


def print_dataset_explanation(explanation: DatasetExplanation, console: Console | None = None) -> None:
    """Prints it, with colours on a terminal."""
    for line, style in _lines(explanation):
        print_line(console or Console(), line, style)


def _lines(explanation):
    """Pairs (line, style)."""
    if explanation.path is not None:
        yield f"path: {explanation.path}", None
    if not explanation.obstacles:
        yield "nothing keeps it off other machines", "green"
        yield f"  they need {explanation.requirement}", None
    for obstacle in explanation.obstacles:
        yield f"keeps it on this machine: {obstacle.reason}", "bold yellow"
        yield f"  -> {obstacle.remedy}", None
