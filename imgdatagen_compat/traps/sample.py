"""What a trap is judged by besides the settings: the images, and how the generator is used. No TensorFlow here."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from imgdatagen_compat.bit_depth import Depth


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """What is known of the images, and of the use of the generator, besides its settings. Nothing of it need be known.

    Attributes:
        images: some raw images, arrays of rank 3.
        depths: of the files that they come from; empty for arrays.
        color_mode: as which files are loaded.
        array: the images of an array, in the dtype in which it is passed; None for files.
        size: (height, width) of the images in a batch, or None.
        validation_split: of the generator.
        subset: `"training"`, `"validation"` or `"all"`; None where it is not known.
        not_fit: the featurewise options that have no statistic yet.
    """

    images: Sequence[np.ndarray] = ()
    depths: tuple[Depth, ...] = ()
    color_mode: str | None = None
    array: np.ndarray | None = None
    size: tuple[int, int] | None = None
    validation_split: float = 0.0
    subset: str | None = None
    not_fit: tuple[str, ...] = ()

    @functools.cached_property
    def value_range(self) -> tuple[float, float] | None:
        """Smallest and largest value, NaN aside; None without images."""
        return value_range(self.images)

    @property
    def in_unit_range(self) -> bool:
        """Whether all values are known to lie in [0, 1], and not all of them are 0."""
        found = self.value_range
        return found is not None and found[0] >= 0 and 0 < found[1] <= 1


def value_range(images) -> tuple[float, float] | None:
    """Smallest and largest value of some arrays, NaN aside; None where there is none."""
    images = [np.asarray(image) for image in images]
    images = [image[~np.isnan(image)] if image.dtype.kind == "f" else image for image in images]
    images = [image for image in images if image.size]
    return (float(min(image.min() for image in images)), float(max(image.max() for image in images))) if images else None
