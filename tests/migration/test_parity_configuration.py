"""Where a configuration comes from: text, files, scripts, flags, and which of them goes above the others."""

import argparse
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, OWN_OPTIONS
from imgdatagen_compat.migration.configuration import ConfigurationError, asked_configuration, configuration_from
from imgdatagen_compat.migration.configuration.flags import add_configuration_flags
from imgdatagen_compat.migration.configuration.values import parsed_size, parsed_value

SCRIPT = """
from keras.preprocessing.image import ImageDataGenerator

SIZE = (48, 64)
train = ImageDataGenerator(rescale=1. / 255, rotation_range=20)
plain = ImageDataGenerator(rescale=1. / 255)
batches = train.flow_from_directory("data", target_size=SIZE, class_mode="sparse", save_to_dir="seen", workers=4)
"""


def asked(*argv):
    parser = argparse.ArgumentParser()
    add_configuration_flags(parser)
    return asked_configuration(parser.parse_args(argv))


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20), ("0.2", 0.2), ("-3", -3), ("1e-6", 1e-6), ("1/255", 1 / 255), ("1./255", 1 / 255), ("0.8,1.2", [0.8, 1.2]),
        ("[-9, 9]", [-9, 9]), ("(0.5,1.5)", [0.5, 1.5]), ("none", None), ("True", True), ("false", False), ("nearest", "nearest"),
        ("a/b", "a/b"), ("1/0", "1/0"), ("auto", "auto"), ("", ""),
    ],
)  # fmt: skip
def test_text_is_the_value_that_it_looks_like(text, value):
    parsed = parsed_value(text)
    assert parsed == value
    assert type(parsed) is type(value)


@given(st.integers() | st.floats(allow_nan=False))
def test_numbers_are_read_back_exactly(number):
    assert parsed_value(repr(number)) == number


@pytest.mark.parametrize(("text", "size"), [("150", (150, 150)), ("150x200", (150, 200)), ("150,200", (150, 200))])
def test_size(text, size):
    assert parsed_size(text) == size


@pytest.mark.parametrize("text", ["0", "0x9", "9x0", "big", "1x2x3", "-3", ""])
def test_no_size(text):
    with pytest.raises(ValueError, match="not a size in pixels"):
        parsed_size(text)


def test_every_argument_of_the_constructor_has_a_flag_that_arrives():
    for name, default in {**CONSTRUCTOR, **OWN_OPTIONS}.items():
        flag = "--" + name.replace("_", "-")
        if name == "preprocessing_function":
            values = ["math.sqrt"]
        else:
            values = [] if isinstance(default, bool) else ["1"]
        assert list(asked(flag, *values).generator) == [name]


def test_nothing_said_is_nothing():
    configuration = asked()
    assert (configuration.generator, configuration.flow, configuration.origin) == ({}, {}, "")


def test_flags_are_sorted_into_generator_and_flow():
    configuration = asked("--rotation-range", "20", "--no-shuffle", "--class-mode", "none", "--target-size", "8x9", "--batch-size", "3")
    assert configuration.generator == {"rotation_range": 20}
    assert configuration.flow == {"shuffle": False, "class_mode": None, "target_size": (8, 9), "batch_size": 3}


def test_json_file_and_flags_above_it(tmp_path):
    path = tmp_path / "augmentation.json"
    path.write_text('{"rescale": "1/255", "rotation_range": 20, "zoom_range": [0.8, 1.2], "class_mode": null}')
    configuration = asked("--config", str(path), "--rotation-range", "5", "--no-horizontal-flip")
    assert configuration.generator == {"rescale": 1 / 255, "rotation_range": 5, "zoom_range": [0.8, 1.2], "horizontal_flip": False}
    assert configuration.flow == {"class_mode": None}
    assert configuration.origin == f"{path} and flags"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="no tomllib")
def test_toml_file(tmp_path):
    path = tmp_path / "augmentation.toml"
    path.write_text('rotation_range = 20\nrescale = "1/255"\nhorizontal_flip = true\n')
    assert asked("--config", str(path)).generator == {"rotation_range": 20, "rescale": 1 / 255, "horizontal_flip": True}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '{"rotation": 20}', "Did you mean rotation_range"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "[1]", "should hold one object"),
        ("a.json", '{"preprocessing_function": "no.such.thing"}', "cannot be imported"),
        ("a.json", '{"preprocessing_function": "nothing"}', "package.module.function"),
        pytest.param("a.toml", "=", "is not TOML", marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="no tomllib")),
    ],
)
def test_bad_file_is_told_what_to_do(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        asked("--config", str(tmp_path / name))


def test_absent_files_are_named(tmp_path):
    for flag in ("--config", "--script"):
        with pytest.raises(ConfigurationError, match=r"nowhere\.py cannot be read"):
            asked(flag, str(tmp_path / "nowhere.py"))


def test_script_gives_the_generator_and_its_flow_but_not_what_it_writes(script):
    configuration = asked("--script", str(script), "--name", "train")
    assert configuration.generator == {"rescale": 1 / 255, "rotation_range": 20}
    assert configuration.flow == {"target_size": (48, 64), "class_mode": "sparse"}
    assert configuration.origin == f"{script}:5"
    assert asked("--script", str(script), "--line", "6").generator == {"rescale": 1 / 255}


def test_script_with_several_generators_asks_which(script):
    with pytest.raises(ConfigurationError, match="train in line 5, plain in line 6"):
        asked("--script", str(script))


def test_a_name_without_a_script_is_refused():
    with pytest.raises(ConfigurationError, match="pass that as well"):
        asked("--name", "train", "--rescale", "2")


def test_older_module_brings_its_semantics(script):
    script.write_text(SCRIPT.replace("from keras.preprocessing.image", "from keras_preprocessing.image"))
    assert asked("--script", str(script), "--name", "plain").generator["semantics"] == "keras_preprocessing"


def test_function_is_imported_from_here(tmp_path, monkeypatch):
    (tmp_path / "own_preprocessing.py").write_text(textwrap.dedent("def halve(image):\n    return image / 2\n"))
    monkeypatch.chdir(tmp_path)
    configuration = configuration_from({"preprocessing_function": "own_preprocessing.halve"}, "flags")
    assert configuration.generator["preprocessing_function"](8) == 4
    assert str(tmp_path) not in sys.path
