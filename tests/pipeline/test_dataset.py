"""`as_dataset()` beside the iterator that it is made from."""

import itertools
import os

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from dataset_flows import BATCH, SIZE, N, X, Y, assert_equal_batches, flow, half
from PIL import Image
from sample_files import photograph
from spelled_settings import spelled

from imgdatagen_compat import ImageDataGenerator, load_img

# The sample folder has a 16-bit file on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::imgdatagen_compat.BitDepthWarning")


def epoch_of(iterator):
    return [next(iterator) for _ in range(len(iterator))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nine images of two classes: JPEG and 8-bit PNG for the graph, BMP and 16-bit grey PNG for Pillow."""
    directory = tmp_path_factory.mktemp("images")
    for i in range(9):
        os.makedirs(directory / "ab"[i % 2], exist_ok=True)
        pixels = photograph(20, 25, seed=i)
        if i == 8:
            Image.fromarray(pixels[..., 0].astype(np.uint16) * 200).save(directory / "a" / "deep.png")
        else:
            Image.fromarray(pixels).save(directory / "ab"[i % 2] / f"{i}.{('jpg', 'png', 'bmp')[i % 3]}")
    return directory


def flow_files(folder, datagen=None, **settings):
    defaults = {"target_size": SIZE, "batch_size": BATCH, "shuffle": False, "seed": 1}
    return (datagen or ImageDataGenerator(rescale=1 / 255)).flow_from_directory(folder, **{**defaults, **settings})


class TestWithoutRandomness:
    """Nothing drawn: the very batches of the iterator."""

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"rescale": 0.5},
            {"samplewise_center": True, "dtype": "float64"},
            {"preprocessing_function": half},
            {"data_format": "channels_first", "rescale": 0.5},
            {"interpolation_order": 3},
        ],
        ids=spelled,
    )
    def test_arrays(self, settings):
        x = X.transpose(0, 3, 1, 2) if settings.get("data_format") == "channels_first" else X
        iterator = ImageDataGenerator(**settings).flow(x, Y, batch_size=BATCH, shuffle=False)
        found = list(iterator.as_dataset().as_numpy_iterator())
        assert len(found) == len(iterator) == 3
        for one, other in zip(found, epoch_of(iterator)):
            assert_equal_batches(one, other)

    def test_featurewise_statistics(self):
        datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
        datagen.fit(X)
        for one, other in zip(flow(datagen).as_dataset().as_numpy_iterator(), epoch_of(flow(datagen))):
            assert_equal_batches(one, other)

    @pytest.mark.parametrize("extra", ["weights", "misc", "no labels"])
    def test_structures_of_array_flows(self, extra):
        x = (X, [Y * 2, X[:, 0]]) if extra == "misc" else X
        y = None if extra == "no labels" else np.eye(N)[:, :3]
        weight = np.linspace(0, 1, N) if extra == "weights" else None
        iterator = ImageDataGenerator().flow(x, y, batch_size=BATCH, shuffle=False, sample_weight=weight)
        for one, other in zip(iterator.as_dataset().as_numpy_iterator(), epoch_of(iterator)):
            assert_equal_batches(one, other)

    @pytest.mark.parametrize(
        ("color_mode", "class_mode", "cache"),
        [
            *itertools.product(("rgb", "grayscale"), ("categorical",), (False, True, "directory")),
            *itertools.product(("rgb",), ("sparse", "binary", None), (False,)),
            *itertools.product(("grayscale",), ("input",), (False, True)),
        ],
    )
    def test_directories(self, folder, tmp_path, class_mode, color_mode, cache):
        iterator = flow_files(folder, class_mode=class_mode, color_mode=color_mode)
        found = list(iterator.as_dataset(cache=tmp_path if cache == "directory" else cache).as_numpy_iterator())
        assert len(found) == 3
        for one, other in zip(found, epoch_of(iterator)):
            assert_equal_batches(one, other)

    @pytest.mark.parametrize("settings", [{"interpolation": "bilinear"}, {"keep_aspect_ratio": True}, {"color_mode": "rgba"}], ids=str)
    def test_loading(self, folder, settings):
        iterator = flow_files(folder, **settings)
        for one, other in zip(iterator.as_dataset().as_numpy_iterator(), epoch_of(iterator)):
            assert_equal_batches(one, other)

    @pytest.mark.parametrize("cache", [False, True])
    def test_a_loader_of_ones_own(self, folder, cache):
        def upside_down(path, **settings):
            return load_img(path, **settings).transpose(Image.Transpose.FLIP_TOP_BOTTOM)

        iterator = flow_files(folder, loader=upside_down)
        plain = flow_files(folder)
        for one, other, upright in zip(iterator.as_dataset(cache=cache).as_numpy_iterator(), epoch_of(iterator), epoch_of(plain)):
            assert_equal_batches(one, other)
            np.testing.assert_array_equal(one[0], upright[0][:, ::-1])

    @pytest.mark.parametrize("class_mode", ["raw", "multi_output", "categorical", "several classes"])
    def test_dataframes(self, folder, class_mode):
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
        labels = [["a", "b"] if i % 3 == 0 else ["c"] for i in range(9)] if class_mode == "several classes" else list("abcabcabc")
        table = pd.DataFrame({"filename": names, "class": labels, "value": np.arange(9.0), "weight": np.linspace(0, 1, 9)})
        y_col = {"raw": "value", "multi_output": ["value", "weight"]}.get(class_mode, "class")
        iterator = ImageDataGenerator(rescale=1 / 255).flow_from_dataframe(
            table,
            folder,
            y_col=y_col,
            weight_col="weight",
            class_mode="categorical" if class_mode == "several classes" else class_mode,
            target_size=SIZE,
            batch_size=BATCH,
            shuffle=False,
        )
        found = list(iterator.as_dataset().as_numpy_iterator())
        assert len(found) == 3
        for one, other in zip(found, epoch_of(iterator)):
            assert_equal_batches(one, other)


class TestShape:
    @pytest.mark.parametrize("rng", ["stateless", "legacy"])
    @pytest.mark.parametrize("drop_remainder", [False, True])
    def test_cardinality_and_spec(self, rng, drop_remainder):
        dataset = flow().as_dataset(rng=rng, epochs=2, drop_remainder=drop_remainder)
        assert int(dataset.cardinality()) == len(list(dataset)) == (4 if drop_remainder else 6)
        images, labels = dataset.element_spec
        assert images.shape[1:] == (*SIZE, 3) and images.dtype == tf.float32 and labels.dtype == tf.int64
        assert images.shape[0] == (BATCH if drop_remainder else None)

    def test_endless(self):
        dataset = flow().as_dataset(epochs=None)
        assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
        assert len(list(dataset.take(8))) == 8

    @pytest.mark.parametrize(
        "arguments",
        [
            {"rng": "numpy"},
            *({"epochs": epochs} for epochs in (0, 1.5, "3", True)),
            *({"cache": cache} for cache in (None, 5, "")),
            *({"prefetch": prefetch} for prefetch in (-2, 1.5)),
        ],
        ids=str,
    )
    def test_refuses(self, arguments):
        with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`"):
            flow().as_dataset(**arguments)

    def test_nothing_is_decoded_for_a_cache_that_is_not_used(self, folder):
        with pytest.raises(ValueError, match="`cache`"):
            flow_files(folder).as_dataset(rng="legacy", cache=True)

    def test_refuses_to_make_nothing(self):
        with pytest.raises(ValueError, match="10 samples, in batches of 11"):
            flow(batch_size=11).as_dataset(drop_remainder=True)
