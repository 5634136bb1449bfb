"""The picture in MIGRATION.md is what its script draws."""

import runpy
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent


def test_the_picture_shows_what_the_levels_do():
    script = runpy.run_path(str(ROOT / "docs" / "semantics.py"))
    drawn = script["draw_picture"](script["photograph"]())
    committed = Image.open(ROOT / "docs" / "semantics.png").convert("RGB")
    assert "(docs/semantics.png)" in (ROOT / "MIGRATION.md").read_text(encoding="utf-8")
    assert drawn.size == committed.size
    # The palette of the file costs a few grey levels; another image in one of the twelve places costs more.
    difference = np.abs(np.asarray(drawn, np.float32) - np.asarray(committed, np.float32))
    assert difference.mean() < 2
    places = difference[script["CAPTION"] :, script["NAMES"] :]
    assert max(block.mean() for row in np.array_split(places, 4) for block in np.array_split(row, 4, axis=1)) < 6
