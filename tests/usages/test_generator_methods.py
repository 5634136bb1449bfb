"""The generator and the module functions used by hand: transforms, in-place standardizing, statistics assigned, odd settings, pickles."""

import copy
import pickle
import random
from unittest import mock

import numpy as np
import pytest
import scipy.ndimage
from originals import AUGMENTING, assert_runs_alike, assert_same, photographs

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator, apply_affine_transform, apply_transform, random_rotation, transform_matrix_offset_center

X = photographs()
IMAGE = X[0].astype("float32")


def test_affine_transform_with_the_axis_defaults_of_its_era():
    with pytest.warns(UserWarning, match="looks channels-last.*row_axis=0, col_axis=1, channel_axis=2"):
        apply_affine_transform(IMAGE, theta=30)
    with pytest.warns(UserWarning, match="looks channels-last"):
        random_rotation(IMAGE, 30)


def test_affine_transform_with_explicit_axes_and_with_channels_first():
    def run(image):
        return [
            image.apply_affine_transform(IMAGE, theta=30, tx=2, zx=0.7, row_axis=0, col_axis=1, channel_axis=2, order=order)
            for order in range(4)
        ] + [image.apply_affine_transform(IMAGE.transpose(2, 0, 1), shear=20, zy=1.3, fill_mode="constant", cval=9.0)]

    assert_runs_alike(run)


def test_random_functions_with_explicit_axes():
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}

    def run(image):
        return [
            image.random_rotation(IMAGE, 20, **axes),
            image.random_shift(IMAGE, 0.2, 0.3, **axes, fill_mode="reflect"),
            image.random_shear(IMAGE, 15, **axes),
            image.random_zoom(IMAGE, (0.7, 1.3), **axes, fill_mode="wrap"),
            image.random_channel_shift(IMAGE, 40, channel_axis=2),
            image.random_brightness(IMAGE, (0.5, 1.5)),
            image.apply_channel_shift(IMAGE, 11.5, channel_axis=2),
            image.apply_brightness_shift(IMAGE, 0.7),
        ]

    assert_runs_alike(run)


def test_module_level_apply_transform():
    quarter_turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    square = IMAGE[:12, :12]
    matrix = transform_matrix_offset_center(quarter_turn, 12, 12)
    turned = apply_transform(square, matrix, 2, fill_mode="constant", cval=0.0)
    np.testing.assert_array_equal(turned, np.rot90(square, -1))
    assert turned.dtype == square.dtype

    zoom = transform_matrix_offset_center(np.diag([0.5, 0.8, 1]), 12, 17)
    expected = [scipy.ndimage.affine_transform(c, zoom[:2, :2], zoom[:2, 2], order=1, mode="nearest") for c in IMAGE.transpose(2, 0, 1)]
    np.testing.assert_array_equal(apply_transform(IMAGE.transpose(2, 0, 1), zoom), expected)


@pytest.mark.parametrize(
    "options",
    [{"samplewise_center": True}, {"samplewise_std_normalization": True, "samplewise_center": True}, {"rescale": 1 / 255}],
    ids=lambda options: "-".join(options),
)
def test_standardize_of_a_whole_batch_takes_one_mean_for_all(options):
    def run(image):
        return image.ImageDataGenerator(**options).standardize(X.astype("float32"))

    result = assert_runs_alike(run)
    if "samplewise_center" in options:
        assert abs(result.mean()) < 1e-4 < abs(result[0].mean())


def test_standardize_for_its_effect_in_place():
    def run(image):
        datagen = image.ImageDataGenerator(rescale=1 / 255, samplewise_center=True)
        batch = X.astype("float32")
        for i in range(len(batch)):
            datagen.standardize(batch[i])
        columns = X.astype("float32").reshape(10, -1)
        datagen.standardize(columns.reshape(10, 12, 17, 3))
        return [batch, columns]

    batch, columns = assert_runs_alike(run)
    assert batch.max() <= 1
    assert columns.max() <= 1


def test_featurewise_on_a_whole_batch():
    def run(image):
        datagen = image.ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
        datagen.fit(X)
        return [datagen.standardize(X.astype("float64")), datagen.mean, datagen.std]

    assert_runs_alike(run)


