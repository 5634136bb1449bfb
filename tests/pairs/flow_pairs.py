"""Images, their masks, and pairs of flows over them."""

import os

import numpy as np
import pandas as pd
from originals import photographs

from imgdatagen_compat import ImageDataGenerator

N, SIZE = 10, (12, 17)
X = photographs(N, *SIZE)
IDS = np.array([0, 3, 20, 200], np.uint8)
MASKS = IDS[X[..., :1] // 64]
IGNORED = 255

GEOMETRY = {"rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": [1, 2], "zoom_range": 0.3, "horizontal_flip": True}
COLOURS = {"brightness_range": (0.5, 1.5), "channel_shift_range": 30.0}
WHOLE_PIXELS = {**GEOMETRY, "interpolation_order": 0}  # images that can be their own masks


def names_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))


def flow_pair(kind, folders, settings, module=None, **options):
    datagen = (module or ImageDataGenerator)(**{**settings, "rescale": 1 / 255, "cval": 9.0})
    options = {"mask_cval": IGNORED, **options}
    if kind == "arrays":
        return datagen.flow_pair(X, MASKS, **options)
    options["target_size"] = (9, 9)
    if kind == "directories":
        return datagen.flow_pair(*folders, **options)
    images, masks = (pd.Series([os.path.join(folder, name) for name in names_in(folder)]) for folder in folders)
    return datagen.flow_pair(images, masks, **options)


def own_masks(settings=WHOLE_PIXELS, x=X, **options):
    """A pair whose images and masks are the same array, and must stay so."""
    return ImageDataGenerator(**settings).flow_pair(x, x, **{"batch_size": 4, **options})


def assert_aligned(batches):
    moved = 0
    for images, masks in batches:
        np.testing.assert_array_equal(images, masks)
        moved += not any(np.array_equal(images[0], x) for x in X)
    assert moved, "nothing was transformed"
