"""The semantics levels: "keras_preprocessing" against keras-preprocessing 1.1.2, and what holds of every level.

Not reproduced of that era, because it is more than the numbers of a configuration that ran:

* What 1.1.2 refuses and this takes: `data_format=None`, `dtype=None`, `keep_aspect_ratio`, `BytesIO` paths, format "jpg", NumPy numbers.
* `ignore_class_split` exists here; `DataFrameIterator` and the functions of `image` are the classes and functions of one namespace, not of
  the modules `image.iterator`, `image.utils` and so on, and there is no `text` and no `sequence`.
* Releases before 1.1.1: statistics of pixels that are not rescaled, brightness that keeps the minimum, and up to 1.0.2 another epsilon.
* The wrappers of Keras 2.3 and 2.6 to 2.8 that dropped `dtype` and `interpolation_order`.
"""

import dataclasses
import functools
import types

import numpy as np
import oracles
import pytest
import tensorflow as tf
from file_flows import check, compare_file_flow
from flows import FlowCase, check_flow, compare_statistics, flow_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from side_by_side import SideBySide
from test_file_flow_properties import FRAME_OPTIONS, READING, TARGETS, dataframe, file_calls, folder  # noqa: F401  (fixtures, too)
from test_flow_properties import GRAPH_ARGUMENTS
from test_single_images import AFFINE, AXES, FUNCTIONS, STANDARDIZE_ARGUMENTS, compare_call, single_images

import imgdatagen_compat
from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.keras_preprocessing import image as namespace
from imgdatagen_compat.kernels.geometry import coordinate_ramps
from imgdatagen_compat.kernels.matrices import affine_ramps
from imgdatagen_compat.params import TransformParams, affine_matrices
from imgdatagen_compat.semantics import LEVELS
from imgdatagen_compat.testing.strategies import configs, images

ORIGINAL = oracles.keras_preprocessing
# The generator of the front door with the level as an argument; its functions are Keras 3's.
BY_ARGUMENT = types.SimpleNamespace(
    ImageDataGenerator=functools.partial(ImageDataGenerator, semantics="keras_preprocessing", data_format="channels_last")
)
DROPINS = {"namespace": namespace, "argument": BY_ARGUMENT}
either_dropin = pytest.mark.parametrize("dropin", DROPINS.values(), ids=DROPINS)


def without_none(config):
    """`config` without what 1.1.2 does not take: None for Keras's global settings."""
    return {name: value for name, value in config.items() if not (name in ("data_format", "dtype") and value is None)}


def era_cases(*arguments):
    def of_the_era(case):
        options = {name: value for name, value in case.call.arguments.items() if name != "ignore_class_split"}
        return dataclasses.replace(case, config=without_none(case.config), call=dataclasses.replace(case.call, arguments=options))

    return flow_cases(*arguments).map(of_the_era)


