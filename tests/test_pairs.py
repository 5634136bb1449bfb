"""`flow_pair()`: what people do by hand with two generators and one seed, and what goes wrong then."""

import json
import os
import pickle
import threading

import keras
import numpy as np
import oracles
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import assert_same, photographs
from PIL import Image

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat import keras_preprocessing as older

N, SIZE = 10, (12, 17)
X = photographs(N, *SIZE)
IDS = np.array([0, 3, 20, 200], np.uint8)
MASKS = IDS[X[..., :1] // 64]
IGNORED = 255

GEOMETRY = {"rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": [1, 2], "zoom_range": 0.3, "horizontal_flip": True}
COLOURS = {"brightness_range": (0.5, 1.5), "channel_shift_range": 30.0}
WHOLE_PIXELS = {**GEOMETRY, "interpolation_order": 0}  # images that can be their own masks


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two directories, images as JPEG and masks as PNG, in two subdirectories each."""
    root = tmp_path_factory.mktemp("pairs")
    for i in range(N):
        for name, pixels, ending in (("images", X[i], "jpg"), ("masks", MASKS[i, ..., 0], "png")):
            folder = root / name / "ab"[i % 2]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / f"{i}.{ending}")
    return root / "images", root / "masks"


def names_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))


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


class TestMaskSettings:
    def test_rescale_and_function_of_their_own(self):
        pair = ImageDataGenerator(rescale=0.5, preprocessing_function=np.negative).flow_pair(
            X, MASKS, shuffle=False, mask_rescale=1 / 200, mask_preprocessing_function=lambda mask: np.minimum(mask, 100)
        )
        images, masks = next(pair)
        np.testing.assert_array_equal(images, X * np.float32(-0.5))
        np.testing.assert_array_equal(masks, np.minimum(MASKS, 100).astype("float32") * np.float32(1 / 200))

    def test_methods_of_ones_own(self):
        class Own(ImageDataGenerator):
            def get_random_transform(self, img_shape, seed=None):
                return {**super().get_random_transform(img_shape, seed), "zx": 0.5}

            def apply_transform(self, x, transform_parameters):
                return super().apply_transform(x, transform_parameters)[::-1]

            def standardize(self, x):
                return x - 1000

        images, masks = next(Own(**WHOLE_PIXELS, **COLOURS).flow_pair(X, MASKS, shuffle=False, seed=1))
        plain = Own(**WHOLE_PIXELS)
        np.random.seed(1)
        assert images.max() < -700
        first = plain.apply_transform(MASKS[0].astype("float32"), plain.get_random_transform(MASKS[0].shape))
        np.testing.assert_array_equal(masks[0], first)
        assert set(np.unique(masks)) <= set(IDS)

    def test_a_function_that_draws_is_told_of(self):
        def noisy(image):
            return image + np.random.random()

        pair = ImageDataGenerator(**GEOMETRY, preprocessing_function=noisy).flow_pair(X, MASKS, seed=1)
        with pytest.raises(RuntimeError, match=r"drew different random numbers.*np\.random\.Generator"):
            next(pair)

    def test_a_function_with_a_generator_of_its_own_is_not(self):
        rng = np.random.default_rng(0)
        settings = {**WHOLE_PIXELS, "preprocessing_function": lambda image: image + 0 * rng.random()}
        assert_aligned([next(own_masks(settings, seed=1))])

    def test_settings_are_read_once(self):
        datagen = ImageDataGenerator(**WHOLE_PIXELS)
        pair = datagen.flow_pair(X, X, seed=1)
        datagen.rotation_range, datagen.rescale = 0, 100
        assert_aligned([next(pair)])

    def test_masks_keep_their_bits(self, tmp_path):
        for name in ("images", "masks"):
            os.makedirs(tmp_path / name)
            Image.fromarray(MASKS[0, ..., 0].astype(np.uint16) * 300).save(tmp_path / name / "deep.png")
        directories = tmp_path / "images", tmp_path / "masks"
        pair = ImageDataGenerator(rescale="auto").flow_pair(*directories, target_size=SIZE, color_mode="grayscale")
        images, masks = next(pair)
        np.testing.assert_array_equal(masks[0], MASKS[0].astype("float32") * 300)
        assert images.max() <= 1


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


def copy_of(folders, tmp_path, edit):
    """Both directories, with one change to the second."""
    for folder in folders:
        for name in names_in(folder):
            target = tmp_path / folder.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((folder / name).read_bytes())
    edit(tmp_path / "masks")
    return tmp_path / "images", tmp_path / "masks"


class TestDirectories:
    def flow(self, images, masks, **options):
        return ImageDataGenerator(validation_split=0.4).flow_pair(images, masks, **{"target_size": (9, 9), "shuffle": False, **options})

    @pytest.mark.parametrize("subset", [None, "validation"])
    @pytest.mark.parametrize(
        ("edit", "message"),
        [
            (lambda masks: os.remove(masks / "a" / "0.png"), "images without a mask: a/0. If"),
            (lambda masks: [os.remove(masks / "a" / f"{i}.png") for i in (0, 2, 4, 6, 8)], "a/0, a/2, a/4 and 2 more"),
            (lambda masks: os.rename(masks / "b" / "1.png", masks / "b" / "1_mask.png"), "without a mask: b/1; masks .*: b/1_mask"),
            (lambda masks: Image.fromarray(X[0]).save(masks / "a" / "0.bmp"), "masks without an image: a/0"),
        ],
        ids=("missing", "many missing", "renamed", "two masks"),
    )
    def test_refuses_names_without_a_partner(self, folders, tmp_path, edit, message, subset):
        with pytest.raises(ValueError, match=message):
            self.flow(*copy_of(folders, tmp_path, edit), subset=subset)

    def test_accepts_what_is_paired(self, folders, tmp_path):
        images, masks = copy_of(folders, tmp_path, lambda masks: None)
        pair = self.flow(images, masks)
        assert [os.path.splitext(name)[0] for name in pair.images.filenames] == [os.path.splitext(name)[0] for name in pair.masks.filenames]

    def test_flat_directories(self, folders):
        inside, outside = self.flow(folders[0] / "a", folders[1] / "a"), self.flow(*folders)
        assert inside.n == 5
        np.testing.assert_array_equal(next(inside)[1], next(outside)[1][:5])

    def test_one_subdirectory_may_have_another_name(self, folders, tmp_path):
        def edit(masks):
            for name in ("images", "masks"):
                for i in (1, 3, 5, 7, 9):
                    os.remove(next((masks.parent / name / "b").glob(f"{i}.*")))
                os.rmdir(masks.parent / name / "b")
            os.rename(masks / "a", masks / "labels")

        assert self.flow(*copy_of(folders, tmp_path, edit)).n == 5

    def test_an_order_that_extensions_change(self, tmp_path):
        for name, ending in (("images", "jpg"), ("masks", "png")):
            os.makedirs(tmp_path / name)
            for i, stem in enumerate(("a", "a.k", "b")):  # a.jpg < a.k.jpg, but a.k.png < a.png
                Image.fromarray(np.full((9, 9), 50 * i, np.uint8)).save(tmp_path / name / f"{stem}.{ending}", quality=100)
        images, masks = next(self.flow(tmp_path / "images", tmp_path / "masks", color_mode="grayscale"))
        np.testing.assert_array_equal(images, masks)
        dataset = self.flow(tmp_path / "images", tmp_path / "masks", color_mode="grayscale").as_dataset()
        np.testing.assert_array_equal(*next(dataset.as_numpy_iterator()))

    def test_two_images_of_one_name(self, folders, tmp_path):
        def edit(masks):
            for folder in (masks, masks.parent / "images"):
                Image.fromarray(X[0]).save(folder / "a" / "0.bmp")

        with pytest.raises(ValueError, match="names that several images have: a/0"):
            self.flow(*copy_of(folders, tmp_path, edit))


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            ((X, MASKS[:9]), {}, ValueError, "10 images, 9 masks"),
            ((X, MASKS[:, :8]), {}, ValueError, r"images of \(12, 17\), masks of \(8, 17\)"),
            ((X, MASKS[..., 0]), {}, ValueError, "rank 4"),
            ((X, "masks"), {}, TypeError, "arrays and directories"),
            ((X, list(MASKS)), {}, TypeError, "`masks` should be one array .* a list of 10"),
            (((X, X), MASKS), {}, TypeError, "`images` should be one array .* a tuple of 2"),
            (([], []), {}, TypeError, "`images` should be one array .* a list of 0"),
            ((["a.png"], ["b.png", "c.png"]), {}, ValueError, "1 images, 2 masks"),
            ((["a.png"], ["b.png"]), {}, FileNotFoundError, r"a\.png"),
            (("nowhere", "no masks"), {}, FileNotFoundError, "nowhere"),
            ((X, MASKS), {"target_size": (9, 9)}, TypeError, "`target_size` of `flow_pair` has no meaning for arrays"),
            ((["a.png"], ["b.png"]), {"follow_links": True}, TypeError, "`follow_links` .* lists of paths"),
            (("images", "masks"), {"directory": "."}, TypeError, "`directory` .* directories"),
            ((X, MASKS), {"subset": "test"}, ValueError, "Invalid subset name"),
            ((X, MASKS), {"save_to_dir": "."}, TypeError, "save_to_dir"),
        ],
    )
    def test_says_why(self, arguments, options, error, message):
        with pytest.raises(error, match=message):
            ImageDataGenerator().flow_pair(*arguments, **options)

    def test_paths_relative_to_a_directory(self, folders):
        root = folders[0].parent
        lists = [[os.path.join(folder.name, name) for name in names_in(folder)] for folder in folders]
        pair = ImageDataGenerator().flow_pair(*lists, directory=root, target_size=(9, 9), batch_size=4, seed=3)
        other = ImageDataGenerator().flow_pair(*folders, target_size=(9, 9), batch_size=4, seed=3)
        assert_same(next(pair), next(other))


def test_a_loader_for_masks(folders):
    """Palettes: `load_img` makes colours of them, a loader keeps the numbers."""

    def numbers(path, **options):
        return np.full((9, 9, 1), 42.0)

    pair = ImageDataGenerator(**GEOMETRY).flow_pair(*folders, target_size=(9, 9), seed=1, mask_loader=numbers)
    assert (next(pair)[1] == 42).all()


def test_a_class_of_iterators_of_the_namespace():
    pair = older.image.ImageDataGenerator().flow_pair(X, MASKS)
    assert type(pair.images) is older.image.NumpyArrayIterator
    assert [part.shape for part in next(pair)] == [(N, *SIZE, 3), (N, *SIZE, 1)]
