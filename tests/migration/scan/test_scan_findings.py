"""`imgdatagen-compat scan`: each finding and each advice, where it is so and only there."""

import os
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from sample_files import photograph
from scans import codes, scan

GREY_16 = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30) * 100)
SCAN_12 = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30) * 6)


def spoil(folder, name, contents):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(contents) if isinstance(contents, bytes) else contents.save(folder / name)


@pytest.mark.parametrize(
    ("code", "severity", "files"),
    [
        ("unreadable", "error", {"cat/a.jpg": b"<html>"}),
        ("loose", "warning", {"a.jpg": b""}),
        ("other-formats", "warning", {"cat/a.webp": b""}),
        ("other-files", "note", {"cat/Thumbs.db": b""}),
        ("same-name", "note", {"cat/cat0.bmp": Image.fromarray(photograph(9, 9))}),
        ("hidden-class", "warning", {".ipynb_checkpoints/notes.txt": b""}),
        ("empty-class", "warning", {"zebra/notes.txt": b""}),
        ("depth", "warning", {"cat/a.png": GREY_16}),
        ("transparent", "warning", {"cat/a.png": Image.fromarray(photograph(9, 9, 4))}),
        ("cmyk", "warning", {"cat/a.jpg": Image.new("CMYK", (9, 9))}),
        ("misnamed", "note", {"cat/a.jpg": b"P5 2 2 255\nabcd"}),
        ("imbalance", "note", {f"cat/{i}.png": Image.fromarray(photograph(9, 9)) for i in range(27)}),
    ],
)
def test_each_finding_is_found_where_it_is_so_and_only_there(folder, code, severity, files):
    status, results = scan(folder)
    assert (status, results["findings"]) == (0, [])
    for name, contents in files.items():
        spoil(folder, name, contents)
    status, results = scan(folder)
    assert codes(results)[code]["severity"] == severity
    assert set(codes(results)) <= {code, "other-files"}
    assert status == (0 if severity == "note" else 1)
    shown = "".join(codes(results)[code]["examples"])
    assert not shown or any(name in shown or name.split("/")[0] in shown for name in files)


def test_links_and_folders_that_cannot_be_listed(folder, monkeypatch):
    (folder / "dog" / "more").symlink_to(folder / "cat")
    assert codes(scan(folder)[1])["links"]["examples"] == ["dog/more"]
    status, results = scan(folder, "--follow-links")
    assert (status, results["classes"], results["findings"]) == (0, {"cat": 3, "dog": 6}, [])
    real = os.scandir

    def refuse(path):
        if str(path).endswith("cat"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert codes(scan(folder)[1])["unlistable"]["examples"] == ["cat"]


def test_duplicates_are_looked_for_when_asked(folder):
    shutil.copy(folder / "cat" / "cat0.png", folder / "cat" / "copy.png")
    shutil.copy(folder / "cat" / "cat1.png", folder / "dog" / "copy.png")
    assert scan(folder)[1]["findings"] == []
    status, results = scan(folder, "--duplicates")
    assert status == 1
    assert codes(results)["duplicates"]["examples"] == ["cat/copy.png = cat/cat0.png"]
    assert codes(results)["duplicates-across-classes"]["examples"] == ["dog/copy.png = cat/cat1.png"]


def test_level_above_the_classes_and_level_below(folder):
    (folder / "cat").rename(folder / "train")
    (folder / "dog").rename(folder / "validation")
    assert f"{folder}/train" in codes(scan(folder)[1])["splits-as-classes"]["advice"]
    assert codes(scan(folder / "train")[1])["no-classes"]["severity"] == "error"
    (folder / "train" / "nothing").mkdir()
    shutil.rmtree(folder / "validation")
    for file in (folder / "train").glob("*.png"):
        file.unlink()
    assert scan(folder / "train")[0] == 1
    assert set(codes(scan(folder / "train")[1])) == {"no-images"}


@pytest.mark.parametrize(
    ("images", "advice"),
    [
        ({}, "rescale=1/255"),
        ({"cat/a.png": GREY_16}, "mixed.*own white.$"),
        ({"cat/a.png": SCAN_12}, "mixed.*12 bits.*flow of their own"),
        ({"only": SCAN_12}, "fill 12 bits: bit_depth=12"),
        ({"only": GREY_16}, '^bit_depth="auto", rescale="auto"'),
        ({"only": Image.fromarray(np.ones((9, 9), np.float32))}, "floats in .0, 1."),
        ({"only": Image.fromarray(np.ones((9, 9), np.float32) * 9)}, "No file tells"),
        ({"cat/a.tif": Image.fromarray(np.ones((9, 9), np.int32) * 999)}, "1 files do not tell"),
    ],
)
def test_advice_on_rescale_and_bit_depth(folder, images, advice):
    if "only" in images:
        shutil.rmtree(folder)
        ending = "tif" if images["only"].mode == "F" else "png"
        images = {f"{name}/a.{ending}": images["only"] for name in ("cat", "dog")}
    for name, image in images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(folder / name)
    assert re.search(advice, scan(folder)[1]["advice"])
