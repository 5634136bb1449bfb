"""Every known difference shows: the day that one is gone, its test says so. And MIGRATION.md has each of them, and no other."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from difference_runs import RUNS
from fresh_process import run_python
from originals import assert_same, keras_image, write_class_folders

import imgdatagen_compat
from imgdatagen_compat.known_differences import KNOWN_DIFFERENCES


def outcome(run, image, folder):
    """What `run` returns, or the class of the error that it ends with."""
    np.random.seed(7)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="scipy")
        warnings.filterwarnings("ignore", "Please import `affine_transform`")
        warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
        try:
            return run(image, write_class_folders(folder))
        except Exception as error:
            return type(error)


def xfailing(entry):
    mark = pytest.mark.xfail(strict=True, raises=AssertionError, reason=entry.reason)
    return pytest.param(entry.name, marks=mark, id=entry.name)


@pytest.mark.parametrize("name", [xfailing(entry) for entry in KNOWN_DIFFERENCES])
def test_original_and_drop_in_are_alike(name, tmp_path):
    run = RUNS[name]
    theirs = outcome(run, keras_image, tmp_path / "theirs")
    ours = outcome(run, imgdatagen_compat, tmp_path / "ours")
    assert_same(ours, theirs)


@pytest.mark.parametrize("name", RUNS)
def test_the_drop_in_does_not_fail_where_it_differs(name, tmp_path):
    ours = outcome(RUNS[name], imgdatagen_compat, tmp_path / "ours")
    assert not isinstance(ours, type), ours


def test_every_entry_has_its_test():
    names = [entry.name for entry in KNOWN_DIFFERENCES]
    assert sorted(names) == sorted(RUNS)
    assert len(set(names)) == len(names)


def test_every_entry_has_its_heading_and_every_heading_its_entry():
    document = (Path(__file__).resolve().parent.parent / "MIGRATION.md").read_text(encoding="utf-8")
    section = re.search(r"^## Differences from Keras 3$(.*?)^## ", document, re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r"^### (.*)$", section, re.MULTILINE) == [entry.heading for entry in KNOWN_DIFFERENCES]


def test_reading_the_list_does_not_import_tensorflow():
    code = "import json, sys; import imgdatagen_compat.known_differences; print(json.dumps('tensorflow' in sys.modules))"
    assert run_python(code) is False
