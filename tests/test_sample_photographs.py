import numpy as np
import pytest
from PIL import Image

from imgdatagen_compat.sample_photographs import CLASS_NAMES, sample_photograph, write_sample_photographs


def opened(paths):
    images = []
    for path in paths:
        with Image.open(path) as image:
            image.load()
            images.append(image)
    return images


def test_same_seed_same_pixels_and_another_seed_others(tmp_path):
    first, second, other = (
        [np.asarray(image) for image in opened(write_sample_photographs(tmp_path / name, 2, seed))]
        for name, seed in (("first", 1), ("second", 1), ("other", 2))
    )
    assert all(np.array_equal(left, right) for left, right in zip(first, second))
    assert not any(np.array_equal(left, right) for left, right in zip(first, other))


def test_global_state_is_left_alone(tmp_path):
    np.random.seed(1)
    write_sample_photographs(tmp_path, 1)
    assert np.random.random() == np.random.RandomState(1).random_sample()


def test_folder_has_what_a_comparison_needs(tmp_path):
    paths = write_sample_photographs(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CLASS_NAMES)
    images = opened(paths)
    assert {(image.format, image.mode) for image in images} == {
        ("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "L"), ("PNG", "RGB"), ("PNG", "RGBA"),
    }  # fmt: skip
    assert len({image.size for image in images}) >= 6
    assert sum(image.format == "JPEG" for image in images) > len(images) / 2


@pytest.mark.parametrize("class_name", CLASS_NAMES)
def test_neighbouring_pixels_are_alike_but_not_equal_as_in_a_photograph(class_name):
    pixels = np.asarray(sample_photograph(np.random.default_rng(0), class_name, 333, 500), dtype=float)
    assert pixels.shape == (333, 500, 3)
    assert 0.5 < np.median(np.abs(np.diff(pixels, axis=1))) < 15
    assert pixels.std() > 20
