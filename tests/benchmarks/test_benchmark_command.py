"""The command itself, quickly, in a process of its own as users start it."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("skimage")

from benchmarks import fresh_process, images, rows
from benchmarks.__main__ import main

CHECKOUT = Path(__file__).parents[2]


def test_quick_run_measures_prints_and_writes(tmp_path):
    selected = ["arrays", "photographs", "original-threads", "keras-layers", "decoding", "albumentations", "fit", "image-size"]
    command = [sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1", "--cores", "0", "--out", str(tmp_path), "--rows", *selected]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "JPEG decoding alone on tf.data" in done.stdout
    assert "is the output equal?" in done.stderr

    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert {row["key"] for row in found["rows"]} == set(selected) - {"image-size"}
    assert {check["work"] for check in found["equality"]} == {rows.ARRAYS, rows.PHOTOGRAPHS, rows.FIT}
    assert all(check["passed"] for check in found["equality"] if check["output"] == "next(it)")
    measured = {(each["work"], each["contender"]): each for each in found["measurements"]}
    for work, name in (
        (rows.ARRAYS, rows.ORIGINAL),
        (rows.ARRAYS, rows.DROPIN),
        (rows.PHOTOGRAPHS, rows.DROPIN),
        (rows.PHOTOGRAPHS, rows.TWO_THREADS),
        (rows.PHOTOGRAPHS, rows.KERAS_LAYERS),
        (rows.PHOTOGRAPHS, rows.DECODING),
        (rows.FIT, rows.DROPIN),
    ):
        assert len(measured[work, name]["values"]) == 1, measured[work, name]
        assert measured[work, name]["values"][0] > 0
    assert {point["size"] for point in found["growth"]} == {32, 64}
    assert (tmp_path / "results.md").read_text(encoding="utf-8").count("|") > 50


@pytest.mark.parametrize(
    ("side", "indexing"),
    [(rows.ORIGINAL, fresh_process.TASKS["indexing"]), (rows.DROPIN, functools.partial(fresh_process.run_task, "indexing"))],
    ids=["original, here", "drop-in, in a fresh process"],
)
def test_indexing_of_a_folder(tmp_path, side, indexing):
    images.link_photographs(images.write_photographs(tmp_path / "few", 6), tmp_path / "many", 330)
    found = indexing(side=side, directory=str(tmp_path / "many"))
    assert found["names"] == 330
    assert found["ms_per_image"] > 0


def test_a_fresh_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match="KeyError: 'no-such-task'"):
        fresh_process.run_task("no-such-task")


def test_peak_memory_counts_what_was_freed_again():
    before = fresh_process._start_peak()
    block = bytearray(200 * fresh_process.MIB)
    block[:: 4096] = b"x" * len(block[::4096])
    del block
    assert fresh_process._peak() - before > 150 * fresh_process.MIB


@pytest.mark.parametrize("arguments", [["--rows", "no-such-row"], ["--rounds", "0"]])
def test_wrong_usage(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert arguments[0].lstrip("-") in capsys.readouterr().err
