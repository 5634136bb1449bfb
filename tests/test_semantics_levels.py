"""What the levels of `semantics` say, each place where they differ next to the original of its era."""

import types

import keras_preprocessing.image
import numpy as np
import pandas as pd
import pytest
from originals import assert_same, error_class, keras_image, write_class_folders

import imgdatagen_compat.keras_preprocessing.image
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.semantics import DOCUMENTED, KERAS, KERAS_PREPROCESSING, LEVELS, semantics_level, semantics_of, whitening_matrix

ORIGINALS = {"keras": keras_image, "keras_preprocessing": keras_preprocessing.image, "documented": keras_image}
MODULES = {"keras": imgdatagen_compat, "keras_preprocessing": imgdatagen_compat.keras_preprocessing.image}
DULL = np.random.default_rng(0).uniform(60, 90, (6, 7, 3)).astype(np.float32)
every_level = pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)


@every_level
def test_brightness_of_a_dull_image(level):
    apply = lambda datagen: datagen.apply_transform(DULL.copy(), {"brightness": 1.2})  # noqa: E731
    expected = apply(ORIGINALS[level.name].ImageDataGenerator())
    assert_same(apply(ImageDataGenerator(semantics=level.name)), expected)
    assert (expected.max() > 200) == level.stretches_contrast


@pytest.mark.filterwarnings("ignore:An image of shape .* looks channels-last")
@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2, 0), (0, 2, 1), (0, 0, 2)])
def test_axes_that_are_refused(name, axes):
    def run(image):
        return image.apply_affine_transform(DULL, theta=30, **dict(zip(("row_axis", "col_axis", "channel_axis"), axes)))

    refused = error_class(run, ORIGINALS[name])
    assert error_class(run, MODULES[name]) is refused
    if refused is None:
        assert_same(run(MODULES[name]), run(ORIGINALS[name]))


@every_level
def test_the_matrix_of_whitening(level):
    x = np.random.default_rng(0).integers(0, 256, (7, 5, 4, 1)).astype(np.float32)
    options = {"zca_whitening": True, "featurewise_center": True}
    theirs = ORIGINALS[level.name].ImageDataGenerator(**options)
    ours = ImageDataGenerator(**options, semantics=level.name)
    assert whitening_matrix(ours) is None
    theirs.fit(x)
    ours.fit(x)
    assert whitening_matrix(ours) is getattr(ours, level.zca_attribute)
    bound = 0 if level.whitens_noise else 1e-4
    expected = getattr(theirs, level.zca_attribute)
    np.testing.assert_allclose(whitening_matrix(ours), expected, rtol=0, atol=bound * np.abs(expected).max())
    flow = ours.flow(x, batch_size=7)
    next(flow)
    assert ("per image" in flow._logged_path.name) == (level is KERAS_PREPROCESSING)


@every_level
def test_the_order_of_classes_of_a_dataframe(level, tmp_path):
    folder = write_class_folders(tmp_path, n=1)
    frame = pd.DataFrame({"filename": ["cat/cat0.png", "dog/dog0.png"], "class": ["cat", "dog"]})
    datagens = ORIGINALS[level.name].ImageDataGenerator(), ImageDataGenerator(semantics=level.name)
    indices = [datagen.flow_from_dataframe(frame, folder, classes=["dog", "cat"]).class_indices for datagen in datagens]
    assert indices[0] == indices[1] == ({"cat": 0, "dog": 1} if level.sorts_classes else {"dog": 0, "cat": 1})


def test_where_tx_ends_up():
    assert [level.tx_moves_columns for level in (KERAS, KERAS_PREPROCESSING, DOCUMENTED)] == [True, False, False]


def test_levels_by_name():
    for name, level in LEVELS.items():
        assert semantics_level(name) is level
        assert semantics_of(types.SimpleNamespace(semantics=name)) is level
    assert semantics_of(types.SimpleNamespace(semantics=None)) is semantics_of(object()) is KERAS
    with pytest.raises(ValueError, match="`semantics` should be one of 'keras', 'keras_preprocessing', 'documented'. Received: 'kerras'"):
        semantics_level("kerras")
