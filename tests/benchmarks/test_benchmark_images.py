"""The images of the benchmark: what is written, and that a seed gives the same again."""

import os

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skimage")

from benchmarks import images


def test_photographs_are_500_pixel_jpegs_of_several_classes(tmp_path):
    paths = images.write_photographs(tmp_path, 14)
    assert sorted(paths) == sorted(tmp_path.rglob("*.jpg"))
    assert len(paths) == 14
    assert {path.parent.name for path in paths} == set(images.SOURCES)
    sizes = set()
    for path in paths:
        with Image.open(path) as image:
            assert (image.format, image.mode) == ("JPEG", "RGB")
            sizes.add(image.size)
    assert sizes == {(500, 375), (375, 500)}


def test_the_seed_decides_and_the_global_state_stays(tmp_path):
    before = np.random.get_state()[1].copy()
    folders = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    contents = [[path.read_bytes() for path in images.write_photographs(folder, 3, seed)] for folder, seed in zip(folders, (1, 1, 2))]
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]
    assert np.array_equal(np.random.get_state()[1], before)


def test_arrays():
    x, y = images.make_arrays(8, 40)
    assert (x.shape, x.dtype) == ((8, 40, 40, 3), np.uint8)
    assert y.tolist() == [0, 1, 2, 3, 4, 5, 0, 1]
    assert len(np.unique(x.reshape(8, -1), axis=0)) == 8
    assert x.std(axis=(1, 2, 3)).min() > 3  # pictures, not plain colours


@pytest.mark.parametrize("hard_links", [True, False])
def test_many_names_share_the_contents_of_a_few_files(tmp_path, monkeypatch, hard_links):
    if not hard_links:

        def refuse(source, name):
            raise PermissionError(1, "no hard links here")

        monkeypatch.setattr(os, "link", refuse)
    photographs = images.write_photographs(tmp_path / "few", 7)
    images.link_photographs(photographs, tmp_path / "many", 30)
    names = sorted((tmp_path / "many").glob("*/*.jpg"))
    assert len(names) == 30
    assert {name.parent.name for name in names} == set(images.SOURCES)
    assert {name.read_bytes() for name in names} == {photograph.read_bytes() for photograph in photographs}
    assert all(name.is_symlink() != hard_links for name in names)
