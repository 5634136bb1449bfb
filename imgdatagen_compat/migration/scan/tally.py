"""The facts of many files, added up in memory that does not grow with their number, unless their contents are compared."""

from __future__ import annotations

import dataclasses
import math
import os
from collections import Counter

from imgdatagen_compat.migration.scan.folders import Group
from imgdatagen_compat.migration.scan.image_file import ImageFacts

KILLED = "kills the process that decodes it"
_MOST_REASONS = 50


@dataclasses.dataclass
class Tally:
    """Sums over image files.

    Attributes:
        files: how many were looked at.
        kinds: (format, mode, depth) -> files.
        whites: value of full intensity -> files; None for those that do not tell.
        widths, heights: pixels -> files.
        shapes: "landscape", "portrait" or "square" -> files.
        problems: why files cannot be read -> those.
        depth_problems: what loading does to the values of files of more than 8 bits -> those.
        value_ranges: the same -> lowest and highest value of the one-channel files among them that were decoded.
        traits: keys of `findings.TRAITS` -> files.
        duplicates: files with the contents of an earlier one of their class, if digests were made.
        duplicates_across: files with the contents of an earlier one of another class.
    """

    files: int = 0
    kinds: Counter[tuple[str, str, str]] = dataclasses.field(default_factory=Counter)
    whites: Counter[float | None] = dataclasses.field(default_factory=Counter)
    widths: Counter[int] = dataclasses.field(default_factory=Counter)
    heights: Counter[int] = dataclasses.field(default_factory=Counter)
    shapes: Counter[str] = dataclasses.field(default_factory=Counter)
    problems: dict[str, Group] = dataclasses.field(default_factory=dict)
    depth_problems: dict[str, Group] = dataclasses.field(default_factory=dict)
    value_ranges: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    traits: dict[str, Group] = dataclasses.field(default_factory=dict)
    duplicates: Group = dataclasses.field(default_factory=Group)
    duplicates_across: Group = dataclasses.field(default_factory=Group)
    _first: dict[bytes, str] = dataclasses.field(default_factory=dict)

    @property
    def readable(self) -> int:
        """Number of files that can be read."""
        return sum(self.kinds.values())

    def add(self, path: str, facts: ImageFacts | None) -> None:
        """Adds one file: its path relative to the directory, and its facts; None for a file that killed its process."""
        self.files += 1
        problem = KILLED if facts is None else facts.problem
        if problem is not None:
            if problem not in self.problems and len(self.problems) >= _MOST_REASONS:
                problem = "damaged in other ways"
            self.problems.setdefault(problem, Group()).add(path)
            return
        width, height = facts.size
        self.kinds[facts.format, facts.mode, facts.depth] += 1
        self.whites[facts.white] += 1
        self.widths[width] += 1
        self.heights[height] += 1
        self.shapes["square" if width == height else "landscape" if width > height else "portrait"] += 1
        for trait in facts.traits:
            self.traits.setdefault(trait, Group()).add(path)
        if facts.depth_problem is not None:
            self._add_depth(path, facts)
        if facts.digest is not None:
            self._add_digest(path, facts.digest)

    def _add_depth(self, path, facts):
        self.depth_problems.setdefault(facts.depth_problem, Group()).add(path)
        if facts.range is not None and not any(map(math.isnan, facts.range)):
            low, high = self.value_ranges.get(facts.depth_problem, facts.range)
            self.value_ranges[facts.depth_problem] = min(low, facts.range[0]), max(high, facts.range[1])

    def _add_digest(self, path, digest):
        first = self._first.setdefault(digest, path)
        if first is not path:
            is_same_class = path.split(os.sep)[0] == first.split(os.sep)[0]
            (self.duplicates if is_same_class else self.duplicates_across).add(f"{path} = {first}")


def quantiles(counts: Counter[int], fractions=(0, 0.25, 0.5, 0.75, 1)) -> list[int]:
    """The values at these fractions of a sorted list in which each value comes as often as it was counted; empty if there are none."""
    total = sum(counts.values())
    if not total:
        return []
    found, passed, ranks = [], 0, [math.floor(fraction * (total - 1)) for fraction in fractions]
    for value in sorted(counts):
        passed += counts[value]
        while len(found) < len(ranks) and ranks[len(found)] < passed:
            found.append(value)
    return found
