"""Whole old training scripts, unmodified and rewritten: the batches of the original of their time, and training that works."""

import numpy as np
import pytest
from old_script_runs import BY_REWRITE, BY_RUN, BY_THE_ORIGINAL, FOLDER, OLD_SCRIPTS, run_scripts, write_data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old_scripts")
    write_data(folder)
    return folder


@pytest.fixture(scope="module")
def by_the_original(folder):
    return run_scripts(BY_THE_ORIGINAL, folder, TF_USE_LEGACY_KERAS="1")


@pytest.fixture(scope="module")
def by_run(folder):
    return run_scripts(BY_RUN, folder)


@pytest.fixture(scope="module")
def by_rewrite(folder):
    return run_scripts(BY_REWRITE, folder)


def test_every_script_is_run():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(OLD_SCRIPTS)


@pytest.mark.parametrize("script", OLD_SCRIPTS)
def test_batches_are_those_of_the_original(by_the_original, by_run, script):
    theirs, ours = by_the_original[script], by_run[script]
    assert ours["batches"] == theirs["batches"]
    assert len(set(ours["batches"])) >= 8
    assert ours.get("classes") == theirs.get("classes")
    assert ours["predictions"] == theirs["predictions"]


@pytest.mark.parametrize("script", OLD_SCRIPTS)
def test_training_works(by_the_original, by_run, script):
    losses = by_run[script]["losses"]
    assert len(losses) == len(by_the_original[script]["losses"])
    assert np.isfinite(losses).all()
    assert len(set(losses)) > 2


@pytest.mark.parametrize("script", OLD_SCRIPTS)
def test_rewritten_batches_are_those_of_the_original(by_the_original, by_rewrite, script):
    theirs, ours = by_the_original[script], by_rewrite[script]
    assert ours["batches"] == theirs["batches"]
    assert ours.get("classes") == theirs.get("classes")
    assert ours["predictions"] == theirs["predictions"]
    assert len(ours["losses"]) == len(theirs["losses"])
    assert np.isfinite(ours["losses"]).all()
