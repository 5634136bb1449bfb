"""Flows from files: every format of `sample_files`, random options and uses, value for value against the installed original."""

import itertools
import pathlib
import tempfile

import numpy as np
import oracles
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import write_images
from side_by_side import SideBySide
from tally import tally

import imgdatagen_compat
from imgdatagen_compat.stages import tolerance
from imgdatagen_compat.testing.strategies import ARGUMENTS, configs, steps

CLASSES = ("apple", "pear", "sour cherry")
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
FILE_CONFIGS = configs(tuple(name for name in ARGUMENTS if name not in ("zca_whitening", "zca_epsilon")), validation_split=0.3)

READING = {
    "target_size": st.sampled_from(((8, 8), (6, 11), [16, 9])),
    "color_mode": st.sampled_from(("rgb", "rgb", "grayscale", "rgba")),
    "interpolation": st.sampled_from(("nearest", "nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")),
    "batch_size": st.sampled_from((8, 24)),
    "shuffle": st.booleans(),
    "seed": st.sampled_from((None, 0, 7)),
    "subset": st.sampled_from((None, None, "training", "validation")),
}
SAVING = {"save_prefix": st.sampled_from(("", "augmented")), "save_format": st.sampled_from(("png", "jpeg", "bmp"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder per class with files of every kind, a folder in a folder, a class without files, and a stray file."""
    root = tmp_path_factory.mktemp("photographs")
    loose = root.parent / "loose"
    write_files = write_images(loose)
    for path, name in zip(write_files, itertools.cycle((CLASSES[0], CLASSES[1], f"{CLASSES[2]}/deeper", CLASSES[2]))):
        (root / name).mkdir(parents=True, exist_ok=True)
        path.rename(root / name / path.name)
    (root / "empty").mkdir()
    (root / CLASSES[0] / "notes.txt").write_text("not an image")
    (root / "stray.png").write_bytes((root / CLASSES[0] / "bmp-gray.bmp").read_bytes())
    return root


def compare_file_flow(config, fit, arguments, uses, make, saves=False, seed=0):
    """Makes a flow from files on both sides, uses it and returns the `Comparison`.

    Args:
        config: of the generators.
        fit: images for `fit`, or None.
        arguments: of `make`.
        uses: `Step`s.
        make: function from a generator and keyword arguments to an iterator.
        saves: whether to write to `save_to_dir`, which is compared, too.
        seed: of the random state before it all.
    """
    pair = SideBySide(seed)
    datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), (oracles.keras, imgdatagen_compat))
    if fit is not None:
        pair.call("fit", lambda datagen: datagen.fit(fit), datagens)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        saving = [{"save_to_dir": path} if saves else {} for path in (one, other)]
        iterators = pair.call("flow", lambda datagen, save: make(datagen, **arguments, **save), datagens, saving)
        if iterators[0] is None or iterators[1] is None:
            return pair.result
        promise = tolerance(datagens[0])
        pair.compare_attributes("after flow", *iterators)
        for number, step in enumerate(uses):
            labels_within = promise if iterators[0].class_mode == "input" else 0.0
            pair.call(f"step {number}, {step}", step, iterators, pixels_within=promise, labels_within=labels_within)
        pair.compare_attributes("at the end", *iterators)
        saved = [{path.name: path.read_bytes() for path in pathlib.Path(directory).iterdir()} for directory in (one, other)]
        # A value that may differ in its last bits may fall on the other side of a grey level.
        if pair.result.largest == 0:
            pair.compare("save_to_dir", "names", *(sorted(files) for files in saved))
            pair.compare("save_to_dir", "files", *(dict(sorted(files.items())) for files in saved))
    tally.add(datagens[0], pair.result, getattr(iterators[1]._logged_path, "name", None))
    return pair.result


@st.composite
def file_calls(draw, options):
    """Arguments for `compare_file_flow`, but for `make`."""
    config = draw(FILE_CONFIGS)
    arguments = {name: draw(value) for name, value in options.items()}
    saves = draw(st.booleans())
    if saves:
        arguments |= {name: draw(value) for name, value in SAVING.items()}
    fit = None
    if config.get("featurewise_center") or config.get("featurewise_std_normalization"):
        shape = (5, *arguments["target_size"], CHANNELS[arguments["color_mode"]])
        fit = np.random.default_rng(0).integers(0, 256, shape)
        fit = fit.transpose(0, 3, 1, 2) if config.get("data_format") == "channels_first" else fit
    uses = [draw(steps()) for _ in range(draw(st.integers(2, 4)))]
    return {"config": config, "fit": fit, "arguments": arguments, "uses": uses, "saves": saves, "seed": draw(st.integers(0, 9))}


def check(comparison):
    assert not comparison.problems, "\n".join(comparison.problems)


@settings(max_examples=2 * settings.default.max_examples)
@given(
    call=file_calls(
        READING
        | {
            "class_mode": st.sampled_from(("categorical", "binary", "sparse", "input", None)),
            "classes": st.sampled_from((None, None, ["pear", "apple"])),
            "keep_aspect_ratio": st.booleans(),
            "follow_links": st.booleans(),
        }
    )
)
def test_directory_flows_are_the_original_s(folder, call):
    check(compare_file_flow(**call, make=lambda datagen, **arguments: datagen.flow_from_directory(str(folder), **arguments)))


@pytest.fixture(scope="module")
def dataframe(folder):
    """A row for every file, one for a file that is missing and one for a file that is no image; an index that does not count from 0."""
    paths = sorted(path for path in folder.rglob("*.*") if path.parent != folder)
    names = [str(path.relative_to(folder)) for path in paths]
    classes = [path.relative_to(folder).parts[0] for path in paths]
    numbers = np.arange(len(names))
    frame = pd.DataFrame(
        {
            "filename": names,
            "class": classes,
            "tags": [[name, "fruit"] if number % 3 else ["fruit"] for number, name in enumerate(classes)],
            "number": numbers / 3,
            "count": numbers,
            "weight": 1 / (1 + numbers),
        },
        index=numbers + 100,
    )
    return pd.concat([frame, frame.iloc[:1].assign(filename="missing.png")])


TARGETS = st.sampled_from(
    (
        {},
        {"class_mode": "sparse", "y_col": "class"},
        {"class_mode": "sparse", "classes": ["pear", "apple", "pear"]},
        {"class_mode": "categorical", "y_col": "tags"},
        {"class_mode": "categorical", "y_col": "tags", "classes": ["fruit", "apple"]},
        {"class_mode": "binary", "classes": ["pear", "apple"]},
        {"class_mode": "binary"},
        {"class_mode": "raw", "y_col": "number"},
        {"class_mode": "raw", "y_col": ["number", "count"]},
        {"class_mode": "raw", "y_col": "class"},
        {"class_mode": "multi_output", "y_col": ["number", "count"]},
        {"class_mode": "multi_output", "y_col": "number"},
        {"class_mode": "input"},
        {"class_mode": None, "classes": ["pear"]},
        {"class_mode": "other", "y_col": "count"},
        {"class_mode": "sparse", "y_col": "number"},
        {"class_mode": "raw", "y_col": "no such column"},
    )
)
FRAME_OPTIONS = {
    "weight_col": st.sampled_from((None, "weight", "class")),
    "validate_filenames": st.sampled_from((True, True, True, False)),
    "deprecated": st.sampled_from(({}, {}, {"sort": True, "has_ext": True}, {"drop_duplicates": False, "no_such_option": 3})),
}


@settings(max_examples=2 * settings.default.max_examples)
@given(call=file_calls(READING | {"targets": TARGETS} | FRAME_OPTIONS))
def test_dataframe_flows_are_the_original_s(folder, dataframe, call):
    def make(datagen, targets, deprecated, **arguments):
        return datagen.flow_from_dataframe(dataframe, str(folder), **targets, **deprecated, **arguments)

    before = dataframe.copy(deep=True)
    check(compare_file_flow(**call, make=make))
    pd.testing.assert_frame_equal(dataframe, before)
