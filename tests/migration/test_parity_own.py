"""`parity` on one's own configuration: which rows it has, what it compares with, and what it refuses."""

import json
import os

import keras
import numpy as np
import oracles
import pytest
from faulty_generators import faulty_module, one_pixel_far_off
from originals import photographs as photograph_arrays
from originals import write_class_folders

from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.migration.parity import command
from imgdatagen_compat.migration.parity.cases import PARITY_CASES, own_cases
from imgdatagen_compat.migration.parity.data import open_data

SMALL = ["--batches", "2", "--batch-size", "3", "--target-size", "10x12"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("photographs"), n=4)


@pytest.fixture
def dropin(monkeypatch):
    """Puts the original, changed, in the place of the drop-in."""

    def put(module=oracles.keras, **changes):
        monkeypatch.setattr(command, "load_dropin", lambda name: faulty_module(module, **changes))

    return put


def rows_of(*arguments, tmp_path):
    status = main(["parity", *map(str, arguments), "--json", str(tmp_path / "parity.json")])
    return status, json.loads((tmp_path / "parity.json").read_text())


def test_whole_configuration_and_each_of_its_stages_alone(dropin, folder, tmp_path):
    dropin()
    flags = ["--rotation-range", "20", "--fill-mode", "constant", "--cval", "7", "--horizontal-flip", "--rescale", "1/255"]
    status, results = rows_of(folder, *flags, *SMALL, tmp_path=tmp_path)
    assert status == 0
    assert {row["name"]: row["arguments"] for row in results["configurations"]} == {
        "your configuration": {"rotation_range": 20, "fill_mode": "constant", "cval": 7, "horizontal_flip": True, "rescale": 1 / 255},
        "affine alone": {"rotation_range": 20, "fill_mode": "constant", "cval": 7},
        "flip alone": {"horizontal_flip": True},
        "rescale alone": {"rescale": 1 / 255},
    }
    assert results["settings"]["configuration"] == "flags"
    assert results["settings"]["flow"] == {"target_size": [10, 12], "batch_size": 3}


def test_one_stage_is_not_compared_twice():
    assert [case.name for case in own_cases(oracles.keras, {"rescale": 1 / 255})] == ["your configuration"]


def test_configuration_that_the_original_refuses_is_compared_as_a_whole():
    assert [case.name for case in own_cases(oracles.keras, {"zoom_range": "far"})] == ["your configuration"]


def test_drop_in_keeps_its_promise_on_a_script_with_several_seeds(folder, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "from keras_preprocessing.image import ImageDataGenerator\n"
        "datagen = ImageDataGenerator(rotation_range=30, rescale=1/255)\n"
        'datagen.flow_from_directory("data", target_size=(10, 12), batch_size=3, class_mode="binary", seed=7)\n'
    )
    status, results = rows_of(folder, "--script", script, "--batches", "2", "--seed", "0,5", tmp_path=tmp_path)
    assert status == 0
    assert results["settings"]["against"] == "keras_preprocessing"
    assert results["settings"]["flow"] == {"target_size": [10, 12], "batch_size": 3, "class_mode": "binary"}
    assert [row["name"] for row in results["configurations"][:2]] == ["your configuration, seed 0", "your configuration, seed 5"]
    assert {row["seed"] for row in results["configurations"]} == {0, 5}
    assert all(row["identical"] for row in results["configurations"])


def test_seed_of_the_configuration_is_used_unless_another_is_asked_for(dropin, folder, tmp_path):
    dropin()
    (tmp_path / "own.json").write_text('{"seed": 7, "rescale": 2}')
    assert rows_of(folder, "--config", tmp_path / "own.json", *SMALL, tmp_path=tmp_path)[1]["settings"]["seeds"] == [7]
    _, results = rows_of(folder, "--config", tmp_path / "own.json", *SMALL, "--seed", "1", tmp_path=tmp_path)
    assert results["settings"]["seeds"] == [1]


@pytest.mark.parametrize("against", ["keras", "tf_keras", "keras_preprocessing"])
def test_against_each_original_arrays_and_statistics(against, tmp_path):
    np.savez(tmp_path / "images.npz", x=photograph_arrays(6), y=np.arange(6))
    flags = ["--featurewise-center", "--featurewise-std-normalization", "--rotation-range", "9", "--against", against]
    status, results = rows_of(tmp_path / "images.npz", *flags, "--batches", "2", "--batch-size", "3", tmp_path=tmp_path)
    assert status == 0
    assert all(row["within_promise"] and row["batches"] == 2 for row in results["configurations"])


