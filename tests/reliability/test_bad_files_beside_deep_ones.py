"""`on_error` where the white of an image depends on its file: beside bad files, images of 16 bits keep theirs."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgdatagen_compat import ImageDataGenerator

SIZE = (9, 11)


def write_deep(path):
    """An image of 16 bits whose values do not tell so."""
    deep = np.arange(SIZE[0] * SIZE[1], dtype=np.uint16).reshape(SIZE)
    Image.fromarray(deep).save(path)
    return deep * np.float32(1 / 65535)


def deep_images(folder, on_error):
    frame = pd.DataFrame({"filename": ["0.png", "1.png"]})
    options = {"target_size": SIZE, "color_mode": "grayscale", "class_mode": None, "shuffle": False, "on_error": on_error}
    return ImageDataGenerator(rescale="auto").flow_from_dataframe(frame, folder, validate_filenames=False, **options)


@pytest.mark.parametrize("on_error", ["skip", lambda path, error: None], ids=["skip", "function"])
def test_an_image_after_a_bad_file_keeps_its_white(tmp_path, on_error):
    (tmp_path / "0.png").write_bytes(b"no image")
    expected = write_deep(tmp_path / "1.png")
    np.testing.assert_array_equal(next(deep_images(tmp_path, on_error))[..., 0], [expected])


def test_an_image_that_comes_back_has_its_own_white(tmp_path):
    (tmp_path / "0.png").write_bytes(b"no image")
    write_deep(tmp_path / "1.png")
    it = deep_images(tmp_path, lambda path, error: np.full((*SIZE, 1), 51, np.uint8))
    dataset = it.as_dataset()
    ((replacement, _),) = dataset
    np.testing.assert_array_equal(replacement, np.full((*SIZE, 1), np.float32(51) * np.float32(1 / 255)))
    expected = write_deep(tmp_path / "0.png")
    (batch,) = dataset
    np.testing.assert_array_equal(batch[..., 0], [expected, expected])
    assert list(it.errors) == [str(tmp_path / "0.png")]
