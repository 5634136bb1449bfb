"""The work of an audit grows as the code does, whatever is repeated in it: lines run are counted, not seconds."""

import sys

import pytest
from audits import audit

SMALL = 60
IMPORT = "from keras.preprocessing.image import ImageDataGenerator\n"
REPEATED = {
    "imports, then uses": (IMPORT, "g{i} = ImageDataGenerator(rotation_range={i})\n"),
    "import and use in turn": (IMPORT + "g = ImageDataGenerator(rotation_range={i})\nx = g.flow(a)\n",),
    "uses in functions": (IMPORT, "def f{i}():\n    return ImageDataGenerator(rotation_range={i})\n"),
    "uses in a loop": (IMPORT, "for i in range(3):\n", "    g{i} = ImageDataGenerator(rotation_range={i})\n"),
    "settings assigned later": (IMPORT + "g = ImageDataGenerator()\ng.rescale = {i}\ng.fit(x)\n",),
    "options": (IMPORT + "o = [{i}, 2]\ng = ImageDataGenerator(zoom_range=o)\n",),
    "methods": (IMPORT + "class A{i}:\n    def f{i}(self):\n        self.g = ImageDataGenerator()\n        self.g.flow(x)\n",),
    "results of functions": (IMPORT + "def f{i}():\n    return ImageDataGenerator()\ng{i} = f{i}()\ng{i}.flow(x, batch_size=3)\n",),
    "stars": (IMPORT + "from settings import *\ng = ImageDataGenerator()\n",),
    "calls of models": (IMPORT, "def f{i}():\n    model.fit_generator(g, steps_per_epoch=10, workers={i})\n"),
}  # fmt: skip


def lines_run(function, *arguments):
    """How many lines of Python a call runs."""
    lines = 0

    def count(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return lines


def growth(function, make):
    """By what factor the lines run grow from `make(n)` to `make(2 * n)`."""
    small, large = (lines_run(function, make(n)) for n in (SMALL, 2 * SMALL))
    return large / small


def repeated(parts, n):
    return "".join(part.format(i=i) for part in parts for i in range(n if part != "for i in range(3):\n" else 1))


@pytest.mark.parametrize("parts", REPEATED.values(), ids=REPEATED)
def test_growth(parts):
    assert growth(audit, lambda n: repeated(parts, n)) < 2.3


def test_what_grows_faster_is_seen():
    def quadratic(items):
        return [(one, other) for one in items for other in items]

    assert growth(quadratic, range) > 3.5
