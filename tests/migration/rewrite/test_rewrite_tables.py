"""Every form of import and call, and the same number that stay; rewritten code runs, and rewriting it again changes nothing."""

import functools
import textwrap
import warnings

import pytest
from call_tables import CALLS, DATAFRAME_CALLS, KEPT_CALLS, calls, kept_calls
from import_tables import IMPORTS, KEPT_IMPORTS

from imgdatagen_compat.migration.rewrite.fixers import FIXERS, imports, summary
from imgdatagen_compat.migration.rewrite.source import rewrite_source


def every_source():
    """Yields (name, code) of both tables."""
    for table in (IMPORTS, DATAFRAME_CALLS):
        yield from ((name, before) for name, (before, _) in table.items())
    yield from ((name, code) for name, (code, _) in KEPT_IMPORTS.items())
    yield from ((name, before) for name, before, _ in calls())
    yield from ((name, code) for name, code, _ in kept_calls())


@functools.cache
def result_of(code):
    return rewrite_source(code.encode())


def rewritten(code, **options):
    return rewrite_source(code.encode(), **options).after.decode()


@pytest.mark.parametrize("before, after", [*IMPORTS.values(), *DATAFRAME_CALLS.values()], ids=[*IMPORTS, *DATAFRAME_CALLS])
def test_rewritten(before, after):
    result = result_of(before)
    assert result.after.decode() == after
    assert not result.findings


@pytest.mark.parametrize("before, after", [case[1:] for case in calls()], ids=CALLS)
def test_calls_rewritten(before, after):
    result = result_of(before)
    assert result.after.decode() == after
    assert not result.findings


@pytest.mark.parametrize("code, findings", [*KEPT_IMPORTS.values(), *(case[1:] for case in kept_calls())], ids=[*KEPT_IMPORTS, *KEPT_CALLS])
def test_kept(code, findings):
    result = result_of(code)
    assert result.after.decode() == code
    assert len(result.findings) == findings, result.findings


def test_as_many_are_kept_as_are_rewritten():
    assert len(KEPT_IMPORTS) + len(KEPT_CALLS) >= len(IMPORTS) + len(CALLS) + len(DATAFRAME_CALLS)


@pytest.mark.parametrize("code", [code for _, code in every_source()], ids=[name for name, _ in every_source()])
def test_twice_is_once(code):
    once = result_of(code)
    twice = rewrite_source(once.after)
    assert twice.after == once.after
    assert [(finding.fixer, finding.message) for finding in twice.findings] == [
        (finding.fixer, finding.message) for finding in once.findings
    ]


@pytest.mark.parametrize("after", [after for _, after in IMPORTS.values()], ids=IMPORTS)
def test_rewritten_imports_run(after):
    exec(compile(after, "after.py", "exec"), {"__name__": "after"})


@pytest.fixture(scope="module")
def model():
    import keras

    model = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    return model


def run(code, model):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`shuffle=True` was passed, but will be ignored")
        exec(compile(code, "training.py", "exec"), {"__name__": "training", "model": model})


@pytest.mark.parametrize("after", [case[2] for case in calls()], ids=CALLS)
def test_rewritten_calls_run_in_keras_3(after, model):
    run(after, model)


@pytest.mark.parametrize("name, before", [case[:2] for case in calls()], ids=CALLS)
def test_old_calls_do_not_run_in_keras_3(name, before, model):
    """What is rewritten needed it, but for `.next()`, which our iterators have."""
    if name.startswith("next"):
        run(before, model)
    else:
        with pytest.raises((AttributeError, TypeError, ValueError)):
            run(before, model)


@pytest.mark.parametrize("side", [0, 1], ids=["before", "after"])
def test_all_imports_in_functions_of_one_module(side):
    """What one does is not disturbed by the others."""
    alone = ("star", "plain-import-exported")
    cases = [case for name, case in IMPORTS.items() if name not in alone]
    code = ["".join(f"def f_{i}():\n{textwrap.indent(case[side], '    ')}" for i, case in enumerate(cases)) for side in (0, 1)]
    assert rewritten(code[side]) == code[1]


