"""Single files: read and refused as by the original, and what is told of each."""

import os

import pytest
from originals import error_class, keras_image
from PIL import Image
from sample_files import photograph

from imgdatagen_compat.migration.scan.image_file import inspect_image


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
