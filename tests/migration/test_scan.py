"""`imgdatagen-compat scan`: files against the original's reading of them, folders against the original's listing, findings one by one."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from corpus import write_corpus
from corpus.odd_paths import write_odd_paths
from hypothesis import given
from hypothesis import strategies as st
from originals import error_class, keras_image
from PIL import Image
from sample_files import photograph

from imgdatagen_compat.migration import scan_command
from imgdatagen_compat.migration.cli import main
from imgdatagen_compat.migration.output import printable
from imgdatagen_compat.migration.scan.folders import image_paths, survey_folders
from imgdatagen_compat.migration.scan.image_file import ImageFacts, inspect_image
from imgdatagen_compat.migration.scan.tally import Tally, quantiles


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("corpus")
    return {record.name: (record, str(directory / record.name)) for record in write_corpus(directory)}


@pytest.fixture
def folder(tmp_path):
    """Two classes of three photographs each: nothing to say."""
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(3):
            Image.fromarray(photograph(20, 30, seed=10 * number + i)).save(tmp_path / "data" / name / f"{name}{i}.png")
    return tmp_path / "data"


def scan(folder, *options):
    """(exit status, what `--json` writes)."""
    file = folder.parent / "scan.json"
    status = main(["scan", str(folder), "--json", str(file), *options])
    return status, json.loads(file.read_text())


def codes(results):
    return {finding["code"]: finding for finding in results["findings"]}


def test_what_the_scan_cannot_read_is_what_the_original_cannot(corpus):
    for record, path in corpus.values():
        facts = inspect_image(path)
        is_bad = error_class(lambda image, path=path: image.img_to_array(image.load_img(path)), keras_image) is not None
        assert (facts.problem is not None) is is_bad, (record, facts)


def test_quick_is_never_wrong_of_what_it_calls_unreadable_and_misses_truncated_files(corpus):
    missed = 0
    for _, path in corpus.values():
        whole, quick = inspect_image(path), inspect_image(path, quick=True)
        if quick.problem is not None:
            assert whole.problem is not None, path
        missed += whole.problem is not None and quick.problem is None
    assert missed > 100


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jpeg-420.jpg", {"format": "JPEG", "mode": "RGB", "size": (64, 48), "depth": "8 bits", "white": 255, "traits": ()}),
        ("jpeg-1x5000.jpg", {"size": (5000, 1)}),
        ("jpeg-orientation-1.jpg", {"traits": ()}),
        ("jpeg-orientation-6.jpg", {"traits": ("turned",)}),
        ("jpeg-cmyk.jpg", {"mode": "CMYK", "traits": ("cmyk",)}),
        ("jpeg-mpo.jpg", {"format": "MPO", "traits": ("frames",)}),
        ("png-exif-before.png", {"traits": ("turned",)}),
        ("png-named-jpg.jpg", {"format": "PNG", "traits": ("misnamed",)}),
        ("webp-alpha.png", {"traits": ("misnamed", "transparent")}),
        ("png-palette-alpha.png", {"mode": "P", "traits": ("transparent",)}),
        ("png-type-0-16-bit.png", {"depth": "16 bits", "white": 65535}),
        ("tiff-float.tif", {"mode": "F", "depth": "floats", "white": None}),
        ("tiff-float-unit.tif", {"white": 1.0}),
        ("tiff-orientation-6.tif", {"traits": ()}),
        ("gif-frames.png", {"format": "GIF", "traits": ("frames", "misnamed")}),
        ("html-as-jpg.jpg", {"problem": "not an image: HTML page"}),
        ("pointer-as-png.png", {"problem": "not an image: Git LFS pointer: run git lfs pull"}),
        ("empty-as-tif.tif", {"problem": "empty, 0 bytes"}),
        ("only-heic.jpg", {"problem": "not for Pillow without a plugin: HEIC"}),
        ("png-header-bomb.png", {"problem": "more than twice the pixels that Pillow allows (decompression bomb)"}),
        ("start-and-end-is-no-file.jpg", {"problem": "no such file or directory"}),
    ],
)
def test_facts_of_a_file(corpus, tmp_path, name, expected):
    facts = inspect_image(corpus[name][1] if name in corpus else str(tmp_path / name))
    assert {field: getattr(facts, field) for field in expected} == expected


def test_opaque_alpha_is_no_transparency(tmp_path):
    Image.fromarray(photograph(9, 9)).convert("RGBA").save(tmp_path / "a.png")
    assert inspect_image(str(tmp_path / "a.png")).traits == ()
    assert inspect_image(str(tmp_path / "a.png"), quick=True).traits == ("transparent",)  # may be, as far as its header says


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    assert inspect_image(str(tmp_path / "a.jpg")).problem == "not a regular file"


def test_large_files_are_not_decoded(tmp_path, monkeypatch):
    Image.fromarray(photograph(20, 30)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20 * 30 - 1)
    contents = (tmp_path / "a.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(contents[: len(contents) // 2])
    assert inspect_image(str(tmp_path / "a.png")).traits == inspect_image(str(tmp_path / "cut.png")).traits == ("huge",)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20 * 30)
    assert inspect_image(str(tmp_path / "a.png")).traits == ()
    assert inspect_image(str(tmp_path / "cut.png")).problem == "truncated"


@pytest.mark.parametrize("follow_links", [False, True])
def test_classes_and_files_are_those_that_the_original_lists(folder, follow_links):
    write_odd_paths(folder / "cat")
    os.unlink(folder / "cat" / "link-to-directory.jpg")  # leads back: the original lists the files forty times
    for name in (".hidden", "empty", "dog/deep/er"):
        (folder / name).mkdir(parents=True)
    for name in ("dog/deep/er/a.TIFF", "dog/nodotpng", "dog/b.webp", "dog/deep/.jpg", "loose.jpg"):
        (folder / name).write_bytes(b"")
    (folder.parent / "elsewhere").mkdir()
    (folder.parent / "elsewhere" / "c.bmp").write_bytes(b"")
    (folder / "dog" / "link").symlink_to(folder.parent / "elsewhere")
    with pytest.warns(UserWarning, match="tiff"):
        theirs = keras_image.ImageDataGenerator().flow_from_directory(str(folder), follow_links=follow_links)
    survey = survey_folders(str(folder), follow_links)
    assert list(survey.classes) == list(theirs.class_indices)
    assert sorted(image_paths(survey, follow_links)) == sorted(theirs.filenames)
    assert list(survey.classes.values()) == np.bincount(theirs.classes, minlength=4).tolist()
    assert survey.links_not_followed.count == (0 if follow_links else 1)


def test_links_that_lead_back_end(folder):
    (folder / "dog" / "loop").symlink_to(folder)
    assert survey_folders(str(folder), follow_links=True).classes == {"cat": 3, "dog": 6}


def spoil(folder, name, contents):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(contents) if isinstance(contents, bytes) else contents.save(folder / name)


GREY_16 = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30) * 100)
SCAN_12 = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30) * 6)


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


@pytest.mark.parametrize(("digested", "at_least", "at_most"), [(False, 0, 5), (True, 100, 250)])
def test_memory_for_a_file(digested, at_least, at_most):
    """In bytes; what `--help` says of `--duplicates`."""
    tally, n = Tally(), 20_000
    depth_problem = "16 bits; clipped. Keep them."
    tracemalloc.start()
    for i in range(n):
        digest = i.to_bytes(16, "big") if digested else None
        facts = ImageFacts(None, "PNG", "I;16", (30 + i % 50, 20), "16 bits", 65535.0, depth_problem, ("misnamed",), (0, i), digest)
        tally.add(f"class{i % 9}/image_{i:06}.jpg", facts)
        tally.add(f"class{i % 9}/broken_{i:06}.jpg", ImageFacts(problem=f"damaged: in its own way, {i}"))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tally.files == 2 * n
    assert at_least * n <= used <= at_most * n


@given(st.lists(st.integers(1, 9), min_size=1))
def test_quantiles_are_numpys(values):
    tally = Tally()
    tally.widths.update(values)
    fractions = (0, 0.25, 0.5, 0.75, 1)
    assert quantiles(tally.widths) == np.quantile(values, fractions, method="lower").tolist()


def test_quantiles_of_nothing():
    assert quantiles(Tally().widths) == []
