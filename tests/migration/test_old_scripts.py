"""Whole old training scripts in three ways, unmodified, rewritten and changed by hand: the batches of the original of their time."""

import numpy as np
import pytest
from old_script_runs import BY_HAND_FOLDER, BY_THE_ORIGINAL, FOLDER, OLD_SCRIPTS, WAYS, run_scripts, write_data

from imgdatagen_compat.migration.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old_scripts")
    write_data(folder)
    return folder


@pytest.fixture(scope="module")
def by_the_original(folder):
    return run_scripts(BY_THE_ORIGINAL, folder, TF_USE_LEGACY_KERAS="1")


@pytest.fixture(scope="module", params=WAYS)
def by_the_drop_in(folder, request):
    return run_scripts(WAYS[request.param], folder)


def test_every_script_is_run():
    assert {path.stem for path in FOLDER.glob("*.py")} == {path.stem for path in BY_HAND_FOLDER.glob("*.py")} == set(OLD_SCRIPTS)


@pytest.mark.parametrize("script", OLD_SCRIPTS)
def test_batches_are_those_of_the_original(by_the_original, by_the_drop_in, script):
    theirs, ours = by_the_original[script], by_the_drop_in[script]
    assert ours["batches"] == theirs["batches"]
    assert len(set(ours["batches"])) >= 8
    assert ours.get("classes") == theirs.get("classes")
    assert ours["predictions"] == theirs["predictions"]


@pytest.mark.parametrize("script", OLD_SCRIPTS)
def test_training_works(by_the_original, by_the_drop_in, script):
    losses = by_the_drop_in[script]["losses"]
    assert len(losses) == len(by_the_original[script]["losses"])
    assert np.isfinite(losses).all()
    assert len(set(losses)) > 2


def test_nothing_is_left_to_change_by_hand(capsys):
    assert main(["rewrite", "--check", str(BY_HAND_FOLDER)]) == 0, capsys.readouterr()
    assert main(["rewrite", "--check", str(FOLDER)]) == 1
