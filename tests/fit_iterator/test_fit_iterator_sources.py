"""`fit_iterator` is equal to `fit` whatever the images come from: arrays, flows, datasets, generators, files."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from originals import assert_same, write_class_folders
from PIL import Image
from streamed_statistics import FEATUREWISE, ZCA, X, assert_equal_statistics, fitted

from imgdatagen_compat import ImageDataGenerator, img_to_array, load_img


def sources(datagen):
    """Everything that holds the images of `X`, and of which it is asked once or more."""
    labels = np.arange(len(X))
    dataset = tf.data.Dataset.from_tensor_slices((X, labels))
    batches = [X[i : i + 7] for i in range(0, len(X), 7)]

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return len(batches)

        def __getitem__(self, index):
            return batches[index], None

    return {
        "array": X,
        "flow": datagen.flow(X, labels, batch_size=4, seed=1),
        "flow of another generator": ImageDataGenerator(rotation_range=90, rescale=3.0, samplewise_center=True).flow(X, batch_size=23),
        "dataset": dataset,
        "dataset of batches": dataset.batch(5),
        "dataset of images only": dataset.map(lambda x, y: x).batch(5),
        "endless dataset": (dataset.batch(23).repeat(), {"steps": 1}),
        "dataset of further inputs": dataset.map(lambda x, y: ((x, y), y)).batch(5),
        "list": batches,
        "generator": (batch for batch in batches),
        "single images": (image for image in X),
        "endless generator": (itertools.repeat(X), {"steps": 2}),
        "tensors": [tf.constant(batch) for batch in batches],
        "PyDataset": Batches(),
    }


@pytest.mark.parametrize("name", sources(ImageDataGenerator()))
@pytest.mark.parametrize("settings", [FEATUREWISE, {**ZCA, "rescale": 1 / 255}], ids=["std", "zca"])
def test_every_source_equals_fit(name, settings):
    datagen = ImageDataGenerator(**settings)
    data = sources(datagen)[name]
    data, options = data if isinstance(data, tuple) else (data, {})
    before = np.random.get_state()
    datagen.fit_iterator(data, **options)
    assert_same(list(np.random.get_state()), list(before))
    assert_equal_statistics(datagen, fitted(settings, X))


@pytest.mark.parametrize("settings", [{}, {"color_mode": "grayscale"}, {"data_format": "channels_first"}, {"dtype": "float64"}], ids=str)
def test_directories(tmp_path, settings):
    folder = write_class_folders(tmp_path)
    generator = {**FEATUREWISE, "rescale": 1 / 255, "rotation_range": 40, **{k: v for k, v in settings.items() if k != "color_mode"}}
    loading = {"target_size": (9, 8), "color_mode": settings.get("color_mode", "rgb")}
    datagen = ImageDataGenerator(**generator)
    flow = datagen.flow_from_directory(folder, batch_size=4, seed=1, **loading)
    loaded = [img_to_array(load_img(path, **loading), datagen.data_format) for path in flow.filepaths]
    datagen.fit_iterator(flow)
    next(flow)
    state = flow.state_dict()
    datagen.fit_iterator(flow)
    assert flow.state_dict() == state
    assert_equal_statistics(datagen, fitted(generator, np.stack(loaded)))


def test_a_loader_of_ones_own_and_a_file_that_cannot_be_read(tmp_path):
    folder = write_class_folders(tmp_path)
    datagen = ImageDataGenerator(featurewise_center=True)
    datagen.fit_iterator(datagen.flow_from_directory(folder, loader=lambda path, **_: Image.new("RGB", (256, 256), (1, 2, 3))))
    assert datagen.mean.ravel().tolist() == [1, 2, 3]
    (tmp_path / "cat" / "cat1.png").write_bytes(b"no image")
    with pytest.raises(OSError, match=r"cat1\.png"):
        datagen.fit_iterator(datagen.flow_from_directory(folder))
    assert datagen.mean.ravel().tolist() == [1, 2, 3]


def test_steps_are_spread_over_an_iterator():
    x = np.repeat(np.arange(10, dtype=np.float32), 2).reshape(20, 1, 1, 1)
    datagen = ImageDataGenerator(featurewise_center=True)
    datagen.fit_iterator(datagen.flow(x, batch_size=2), steps=3)
    assert datagen.mean == np.mean([0, 4, 9], dtype=np.float32)


@pytest.mark.parametrize("depths", [[np.uint8], [np.uint16], [np.uint8, np.uint16]], ids=str)
def test_white_of_files(tmp_path, depths):
    (tmp_path / "a").mkdir()
    for i in range(6):
        dtype = depths[i % len(depths)]
        pixels = np.random.default_rng(i).integers(0, np.iinfo(dtype).max, (8, 8), dtype)
        Image.fromarray(pixels).save(tmp_path / "a" / f"{i}.png")
    settings = {**FEATUREWISE, "rescale": "auto"}
    datagen = ImageDataGenerator(**settings)
    flow = datagen.flow_from_directory(tmp_path, target_size=(8, 8), color_mode="grayscale", shuffle=False)
    datagen.fit_iterator(flow)
    plain = ImageDataGenerator(rescale="auto")
    expected, _ = next(plain.flow_from_directory(tmp_path, target_size=(8, 8), color_mode="grayscale", shuffle=False))
    np.testing.assert_allclose(datagen.mean.ravel(), expected.mean(dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(datagen.std.ravel(), expected.std(dtype=np.float64), rtol=1e-6)
