"""The graph of `as_dataset()`: no Python where none is needed, `explain()` that knows it, draws that are a function of the seed."""

import hashlib

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from dataset_graphs import PYTHON_OPS, operations
from PIL import Image
from sample_files import photograph, write_broken, write_images

from imgdatagen_compat import ImageDataGenerator, load_img
from imgdatagen_compat.kernels.decoding import decode_image, pillow_pixel_limit
from imgdatagen_compat.pipeline.graph_files import files_for_pillow
from imgdatagen_compat.pipeline.portability import in_memory

N, BATCH, SIZE = 10, 4, (12, 17)
X = np.stack([photograph(*SIZE, seed=i) for i in range(N)])
EVERY_STAGE = {
    "rotation_range": 30,
    "width_shift_range": [1, 2],
    "height_shift_range": 3,
    "shear_range": 10,
    "zoom_range": 0.3,
    "horizontal_flip": True,
    "channel_shift_range": 20,
    "brightness_range": (0.5, 1.5),
    "rescale": 1 / 255,
    "samplewise_center": True,
}
PLAIN = ImageDataGenerator()

pytestmark = pytest.mark.filterwarnings("ignore::imgdatagen_compat.BitDepthWarning")


def half(x):
    return x / 2


def needs_python(dataset):
    return bool(operations(dataset) & PYTHON_OPS)


