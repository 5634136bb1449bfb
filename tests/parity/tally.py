"""Counts of what the property tests compared, for the summary at the end of a test run."""

from __future__ import annotations

from collections import Counter, defaultdict

from imgdatagen_compat.stages import STAGES, tolerance


class Tally:
    """How many configurations were compared, and how equal they were.

    A difference is put down to the active stage with the widest promise, or to all active ones where each promises identical bits.
    """

    def __init__(self):
        self.counts = Counter()
        self.largest = defaultdict(float)

    def add(self, datagen, comparison, path_name=None):
        """Counts one comparison of a flow of `datagen`."""
        self.counts["configurations"] += 1
        self.counts["batches"] += comparison.batches
        self.counts["bit for bit"] += comparison.identical
        if path_name:
            self.counts[f"path: {path_name}"] += 1
        active = [stage for stage in STAGES if stage.is_active(datagen)]
        for stage in active:
            self.counts[f"stage: {stage.name}"] += 1
            if stage.tolerance == tolerance(datagen):
                self.largest[stage.name] = max(self.largest[stage.name], comparison.largest)

    def merge(self, counts, largest):
        """Adds what `as_lists` of another one gave."""
        self.counts.update(dict(counts))
        for name, value in largest:
            self.largest[name] = max(self.largest[name], value)

    def as_lists(self):
        """Content in types that can go from one process to another."""
        return [list(self.counts.items()), list(self.largest.items())]

    def lines(self):
        """The summary, in words."""
        counts = self.counts
        yield f"{counts['configurations']} configurations compared ({counts['batches']} batches), {counts['bit for bit']} bit for bit"
        for name, count in sorted(counts.items()):
            if name.startswith("path: "):
                yield f"  {count:5} {name.removeprefix('path: ')}"
        for stage in STAGES:
            if count := counts[f"stage: {stage.name}"]:
                largest = f"largest difference {self.largest[stage.name]:.2g}, promised {stage.tolerance:.2g}"
                yield f"  {stage.name}: {count} configurations, {largest}"


tally = Tally()
