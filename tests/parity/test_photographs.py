"""Real photographs: crops of the sample images of scikit-image and scikit-learn, written in four formats, read as folders."""

import numpy as np
import pytest
import skimage.data
import sklearn.datasets
from file_flows import check, compare_file_flow
from PIL import Image

from imgdatagen_compat.testing.strategies import Step

AUGMENTING = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
    "rescale": 1 / 255,
}
CONFIGS = {
    "as they are": {},
    "rescaled": {"rescale": 1 / 255},
    "augmented": AUGMENTING,
    "augmented, reflected": AUGMENTING | {"fill_mode": "reflect", "vertical_flip": True},
    "colours": {"channel_shift_range": 40.0, "brightness_range": (0.4, 1.6)},
    "spline of order 3": {"rotation_range": 30, "interpolation_order": 3},
    "samplewise": AUGMENTING | {"samplewise_std_normalization": True},
    "channels first": AUGMENTING | {"data_format": "channels_first"},
}
OPTIONS = {
    "rgb": {},
    "grayscale": {"color_mode": "grayscale", "class_mode": "sparse"},
    "rgba, bilinear": {"color_mode": "rgba", "interpolation": "bilinear"},
    "aspect ratio kept": {"keep_aspect_ratio": True, "interpolation": "lanczos"},
}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """One folder per photograph, with crops as JPEG, PNG, 16-bit PNG and TIFF."""
    root = tmp_path_factory.mktemp("photographs")
    china, flower = sklearn.datasets.load_sample_images().images
    sources = {"astronaut": skimage.data.astronaut(), "camera": skimage.data.camera(), "cat": skimage.data.chelsea()}
    sources |= {"china": china, "coffee": skimage.data.coffee(), "flower": flower}
    rng = np.random.default_rng(0)
    for name, pixels in sources.items():
        (root / name).mkdir()
        for number in range(6):
            height, width = rng.integers(60, 250, 2)
            top, left = rng.integers(0, pixels.shape[0] - height), rng.integers(0, pixels.shape[1] - width)
            crop = pixels[top : top + height, left : left + width]
            image, path = Image.fromarray(crop), root / name / f"crop{number}"
            if number < 2:
                image.save(path.with_suffix(".jpg"), quality=90 - 20 * number)
            elif number == 2:
                image.save(path.with_suffix(".png"))
            elif number == 3:
                sixteen_bits = np.asarray(image.convert("L")).astype(np.uint16) * 257
                Image.fromarray(sixteen_bits).save(path.with_suffix(".png"))
            elif number == 4:
                image.save(path.with_suffix(".tif"))
            else:
                Image.fromarray(np.asarray(image.convert("L")).astype(np.float32) * 1.5).save(path.with_suffix(".tiff"))
    return root


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_folders_of_photographs(photographs, config, options):
    def make(datagen, **arguments):
        return datagen.flow_from_directory(str(photographs), **arguments)

    arguments = {"target_size": (48, 64), "batch_size": 12, "seed": 3} | options
    check(compare_file_flow(config, False, arguments, [Step("for", 3)], make))
