"""Notebooks: cells are one module, what is not Python stays, and the JSON looks as it did."""

import json

import pytest

from imgdatagen_compat.migration.rewrite.notebook import rewrite_notebook

CODE = [
    "%matplotlib inline\nimport tensorflow as tf\n!pip install keras",
    "%%bash\nfrom keras.preprocessing.image import x",
    "# Ünïcode\ndatagen = tf.keras.preprocessing.image.ImageDataGenerator()\nbatches = datagen.flow(x)",
    "%%time\nmodel.fit_generator(batches, n // 4,\n    workers=2)\nfiles = !ls\nif files:\n    %timeit next(batches)\nbatches.next?",
    "",
    "# the end",
    "print 'old'",
]


def notebook(sources=CODE, indent=1, as_list=True, ensure_ascii=False, end="\n"):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["from keras.preprocessing.image import x"]}]
    for number, source in enumerate(sources):
        outputs = [{"name": "stdout", "output_type": "stream", "text": ["batches.next()\n"]}]
        cells.append(
            {
                "cell_type": "code",
                "execution_count": number,
                "metadata": {"b": 1, "a": 2},
                "outputs": outputs,
                "source": source.splitlines(keepends=True) if as_list else source,
            }
        )
    metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    separators = (",", ":") if indent is None else None
    return (json.dumps(content, indent=indent, ensure_ascii=ensure_ascii, separators=separators) + end).encode()


def sources(content):
    return ["".join(cell["source"]) for cell in json.loads(content)["cells"]]


def test_cells_are_one_module():
    result = rewrite_notebook(notebook())
    assert sources(result.after)[1:] == [
        "%matplotlib inline\nimport tensorflow as tf\nimport imgdatagen_compat\n!pip install keras",
        CODE[1],
        "# Ünïcode\ndatagen = imgdatagen_compat.ImageDataGenerator()\nbatches = datagen.flow(x, workers=2)",
        "%%time\nmodel.fit(batches, steps_per_epoch=n // 4)\nfiles = !ls\nif files:\n    %timeit next(batches)\nbatches.next?",
        "",
        "# the end",
        "print 'old'",
    ]
    places = [(finding.fixer, finding.cell, finding.line) for finding in result.findings]
    assert sorted(places) == [("steps", 5, 2), ("syntax", 8, 1)]


LAYOUTS = [{}, {"indent": 2}, {"indent": "\t"}, {"indent": None}, {"as_list": False}, {"ensure_ascii": True}, {"end": ""}]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_sources_change(layout):
    after = rewrite_notebook(notebook(**layout)).after
    assert after == notebook(sources(after)[1:], **layout)


def test_twice_is_once():
    once = rewrite_notebook(notebook()).after
    assert rewrite_notebook(once).after == once


@pytest.mark.parametrize("indent", [1, 7])
def test_notebook_without_news_is_not_touched(indent):
    before = notebook(["%matplotlib inline\nimport keras", "from keras.utils import load_img  # Ü", "next(x)"], indent=indent)
    result = rewrite_notebook(before)
    assert result.after == before
    assert not result.findings


def test_import_goes_into_the_cell_of_the_old_one():
    guarded = "try:\n    import keras\nexcept ImportError:\n    pass"
    result = rewrite_notebook(notebook(["x = 1", guarded, "keras.preprocessing.image.load_img"]))
    assert sources(result.after)[1:3] == ["x = 1", f"import imgdatagen_compat\n{guarded}"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"worksheets": []}', b'{"cells": [1]}', b'{"cells": 3}'])
def test_other_files_are_said(content):
    result = rewrite_notebook(content)
    assert result.after == content
    assert "not a notebook of format 4" in result.findings[0].message
