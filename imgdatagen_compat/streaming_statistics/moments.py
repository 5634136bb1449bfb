"""Means and sums of squares that grow batch by batch, in double precision."""

from __future__ import annotations

import numpy as np


class ChannelMoments:
    """Mean and standard deviation of every channel.

    Args:
        channels: how many there are.

    Attributes:
        count: values seen in each channel.
        mean: float64 [C].
    """

    def __init__(self, channels: int):
        self.count = 0
        self.mean = np.zeros(channels)
        self._squares = np.zeros(channels)  # of the distances from the mean, summed

    def add(self, x) -> None:
        """Takes in values, [..., C]."""
        rows = np.asarray(x, np.float64).reshape(-1, len(self.mean))
        if not len(rows):
            return
        mean = rows.mean(axis=0)
        weight = joining_weight(self.count, len(rows))
        self._squares += np.square(rows - mean).sum(axis=0) + weight * np.square(mean - self.mean)
        self.mean, self.count = joined_mean(self.mean, self.count, mean, len(rows)), self.count + len(rows)

    @property
    def std(self) -> np.ndarray:
        """float64 [C], of the population (divided by the count)."""
        return np.sqrt(self._squares / max(self.count, 1))


def joining_weight(n: int, m: int) -> float:
    """What the squared distance of the means of n and of m values adds to the sum of squares of all of them."""
    return n * m / (n + m)


def joined_mean(mean, n: int, other, m: int):
    """The mean of n values and m others."""
    return mean + (other - mean) * (m / (n + m))
