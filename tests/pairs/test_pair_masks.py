"""Settings, functions, loaders and files of masks: they are moved as their images are, and keep their values."""

import os

import numpy as np
import pytest
from flow_pairs import COLOURS, GEOMETRY, IDS, MASKS, SIZE, WHOLE_PIXELS, X, assert_aligned, own_masks
from PIL import Image

from imgdatagen_compat import ImageDataGenerator


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


def test_a_loader_for_masks(folders):
    """Palettes: `load_img` makes colours of them, a loader keeps the numbers."""

    def numbers(path, **options):
        return np.full((9, 9, 1), 42.0)

    pair = ImageDataGenerator(**GEOMETRY).flow_pair(*folders, target_size=(9, 9), seed=1, mask_loader=numbers)
    assert (next(pair)[1] == 42).all()
