"""The command: what it reads, prints and writes, and its exit status."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fresh_process import run_python

from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.migration.rewrite import files
from imgdatagen_compat.migration.rewrite.files import write_atomically
from imgdatagen_compat.migration.source_files import source_files

OLD = "from keras.preprocessing.image import load_img\n"
NEW = "from imgdatagen_compat import load_img\n"
UNSURE = "mock.patch('keras.preprocessing.image.load_img')\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "new.py").write_text(NEW)
    return tmp_path


def test_diff_is_the_default_and_writes_nothing(folder, capsys):
    assert main(["rewrite", "old.py"]) == 1
    out, err = capsys.readouterr()
    assert out == f"--- a/old.py\n+++ b/old.py\n@@ -1 +1 @@\n-{OLD}+{NEW}"
    assert err == "1 file read; 1 would change; 0 findings\n"
    assert (folder / "old.py").read_text() == OLD


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diff")
def test_diff_can_be_applied(folder, capsys):
    before = "import tensorflow as tf\r\nx = 1\r\ng = tf.keras.preprocessing.image.load_img  # é"
    (folder / "old.py").write_bytes(before.encode())
    main(["rewrite", "--diff", "old.py"])
    (folder / "diff").write_bytes(capsys.readouterr().out.encode())
    main(["rewrite", "--write", "old.py"])
    after = (folder / "old.py").read_bytes()
    (folder / "old.py").write_bytes(before.encode())
    subprocess.run(["git", "apply", "diff"], check=True, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)})
    assert (folder / "old.py").read_bytes() == after != before.encode()


def test_check_names_the_files(folder, capsys):
    assert main(["rewrite", "--check", "."]) == 1
    assert capsys.readouterr().out == "would change old.py\n"
    assert main(["rewrite", "--check", "new.py"]) == 0
    assert (folder / "old.py").read_text() == OLD


def test_write(folder, capsys):
    assert main(["rewrite", "--write", "."]) == 1
    assert (folder / "old.py").read_text() == NEW
    assert capsys.readouterr().out == "changed old.py\n"
    assert main(["rewrite", "--write", "."]) == 0
    assert sorted(os.listdir(folder)) == ["new.py", "old.py"]


def test_findings_go_to_standard_error_with_their_place(folder, capsys):
    (folder / "unsure.py").write_text("import os\n" + UNSURE)
    assert main(["rewrite", "unsure.py"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith('unsure.py:2:12: "keras.preprocessing.image.load_img" names the old module')
    assert err.splitlines()[0].endswith("[strings]")


def test_syntax_error_does_not_stop(folder, capsys):
    (folder / "bad.py").write_text(OLD + "print 'x'\n")
    assert main(["rewrite", "--write", "bad.py", "old.py"]) == 1
    assert (folder / "old.py").read_text() == NEW
    assert (folder / "bad.py").read_text().startswith(OLD)
    assert "bad.py:2:" in capsys.readouterr().err


def test_standard_input(folder, capfdbinary, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OLD.encode())))
    assert main(["rewrite", "--write", "-"]) == 1
    assert capfdbinary.readouterr().out == NEW.encode()


def test_only_and_skip(folder, capsys):
    code = OLD + UNSURE + "model.fit_generator(g)\n"
    (folder / "old.py").write_text(code)
    assert main(["rewrite", "--write", "--only", "imports", "old.py"]) == 1
    assert (folder / "old.py").read_text() == code.replace(OLD, NEW)
    capsys.readouterr()
    assert main(["rewrite", "--check", "--skip", "generator-methods", "--skip", "strings", "old.py"]) == 0


def test_list_fixers(capsys):
    assert main(["rewrite", "--list-fixers"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("imports: Import statements:")
    assert out.count("\n") == 9


def test_semantics(folder):
    assert main(["rewrite", "--write", "--semantics", "keras_preprocessing", "old.py"]) == 1
    assert (folder / "old.py").read_text() == "from imgdatagen_compat.keras_preprocessing.image import load_img\n"


def test_json_to_standard_output_and_to_a_file(folder, capsys):
    (folder / "unsure.py").write_text(UNSURE)
    assert main(["rewrite", "--json", "-", "."]) == 1
    results = json.loads(capsys.readouterr().out)
    assert (results["changed"], results["findings"]) == (1, 1)
    by_path = {file["path"]: file for file in results["files"]}
    assert by_path["old.py"]["fixers"] == ["imports"]
    (finding,) = by_path["unsure.py"]["findings"]
    assert {**finding, "message": ""} == {"line": 1, "column": 12, "fixer": "strings", "message": "", "cell": None}
    main(["rewrite", "--json", "results.json", "."])
    assert json.loads((folder / "results.json").read_text()) == results


def test_notebook(folder, capsys):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": [UNSURE]}]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    assert main(["rewrite", "."]) == 1
    assert "a.ipynb:cell 1:1:12: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "no PATH"),
        (["nowhere.py"], "no such file or directory: nowhere.py"),
        (["--only", "colours", "."], "no fixer 'colours'. There are: imports, attributes"),
        (["--diff", "--write", "."], "not allowed with"),
    ],
)
def test_wrong_usage_exits_2(arguments, message, capsys, folder):
    with pytest.raises(SystemExit) as exit_:
        main(["rewrite", *arguments])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_colours_on_a_terminal_only(folder, capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    main(["rewrite", "old.py"])
    assert f"\033[32m+{NEW.strip()}\033[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["rewrite", "old.py"])
    assert "\033" not in capsys.readouterr().out


def test_directories_of_others_are_left_out(tmp_path):
    for name in (".git", "venv", "node_modules", "build", "__pycache__", "src", "src/old", "environment"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text(OLD)
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    (tmp_path / "b.ipynb").touch()
    (tmp_path / "notes.txt").touch()
    found = [path.relative_to(tmp_path).as_posix() for path in source_files([tmp_path])]
    assert found == ["b.ipynb", "src/a.py", "src/old/a.py"]
    assert [path.name for path in source_files([tmp_path], ["old", "*.ipynb"])] == ["a.py"]
    assert [*source_files([tmp_path / "notes.txt", tmp_path / "build", tmp_path / "build"])] == [
        tmp_path / "notes.txt",
        tmp_path / "build" / "a.py",
    ]


def test_mode_and_links_stay(tmp_path):
    target, link = tmp_path / "real" / "train.py", tmp_path / "train.py"
    target.parent.mkdir()
    target.write_text(OLD)
    target.chmod(0o754)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o754
    assert os.listdir(target.parent) == ["train.py"]


def test_failed_write_leaves_the_file_and_says_so(folder, capsys, monkeypatch):
    def fail(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", fail)
    assert main(["rewrite", "--write", "old.py", "new.py"]) == 1
    assert (folder / "old.py").read_text() == OLD
    assert sorted(os.listdir(folder)) == ["new.py", "old.py"]
    out, err = capsys.readouterr()
    assert out == ""
    assert "old.py:1:1: cannot be written: No space left on device" in err


def test_unreadable_file_does_not_stop(folder, capsys, monkeypatch):
    read = Path.read_bytes

    def read_bytes(path):
        if path.name == "old.py":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert main(["rewrite", "."]) == 1
    assert "old.py:1:1: cannot be read: Permission denied" in capsys.readouterr().err


def test_odd_names_are_printed(folder, capsys):
    name = os.fsdecode(b"caf\xe9.py")
    (folder / name).write_text(OLD)
    assert main(["rewrite", "--check", "."]) == 1
    assert "would change caf\\xe9.py" in capsys.readouterr().out


def test_without_libcst_it_says_which_extra(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "libcst", None)
    for name in [name for name in sys.modules if name.startswith("imgdatagen_compat.migration.rewrite.")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["rewrite", "."]) == 2
    assert "pip install 'imgdatagen-compat[migrate]'" in capsys.readouterr().err


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["rewrite", "--help"])
    assert exit_.value.code == 0
    assert "imgdatagen-compat rewrite --write src notebooks --exclude old" in capsys.readouterr().out


def test_no_tensorflow(folder):
    code = """
import json, sys
from imgdatagen_compat.migration.cli import main
status = main(["rewrite", "--check", "old.py"])
print(json.dumps([status, [name for name in ("tensorflow", "keras", "numpy") if name in sys.modules]]))
"""
    assert run_python(code, PYTHONPATH=os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])) == [1, []]