def test_mean_assigned_while_featurewise_center_is_off_is_never_applied():
    def run(image):
        datagen = image.ImageDataGenerator(horizontal_flip=True)
        datagen.mean = np.array([123.68, 116.779, 103.939], dtype="float32")
        datagen.std = "not even a number"
        return next(datagen.flow(X, seed=1))

    assert_runs_alike(run)


@pytest.mark.parametrize(
    "mean",
    [np.array([123.68, 116.779, 103.939], "float32"), np.array([[[123.68, 116.779, 103.939]]]), 127.5, [1.0, 2.0, 3.0]],
    ids=["float32", "float64", "number", "list"],
)
def test_mean_assigned_while_featurewise_center_is_on(mean):
    def run(image):
        datagen = image.ImageDataGenerator(featurewise_center=True, rotation_range=20)
        datagen.mean = mean
        return next(datagen.flow(X, seed=1))

    assert_runs_alike(run)


def test_mean_of_a_shape_that_does_not_fit():
    datagen = ImageDataGenerator(featurewise_center=True)
    datagen.mean = np.array([123.68, 116.779, 103.939], dtype="float32").reshape(3, 1, 1)  # channels first
    with pytest.raises(ValueError, match="broadcast"):
        next(datagen.flow(X))


def test_featurewise_without_fit_warns_and_goes_on():
    datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, horizontal_flip=True)
    with pytest.warns(UserWarning, match="hasn't been fit.*\\.fit\\("):
        batch = next(datagen.flow(X, seed=1))
    np.random.seed(1)
    assert_same(batch, next(ImageDataGenerator(horizontal_flip=True).flow(X, seed=1)))


def test_unknown_fill_mode_fails_at_the_first_affine():
    datagen = ImageDataGenerator(fill_mode="bilinear", horizontal_flip=True)
    next(datagen.flow(X))
    datagen.rotation_range = 10
    with pytest.raises(RuntimeError, match="bilinear"):
        next(datagen.flow(X))
    with pytest.raises(RuntimeError, match="bilinear"):
        datagen.random_transform(IMAGE)


