"""Statistics by `fit_iterator` and by `fit`, and their comparison."""

import numpy as np
from originals import photographs

from imgdatagen_compat import ImageDataGenerator

FEATUREWISE = {"featurewise_center": True, "featurewise_std_normalization": True}
ZCA = {"featurewise_center": True, "zca_whitening": True}
X = photographs(23, 6, 5)


def fitted(settings, x, **options):
    """A generator fit in double precision, on the pixels that one of the given settings sees."""
    datagen = ImageDataGenerator(**{**settings, "dtype": "float64"})
    datagen.fit(x, **options)
    return datagen


def assert_equal_statistics(ours, reference, within=1e-6):
    """The bound is a fraction of the largest value."""
    for name in ("mean", "std", "zca_whitening_matrix", "principal_components"):
        expected = getattr(reference, name, None)
        found = getattr(ours, name, None)
        assert (found is None) == (expected is None), name
        if expected is not None:
            assert found.shape == expected.shape and found.dtype == ours.dtype, name
            bound = 10 * within if name in ("zca_whitening_matrix", "principal_components") else within
            np.testing.assert_allclose(np.asarray(found, np.float64), expected, rtol=0, atol=bound * np.abs(expected).max(), err_msg=name)


def streamed(settings, data, **options):
    datagen = ImageDataGenerator(**settings)
    datagen.fit_iterator(data, **options)
    return datagen