class TestKerasPreprocessing:
    """Every bit, ZCA included: whitening runs image by image, as in the original."""

    @either_dropin
    @settings(max_examples=4 * settings.default.max_examples)
    @given(case=era_cases())
    def test_flows(self, dropin, case):
        check_flow(case, ORIGINAL, dropin)

    @either_dropin
    @settings(max_examples=4 * settings.default.max_examples)
    @given(case=era_cases(configs(GRAPH_ARGUMENTS)))
    def test_compiled_flows(self, dropin, case):
        check_flow(case, ORIGINAL, dropin)

    @either_dropin
    @given(call=file_calls(READING | {"class_mode": st.sampled_from(("categorical", "sparse", "input", None))}))
    def test_directory_flows(self, folder, dropin, call):  # noqa: F811
        call["config"] = without_none(call["config"])
        make = lambda datagen, **arguments: datagen.flow_from_directory(str(folder), **arguments)  # noqa: E731
        check(compare_file_flow(**call, make=make, modules=(ORIGINAL, dropin)))

    @either_dropin
    @settings(max_examples=2 * settings.default.max_examples)
    @given(call=file_calls(READING | {"targets": TARGETS} | FRAME_OPTIONS))
    def test_dataframe_flows(self, folder, dataframe, dropin, call):  # noqa: F811
        def make(datagen, targets, deprecated, **arguments):
            return datagen.flow_from_dataframe(dataframe, str(folder), **targets, **deprecated, **arguments)

        call["config"] = without_none(call["config"])
        check(compare_file_flow(**call, make=make, modules=(ORIGINAL, dropin)))

    @either_dropin
    @given(config=configs().map(without_none), x=single_images(), seed=st.sampled_from((None, 0, 5)))
    def test_random_transforms(self, dropin, config, x, seed):
        pair = SideBySide(seed=1)
        datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), (ORIGINAL, dropin))
        draws = pair.call("get_random_transform", lambda datagen: datagen.get_random_transform(x.shape, seed), datagens)
        pair.compare("get_random_transform", "parameters", *draws)
        compare_call(pair, "random_transform", lambda datagen, image: datagen.random_transform(image, seed), datagens, x)
        assert not pair.result.problems, "\n".join(pair.result.problems)

    @either_dropin
    @given(config=configs((*STANDARDIZE_ARGUMENTS, "brightness_range", "rotation_range")).map(without_none), data=st.data())
    def test_fit_and_standardize(self, dropin, config, data):
        x = data.draw(images(data_format=config.get("data_format", "channels_last")))
        fit = data.draw(st.sampled_from(({}, {"augment": True, "rounds": 2, "seed": 4}, None)))
        pair = SideBySide(seed=2)
        datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), (ORIGINAL, dropin))
        if fit is not None:
            compare_call(pair, "fit", lambda datagen, batch: datagen.fit(batch, **fit), datagens, x)
            compare_statistics(pair, datagens)
        for argument in (x[0], x):
            compare_call(pair, "standardize", lambda datagen, values: datagen.standardize(values), datagens, argument.astype("float32"))
        assert not pair.result.problems, "\n".join(pair.result.problems)

    def test_whitening_of_the_images_that_were_measured(self):
        """Nothing varies in most directions, and the matrix makes them a thousand times larger: any other order of sums shows."""
        x = np.random.default_rng(0).integers(0, 256, (9, 11, 7, 3)).astype(np.uint8)
        check_flow(FlowCase(x, {"zca_whitening": True, "featurewise_center": True}, fit={}), ORIGINAL, namespace)

    @pytest.mark.parametrize("name", FUNCTIONS)
    @given(data=st.data())
    def test_functions_on_one_image(self, name, data):
        positional, keywords = FUNCTIONS[name]
        arguments = [data.draw(strategy) for strategy in positional]
        options = {key: value for strategy in keywords for key, value in data.draw(strategy).items() if key != "scale"}
        x = data.draw(single_images())
        pair = SideBySide(seed=data.draw(st.integers(0, 9)))
        functions = [getattr(module, name) for module in (ORIGINAL, namespace)]
        compare_call(pair, name, lambda function, image: function(image, *arguments, **options), functions, x)
        assert not pair.result.problems, "\n".join(pair.result.problems)

    @given(axes=AXES, affine=AFFINE)
    def test_a_channel_axis_counted_from_the_end(self, axes, affine):
        x = np.random.default_rng(0).random((5, 8, 3))
        expected = ORIGINAL.apply_affine_transform(x, **affine, channel_axis=-1)
        np.testing.assert_array_equal(namespace.apply_affine_transform(x, **affine, channel_axis=-1), expected, strict=True)

    def test_the_matrix_of_the_older_functions(self):
        matrix = np.array([[0.3, -0.9, 2.5], [0.8, 0.4, -1], [0, 0, 1]])
        expected = ORIGINAL.transform_matrix_offset_center(matrix, 8, 5)
        np.testing.assert_array_equal(namespace.transform_matrix_offset_center(matrix, 8, 5), expected, strict=True)

    def test_what_fit_measures_has_the_name_of_its_era(self):
        datagen = ImageDataGenerator(zca_whitening=True, featurewise_center=True, semantics="keras_preprocessing")
        assert datagen.principal_components is None and not hasattr(datagen, "zca_whitening_matrix")
        datagen.fit(np.random.default_rng(0).random((5, 3, 4, 1)))
        assert datagen.principal_components.shape == (12, 12)
        other = ImageDataGenerator(zca_whitening=True, featurewise_center=True)
        assert other.zca_whitening_matrix is None and not hasattr(other, "principal_components")


