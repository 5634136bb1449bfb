"""What an audit says of whole scripts, and that it says nothing of code that is all right."""

import importlib
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from imgdatagen_compat.migration import keras3_changes
from imgdatagen_compat.migration.audit import SEVERITIES, audit_source
from imgdatagen_compat.migration.audit.applications import MODES_OF_APPLICATIONS, stand_in
from imgdatagen_compat.migration.audit.static_traps import NEEDS_PIXELS, SEEN_IN_DIVISION, SEEN_IN_SETTINGS, SEEN_IN_USE
from imgdatagen_compat.migration.audit.values import Reference
from imgdatagen_compat.preprocessing_functions import application_of
from imgdatagen_compat.traps import TRAPS

HERE = Path(__file__).parent
OLD = sorted((HERE / "old_code").glob("*.txt"))
QUIET = sorted((HERE / "quiet_code").glob("*.txt"))
# The codes of its findings stand at the end of the line that has them.
MARK = re.compile(r"#! (.*)$")


def marked(code):
    return {
        (number, found)
        for number, line in enumerate(code.splitlines(), start=1)
        if MARK.search(line)
        for found in MARK.search(line)[1].split()
    }


def found(code, **options):
    return {(finding.place.line, finding.code) for finding in audit_source(code, "train.py", **options).findings}


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_old_code(path):
    code = path.read_text()
    assert found(code) == marked(code) != set()


@pytest.mark.parametrize("path", QUIET, ids=lambda path: path.stem)
def test_quiet_code(path):
    assert audit_source(path.read_text(), path.name).findings == ()


def test_every_finding_is_complete_and_in_order():
    for path in OLD:
        findings = audit_source(path.read_text(), path.name).findings
        assert list(findings) == sorted(findings)
        for finding in findings:
            assert finding.severity in SEVERITIES
            assert finding.what.rstrip("`").endswith((".", ":")) and finding.advice.endswith((".", "`")), finding


def test_every_trap_is_seen_or_needs_pixels():
    codes = [trap.code for trap in TRAPS]
    assert sorted(SEEN_IN_SETTINGS | SEEN_IN_USE | SEEN_IN_DIVISION | NEEDS_PIXELS) == sorted(codes)
    in_scripts = {code for path in OLD for _, code in marked(path.read_text())}
    assert in_scripts & set(codes) == set(codes) - NEEDS_PIXELS


def test_import_with_a_fallback_is_a_note():
    code = "try:\n    import keras.engine\nexcept ImportError:\n    pass\n"
    (finding,) = audit_source(code).findings
    assert finding.severity == "note"
    (finding,) = audit_source(code.replace("ImportError", "KeyError")).findings
    assert finding.severity == "error"


def test_level_decides_which_traps():
    code = "from keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator(width_shift_range=0.1, brightness_range=(1, 2))\n"
    assert (2, "shifts-swapped") in found(code) and (2, "brightness-stretches-contrast") not in found(code)
    older = found(code, semantics="keras_preprocessing")
    assert (2, "shifts-swapped") not in older and (2, "brightness-stretches-contrast") in older


DIVIDED = [
    ("x = x / 255.", "x"),
    ("x = x.astype('float32') / 255", "x"),
    ("x = load()\nx /= 255", "x"),
    ("x = (load() / 255).astype('float32')", "x"),
    ("WHITE = 255.0\nx = load() / WHITE", "x.reshape(-1, 28, 28, 1)"),
    ("", "load() / 255"),
]
NOT_DIVIDED = [
    ("x = load()", "x"),
    ("x = load() / 127.5", "x"),
    ("x = load()\nx *= 255", "x"),
    ("x = load() / 255\nx = load()", "x"),
    ("x = load()\nif small:\n    x /= 255", "x"),
    ("x = load() // 255", "x"),
    ("x = load(path / 255)", "x"),
    ("", "load()"),
]
GENERATOR = "from imgdatagen_compat import ImageDataGenerator\n{}\nImageDataGenerator(brightness_range=(0.5, 1)).flow({}, y)\n"


@pytest.mark.parametrize(("before", "passed"), DIVIDED)
def test_division_by_255_is_seen(before, passed):
    (finding,) = audit_source(GENERATOR.format(before, passed)).findings
    assert finding.code == "brightness-of-unit-range" and finding.what.startswith(f"`{passed}` is divided by 255. ")


@pytest.mark.parametrize(("before", "passed"), NOT_DIVIDED)
def test_what_is_no_division_by_255(before, passed):
    assert audit_source(GENERATOR.format(before, passed)).findings == ()


# Facts -----------------------------------------------------------------------------------------------------------------------------------


def importable(module):
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def test_modules_that_are_gone():
    for module in keras3_changes.MODULES_GONE:
        assert not any(importable(f"{package}.{module}") for package in keras3_changes.KERAS_PACKAGES), module
    assert not [module for module in keras3_changes.IMAGE_MODULES_GONE if importable(module)]


def test_modules_that_are_left():
    for module, names in keras3_changes.IMAGE_MODULES_LEFT.items():
        there = {name for name in dir(importlib.import_module(module)) if not name.startswith("_")}
        assert there == names if names is not None else "ImageDataGenerator" in there
    for module in keras3_changes.ATTRIBUTES_ONLY:
        owner = tf
        for name in module.split(".")[1:]:
            owner = getattr(owner, name)
        assert owner.ImageDataGenerator and not importable(module)


def test_methods_and_arguments_that_are_gone():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    for method in (*keras3_changes.METHODS_GONE, *keras3_changes.PREDICTIONS_GONE):
        assert not hasattr(model, method)
    x, y = np.zeros((4, 2)), np.zeros((4, 1))
    for method in ("fit", "evaluate", "predict"):
        for argument in keras3_changes.WORKER_ARGUMENTS:
            with pytest.raises((TypeError, ValueError), match=argument):
                getattr(model, method)(x, **{argument: 1})
    with pytest.raises((TypeError, ValueError)):
        model.fit(zip([x], [y]), steps_per_epoch=1, verbose=0)
    with pytest.raises((TypeError, ValueError)):
        model.fit(((x, y) for _ in range(9)), steps_per_epoch=2.5, shuffle=False, verbose=0)
    with pytest.raises(TypeError):
        keras.utils.load_img("x.png", grayscale=True)
    assert not hasattr(tf.keras.preprocessing.image.Iterator, "next")


@pytest.mark.parametrize("module", MODES_OF_APPLICATIONS)
def test_stand_ins_do_what_the_functions_do(module):
    made = stand_in(Reference("f", f"tensorflow.keras.applications.{module}.preprocess_input"))
    assert application_of(made) == module
    if not hasattr(keras.applications, module):
        pytest.skip(f"only older releases of Keras have {module}")
    image = np.random.RandomState(0).uniform(0, 255, (3, 3, 3)).astype("float32")
    original = getattr(keras.applications, module).preprocess_input(image.copy())
    assert np.allclose(made(image.copy()), original, atol=1e-4)


def test_functions_that_are_not_known_have_no_stand_in():
    for origin in (None, "keras.applications.unheard_of.preprocess_input", "keras.applications.vgg16.decode_predictions"):
        reference = Reference("f", origin)
        assert stand_in(reference) is reference