def test_a_fault_exits_1_for_ones_own_configuration(dropin, folder):
    dropin(change_batch=one_pixel_far_off)
    assert main(["parity", str(folder), "--horizontal-flip", *SMALL]) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_files_are_shown_and_not_obeyed(dropin, tmp_path, capsys):
    folder = write_class_folders(tmp_path, ("[red]\x1b[2J",), n=3)
    dropin(change_batch=one_pixel_far_off)
    assert main(["parity", folder, "--rescale", "2", *SMALL]) == 1
    assert main(["parity", f"{folder}\x1b[2J"]) == 2
    said = capsys.readouterr()
    assert r"[red]\x1b[2J" in said.out and r"\x1b[2J is not there" in said.err
    assert "\x1b" not in said.out + said.err


def test_usual_configurations_on_arrays_are_those_that_arrays_can_have(tmp_path):
    np.save(tmp_path / "images.npy", photograph_arrays(2))
    data = open_data(tmp_path / "images.npy")
    names = [case.name for case in PARITY_CASES if case.suits(data)]
    assert "rescale" in names
    assert not {"grayscale, binary labels", "ZCA whitening, 16x16", "aspect ratio kept"} & set(names)


def test_flow_arguments_that_arrays_do_not_take_are_left_out_and_named(dropin, tmp_path, capsys):
    dropin()
    np.save(tmp_path / "images.npy", photograph_arrays(4))
    assert main(["parity", str(tmp_path / "images.npy"), "--rescale", "2", *SMALL]) == 0
    assert "flow takes no target_size: left out" in capsys.readouterr().out


@pytest.mark.parametrize("flags", [["--rescale-order", "first"], ["--bit-depth", "16"], ["--semantics", "documented"]])
def test_what_no_original_has_is_refused(folder, capsys, flags):
    assert main(["parity", str(folder), *flags]) == 2
    assert f"no original has {flags[0][2:].replace('-', '_')}" in capsys.readouterr().err


def test_whitening_of_large_images_is_refused_before_it_takes_the_memory(folder, capsys):
    assert main(["parity", str(folder), "--zca-whitening"]) == 2
    assert "Pass a smaller --target-size" in capsys.readouterr().err


def test_file_that_cannot_be_written_exits_2(dropin, folder, tmp_path, capsys):
    dropin()
    assert main(["parity", str(folder), "--rescale", "2", *SMALL, "--json", str(tmp_path)]) == 2
    assert f"{tmp_path} cannot be written" in capsys.readouterr().err


def test_json_alone_on_standard_output(dropin, folder, capsys):
    dropin()
    assert main(["parity", str(folder), "--rescale", "2", *SMALL, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["against"] == "keras"


def test_bad_configuration_and_bad_seeds_exit_2(folder, tmp_path, capsys):
    (tmp_path / "own.json").write_text('{"rotation": 3}')
    assert main(["parity", str(folder), "--config", str(tmp_path / "own.json")]) == 2
    assert "Did you mean rotation_range?" in capsys.readouterr().err
    with pytest.raises(SystemExit) as exit_:
        main(["parity", "--seed", "one"])
    assert exit_.value.code == 2


needs_keras_3 = pytest.mark.skipif(keras.__version__ < "3", reason="stock layers of Keras 3")


@needs_keras_3
@pytest.mark.parametrize(("flags", "status"), [(["--horizontal-flip"], 0), (["--horizontal-flip", "--samplewise-center"], 1)])
def test_against_stock_layers_the_report_and_the_page_say_what_is_left_out(folder, tmp_path, capsys, flags, status):
    files = ["--json", str(tmp_path / "native.json"), "--html", str(tmp_path / "native.html")]
    assert main(["parity", str(folder), *flags, "--target-size", "10x12", "--against", "native", *files]) == status
    assert "RandomFlip" in capsys.readouterr().out
    document = json.loads((tmp_path / "native.json").read_text())
    assert [line["name"] for line in document["report"]["lines"] if line["left_out"]] == ["samplewise"] * status
    assert document["report"]["sample"] == "the sample"
    page = (tmp_path / "native.html").read_text()
    assert ("settings left out" in page) == bool(status)
    assert "keras.layers.RandomFlip(mode=&quot;horizontal&quot;)" in page


@needs_keras_3
def test_against_stock_layers_something_has_to_be_converted(folder, capsys):
    assert main(["parity", str(folder), "--against", "native"]) == 2
    assert "needs a configuration" in capsys.readouterr().err