CONFIG = {"rotation_range": 40, "height_shift_range": 0.3, "shear_range": 20, "zoom_range": 0.4, "horizontal_flip": True}
X = np.random.default_rng(0).integers(0, 200, (6, 8, 11, 3)).astype(np.uint8)


@pytest.mark.parametrize("semantics", LEVELS)
class TestEveryLevel:
    def params(self):
        rng = np.random.default_rng(1)
        return TransformParams(*rng.normal(1, 0.5, (6, 9)), *(rng.random((2, 9)) < 0.5))

    def test_matrices_in_the_graph_are_those_of_the_host(self, semantics):
        params, level = self.params(), LEVELS[semantics]
        host = coordinate_ramps(
            *affine_matrices(params, 8, 11, level), params.flip_horizontal, params.flip_vertical, 8, 11, offset_first=True
        )
        columns = {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
        tensors = TransformParams(**{name: None if value is None else tf.constant(value) for name, value in columns.items()})
        graph = affine_ramps(tensors, 8, 11, level)
        np.testing.assert_allclose(graph.rows, host.rows, rtol=0, atol=1e-12)
        np.testing.assert_allclose(graph.columns, host.columns, rtol=0, atol=1e-12)

    def test_the_other_levels_give_other_images(self, semantics):
        batches = {name: next(ImageDataGenerator(**CONFIG, semantics=name).flow(X, seed=1)) for name in LEVELS}
        for name, batch in batches.items():
            assert np.array_equal(batch, batches[semantics]) == (name == semantics)

    @pytest.mark.parametrize("options", [{}, {"brightness_range": (0.5, 1.5)}, {"preprocessing_function": np.negative}], ids=str)
    def test_a_dataset_of_the_original_s_draws(self, semantics, options):
        make = lambda: ImageDataGenerator(**CONFIG, **options, semantics=semantics).flow(X, batch_size=3, seed=1)  # noqa: E731
        found = list(make().as_dataset(rng="legacy").as_numpy_iterator())
        for batch, expected in zip(found, make()):
            np.testing.assert_array_equal(batch, expected)
        assert len(found) == 2

    @pytest.mark.parametrize("options", [{}, {"dtype": "float64"}, {"preprocessing_function": np.negative}], ids=str)
    def test_a_dataset_drawn_in_the_graph_has_the_level_s_brightness(self, semantics, options):
        datagen = ImageDataGenerator(brightness_range=(1, 1), semantics=semantics, **options)
        batch = next(iter(datagen.flow(X // 2 + 30, batch_size=6, shuffle=False).as_dataset())).numpy()
        expected = np.stack([datagen.standardize(datagen.apply_transform(image, {"brightness": 1.0})) for image in X // 2 + 30])
        np.testing.assert_array_equal(batch, expected)
        assert (np.abs(batch).max() == 255) == (semantics == "keras_preprocessing")

    def test_a_level_assigned_later(self, semantics):
        datagen = ImageDataGenerator(**CONFIG)
        datagen.semantics = semantics
        expected = next(ImageDataGenerator(**CONFIG, semantics=semantics).flow(X, seed=1))
        np.testing.assert_array_equal(next(datagen.flow(X, seed=1)), expected)


def test_a_level_assigned_between_batches(monkeypatch):
    """The batch that was made ahead had the old one."""
    monkeypatch.setattr("imgdatagen_compat.pipeline.lookahead._SMALLEST_BATCH_VALUES", 0)
    iterators = [ImageDataGenerator(**CONFIG).flow(X, batch_size=3, seed=1) for _ in range(2)]
    for iterator in iterators:
        next(iterator)
        iterator.image_data_generator.semantics = "documented"
    np.testing.assert_array_equal(next(iterators[0]), iterators[1][int(iterators[1].batch_index)])


@pytest.mark.parametrize("name", ["Keras", "", None, 2, "kerras"])
def test_an_unknown_level_is_refused(name):
    with pytest.raises(ValueError, match=f"`semantics`.*'keras', 'keras_preprocessing', 'documented'.*{name!r}"):
        ImageDataGenerator(semantics=name)


def test_generators_of_before_the_levels_are_keras_s():
    datagen = ImageDataGenerator(**CONFIG)
    del datagen.semantics
    np.testing.assert_array_equal(next(datagen.flow(X, seed=1)), next(imgdatagen_compat.ImageDataGenerator(**CONFIG).flow(X, seed=1)))
