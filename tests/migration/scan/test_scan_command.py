"""What `scan` prints and writes, how it exits, and in which processes it runs."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from corpus.odd_paths import write_odd_paths
from scans import codes, scan

from imgdatagen_compat.migration import scan_command
from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.migration.output import printable


def test_odd_paths_are_printed_safely_and_written_whole(folder, capsys):
    write_odd_paths(folder / "cat")
    for name in (b"bad\x1b[31m\n.jpg", b"bad\xff.jpg", b"bad[red]x[/red].jpg".replace(b"/", b"\\")):
        pathlib.Path(os.fsdecode(os.path.join(os.fsencode(folder), b"dog", name))).write_bytes(b"")
    (folder / "dog" / "a.\x1b[31m").write_bytes(b"")
    status, results = scan(folder)
    printed = capsys.readouterr().out
    assert status == 1
    printed.encode("utf-8")
    assert "\x1b" not in printed
    assert "bad\\x1b[31m\\n.jpg" in printed
    examples = codes(results)["unreadable"]["examples"] + [name for finding in results["findings"] for name in finding["examples"]]
    assert os.fsdecode(b"dog/bad\xff.jpg") in examples


def test_printable_leaves_what_can_be_printed():
    assert printable("Köln 東京/a b.jpg") == "Köln 東京/a b.jpg"
    assert printable("a\udcff\u202e\x07") == "a\\xff\\u202e\\x07"


def test_report_has_tables_and_json_alone_is_json(folder, corpus, capsys):
    for name in ("jpeg-cmyk.jpg", "html-as-jpg.jpg", "png-type-0-16-bit.png"):
        shutil.copy(corpus[name][1], folder / "cat" / name)
    assert main(["scan", str(folder)]) == 1
    printed = capsys.readouterr().out
    for text in ("CMYK", "16 bits", "quarter", "not an image: HTML page", "cat/html-as-jpg.jpg"):
        assert text in printed
    assert "9 images, 1 of them not readable, 2 classes: 1 kind of error, 2 kinds of warning" in printed
    assert max(map(len, printed.splitlines())) <= 120
    assert main(["scan", str(folder), "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["classes"] == {"cat": 6, "dog": 3}


@pytest.mark.parametrize("has_images", [True, False])
def test_class_names_are_whole_and_no_markup(folder, capsys, has_images):
    (folder / ":smile: [red]pipeline").mkdir()
    if not has_images:
        for path in folder.glob("*/*.png"):
            path.unlink()
    main(["scan", str(folder)])
    assert "   :smile: [red]pipeline " in capsys.readouterr().out


def test_many_classes_are_cut_and_the_largest_and_smallest_shown(folder, capsys):
    for i in range(30):
        (folder / f"class{i:02}").mkdir()
    main(["scan", str(folder)])
    printed = capsys.readouterr().out
    assert "20 of sizes in between" in printed
    assert "cat " in printed


@pytest.mark.parametrize(
    "arguments", ["nowhere", "file", "data --quick --duplicates", "data --jobs 0", "data --jobs x", "data --json no/where"]
)
def test_wrong_usage_exits_2(folder, arguments, monkeypatch, capsys):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "file").write_bytes(b"")
    try:
        status = main(["scan", *arguments.split()])
    except SystemExit as exit_:
        status = exit_.code
    assert status == 2
    assert "imgdatagen-compat scan: " in capsys.readouterr().err


def test_ctrl_c_exits_130(folder, monkeypatch, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(scan_command, "_tally", interrupted)
    assert main(["scan", str(folder)]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_needs_no_tensorflow_and_starts_processes(folder):
    for i in range(400):
        os.link(folder / "cat" / "cat0.png", folder / "cat" / f"link{i}.png")
    code = """
import sys
from imgdatagen_compat.migration.cli import main
if __name__ == "__main__":
    status = main(["scan", sys.argv[1], "--jobs", "2"])
    print(status, "tensorflow" in sys.modules, "multiprocessing.context" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("0 False True\n")
    assert "406 images, 2 classes" in run.stdout
    assert run.stderr == ""
