"""From bytes to code: encodings, notebooks, Python 2, and what cannot be read."""

import ast
import json

import pytest

from imgdatagen_compat.migration.audit import audit_file, audit_source
from imgdatagen_compat.migration.reading import parse_script

IMPORT = "from imgdatagen_compat import ImageDataGenerator\n"


def notebook(*cells):
    """A notebook of these code cells, each behind a cell of text."""
    each = [
        ({"cell_type": "markdown", "source": ["text"]}, {"cell_type": "code", "source": code.splitlines(keepends=True)}) for code in cells
    ]
    return json.dumps({"cells": [cell for pair in each for cell in pair], "nbformat": 4})


def test_cells_of_a_notebook_are_one_module():
    source = notebook(
        "%matplotlib inline\n!pip install keras\nfiles = !ls\n" + IMPORT,
        "datagen = ImageDataGenerator(\n    shear_range=0.1)\ndatagen?",
        "%%bash\nls | wc",
        "%%time\nbatches = datagen.flow_from_directory('data')",
        "",
    )
    report = audit_source(source, "a.ipynb")
    (generator,) = report.generators
    assert generator.place == (4, 1, 11) and generator.flows[0].place == (8, 2, 11)
    (finding,) = report.findings
    assert finding.place == (4, 1, 11) and str(finding.place) == "cell 4:1:11" and finding.code == "shear-below-one-degree"


def test_the_extension_installs():
    cells = ("from keras.preprocessing.image import ImageDataGenerator", "model.fit_generator(ImageDataGenerator().flow(x))")
    assert len(audit_source(notebook("%load_ext autoreload", *cells), "a.ipynb").findings) == 2
    assert audit_source(notebook("%load_ext imgdatagen_compat", *cells), "a.ipynb").findings == ()


def test_a_broken_cell_is_reported_and_left_out():
    report = audit_source(notebook(IMPORT, "def broken(:\n", "ImageDataGenerator()"), "a.ipynb")
    assert [(finding.code, finding.place[:2]) for finding in report.findings] == [("syntax", (4, 1))]
    assert report.generators[0].place == (6, 1, 1)


def test_source_as_one_string():
    source = json.dumps({"cells": [{"cell_type": "code", "source": IMPORT + "ImageDataGenerator()"}]})
    assert audit_source(source, "a.ipynb").generators[0].place == (1, 2, 1)


@pytest.mark.parametrize("source", ["", "no JSON", "[]", '{"worksheets": []}', b"\xff"])
def test_what_is_no_notebook(source):
    (finding,) = audit_source(source, "a.ipynb").findings
    assert finding.code == "syntax" and "not a notebook" in finding.what


@pytest.mark.parametrize(
    "source",
    [
        f"# -*- coding: latin-1 -*-\n# é\n{IMPORT}ImageDataGenerator()".encode("latin-1"),
        f"# é\r\n{IMPORT}ImageDataGenerator()".encode("utf-8-sig"),
        f"\ufeff{IMPORT}ImageDataGenerator()",
        f"{IMPORT}ImageDataGenerator()\f\n",
    ],
)
def test_encodings(source):
    assert len(audit_source(source).generators) == 1


@pytest.mark.parametrize(
    "source", [b"# coding: utf-9\n", b"x = '\xff'\n", "x = '\0'\n", "x = (\n", "return = 3\n", "print 'a' if\n", "  x\n y\n"]
)
def test_what_cannot_be_read(source):
    report = audit_source(source)
    assert [finding.code for finding in report.findings] == ["syntax"] and report.findings[0].severity == "error"


def test_nesting_without_end():
    report = audit_source("import keras\nx = " + " + ".join(["1"] * 3000))
    assert [finding.code for finding in report.findings] in ([], ["syntax"])


def test_names_that_hold_each_other_take_no_time():
    swapped = "".join(f"if x: a{i}, b{i} = a{i + 1}.c, b{i + 1}.c\nelse: a{i} = b{i + 1}\na{i} = b{i}\n" for i in range(60))
    doubled = "n0 = (1, 2)\n" + "".join(f"n{i + 1} = n{i} + n{i}\n" for i in range(60))
    squared = "m0 = 7\n" + "".join(f"m{i + 1} = m{i} * m{i}\n" for i in range(60))
    report = audit_source(f"{IMPORT}{swapped}{doubled}{squared}ImageDataGenerator(cval=n60, rescale=m60, shear_range=a0)")
    assert list(report.generators[0].unknown) == ["cval", "rescale", "shear_range"]


# Python 2, and what it is read as.
PYTHON_2 = [
    ("print 'a', b", "p   = 'a', b"),
    ("print >>f, ur'a'", None),
    ("if x: print 'a' % (b,\n  c)", None),
    ("exec code in names", None),
    ("try:\n    pass\nexcept (A, B), e:\n    raise E, 'text'", None),
    ("x = `y` <> 0777 + 12L", None),
    ("x = ur'text'", None),
    ("if x:\n\ty = 1\n        z = 2\n", None),
]


@pytest.mark.parametrize(("code", "read_as"), PYTHON_2)
def test_python_2(code, read_as):
    parsed = parse_script(code)
    assert parsed.python_2 and parsed.tree is not None and len(parsed.problems) == 1
    assert read_as is None or ast.dump(parsed.tree) == ast.dump(ast.parse(read_as))


@pytest.mark.parametrize(
    "code", ["print('a')", "print", "print >>f, 'a'", "print ('a')", "x = 0o777", "# print 'a'", "raise E('a')", "'`a`'", ""]
)
def test_python_3(code):
    parsed = parse_script(code)
    assert not parsed.python_2 and not parsed.problems


def test_division_of_python_2_is_unknown():
    generator = audit_source(f"{IMPORT}print 'a'\nImageDataGenerator(rescale=1/255, zoom_range=1./10)").generators[0]
    assert generator.known == {"zoom_range": 0.1} and generator.unknown == {"rescale": "1 / 255"}


def test_audit_file(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(IMPORT + "ImageDataGenerator()")
    report = audit_file(path)
    assert report.filename == str(path) and len(report.generators) == 1
