"""The configuration of a script, for commands that make a generator like its own."""

import re

import keras
import pytest

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.migration.audit.configuration import configuration_of_script

TWO = """\
from keras.preprocessing.image import ImageDataGenerator
train = ImageDataGenerator(rescale=1. / 255, zoom_range=[0.8, 1.2], horizontal_flip=True)
test = ImageDataGenerator(rescale=1. / 255)
"""
OLDER = "try:\n    from keras_preprocessing.image import ImageDataGenerator\nexcept ImportError:\n    "
EITHER = OLDER + TWO


@pytest.fixture
def script(tmp_path):
    def write(code):
        path = tmp_path / "train.py"
        path.write_text(code)
        return path

    return write


def test_by_name_and_by_line(script):
    path = script(TWO)
    assert configuration_of_script(path, name="test") == configuration_of_script(path, line=3) == {"rescale": 1 / 255}
    made = ImageDataGenerator(**configuration_of_script(path, name="train", line=2))
    assert made.zoom_range == [0.8, 1.2] and made.horizontal_flip


def test_the_only_one_needs_no_name(script):
    path = script("import keras_preprocessing.image as i\nfor a in (1, 2): use(i.ImageDataGenerator(rotation_range=3))")
    assert configuration_of_script(path) == {"rotation_range": 3, "semantics": "keras_preprocessing"}


def test_semantics(script):
    code = "from keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator()"
    assert configuration_of_script(script(code)) == {}
    assert configuration_of_script(script(code), semantics="keras_preprocessing") == {"semantics": "keras_preprocessing"}


def test_preprocess_input_is_imported(script):
    path = script(
        TWO.replace("rescale=1. / 255)", "preprocessing_function=tf.keras.applications.vgg16.preprocess_input)\nimport tensorflow as tf")
    )
    assert configuration_of_script(path, name="test") == {"preprocessing_function": keras.applications.vgg16.preprocess_input}


@pytest.mark.parametrize(
    ("code", "chosen", "message"),
    [
        (TWO, {}, "several generators. Choose one by name or line: train in line 2, test in line 3."),
        (TWO, {"name": "val"}, "no generator named val. Choose"),
        (TWO, {"name": "train", "line": 3}, "no generator named train and in line 3. Choose"),
        ("import keras", {}, "no ImageDataGenerator is made here"),
        (TWO.replace("True", "args.flip"), {"name": "train"}, "not known without running the script: horizontal_flip=args.flip. Write"),
        (TWO.replace("horizontal_flip=True", "**options"), {"name": "train"}, "not known without running the script: options. Write"),
        (TWO.replace("True", "True, preprocessing_function=lambda x: x"), {"name": "train"}, "preprocessing_function=lambda x: x. Write"),
        (TWO.replace("rescale=1. / 255)", "brightness_range=3)"), {"name": "test"}, "the arguments are not valid"),
        (EITHER, {"name": "test"}, "Keras or keras_preprocessing, whichever can be imported"),
    ],
)
def test_errors_say_what_is_missing(script, code, chosen, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        configuration_of_script(script(code), **chosen)
