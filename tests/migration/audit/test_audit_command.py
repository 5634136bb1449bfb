"""The command: what it reads and prints, and its exit status."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from fresh_process import run_python

from imgdatagen_compat.migration.cli import main

CODE = """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator
datagen = ImageDataGenerator(rescale=1. / 255, shear_range=0.2, zoom_range=zoom)
batches = datagen.flow_from_directory('data', target_size=(150, 150), seed=seed)
other.flow_from_directory(root)
"""
QUIET = (
    "from tensorflow.keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator(width_shift_range=3, height_shift_range=3)\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("train.py").write_text(CODE)
    return tmp_path


def test_output(folder, capsys):
    assert main(["audit", "train.py"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "train.py:2:11: datagen = ImageDataGenerator(rescale=0.00392157, shear_range=0.2, zoom_range=zoom?)",
        "train.py:3:11:   batches = flow_from_directory(directory='data', target_size=(150, 150), seed=seed?)",
        "train.py:4:1: flow_from_directory(directory=root?); of a generator that is not seen here",
        "train.py:2:11: warning: `shear_range=0.2` is in degrees, and 0.2 degrees move no pixel of a 200-pixel image by more than 0.7 "
        "pixels. [shear-below-one-degree]",
        "    -> If radians were meant, pass `shear_range=11.5`.",
        "",
        "severity  finding                 places",
        "warning   shear-below-one-degree       1",
        "1 file read; 1 generator, 2 flows; 0 errors, 1 warning, 0 notes",
    ]
    assert err == ""


def test_line_100_is_not_an_emoji(folder, capsys):
    Path("train.py").write_text(98 * "\n" + CODE)
    main(["audit", "train.py"])
    assert "train.py:100:11: " in capsys.readouterr().out


@pytest.mark.parametrize(("severity", "status"), [("note", 1), ("warning", 0), ("error", 0)])
def test_severity(folder, capsys, severity, status):
    Path("train.py").write_text(QUIET)
    assert main(["audit", "--severity", severity, "train.py"]) == status
    assert ("integer-shift" in capsys.readouterr().out) == (status == 1)


def test_directory(folder, capsys):
    for name in ("old/a.py", "venv/b.py", "c.ipynb", "d.txt", "e.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("import numpy\n")
    Path("broken.py").write_text("print 'nothing of ours'\nx = (")
    assert main(["audit", ".", "--exclude", "old"]) == 1
    out = capsys.readouterr().out
    assert "4 files read; 1 generator" in out and "broken" not in out


def test_syntax_error_does_not_stop(folder, capsys):
    Path("a.py").write_text("import keras\ndef (")
    assert main(["audit", "a.py", "train.py"]) == 1
    out = capsys.readouterr().out
    assert "a.py:2:5: error: Cannot be read: " in out and "train.py:2:11: " in out


def test_nothing_found(folder, capsys):
    Path("train.py").write_text("import keras\n")
    assert main(["audit", "train.py"]) == 0
    assert capsys.readouterr().out == "1 file read; 0 generators, 0 flows; 0 errors, 0 warnings, 0 notes\n"


def test_json(folder, capsys):
    assert main(["audit", "--json", "-", "."]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["totals"] == {"files": 1, "generators": 1, "flows": 2, "errors": 0, "warnings": 1, "notes": 0}
    (file,) = found["files"]
    (generator,) = file["generators"]
    assert generator["known"] == {"rescale": 1 / 255, "shear_range": 0.2} and generator["unknown"] == {"zoom_range": "zoom"}
    assert generator["line"] == 2 and not generator["complete"] and generator["semantics"] == "keras"
    assert generator["flows"][0]["known"]["target_size"] == [150, 150] and file["other_flows"][0]["method"] == "flow_from_directory"
    assert file["findings"][0]["code"] == "shear-below-one-degree" and file["findings"][0]["advice"]
    assert main(["audit", "--json", "audit.json", "--severity", "error", "."]) == 0
    assert json.loads(Path("audit.json").read_text())["files"][0]["findings"] == []
    assert "1 file read" in capsys.readouterr().out


def test_values_that_json_has_not(folder, capsys):
    Path("train.py").write_text(
        QUIET.replace("3, h", "float('inf'), cval=float('nan'), dtype={1: (2, b'3')}, preprocessing_function=lambda x: x, h")
    )
    main(["audit", "--json", "-", "train.py"])
    text = capsys.readouterr().out
    assert "Infinity" not in text and "NaN" not in text
    known = json.loads(text)["files"][0]["generators"][0]["known"]
    assert known["width_shift_range"] == "inf" and known["dtype"] == {"1": [2, "b'3'"]} and known["preprocessing_function"] == "lambda x: x"


def test_standard_input(folder, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CODE.encode())))
    assert main(["audit", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:2:11: datagen = ")


def test_semantics(folder, capsys):
    Path("train.py").write_text(CODE.replace("zoom_range=zoom", "width_shift_range=0.1").replace("shear_range=0.2, ", ""))
    assert main(["audit", "train.py"]) == 1
    assert main(["audit", "--semantics", "keras_preprocessing", "train.py"]) == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(folder, capsys):
    Path("train.py").chmod(0)
    assert main(["audit", "train.py"]) == 1
    assert "Cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["audit"], ["audit", "nowhere.py"], ["audit", "--severity", "fatal", "train.py"]])
def test_wrong_usage(folder, capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_neither_tensorflow_nor_libcst_is_needed(folder):
    Path("vgg.py").write_text(
        "from tensorflow.keras.preprocessing.image import ImageDataGenerator\nfrom keras.applications.vgg16 import preprocess_input as p\n"
        "ImageDataGenerator(rescale=2, preprocessing_function=p)\n"
    )
    code = f"""
import contextlib, io, json, os, sys
sys.modules.update(dict.fromkeys(("tensorflow", "keras", "libcst")))
from imgdatagen_compat.migration.cli import main
os.chdir({str(folder)!r})
with contextlib.redirect_stdout(io.StringIO()) as out:
    status = main(["audit", "vgg.py"])
print(json.dumps([status, out.getvalue()]))
"""
    status, out = run_python(code)
    assert status == 1 and "rescale-with-preprocess-input" in out
