"""Random damage to valid files of every format: the loader and the original end alike; a decoder that dies is seen by `python -m fuzz`."""

import random
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

# At the end, so that an installed package is tested rather than the one in the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from fuzz import __main__ as command
from fuzz import outcomes
from fuzz.damage import damaged
from fuzz.seed_files import seed_files

SEEDS = seed_files()


@pytest.fixture(scope="module", autouse=True)
def low_limit():
    """Damaged headers announce huge sizes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "MAX_IMAGE_PIXELS", outcomes.MAX_PIXELS)
        yield


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


def assert_ends_alike(path):
    ending = outcomes.ending_of(str(path))
    assert ending.name is not None, ending.detail
    return ending


@pytest.mark.parametrize("name", SEEDS)
def test_whole_files_are_read(directory, name):
    (directory / name).write_bytes(SEEDS[name])
    assert assert_ends_alike(directory / name).name == outcomes.READ


def changed_bytes(contents):
    """Some places and what they become: a byte, none (removed), or several (inserted)."""
    place = st.integers(0, len(contents) - 1)
    return st.lists(st.tuples(place, st.binary(max_size=4)), min_size=1, max_size=4)


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
def test_changed_bytes(directory, name, data):
    contents = bytearray(SEEDS[name])
    for place, instead in data.draw(changed_bytes(contents)):
        contents[place : place + 1] = instead
    (directory / name).write_bytes(contents)
    assert_ends_alike(directory / name)


def test_random_damage(directory):
    rng, endings = random.Random(0), set()
    for _ in range(400):
        name, contents = rng.choice(list(SEEDS.items()))
        (directory / name).write_bytes(damaged(contents, rng))
        endings.add(assert_ends_alike(directory / name).name)
    assert {outcomes.READ, outcomes.FAILED} <= endings


def test_files_that_end_otherwise_are_found(directory, monkeypatch):
    path = directory / "whole.png"
    path.write_bytes(SEEDS["rgb.png"])
    genuine = outcomes._load_with_ours
    monkeypatch.setattr(outcomes, "_load_with_ours", lambda path: genuine(path) ^ 1)
    assert outcomes.ending_of(str(path)).detail == "other pixels"
    monkeypatch.setattr(outcomes, "_load_with_ours", lambda path: int("x"))
    assert outcomes.ending_of(str(path)).detail == "ValueError instead of pixels"
    path.write_bytes(b"text")
    assert outcomes.ending_of(str(path)).detail == "ValueError instead of UnidentifiedImageError"
    monkeypatch.setattr(outcomes, "_load_with_ours", lambda path: np.zeros((16, 24, 3)))
    assert outcomes.ending_of(str(path)).detail == "pixels instead of UnidentifiedImageError"


def test_the_command_counts_and_keeps(tmp_path, monkeypatch, capsys):
    arguments = ["--seconds=0.5", "--in-this-process", f"--reproducers={tmp_path}"]
    assert command.main(arguments) == 0
    assert re.search(r"\d+ files, seed 0\n(.*read, equal pixels|.*failed, same class)", capsys.readouterr().out)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(outcomes, "ending_of", lambda path: outcomes.Ending(None, "other pixels"))
    assert command.main(arguments) == 1
    assert "other pixels" in capsys.readouterr().out
    assert list(tmp_path.glob("001-*"))


def test_the_command_tells_of_a_process_that_died(tmp_path, monkeypatch, capsys):
    def dies(command, check):
        (tmp_path / "current-rgb.png").write_bytes(b"what it was reading")
        return command_that_died(-11)

    def command_that_died(status):
        return type("Finished", (), {"returncode": status})

    monkeypatch.setattr(command.subprocess, "run", dies)
    assert command.main([f"--reproducers={tmp_path}"]) == 2
    assert re.search("status -11.*current-rgb.png", capsys.readouterr().out)
