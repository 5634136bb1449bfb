"""`flow_pair()`: what people do by hand with two generators and one seed, and what goes wrong then."""

import threading

import numpy as np
import oracles
import pandas as pd
import pytest
from flow_pairs import COLOURS, GEOMETRY, IDS, IGNORED, MASKS, SIZE, WHOLE_PIXELS, N, X, assert_aligned, flow_pair, names_in, own_masks
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import assert_same, photographs

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat import keras_preprocessing as older


def by_hand(kind, folders, settings, module=oracles.keras, batches=7, **options):
    """(images, masks) of two generators of the original with one seed."""
    pair = []
    for which, data in enumerate((X, MASKS)):
        own = {"interpolation_order": 0, "cval": IGNORED} if which else {"rescale": 1 / 255, "cval": 9.0}
        datagen = module.ImageDataGenerator(**{**settings, **own})
        files = {"target_size": (9, 9), "class_mode": None, "color_mode": ("rgb", "grayscale")[which], **options}
        if kind == "arrays":
            pair.append(datagen.flow(data, **options))
        elif kind == "directories":
            pair.append(datagen.flow_from_directory(folders[which], **files))
        else:
            frame = pd.DataFrame({"name": names_in(folders[which])})
            pair.append(datagen.flow_from_dataframe(frame, folders[which], x_col="name", **files))
    return [(next(pair[0]), next(pair[1])) for _ in range(batches)]


class TestByHand:
    @pytest.mark.parametrize("fill_mode", ["nearest", "constant"])
    @pytest.mark.parametrize("kind", ["arrays", "directories", "paths"])
    def test_the_batches_of_two_generators_with_one_seed(self, folders, kind, fill_mode):
        settings = {**GEOMETRY, "fill_mode": fill_mode}
        options = {"batch_size": 4, "seed": 3}
        theirs = by_hand(kind, folders, settings, **options)
        their_state = np.random.get_state()[1]
        pair = flow_pair(kind, folders, settings, **options)
        assert_same([next(pair) for _ in range(7)], theirs)
        np.testing.assert_array_equal(np.random.get_state()[1], their_state)

    @pytest.mark.parametrize("settings", [{"dtype": "float64"}, {"fill_mode": "mirror"}, {"validation_split": 0.3}], ids=str)
    def test_other_paths(self, settings):
        options = {"batch_size": 4, "seed": 3} | ({"subset": "training"} if "validation_split" in settings else {})
        pair = flow_pair("arrays", None, GEOMETRY | settings, **options)
        assert_same([next(pair) for _ in range(7)], by_hand("arrays", None, GEOMETRY | settings, **options))

    def test_keras_preprocessing(self):
        theirs = by_hand("arrays", None, GEOMETRY, module=oracles.keras_preprocessing, batch_size=4, seed=3)
        pair = flow_pair("arrays", None, GEOMETRY, module=older.image.ImageDataGenerator, batch_size=4, seed=3)
        assert_same([next(pair) for _ in range(7)], theirs)

    def test_images_of_colours_and_masks_without(self):
        """By hand the masks would have to draw a brightness, too; here they are what the draws of the images make of them."""
        pair = flow_pair("arrays", None, GEOMETRY | COLOURS, batch_size=4, seed=3, mask_fill_mode="constant")
        datagen = oracles.keras.ImageDataGenerator(**GEOMETRY, **COLOURS, rescale=1 / 255, cval=9.0)
        images = datagen.flow(X, batch_size=4, seed=3)
        masks = oracles.keras.ImageDataGenerator(interpolation_order=0, fill_mode="constant", cval=IGNORED)
        for _ in range(7):
            found = next(pair)
            assert_same(found[0], next(images))
            np.random.seed(3 + pair.total_batches_seen - 1)
            if pair.batch_index == 1:
                np.random.permutation(N)
            for mask, i in zip(found[1], pair.index_array[4 * ((pair.batch_index or 3) - 1) :]):
                params = datagen.get_random_transform(X[i].shape)
                del params["brightness"], params["channel_shift_intensity"]
                np.testing.assert_array_equal(mask, masks.apply_transform(MASKS[i].astype("float32"), params))

    def test_by_hand_masks_without_colours_drift_from_the_second_on(self):
        found = next(flow_pair("arrays", None, GEOMETRY | COLOURS, batch_size=4, seed=3))
        (theirs,) = by_hand("arrays", None, GEOMETRY, batches=1, batch_size=4, seed=3)
        assert [np.array_equal(*pair) for pair in zip(found[1], theirs[1])] == [True, False, False, False]


