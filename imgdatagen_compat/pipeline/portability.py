"""What keeps a dataset on the machine and in the process that made it. No TensorFlow here."""

from __future__ import annotations

import dataclasses

from imgdatagen_compat.pipeline.paths import COMPILED, UNCHANGED, Path

_LARGEST_GRAPH = 2 << 30  # bytes that a protocol buffer may have
_OF_PATH = "leave it out, or do it in TensorFlow, in a `map` of the dataset"


@dataclasses.dataclass(frozen=True)
class Obstacle:
    """A part of a dataset that cannot leave this process: most often because it is Python.

    Attributes:
        reason: which, and why.
        remedy: what would do without.
    """

    reason: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where the images of a dataset come from.

    Attributes:
        requirement: what another machine needs for them.
        obstacles: what it cannot do.
    """

    requirement: str
    obstacles: tuple[Obstacle, ...] = ()

    def along_with(self, other: Origin) -> Origin:
        """The origin of images that come in pairs."""
        requirements = dict.fromkeys((self.requirement, other.requirement))
        return Origin(" and ".join(requirements), tuple(dict.fromkeys(self.obstacles + other.obstacles)))


def in_memory(what: str, nbytes: int) -> Origin:
    """The origin of images that are constants of the graph, `nbytes` in all."""
    from rich.filesize import decimal

    size = decimal(nbytes)
    obstacle = Obstacle(
        f"{what}, {size}, do not fit into a graph that is sent, which holds 2 GiB at most",
        'keep them in files that every machine can read, or decode to one with cache="folder"',
    )
    return Origin(f"room for {what}, {size}, which travel in the graph", (obstacle,) if nbytes >= _LARGEST_GRAPH else ())


def path_obstacles(path: Path) -> tuple[Obstacle, ...]:
    """What a path does in Python."""
    if path.name in (COMPILED, UNCHANGED):
        return ()
    return (Obstacle(f"{path}: Python, for every image", _OF_PATH),)
