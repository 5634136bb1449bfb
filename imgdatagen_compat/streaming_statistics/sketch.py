"""Frequent Directions: a few rows that stand for very many."""

from __future__ import annotations

import numpy as np


class FrequentDirections:
    """A matrix B of at most `size` rows in place of a matrix A whose rows are seen once.

    Liberty, "Simple and deterministic matrix sketching" (2013), with a buffer of twice the size. For every direction v of length 1
    `0 <= |A v|² - |B v|² <= shrunk`, and `shrunk <= |A - A_k|² / (size + 1 - k)` for every k up to `size`, where `A_k` is the best
    approximation of rank k and the norm is Frobenius's. Exact as long as the rows span no more than `size` directions.

    Args:
        side: length of a row.
        size: rows that are kept.

    Attributes:
        shrunk: the bound above, as it turned out so far.
    """

    def __init__(self, side: int, size: int):
        self._size = size
        self._rows = np.zeros((2 * size, side))
        self._filled = 0
        self.shrunk = 0.0

    def add(self, rows) -> None:
        """Takes in rows, float64 [N, side]."""
        start = 0
        while start < len(rows):
            if self._filled == len(self._rows):
                self._shrink()
            taken = rows[start : start + len(self._rows) - self._filled]
            self._rows[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            start += len(taken)

    def decomposition(self, scale):
        """Directions, [side, R], and squared singular values, [R], the largest first, of the rows times `scale`."""
        _, values, directions = np.linalg.svd(self._rows[: self._filled] * scale, full_matrices=False)
        return directions.T, values**2

    def _shrink(self):
        _, values, directions = np.linalg.svd(self._rows, full_matrices=False)
        excess = values[self._size] ** 2 if len(values) > self._size else 0.0
        kept = np.sqrt(np.maximum(values[: self._size] ** 2 - excess, 0))
        self._rows[: len(kept)] = kept[:, np.newaxis] * directions[: len(kept)]
        self._filled = len(kept)
        self.shrunk += excess