@pytest.mark.parametrize(
    "options",
    [
        {"width_shift_range": 3},
        {"height_shift_range": 1},
        {"height_shift_range": -3},
        {"width_shift_range": [-4, 2, 5], "height_shift_range": (0.1, 0.2)},
        {"width_shift_range": 2.5, "height_shift_range": 1.0},
        {"zoom_range": 1.2},
        {"zoom_range": [0.5, 1]},
        {"shear_range": 45},
        {"rotation_range": 360},
        {"rotation_range": 0.2},
        {"channel_shift_range": -20.0},
        {"brightness_range": [1.0, 1.0]},
        {"brightness_range": (0, 3)},
        {"rotation_range": np.float32(20), "shear_range": np.int64(10)},
        {"horizontal_flip": 1, "vertical_flip": 0, "rescale": 0},
    ],
    ids=str,
)
def test_ranges(options):
    def run(image):
        it = image.ImageDataGenerator(**options).flow(X, batch_size=5, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_numpy_numbers_as_zoom_range_mean_what_python_numbers_mean():
    assert_same(
        next(ImageDataGenerator(zoom_range=np.float32(0.25)).flow(X, seed=1)), next(ImageDataGenerator(zoom_range=0.25).flow(X, seed=1))
    )
    np.testing.assert_array_equal(ImageDataGenerator(zoom_range=np.array([0.5, 1.5])).zoom_range, [0.5, 1.5])


def erase_a_box(x):
    """A random eraser, as it goes around."""
    if np.random.rand() > 0.3:
        top, left = np.random.randint(x.shape[0] // 2), np.random.randint(x.shape[1] // 2)
        x[top : top + 4, left : left + 4] = np.random.uniform(0, 255, (4, 4, 3))
    return x


def erase_rarely(x):
    return erase_a_box(x) if x[0, 0, 0] > 200 else x


def erase_by_two_generators(x):
    return erase_a_box(x) if random.random() < 0.5 else x


@pytest.mark.parametrize("function", [erase_a_box, erase_rarely, erase_by_two_generators])
@pytest.mark.parametrize("seed", [None, 1])
def test_preprocessing_function_that_draws_random_numbers(function, seed):
    def run(image):
        random.seed(5)
        it = image.ImageDataGenerator(**AUGMENTING, preprocessing_function=function).flow(X, batch_size=4, seed=seed)
        return [*(next(it) for _ in range(4)), it[0], random.random()]

    assert_runs_alike(run)


def test_standardize_overridden_with_random_numbers():
    def run(image):
        class Noisy(image.ImageDataGenerator):
            def standardize(self, x):
                return super().standardize(x) + np.random.normal(0, 0.1, x.shape)

        it = Noisy(**AUGMENTING).flow(X, batch_size=4, seed=1)
        return [next(it), it[1]]

    assert_runs_alike(run)


def test_settings_changed_after_construction():
    def run(image):
        datagen = image.ImageDataGenerator(rotation_range=20)
        it = datagen.flow(X, seed=1, batch_size=4)
        first = next(it)
        datagen.rotation_range, datagen.horizontal_flip, datagen.rescale, datagen.zoom_range = 0, True, 0.5, [0.8, 1.2]
        return [first, next(it), it[0]]

    assert_runs_alike(run)


def test_twenty_one_positional_arguments():
    switches = (False, False, False, False, False, 1e-6)
    arguments = (*switches, 20, 0.1, 0.1, None, 5, 0.1, 10.0, "reflect", 0.0, True, False, 1 / 255, None, None, 0.2)

    def run(image):
        datagen = image.ImageDataGenerator(*arguments)
        return [next(datagen.flow(X, seed=1, subset="training")), datagen._validation_split, datagen.fill_mode]

    assert_runs_alike(run)


def test_arguments_from_one_dictionary_and_two_generators_with_one_seed():
    def run(image):
        generators = [image.ImageDataGenerator(**AUGMENTING) for _ in range(2)]
        for datagen in generators:
            datagen.fit(X, augment=True, seed=1)
        return [next(datagen.flow(X, seed=1)) for datagen in generators]

    first, second = assert_runs_alike(run)
    assert_same(first, second)


def test_data_formats_under_their_first_names():
    assert ImageDataGenerator(data_format="tf").data_format == "channels_last"
    assert ImageDataGenerator(data_format="th").channel_axis == 1


def test_pickled_and_copied_generator():
    datagen = ImageDataGenerator(**AUGMENTING, featurewise_center=True)
    datagen.fit(X)
    expected = next(datagen.flow(X, seed=1))
    for other in (pickle.loads(pickle.dumps(datagen)), copy.deepcopy(datagen), copy.copy(datagen)):
        assert_same(next(other.flow(X, seed=1)), expected)


def test_iterator_pickled_mid_epoch_goes_on_where_it_stood(folder):
    iterators = [
        ImageDataGenerator(**AUGMENTING).flow(X, np.arange(10), batch_size=3, seed=4),
        ImageDataGenerator(**AUGMENTING).flow_from_directory(folder, target_size=(9, 9), batch_size=3, seed=4),
    ]
    for it in iterators:
        next(it), next(it)
        restored = pickle.loads(pickle.dumps(it))
        assert (restored.batch_index, restored.total_batches_seen) == (2, 2)
        expected = [next(it) for _ in range(5)]
        assert_same([next(restored) for _ in range(5)], expected)


def test_patched_by_dotted_path(folder):
    with mock.patch("imgdatagen_compat.ImageDataGenerator.flow_from_directory", return_value=iter([1, 2])) as flow:
        assert next(ImageDataGenerator().flow_from_directory("nowhere", batch_size=7)) == 1
    flow.assert_called_once_with("nowhere", batch_size=7)
    with mock.patch("imgdatagen_compat.load_img", return_value="image"):
        assert imgdatagen_compat.load_img("nowhere") == "image"
    with mock.patch("imgdatagen_compat.flows.DirectoryIterator") as iterator:
        assert ImageDataGenerator().flow_from_directory(folder) is iterator.return_value
    assert callable(imgdatagen_compat.load_img)
    assert len(ImageDataGenerator().flow_from_directory(folder)) == 1
