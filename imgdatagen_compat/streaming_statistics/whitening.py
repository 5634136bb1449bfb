"""ZCA whitening from images that are seen once: exact, or of the strongest directions only."""

from __future__ import annotations

import numpy as np

from imgdatagen_compat.streaming_statistics.moments import joined_mean, joining_weight
from imgdatagen_compat.streaming_statistics.sketch import FrequentDirections

# A direction counts as one in which the images do not vary below this fraction of the largest singular value.
NO_VARIATION = 1e-6

_BYTES = 8
# The sum of products, itself scaled, its eigenvectors, the work space to find them (two), and the finished matrix.
_SQUARES = 6
# Of a sketch, in rows of an image for each direction: four of them are kept, and its decomposition takes twice as much again.
_SKETCH_ROWS = 12


class LowRankMatrix:
    """A symmetric matrix of few directions, which is never formed: `x @ matrix` goes through the directions.

    Args:
        directions: [side, rank], orthonormal columns.
        factors: [rank], by which each direction is multiplied; all others are projected to 0.
        error_bound: largest difference, in squared units of the images, of the variance that was measured in one of these directions and
            that which the images have in it.

    Attributes:
        directions, factors, error_bound: as given.
        shape, dtype, ndim: of the matrix. `np.asarray(matrix)` forms it.
    """

    __array_ufunc__ = None  # `ndarray @ matrix` is asked of the matrix
    ndim = 2

    def __init__(self, directions, factors, error_bound):
        self.directions = directions
        self.factors = factors
        self.error_bound = error_bound
        self.shape = (len(directions), len(directions))
        self.dtype = directions.dtype

    def astype(self, dtype):
        """The same matrix in another precision."""
        return LowRankMatrix(self.directions.astype(dtype), self.factors.astype(dtype), self.error_bound)

    def __rmatmul__(self, x):
        return ((x @ self.directions) * self.factors) @ self.directions.T

    def __array__(self, dtype=None, copy=None):
        return np.asarray((self.directions * self.factors) @ self.directions.T, dtype)

    def __repr__(self):
        return f"<{type(self).__name__} {self.shape[0]}x{self.shape[1]} of rank {len(self.factors)}>"


class RowScatter:
    """The sum of the products of flattened images, from which a whitening matrix is made.

    Args:
        image_shape: of one image.
        rank: directions to find with a sketch; None to keep the products of all pixels.
        gigabytes: that whitening may take.

    Raises:
        ValueError: it would take more.
    """

    def __init__(self, image_shape, rank: int | None, gigabytes: float):
        self._shape = tuple(image_shape)
        self._rank = rank
        side = int(np.prod(self._shape))
        _check_memory(self._shape, side, rank, gigabytes)
        self._count = 0
        self._mean = np.zeros(side)
        self._products = _Products(side) if rank is None else FrequentDirections(side, 2 * rank)

    def add(self, x) -> None:
        """Takes in images, [N, *image_shape].

        Raises:
            ValueError: they have another shape.
        """
        if x.shape[1:] != self._shape:
            raise ValueError(f"ZCA whitening needs images of one shape: resize them. Received: {self._shape} and {x.shape[1:]}")
        rows = np.asarray(x, np.float64).reshape(len(x), -1)
        if not len(rows):
            return
        mean = rows.mean(axis=0)
        step = np.sqrt(joining_weight(self._count, len(rows))) * (mean - self._mean)
        # The products of all rows around their common mean are those of the batches around theirs, and of one row between the means.
        self._products.add(np.concatenate([rows - mean, step[np.newaxis]]))
        self._mean, self._count = joined_mean(self._mean, self._count, mean, len(rows)), self._count + len(rows)

    def whitening(self, offset, divisor, epsilon, *, of_covariance: bool):
        """The whitening matrix of `(images - offset) / divisor`.

        Args:
            offset, divisor: broadcast to an image.
            epsilon: `zca_epsilon`.
            of_covariance: as Keras 2.2 to 2.8 made it, where directions in which the images do not vary are magnified; otherwise as Keras
                since 2.9, where they are projected to 0.

        Returns:
            float64 [side, side]; with a `rank`, a `LowRankMatrix` of at most as many directions.
        """
        offset, divisor = (np.broadcast_to(np.asarray(number, np.float64), self._shape).ravel() for number in (offset, divisor))
        self._products.add(np.sqrt(self._count) * (self._mean - offset)[np.newaxis])
        directions, squares = self._products.decomposition(1 / divisor)
        keeps_all = of_covariance and self._rank is None
        most = len(squares) if keeps_all else min(self._count, len(squares) if self._rank is None else self._rank)
        directions, squares = directions[:, :most], np.maximum(squares[:most], 0)
        if not keeps_all:
            varies = squares > NO_VARIATION**2 * squares[0]
            directions, squares = directions[:, varies], squares[varies]
        if self._rank is None:
            return (directions * _factors(squares, self._count, epsilon, of_covariance)) @ directions.T
        # What the sketch lost of a direction lies between nothing and this: half of it is the best guess.
        most_lost = self._products.shrunk * np.sum((directions / divisor[:, np.newaxis]) ** 2, axis=0)
        factors = _factors(squares + most_lost / 2, self._count, epsilon, of_covariance)
        return LowRankMatrix(directions, factors, np.max(most_lost, initial=0) / 2 / self._count)


def _factors(squares, n, epsilon, of_covariance):
    if of_covariance:
        return 1 / np.sqrt(squares / n + epsilon)
    return np.sqrt(n) / (np.sqrt(squares) + epsilon)


def _check_memory(image_shape, side, rank, gigabytes):
    needed = _BYTES * side * (_SQUARES * side if rank is None else _SKETCH_ROWS * rank) / 1e9
    if needed > gigabytes:
        remedy = "pass `zca_rank=k` for the k strongest directions only, smaller" if rank is None else "pass a smaller `zca_rank`, smaller"
        raise ValueError(
            f"ZCA whitening of images of shape {image_shape} needs {needed:.3g} GB of memory: {remedy} images, or a larger "
            f"`zca_gigabytes` where there is so much. Received: zca_gigabytes={gigabytes:g}"
        )


class _Products:
    """`rowsᵀ rows`, of all rows."""

    def __init__(self, side):
        self._sum = np.zeros((side, side))

    def add(self, rows):
        self._sum += rows.T @ rows

    def decomposition(self, scale):
        """Directions, [side, side], and squared singular values, the largest first, of the rows times `scale`."""
        squares, directions = np.linalg.eigh(self._sum * scale[:, np.newaxis] * scale)
        return directions[:, ::-1], squares[::-1]
