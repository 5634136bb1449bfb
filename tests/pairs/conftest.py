"""Directories of images and masks."""

import pytest
from flow_pairs import MASKS, N, X
from PIL import Image


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two directories, images as JPEG and masks as PNG, in two subdirectories each."""
    root = tmp_path_factory.mktemp("pairs")
    for i in range(N):
        for name, pixels, ending in (("images", X[i], "jpg"), ("masks", MASKS[i, ..., 0], "png")):
            folder = root / name / "ab"[i % 2]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / f"{i}.{ending}")
    return root / "images", root / "masks"
