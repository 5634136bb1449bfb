"""The methods and functions that take one image: bits, memory order, what they do to their argument, draws, errors and warnings."""

import copy

import numpy as np
import oracles
import pytest
from flows import compare_statistics
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import SideBySide

import imgdatagen_compat
from imgdatagen_compat.testing.strategies import ARGUMENTS, configs, images

ORIGINALS = {"tf.keras": oracles.keras, "tf_keras": oracles.legacy_keras}
either_original = pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)

AXES = st.sampled_from(
    [{}]
    + [
        dict(zip(("row_axis", "col_axis", "channel_axis"), axes))
        for axes in 3 * [(0, 1, 2), (1, 2, 0)] + [(1, 0, 2), (2, 1, 0), (0, 2, 1), (0, 0, 2), (0, 1, 3)]
    ]
)
AFFINE = st.fixed_dictionaries(
    {},
    optional={
        "theta": st.sampled_from((30, -90.5, 180)),
        "tx": st.sampled_from((2, -0.7)),
        "ty": st.sampled_from((1, 100)),
        "shear": st.sampled_from((10, 90)),
        "zx": st.sampled_from((0.5, 2)),
        "zy": st.sampled_from((0.8, -1)),
        "fill_mode": ARGUMENTS["fill_mode"],
        "cval": ARGUMENTS["cval"],
        "order": st.integers(0, 5),
    },
)
RESAMPLING = st.fixed_dictionaries(
    {}, optional={"fill_mode": ARGUMENTS["fill_mode"], "cval": ARGUMENTS["cval"], "interpolation_order": st.integers(0, 5)}
)
PAIR = st.sampled_from(((0.5, 1.5), [1, 1], (2, 0.1), (1, 2, 3)))

# Function name -> strategies of its positional arguments after the image, and of its keywords.
FUNCTIONS = {
    "apply_affine_transform": ((), (AXES, AFFINE)),
    "apply_channel_shift": ((st.sampled_from((30, -0.1, 300.0)),), (st.sampled_from(({}, {"channel_axis": 2})),)),
    "apply_brightness_shift": ((st.sampled_from((0, 0.5, 1.0, 3)),), (st.sampled_from(({}, {"scale": False})),)),
    "random_rotation": ((st.sampled_from((20, 360.0)),), (AXES, RESAMPLING)),
    "random_shift": ((st.sampled_from((0.2, 3)), st.sampled_from((0.2, 0))), (AXES, RESAMPLING)),
    "random_shear": ((st.sampled_from((10, 45.0)),), (AXES, RESAMPLING)),
    "random_zoom": ((PAIR,), (AXES, RESAMPLING)),
    "random_channel_shift": ((st.sampled_from((30, 0.5)),), (st.sampled_from(({}, {"channel_axis": 2})),)),
    "random_brightness": ((PAIR,), (st.sampled_from(({}, {"scale": False})),)),
}


def single_images(**options):
    return images(n=(1,), **options).map(lambda batch: batch[0])


def compare_call(pair, where, function, targets, x):
    """Calls `function(target, x)` on both sides, each with its own copy of `x`, and compares results, memory order and the copies."""
    copies = x.copy(), x.copy()
    results = pair.call(where, function, targets, copies)
    pair.compare(where, "result", *results)
    pair.compare(where, "argument", *copies)
    if isinstance(results[0], np.ndarray) and isinstance(results[1], np.ndarray):
        # A later `np.mean` sums in memory order, so the strides are part of the numbers (where there is more than one step to make).
        strides = [tuple(step for step, side in zip(result.strides, result.shape) if side > 1) for result in results]
        pair.compare(where, "strides", *strides)
        pair.compare(where, "view of the argument", *(np.shares_memory(result, own) for result, own in zip(results, copies)))
    return results


def check(pair):
    assert not pair.result.problems, "\n".join(pair.result.problems)


@either_original
@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_functions_on_one_image(original, name, data):
    positional, keywords = FUNCTIONS[name]
    arguments = [data.draw(strategy) for strategy in positional]
    options = {key: value for strategy in keywords for key, value in data.draw(strategy).items()}
    x = data.draw(single_images())
    pair = SideBySide(seed=data.draw(st.integers(0, 9)))
    functions = [getattr(module, name) for module in (original, imgdatagen_compat)]
    compare_call(pair, name, lambda function, image: function(image, *arguments, **options), functions, x)
    check(pair)


@either_original
@given(config=configs(), x=single_images(), seed=st.sampled_from((None, 0, 5)), channels_given=st.booleans())
def test_random_transforms(original, config, x, seed, channels_given):
    pair = SideBySide(seed=1)
    datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), (original, imgdatagen_compat))
    shape = x.shape if channels_given else x.shape[:2]
    draws = pair.call("get_random_transform", lambda datagen: datagen.get_random_transform(shape, seed), datagens)
    pair.compare("get_random_transform", "parameters", *draws)
    if not pair.failed:
        for parameters in (draws[0], {}, {"theta": 25, "flip_vertical": True}):
            compare_call(pair, "apply_transform", lambda datagen, image: datagen.apply_transform(image, parameters), datagens, x)  # noqa: B023
        pair.failed = False
    compare_call(pair, "random_transform", lambda datagen, image: datagen.random_transform(image, seed), datagens, x)
    check(pair)


STANDARDIZE_ARGUMENTS = (
    "rescale",
    "preprocessing_function",
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "zca_whitening",
    "zca_epsilon",
    "data_format",
    "dtype",
)


@either_original
@given(config=configs(STANDARDIZE_ARGUMENTS), data=st.data())
def test_fit_and_standardize(original, config, data):
    x = data.draw(images(data_format=config.get("data_format") or "channels_last"))
    fit = data.draw(st.sampled_from(({}, {"augment": True, "rounds": 2, "seed": 4}, None)))
    pair = SideBySide(seed=2)
    datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), (original, imgdatagen_compat))
    if fit is not None:
        compare_call(pair, "fit", lambda datagen, batch: datagen.fit(batch, **fit), datagens, x)
        compare_statistics(pair, datagens)
    dtype = data.draw(st.sampled_from(("float32", "float64", x.dtype)))
    for argument in (x[0], x):
        compare_call(pair, "standardize", lambda datagen, values: datagen.standardize(values), datagens, argument.astype(dtype))
    check(pair)


@either_original
def test_standardize_changes_a_view_in_place(original):
    pair = SideBySide()
    datagens = [module.ImageDataGenerator(rescale=0.5, samplewise_center=True) for module in (original, imgdatagen_compat)]
    x = np.arange(96.0).reshape(8, 12)
    copies = x.copy(), x.copy()
    pair.call("standardize", lambda datagen, flat: datagen.standardize(flat.reshape(2, 4, 4, 3)), datagens, copies)
    pair.compare("standardize", "argument", *copies)
    check(pair)
    assert not np.array_equal(copies[0], x)


def _assigned(module):
    datagen = copy.copy(module.ImageDataGenerator())
    datagen.mean = np.array([1.0, 2.0, 3.0])
    datagen.featurewise_center = True
    return datagen


@either_original
@given(x=images(channels=(3,), pixels=("float32 grey levels",)))
def test_assigned_statistics(original, x):
    pair = SideBySide()
    compare_call(
        pair, "standardize", lambda datagen, batch: datagen.standardize(batch), [_assigned(original), _assigned(imgdatagen_compat)], x
    )
    check(pair)