class TestAligned:
    @pytest.mark.parametrize("seed", [None, 5])
    def test_next_items_and_epochs(self, seed):
        pair = own_masks(seed=seed)
        assert_aligned([next(pair) for _ in range(4)])
        for _ in range(2):
            assert_aligned([pair[i] for i in (2, 0, 1)])
            pair.on_epoch_end()
        pair.reset()
        assert_aligned([next(pair) for _ in range(4)])

    def test_without_a_seed_the_images_are_those_of_a_flow_without_one(self):
        np.random.seed(1)
        expected = ImageDataGenerator(**GEOMETRY).flow(X, batch_size=4)
        expected = [next(expected) for _ in range(4)]
        np.random.seed(1)
        pair = ImageDataGenerator(**GEOMETRY).flow_pair(X, MASKS, batch_size=4)
        assert_same([next(pair)[0] for _ in range(4)], expected)

    def test_batches_made_ahead(self):
        x = photographs(8, 210, 210)
        pair = own_masks(x=x, batch_size=2, seed=2)
        expected = [next(pair) for _ in range(5)]
        assert pair.images._lookahead._prepared and pair.masks._lookahead._prepared
        for images, masks in expected:
            np.testing.assert_array_equal(images, masks)
        assert not np.array_equal(expected[0][0], expected[4][0])

    def test_threads(self):
        pair = own_masks(seed=None)
        found = []
        threads = [threading.Thread(target=lambda i=i: found.extend([next(pair), pair[i % 3], next(pair)])) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 18
        assert_aligned(found)

    def test_after_an_image_that_could_not_be_read(self, folders, tmp_path):
        paths = [str(folders[0] / name) for name in names_in(folders[0])]
        broken = tmp_path / "broken.png"
        broken.write_bytes(b"")
        pair = ImageDataGenerator(**WHOLE_PIXELS).flow_pair(
            [str(broken), *paths[1:]], paths, mask_color_mode="rgb", target_size=SIZE, batch_size=3, shuffle=False, seed=1
        )
        with pytest.raises(OSError, match=r"broken\.png"):
            next(pair)
        assert_aligned([next(pair), next(pair), next(pair)])

    @settings(max_examples=settings.default.max_examples // 2)
    @given(
        options=st.fixed_dictionaries(
            {},
            optional={
                "rotation_range": st.integers(0, 180),
                "shear_range": st.integers(0, 45),
                "zoom_range": st.sampled_from((0.5, (0.3, 2.5))),
                "width_shift_range": st.sampled_from((0.4, 3, [2, 5])),
                "vertical_flip": st.booleans(),
                "brightness_range": st.just((0.2, 1.8)),
                "channel_shift_range": st.just(40.0),
                "samplewise_center": st.just(True),
                "rescale": st.sampled_from((1 / 255, "auto")),
                "preprocessing_function": st.just(np.negative),
                "rescale_order": st.just("first"),
                "semantics": st.sampled_from(("keras", "keras_preprocessing", "documented")),
                "dtype": st.sampled_from(("float32", "float64")),
            },
        ),
        mask_fill_mode=st.sampled_from((None, "constant", "nearest", "reflect", "wrap")),
        seed=st.sampled_from((None, 1)),
    )
    def test_no_new_values_in_masks(self, options, mask_fill_mode, seed):
        pair = ImageDataGenerator(**options).flow_pair(
            X, MASKS, batch_size=4, seed=seed, mask_fill_mode=mask_fill_mode, mask_cval=IGNORED
        )
        for _ in range(3):
            images, masks = next(pair)
            assert set(np.unique(masks)) <= {*IDS, IGNORED}
            assert images.shape[:3] == masks.shape[:3] and images.dtype == masks.dtype

    def test_validation_left_alone(self):
        datagen = ImageDataGenerator(**WHOLE_PIXELS, **COLOURS, validation_split=0.5, augment_validation=False)
        images, masks = next(datagen.flow_pair(X, X, subset="validation", shuffle=False, seed=1))
        np.testing.assert_array_equal(images, masks)
        np.testing.assert_array_equal(masks, X[:5])

    def test_channels_first(self):
        x = X.transpose(0, 3, 1, 2)
        pair = ImageDataGenerator(**WHOLE_PIXELS, data_format="channels_first").flow_pair(x, x, batch_size=4, seed=1)
        assert_aligned([(images.transpose(0, 2, 3, 1), masks.transpose(0, 2, 3, 1)) for images, masks in (next(pair), next(pair))])
