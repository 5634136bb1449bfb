"""Code that reads files its own way: the `loader` argument, and `load_img` replaced in the module that the iterators use."""

import numpy as np
import pandas as pd
import pytest
from originals import AUGMENTING, assert_runs_alike, keras_image, keras_internals
from PIL import Image

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator, image_io


def load_and_crop(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """A random crop, as such loaders make it."""
    img = keras_image.load_img(path, color_mode=color_mode)
    top, left = np.random.randint(img.height - target_size[0] + 1), np.random.randint(img.width - target_size[1] + 1)
    return img.crop((left, top, left + target_size[1], top + target_size[0]))


@pytest.fixture
def original_loads_with(monkeypatch):
    """Makes the original read files by another function, the way people did it."""

    def replace(load):
        monkeypatch.setattr(keras_internals().image_utils, "load_img", load)

    return replace


@pytest.mark.parametrize("options", [{}, AUGMENTING], ids=["plain", "augmenting"])
def test_random_crops_by_a_loader(folder, original_loads_with, options):
    load_img = keras_image.load_img

    def load(path, color_mode, target_size, interpolation, keep_aspect_ratio):
        img = load_img(path, color_mode=color_mode)
        top, left = np.random.randint(img.height - target_size[0]), np.random.randint(img.width - target_size[1])
        return img.crop((left, top, left + target_size[1], top + target_size[0]))

    def run(image):
        loader = {"loader": load} if image is imgdatagen_compat else {}
        it = image.ImageDataGenerator(**options).flow_from_directory(folder, target_size=(9, 9), batch_size=4, seed=1, **loader)
        return [next(it), it[2], next(it)]

    original_loads_with(load)
    assert_runs_alike(run)


def test_load_img_replaced_in_the_module(folder, original_loads_with, monkeypatch):
    def gray_and_back(path, **options):
        return Image.open(path).convert("L").convert("RGB").resize(options["target_size"][::-1], Image.Resampling.BOX)

    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, target_size=(9, 9), batch_size=4, seed=1)
        return [next(it), it[2], next(it)]

    original_loads_with(gray_and_back)
    monkeypatch.setattr(image_io, "load_img", gray_and_back)
    assert_runs_alike(run)


def test_loader_sees_the_path_and_every_setting(folder):
    seen = []

    def load(path, **settings):
        seen.append((path, settings))
        return Image.new("RGBA", (7, 5), (1, 2, 3, 4))

    it = ImageDataGenerator().flow_from_directory(
        folder, target_size=(5, 7), color_mode="rgba", interpolation="box", keep_aspect_ratio=True, shuffle=False, batch_size=2, loader=load
    )
    x, _ = next(it)
    np.testing.assert_array_equal(x, np.broadcast_to(np.float32([1, 2, 3, 4]), (2, 5, 7, 4)))
    settings = {"color_mode": "rgba", "target_size": (5, 7), "interpolation": "box", "keep_aspect_ratio": True}
    assert seen == [(path, settings) for path in it.filepaths[:2]]


def test_loader_of_a_dataframe_with_files_no_library_reads(tmp_path):
    for i in range(3):
        np.save(tmp_path / f"{i}.npy", np.full((4, 6, 3), 10 * i, "uint8"))
    frame = pd.DataFrame({"filename": [f"{i}.npy" for i in range(3)], "class": [0.5, 1.5, 2.5]})

    def load(path, **settings):
        return Image.fromarray(np.load(path))

    it = ImageDataGenerator(rescale=0.1).flow_from_dataframe(
        frame, str(tmp_path), target_size=(4, 6), class_mode="raw", validate_filenames=False, shuffle=False, loader=load
    )
    x, y = next(it)
    np.testing.assert_array_equal(x[:, 0, 0, 0], np.float32([0, 10, 20]) * np.float32(0.1))
    np.testing.assert_array_equal(y, [0.5, 1.5, 2.5])
