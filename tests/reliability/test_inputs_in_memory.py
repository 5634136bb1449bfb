"""Arrays however they lie in memory: the sums of samplewise normalization, too, are rounded as the original's."""

import numpy as np
import pytest
from originals import assert_runs_alike, photographs, write_class_folders

BYTES = photographs(6, 12, 17)
FLOATS = (BYTES * np.float32(0.37)).astype(np.float32)


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS = {
    "C order": np.ascontiguousarray,
    "Fortran order": np.asfortranarray,
    "channels apart": lambda x: np.ascontiguousarray(x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1),
    "images last": lambda x: np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2),
    "columns before rows": lambda x: np.ascontiguousarray(x.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3),
    "all axes reversed": lambda x: x[::-1, ::-1, ::-1, ::-1],
    "every other value": lambda x: x.repeat(2, 1).repeat(2, 3)[:, ::2, :, ::2],
    "one channel repeated": lambda x: np.broadcast_to(x[..., :1], x.shape),
    "one image repeated": lambda x: np.broadcast_to(x[:1], x.shape),
    "read-only": read_only,
}


def less_its_mean(x):
    return x - x.mean()


SETTINGS = {
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True, "horizontal_flip": True},
    "some turned": {"samplewise_center": True, "rotation_range": 20},
    "channel shift": {"samplewise_center": True, "channel_shift_range": 20.0, "vertical_flip": True},
    "a function that sums": {"preprocessing_function": less_its_mean, "samplewise_center": True},
}


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("case", SETTINGS)
def test_arrays_in_any_memory_order(case, data_format):
    for images in (BYTES, FLOATS, FLOATS.astype(np.float64)):
        for name, lay_out in LAYOUTS.items():
            x = lay_out(images) if data_format == "channels_last" else lay_out(images).transpose(0, 3, 1, 2)
            before = x.copy()

            def run(image, x=x):
                return next(image.ImageDataGenerator(data_format=data_format, **SETTINGS[case]).flow(x, batch_size=6))

            assert_runs_alike(run)
            np.testing.assert_array_equal(x, before, err_msg=name)


def test_the_layouts_differ_in_how_sums_are_rounded():
    """Or nothing would be tested above."""
    means = {name: np.mean(lay_out(FLOATS)[0]).item() for name, lay_out in LAYOUTS.items() if "repeated" not in name}
    assert len(set(means.values())) > 1


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("case", SETTINGS)
def test_files(tmp_path, case, data_format):
    folder = write_class_folders(tmp_path, n=3)
    options = {"target_size": (15, 18), "class_mode": None}
    assert_runs_alike(
        lambda image: next(image.ImageDataGenerator(data_format=data_format, **SETTINGS[case]).flow_from_directory(folder, **options))
    )


def test_a_memory_mapped_array(tmp_path):
    np.save(tmp_path / "images.npy", FLOATS)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert isinstance(images, np.memmap)
    assert_runs_alike(lambda image: next(image.ImageDataGenerator(**SETTINGS["samplewise"]).flow(images, batch_size=6)))
