import importlib
import json
import shlex
import subprocess
import sys

import pytest
from faulty_generators import faulty_module, one_extra_draw, one_label, one_pixel_far_off

from imgdatagen_compat.comparison.originals import load_original
from imgdatagen_compat.migration.cli import SUBCOMMANDS, main
from imgdatagen_compat.migration.parity import command as parity_command
from imgdatagen_compat.migration.parity.cases import PARITY_CASES
from imgdatagen_compat.sample_photographs import write_sample_photographs

SMALL = ["--batches", "3", "--batch-size", "4", "--target-size", "24x32"]


@pytest.fixture
def photographs(tmp_path):
    write_sample_photographs(tmp_path / "photographs", images_per_class=3)
    return tmp_path / "photographs"


@pytest.fixture
def dropin(monkeypatch):
    """Puts another drop-in, a change of the original, before the command, and two configurations only."""

    def put(**changes):
        module = faulty_module(load_original("keras"), **changes)
        monkeypatch.setattr(parity_command, "load_dropin", lambda name: module)
        monkeypatch.setattr(parity_command, "PARITY_CASES", PARITY_CASES[:2])

    return put


def test_the_drop_in_keeps_every_promise_on_the_sample_folder(capsys):
    status = main(["parity", *SMALL])
    printed = capsys.readouterr().out
    assert status == 0, printed
    assert f"{len(PARITY_CASES)} of {len(PARITY_CASES)} configurations compared" in printed
    assert "none outside the promise" in printed
    for case in PARITY_CASES:
        assert case.name in printed


def test_equal_sides_exit_0_with_a_row_for_each_configuration(dropin, photographs, capsys):
    dropin()
    assert main(["parity", str(photographs), *SMALL]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    row = next(row for row in rows if row[:1] == ["rescale"])
    assert row[1:6] == ["3", "yes", "0", "0", "equal"]


@pytest.mark.parametrize("fault", [one_pixel_far_off, one_label, one_extra_draw], ids=lambda fault: fault.__name__)
def test_one_fault_exits_1_and_is_named(dropin, photographs, capsys, fault):
    dropin(change_batch=fault)
    assert main(["parity", str(photographs), *SMALL]) == 1
    word = {"one_pixel_far_off": "pixels", "one_label": "labels", "one_extra_draw": "np.random state"}[fault.__name__]
    printed = capsys.readouterr().out
    assert f"rescale: batch 0: {word}: " in printed
    assert "2 of 2 configurations compared, 0 identical bit for bit, 2 outside the promise" in printed


def test_json_has_the_numbers_settings_and_versions(dropin, photographs, tmp_path):
    dropin(change_batch=one_label)
    main(["parity", str(photographs), *SMALL, "--seed", "9", "--json", str(tmp_path / "parity.json")])
    results = json.loads((tmp_path / "parity.json").read_text())
    assert results["settings"] == {
        "path": str(photographs),
        "data": f"{photographs}, a folder of classes",
        "against": "keras",
        "batches": 3,
        "seeds": [9],
        "configuration": "the usual ones",
        "flow": {"batch_size": 4, "target_size": [24, 32]},
    }
    assert {"python", "imgdatagen-compat", "tensorflow", "numpy", "scipy", "pillow"} <= set(results["versions"])
    assert [row["name"] for row in results["configurations"]] == [case.name for case in PARITY_CASES[:2]]
    assert results["configurations"][0]["within_promise"] is False
    assert results["configurations"][0]["images"] == 9  # an epoch of nine images is three batches


def test_one_batch_leaves_no_time_to_tell_and_valid_json(dropin, photographs, tmp_path, capsys):
    dropin()
    arguments = ["--batches", "1", "--batch-size", "4", "--target-size", "24"]
    assert main(["parity", str(photographs), *arguments, "--json", str(tmp_path / "parity.json")]) == 0
    assert "times as fast" not in capsys.readouterr().out
    assert json.loads((tmp_path / "parity.json").read_text())["configurations"][0]["speed_ratio"] is None


def test_unreadable_files_exit_2_with_the_error_of_both(dropin, tmp_path, capsys):
    dropin()
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "not_an_image.jpg").write_text("hello")
    assert main(["parity", str(tmp_path), *SMALL]) == 2
    printed = capsys.readouterr().out
    assert "rescale: batch 0: both raised UnidentifiedImageError" in printed
    assert "0 of 2 configurations compared" in printed


def test_one_unreadable_file_spoils_its_batch_only(photographs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(parity_command, "PARITY_CASES", PARITY_CASES[:2])
    (photographs / "circles" / "not_an_image.jpg").write_text("hello")
    assert main(["parity", str(photographs), *SMALL, "--json", str(tmp_path / "parity.json")]) == 0
    rows = json.loads((tmp_path / "parity.json").read_text())["configurations"]
    assert [row["batches"] for row in rows] == [2, 2]  # ten files in batches of four, one of the three spoilt
    assert "not_an_image.jpg" in rows[0]["notes"][0]


def test_empty_folder_is_told_which_files_are_read(tmp_path, capsys):
    (tmp_path / "cats").mkdir()
    assert main(["parity", str(tmp_path)]) == 2
    assert ".jpeg" in capsys.readouterr().err


def test_missing_folder_is_named(tmp_path, capsys):
    assert main(["parity", str(tmp_path / "nowhere")]) == 2
    assert "nowhere is not there" in capsys.readouterr().err


def test_absent_original_is_said(monkeypatch, photographs, capsys):
    import tensorflow as tf

    monkeypatch.delattr(tf.keras.preprocessing.image, "ImageDataGenerator")
    assert main(["parity", str(photographs)]) == 2
    assert "the original is not there to compare with" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--batches", "0"], ["--target-size", "0x9"], ["--target-size", "big"], ["--colour"]])
def test_wrong_usage_exits_2(arguments):
    with pytest.raises(SystemExit) as exit_:
        main(["parity", *arguments] if arguments else [])
    assert exit_.value.code == 2


def test_help_has_examples_and_needs_no_tensorflow():
    code = """
import sys
from imgdatagen_compat.migration import cli
try:
    cli.main(["parity", "--help"])
finally:
    print("tensorflow" in sys.modules)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "imgdatagen-compat parity photographs/train --target-size" in printed
    assert printed.rstrip().endswith("False")


def test_module_runs_as_the_command():
    run = subprocess.run([sys.executable, "-m", "imgdatagen_compat", "parity", "--help"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("usage: imgdatagen-compat parity")


@pytest.mark.parametrize("command", ["audit", "rewrite", "scan"])
def test_json_that_cannot_be_written_is_said(command, tmp_path, capsys):
    (tmp_path / "train.py").write_text("from keras.preprocessing.image import ImageDataGenerator\n")
    target = tmp_path / "none" / "report.json"
    assert main([command, str(tmp_path), "--json", str(target)]) == 2
    assert f"imgdatagen-compat {command}: {target} cannot be written: No such file or directory." in capsys.readouterr().err


def test_nobody_to_read_the_output_is_no_error(tmp_path):
    (tmp_path / "train.py").write_text("from imgdatagen_compat import ImageDataGenerator\nImageDataGenerator()\n")
    command = f"{shlex.quote(sys.executable)} -m imgdatagen_compat audit --json - {tmp_path} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_descriptions_fit_a_terminal(command):
    description = importlib.import_module(SUBCOMMANDS[command]).DESCRIPTION
    assert max(map(len, description.splitlines())) < 80
