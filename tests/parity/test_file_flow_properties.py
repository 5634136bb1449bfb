"""Flows from files: every format of `sample_files`, random options and uses, value for value against the installed original."""

import itertools

import numpy as np
import pandas as pd
import pytest
from file_flows import check, compare_file_flow
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import write_images

from imgdatagen_compat.testing.strategies import ARGUMENTS, configs, steps

CLASSES = ("apple", "pear", "sour cherry")
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


@st.composite
def file_calls(draw, options):
    """Arguments for `compare_file_flow`, but for `make`."""
    config = draw(FILE_CONFIGS)
    arguments = {name: draw(value) for name, value in options.items()}
    saves = draw(st.booleans())
    if saves:
        arguments |= {name: draw(value) for name, value in SAVING.items()}
    fits = bool(config.get("featurewise_center") or config.get("featurewise_std_normalization"))
    uses = [draw(steps()) for _ in range(draw(st.integers(2, 4)))]
    return {"config": config, "fits": fits, "arguments": arguments, "uses": uses, "saves": saves, "seed": draw(st.integers(0, 9))}


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
    "weight_col": st.sampled_from((None, None, "weight", "weight", "weight", "class")),
    "validate_filenames": st.sampled_from((True, True, True, True, True, False)),
    "deprecated": st.sampled_from(({}, {}, {"sort": True, "has_ext": True}, {"drop_duplicates": False, "no_such_option": 3})),
}


@settings(max_examples=3 * settings.default.max_examples)
@given(call=file_calls(READING | {"targets": TARGETS} | FRAME_OPTIONS))
def test_dataframe_flows_are_the_original_s(folder, dataframe, call):
    def make(datagen, targets, deprecated, **arguments):
        return datagen.flow_from_dataframe(dataframe, str(folder), **targets, **deprecated, **arguments)

    before = dataframe.copy(deep=True)
    check(compare_file_flow(**call, make=make))
    pd.testing.assert_frame_equal(dataframe, before)