def flow(datagen=None, **settings):
    return (datagen or ImageDataGenerator(**EVERY_STAGE)).flow(X, np.arange(N), **{"batch_size": BATCH, "seed": 1, **settings})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """JPEGs and PNGs of 8 bits, in two classes."""
    directory = tmp_path_factory.mktemp("graph") / "images"
    for i in range(6):
        (directory / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        pixels = photograph(20, 25, channels=1 if i == 3 else 3, seed=i)
        Image.fromarray(pixels).save(directory / "ab"[i % 2] / f"{i}.{('jpg', 'png')[i % 3 == 0]}")
    return directory


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Images of every kind, and damaged ones."""
    directory = tmp_path_factory.mktemp("formats")
    return write_images(directory / "images") + write_broken(directory / "broken")


@pytest.fixture
def deep_folder(folder, tmp_path):
    """The same and a grey PNG of 16 bits."""
    for path in folder.rglob("*.*"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        (tmp_path / path.parent.name / path.name).write_bytes(path.read_bytes())
    Image.fromarray(photograph(20, 25)[..., 0].astype(np.uint16) * 200).save(tmp_path / "a" / "deep.png")
    return tmp_path


def flow_files(folder, datagen=None, **settings):
    datagen = datagen or ImageDataGenerator(**EVERY_STAGE)
    return datagen.flow_from_directory(folder, **{"target_size": SIZE, "batch_size": BATCH, "seed": 1, **settings})


class TestWithoutPython:
    """No operation that calls Python, in the dataset or in a function inside it; and `explain()` names no obstacle."""

    @staticmethod
    def check(dataset):
        assert not needs_python(dataset)
        assert dataset.explain().obstacles == ()

    @pytest.mark.parametrize(
        "settings",
        [EVERY_STAGE, {}, {"interpolation_order": 0, "rotation_range": 9}, {"rescale": "auto", "brightness_range": (0.5, 1)}],
        ids=["every stage", "none", "order 0", "auto"],
    )
    def test_arrays(self, settings):
        self.check(flow(ImageDataGenerator(**settings)).as_dataset(epochs=2))

    def test_statistics(self):
        datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, samplewise_center=True)
        datagen.fit(X)
        self.check(flow(datagen).as_dataset())

    @pytest.mark.parametrize(
        "settings", [{}, {"color_mode": "grayscale"}, {"color_mode": "rgba", "class_mode": "input"}, {"keep_aspect_ratio": True}], ids=str
    )
    def test_files(self, folder, settings):
        self.check(flow_files(folder, ImageDataGenerator(rescale="auto", rotation_range=20), **settings).as_dataset())

    def test_a_dataframe_with_weights(self, folder):
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
        table = pd.DataFrame({"filename": names, "class": list("ababab"), "weight": np.linspace(0, 1, 6)})
        datagen = ImageDataGenerator(**EVERY_STAGE)
        self.check(datagen.flow_from_dataframe(table, folder, weight_col="weight", target_size=SIZE, batch_size=BATCH).as_dataset())

    def test_what_pillow_read_is_cached_with_its_white(self, deep_folder, tmp_path):
        iterator = flow_files(deep_folder, ImageDataGenerator(rescale="auto"), shuffle=False, color_mode="grayscale")
        expected = np.concatenate([next(iterator)[0] for _ in range(len(iterator))])
        for cache in (True, tmp_path / "cache"):
            dataset = iterator.as_dataset(cache=cache)
            assert not needs_python(dataset)
            np.testing.assert_array_equal(np.concatenate([x for x, _ in dataset.as_numpy_iterator()]), expected)


class TestWithPython:
    """What needs it has it and says so: the tests above can fail."""

    @pytest.mark.parametrize(
        ("settings", "reason"),
        [
            ({"preprocessing_function": half}, "does not know preprocessing function"),
            ({"interpolation_order": 3, "rotation_range": 9}, "interpolation_order=3"),
        ],
        ids=["function", "order 3"],
    )
    def test_generators(self, settings, reason):
        self.check(flow(ImageDataGenerator(**settings)).as_dataset(), reason)

    @pytest.mark.parametrize(
        ("settings", "reason"),
        [
            ({"interpolation": "bilinear"}, 'interpolation="bilinear"'),
            ({"loader": lambda path, **options: load_img(path, **options)}, "`loader`"),
        ],
        ids=["bilinear", "loader"],
    )
    def test_loading(self, folder, settings, reason):
        self.check(flow_files(folder, **settings).as_dataset(), reason)

    def test_a_file_of_16_bits(self, deep_folder):
        self.check(flow_files(deep_folder).as_dataset(), r"1 of 7 files are for Pillow: 'deep.png'")

    def test_legacy(self):
        self.check(flow().as_dataset(rng="legacy"), 'rng="legacy"')

    @staticmethod
    def check(dataset, reason):
        assert needs_python(dataset)
        explanation = dataset.explain()
        assert any(reason in obstacle.reason for obstacle in explanation.obstacles)
        assert all(obstacle.remedy for obstacle in explanation.obstacles)


class TestExplain:
    def test_prints_what_it_returns(self, folder, capsys):
        explanation = flow_files(folder).as_dataset().explain()
        assert capsys.readouterr().out.strip().endswith(str(explanation))
        assert str(explanation) == (
            "path: compiled graph\nnothing keeps it off other machines\n  they need the image files, under the same paths"
        )

    def test_obstacles_come_with_their_remedies(self, deep_folder):
        text = str(flow_files(deep_folder).as_dataset().explain())
        assert "keeps it on this machine: 1 of 7 files are for Pillow: 'deep.png'\n  -> save them as JPEG" in text

    def test_arrays_travel_and_may_be_too_large(self):
        assert "6.1 kB" in flow().as_dataset().explain().requirement
        assert in_memory("the images", 2**31 - 1).obstacles == ()
        assert "2.1 GB" in in_memory("the images", 2**31).obstacles[0].reason


class TestHeaders:
    @pytest.mark.parametrize("keep_aspect_ratio", [False, True])
    def test_tell_what_the_graph_will_decode(self, files, keep_aspect_ratio):
        target = (60, 1) if keep_aspect_ratio else (8, 9)

        @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
        def decodes(contents):
            return decode_image(contents, target, "rgb", keep_aspect_ratio)[1]

        for_pillow = files_for_pillow(files, target, keep_aspect_ratio, pillow_pixel_limit())
        assert 0 < len(for_pillow) < len(files)
        for i, path in enumerate(files):
            try:
                decoded = bool(decodes(tf.constant(path.read_bytes())))
            except tf.errors.InvalidArgumentError:
                continue  # damaged: an error, whoever reads it
            assert decoded == (i not in for_pillow), path

    def test_a_long_comment_before_the_size(self, tmp_path):
        Image.fromarray(X[0]).save(tmp_path / "a.jpg", comment=b"x" * 60_000)
        Image.fromarray(X[0]).convert("CMYK").save(tmp_path / "b.jpg", comment=b"\xff\xc0" * 9_000)
        assert files_for_pillow([tmp_path / "a.jpg", tmp_path / "b.jpg"], SIZE, False, pillow_pixel_limit()) == [1]

    def test_large_files_are_for_pillow_and_missing_ones_for_whoever_reads_them(self, tmp_path):
        Image.fromarray(X[0]).save(tmp_path / "a.png")
        paths = [tmp_path / "a.png", tmp_path / "missing.png"]
        assert files_for_pillow(paths, SIZE, False, max_pixels=SIZE[0] * SIZE[1]) == []
        assert files_for_pillow(paths, SIZE, False, max_pixels=SIZE[0] * SIZE[1] - 1) == [0]

    def test_a_file_that_changes_later_is_named(self, folder, deep_folder):
        (deep_folder / "a" / "deep.png").write_bytes((folder / "a" / "0.png").read_bytes())
        dataset = flow_files(deep_folder).as_dataset()
        Image.fromarray(photograph(20, 25)[..., 0].astype(np.uint16) * 200).save(deep_folder / "a" / "deep.png")
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)call as_dataset\(\) again.*deep\.png"):
            list(dataset)


class TestSeeds:
    @staticmethod
    def order(dataset):
        return np.concatenate([y for _, y in dataset.as_numpy_iterator()]).tolist()

    def test_the_stream_of_a_seed_stays_the_same_within_a_release(self):
        datagen = ImageDataGenerator(width_shift_range=0.2, horizontal_flip=True, interpolation_order=0)
        dataset = flow(datagen, seed=12).as_dataset(epochs=2)
        assert self.order(dataset) == [6, 1, 0, 3, 8, 2, 9, 5, 7, 4, 6, 0, 2, 3, 1, 7, 4, 8, 5, 9]
        pixels = np.concatenate([x for x, _ in dataset.as_numpy_iterator()])
        assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == "c5afc04c96b4ad89"

    def test_tensorflows_global_seed_is_no_part_of_it(self):
        orders = []
        for global_seed in (1, 2):
            tf.random.set_seed(global_seed)
            orders.append(self.order(flow(PLAIN, seed=3).as_dataset()))
        assert orders[0] == orders[1]

    def test_without_a_seed_it_is_what_the_seed_comes_from(self):
        orders = []
        for global_seed in (1, 1, 2):
            keras.utils.set_random_seed(global_seed)
            orders.append(self.order(flow(PLAIN, seed=None).as_dataset(epochs=2)))
        assert orders[0] == orders[1] != orders[2]

    def test_epochs_of_one_pass_differ_and_so_do_passes(self):
        dataset = flow(PLAIN, seed=4).as_dataset(epochs=3)
        orders = [tuple(order[i : i + N]) for order in (self.order(dataset), self.order(dataset)) for i in (0, N, 2 * N)]
        assert len(set(orders)) == 6

    def test_the_first_epoch_is_the_same_however_many_there_are(self):
        assert self.order(flow(PLAIN, seed=4).as_dataset()) == self.order(flow(PLAIN, seed=4).as_dataset(epochs=2))[:N]
        assert self.order(flow(PLAIN, seed=4).as_dataset()) == self.order(flow(PLAIN, seed=4).as_dataset(epochs=None).take(3))
