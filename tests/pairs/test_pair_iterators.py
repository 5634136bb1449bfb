"""A pair as a dataset and as an iterator: in `fit`, interrupted and resumed."""

import json
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from flow_pairs import COLOURS, GEOMETRY, IDS, IGNORED, MASKS, SIZE, N, X, assert_aligned, flow_pair, own_masks
from originals import assert_same

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat import keras_preprocessing as older


class TestDatasets:
    @pytest.mark.parametrize("seed", [None, 7])
    @pytest.mark.parametrize("rng", ["stateless", "legacy"])
    def test_aligned(self, rng, seed):
        dataset = own_masks(seed=seed).as_dataset(rng=rng, epochs=2)
        found = list(dataset.as_numpy_iterator())
        assert len(found) == 6 == int(dataset.cardinality())
        assert_aligned(found)
        assert not np.array_equal(found[0][0], found[3][0])

    def test_legacy_is_next(self):
        pair, dataset = own_masks(seed=4), own_masks(seed=4).as_dataset(rng="legacy", epochs=2)
        for batch in dataset.as_numpy_iterator():
            assert_same(batch, next(pair))

    def test_masks_are_moved_as_without_colours_and_images_are_those_of_a_flow(self):
        """Brightness and channel shift change nothing for the masks: draws have names in the graph."""
        plain, colourful = (ImageDataGenerator(**GEOMETRY, **extra) for extra in ({}, COLOURS))
        masks = [masks for _, masks in plain.flow_pair(X, MASKS, batch_size=4, seed=2).as_dataset().as_numpy_iterator()]
        images = list(colourful.flow(X, batch_size=4, seed=2).as_dataset().as_numpy_iterator())
        pairs = colourful.flow_pair(X, MASKS, batch_size=4, seed=2).as_dataset().as_numpy_iterator()
        assert_same(list(pairs), list(zip(images, masks)))

    @pytest.mark.parametrize("cache", [False, "directory"])
    def test_files(self, folders, tmp_path, cache):
        datagen = ImageDataGenerator(**GEOMETRY, **COLOURS)
        pair = datagen.flow_pair(*folders, target_size=SIZE, batch_size=4, seed=1, mask_cval=IGNORED, mask_fill_mode="constant")
        dataset = pair.as_dataset(cache=tmp_path if cache == "directory" else cache, drop_remainder=True)
        assert [spec.shape for spec in dataset.element_spec] == [(4, *SIZE, 3), (4, *SIZE, 1)]
        for _, masks in dataset.as_numpy_iterator():
            assert set(np.unique(masks)) <= {*IDS, IGNORED}
        assert len(list(dataset)) == 2

    def test_one_graph(self):
        """Not two that are zipped, of which workers of the tf.data service would take different parts."""
        dataset = own_masks().as_dataset()
        explanation = dataset.explain()
        assert not explanation.obstacles
        assert explanation.requirement.count("room for") == 1
        names = []
        while dataset._inputs():
            names.append(type(dataset).__name__)
            (dataset,) = dataset._inputs()
        assert len(names) > 2

    def test_explained_one_after_the_other(self, capsys):
        pair = ImageDataGenerator(rotation_range=9, rescale=0.5, brightness_range=(1, 2)).flow_pair(X, MASKS, batch_size=4)
        images, masks = pair.explain()
        assert [step.name for step in images.steps] == ["as loaded", "affine", "brightness", "rescale"]
        assert [step.name for step in masks.steps] == ["as loaded", "affine"]
        printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert printed == f"images:\n{images}\nmasks:\n{masks}".splitlines()
        assert pair.total_batches_seen == 0

    def test_what_either_needs_python_for(self):
        def half(image):
            return image / 2

        for options, function in (({"preprocessing_function": half}, None), ({}, half)):
            pair = ImageDataGenerator(**GEOMETRY, **options).flow_pair(X, MASKS, mask_preprocessing_function=function)
            (obstacle,) = pair.as_dataset().explain().obstacles
            assert "preprocessing function" in obstacle.reason

    def test_np_random_is_left_alone(self):
        before = np.random.get_state()[1]
        list(own_masks().as_dataset())
        np.testing.assert_array_equal(before, np.random.get_state()[1])


class TestAsAnIterator:
    @pytest.mark.parametrize("options", [{}, {"workers": 2}], ids=str)
    def test_fit(self, options):
        model = keras.Sequential([keras.layers.Conv2D(1, 3, padding="same")])
        model.compile(loss="mse")
        pair = flow_pair("arrays", None, GEOMETRY, batch_size=4, **options)
        assert len(pair) == 3
        losses = model.fit(pair, epochs=2, verbose=0).history["loss"]
        assert len(losses) == 2 and np.isfinite(losses).all()
        model.fit(pair.as_dataset(), shuffle=False, verbose=0)

    def test_for_and_protocols(self):
        pair = own_masks(seed=1)
        assert iter(pair) is pair and isinstance(pair, tf.keras.utils.PyDataset)
        with pytest.raises(ValueError, match="retrieve element 3"):
            pair[3]

    @pytest.mark.parametrize("seed", [None, 6])
    @pytest.mark.parametrize("how", ["state", "pickle"])
    def test_resumed(self, how, seed):
        pair = flow_pair("arrays", None, GEOMETRY, seed=seed, batch_size=3)
        next(pair), next(pair)
        if how == "pickle":
            np_state = np.random.get_state()
            resumed = pickle.loads(pickle.dumps(pair))
        else:
            state = json.loads(json.dumps(pair.state_dict()))
        expected = [next(pair) for _ in range(5)]
        if how == "pickle":
            np.random.set_state(np_state)
        else:
            resumed = flow_pair("arrays", None, GEOMETRY, seed=seed, batch_size=3)
            resumed.load_state_dict(state)
        assert_same([next(resumed) for _ in range(5)], expected)

    def test_state_of_other_masks_is_refused(self, folders):
        state = flow_pair("arrays", None, {}).state_dict()
        with pytest.raises(ValueError, match="masks of array of 12x17x3' here"):
            own_masks({}, batch_size=32).load_state_dict(state)


def test_a_class_of_iterators_of_the_namespace():
    pair = older.image.ImageDataGenerator().flow_pair(X, MASKS)
    assert type(pair.images) is older.image.NumpyArrayIterator
    assert [part.shape for part in next(pair)] == [(N, *SIZE, 3), (N, *SIZE, 1)]