def test_older_semantics():
    code = "from keras.preprocessing.image import load_img\nimport tensorflow as tf\ntf.keras.preprocessing.image.load_img\n"
    namespace = "imgdatagen_compat.keras_preprocessing.image"
    after = f"from {namespace} import load_img\nimport tensorflow as tf\nimport {namespace}\n{namespace}.load_img\n"
    assert rewritten(code, semantics="keras_preprocessing") == after


def test_older_semantics_lack_what_came_later():
    result = rewrite_source(b"from keras.preprocessing.image import smart_resize\n", semantics="keras_preprocessing")
    assert not result.is_changed
    assert "smart_resize" in result.findings[0].message


def test_mixed_names_are_split_and_said():
    code = b"from keras.preprocessing.image import (\n    load_img as l,  # ours\n    image_dataset_from_directory,  # theirs\n)\n"
    result = rewrite_source(code)
    assert result.after.decode() == (
        "from imgdatagen_compat import (\n    load_img as l,  # ours\n)\n"
        "from keras.preprocessing.image import (\n    image_dataset_from_directory,  # theirs\n)\n"
    )
    assert [(finding.line, finding.fixer) for finding in result.findings] == [(1, "imports")]


def test_star_that_brought_numpy():
    result = rewrite_source(b"from keras.preprocessing.image import *\nnp.zeros(3)\n")
    assert result.after == b"from imgdatagen_compat import *\nnp.zeros(3)\n"
    assert result.findings[0].message.startswith("np came with the star")
    assert not rewrite_source(b"import numpy as np\nfrom keras.preprocessing.image import *\nnp.zeros(3)\n").findings


def test_tf_keras_keeps_the_methods_of_keras_2():
    code = b"import tf_keras\nmodel.fit_generator(g, workers=4)\nmodel.fit(g, workers=3, steps_per_epoch=4 / 3)\n"
    result = rewrite_source(code)
    assert (result.after, result.findings) == (code, ())


def test_each_fixer_alone_and_none():
    code = "".join(before for before, _ in IMPORTS.values() if "*" not in before).encode()
    assert rewrite_source(code, ()).after == code
    assert rewrite_source(code, (imports,)).fixers == ("imports",)
    names = [fixer.NAME for fixer in FIXERS]
    assert len(set(names)) == len(names) == 9
    assert all(summary(fixer).endswith(".") for fixer in FIXERS)


@pytest.mark.parametrize("table", [IMPORTS, DATAFRAME_CALLS, CALLS], ids=["imports", "dataframes", "calls"])
def test_no_fixer_is_kept_from_its_work_by_its_words(table, monkeypatch):
    for fixer in FIXERS:
        monkeypatch.setattr(fixer, "WORDS", ("",))
    for name, code in every_source():
        if name in table:
            assert rewrite_source(code.encode()) == result_of(code)


def test_every_name_of_a_fixer_is_in_the_tables():
    used = {name for _, code in every_source() for name in result_of(code).fixers}
    assert used == {fixer.NAME for fixer in FIXERS}


@pytest.mark.parametrize("module", ["keras.preprocessing.image", "imgdatagen_compat", "keras_preprocessing.image"])
def test_what_a_star_brought_is_known(module):
    code = f"import keras\nfrom {module} import *\nbatches = ImageDataGenerator().flow(x)\n"
    code += "model.fit(zip(batches, batches))\nbatches.next()\n"
    after = rewritten(code)
    assert after.endswith("\nmodel.fit((batch for batch in zip(batches, batches)))\nnext(batches)\n")


def test_what_another_star_brought_is_not():
    code = "import keras\nfrom mine import *\nbatches = ImageDataGenerator().flow(x)\nbatches.next()\n"
    assert rewritten(code) == code


def test_zips_of_what_is_not_keras_are_none_of_our_business():
    assert not rewrite_source(b"import sklearn\nmodel.fit(zip(a, b))\n").findings
