"""Settings of a constructor: which values are known, and which stay unknown."""

import pytest
from audits import KERAS, only_generator

# Code before `datagen = …`, what is passed, the value.
VALUES = [
    ("", "1./255", 1 / 255),
    ("", "1 / 255.0", 1 / 255),
    ("", "-(2 + 3) * 2 % 7", 4),
    ("SCALE = 1.0 / 255", "SCALE", 1 / 255),
    ("WHITE = 255\nSCALE = 1 / WHITE", "SCALE", 1 / 255),
    ("import math", "math.pi / 4", 0.7853981633974483),
    ("", "[0.8, 1.2]", [0.8, 1.2]),
    ("LOW, HIGH = 0.5, 1.5", "(LOW, HIGH)", (0.5, 1.5)),
    ("(A, B), C = (1, 2), 3", "B", 2),
    ("settings = {'zoom': 0.3}", "settings['zoom']", 0.3),
    ("settings = dict(zoom=0.3)", "settings['zoom']", 0.3),
    ("class Config:\n    ZOOM = 0.3", "Config.ZOOM", 0.3),
    ("ZOOM = 0.1\nZOOM = 0.2", "ZOOM", 0.2),
    ("ZOOM: float = 0.2", "ZOOM", 0.2),
    ("from settings import *\nZOOM = 0.2", "ZOOM", 0.2),
    ("ZOOM = 0.2\nfrom keras.layers import *", "ZOOM", 0.2),
    ("class A:\n    ZOOM = 1\nclass B:\n    ZOOM = 2", "A.ZOOM", 1),
    ("with open('x') as f:\n    ZOOM = 0.2", "ZOOM", 0.2),
    ("", "float(3)", 3.0),
    ("import numpy as np", "np.float64", "float64"),
    ("", "'near' + 'est'", "nearest"),
    ("", "not False", True),
]


@pytest.mark.parametrize(("before", "passed", "value"), VALUES)
def test_values(before, passed, value):
    generator = only_generator(f"{KERAS}{before}\ndatagen = ImageDataGenerator(dtype={passed})\n")
    assert generator.known["dtype"] == value and type(generator.known["dtype"]) is type(value)


UNKNOWN = [
    ("import argparse\nargs = argparse.ArgumentParser().parse_args()", "args.zoom"),
    ("import sys", "float(sys.argv[1])"),
    ("from config import ZOOM", "ZOOM"),
    ("ZOOM = 0.1\nif len('x'):\n    ZOOM = 0.2", "ZOOM"),
    ("for ZOOM in (0.1, 0.2):\n    pass", "ZOOM"),
    ("ZOOM = 0.1\nZOOM += 0.1", "ZOOM"),
    ("ZOOM = 0.1\ndef change():\n    global ZOOM\n    ZOOM = 0.2", "ZOOM"),
    ("settings = {'zoom': 0.3}\nsettings['zoom'] = 0.4", "settings['zoom']"),
    ("settings = {'zoom': 0.3}\nsettings.update(zoom=0.4)", "settings['zoom']"),
    ("settings = {'zoom': 0.3}\nchange(settings)", "settings['zoom']"),
    ("settings = {'zoom': 0.3}\nother = settings", "settings['zoom']"),
    ("settings = {'zoom': 0.3}", "settings['height']"),
    ("class Config:\n    ZOOM = 0.3\nConfig.ZOOM = 0.4", "Config.ZOOM"),
    ("ZOOM = 0.3\nfrom settings import *", "ZOOM"),
    ("RANGE = [1, 2]\nRANGE.append(3)", "RANGE"),
    ("", "undefined"),
    ("", "1 / 0"),
    ("", "'x' * 10 ** 9"),
    ("", "0.1 if big else 0.2"),
    ("a = b\nb = a", "a"),
    ("def float(x):\n    return 3", "float(2)"),
]


@pytest.mark.parametrize(("before", "passed"), UNKNOWN)
def test_unknown_values_stay_unknown(before, passed):
    generator = only_generator(f"{KERAS}{before}\ndatagen = ImageDataGenerator(rotation_range=20, zoom_range={passed})\n")
    assert generator.known == {"rotation_range": 20}
    assert list(generator.unknown) == ["zoom_range"] and generator.config is None


def test_a_subclass_may_have_other_settings():
    code = f"{KERAS}class A:\n    ZOOM = 0.1\n    def make(self):\n        return ImageDataGenerator(zoom_range=self.ZOOM)\n"
    assert only_generator(code).known == {"zoom_range": 0.1}
    assert only_generator(code + "class B(A):\n    ZOOM = 0.2\n").unknown == {"zoom_range": "self.ZOOM"}


def test_parameters_are_unknown():
    generator = only_generator(f"{KERAS}def make(zoom=0.1):\n    return ImageDataGenerator(zoom_range=zoom)\n")
    assert generator.unknown == {"zoom_range": "zoom"}


def test_names_in_functions_see_what_is_outside():
    generator = only_generator(f"{KERAS}ZOOM = 0.1\ndef make():\n    return ImageDataGenerator(zoom_range=ZOOM)\n")
    assert generator.known == {"zoom_range": 0.1}


def test_a_loop_may_have_changed_a_value():
    code = f"{KERAS}zoom = 0.1\nfor _ in 'ab':\n    ImageDataGenerator(zoom_range=zoom)\n    zoom = 0.2\n"
    assert only_generator(code).unknown == {"zoom_range": "zoom"}
    code = f"{KERAS}for _ in 'ab':\n    zoom = 0.1\n    ImageDataGenerator(zoom_range=zoom)\n    zoom = 0.2\n"
    assert only_generator(code).known == {"zoom_range": 0.1}


STARS = [
    "args = dict(rotation_range=20, zoom_range=0.1)",
    "args = {'rotation_range': 20, 'zoom_range': 0.1}",
    "args = {'rotation_range': 20, 'zoom_range': 1 / 10}",
    "args = dict({'rotation_range': 20}, zoom_range=0.1)",
    "args = {**{'rotation_range': 20}, 'zoom_range': 0.1}",
    "args = {'rotation_range': 20, 'zoom_range': 0.1}\nprint(args)\nfor name in args: pass",
]


@pytest.mark.parametrize("before", STARS)
def test_double_stars(before):
    generator = only_generator(f"{KERAS}{before}\ndatagen = ImageDataGenerator(rescale=2, **args)\n")
    assert generator.known == {"rescale": 2, "rotation_range": 20, "zoom_range": 0.1} and not generator.unknown
    assert generator.config.rotation_range == 20


def test_one_unknown_value_in_a_dict_hides_no_other():
    generator = only_generator(f"{KERAS}args = dict(rotation_range=20, zoom_range=parsed.zoom)\ndatagen = ImageDataGenerator(**args)\n")
    assert generator.known == {"rotation_range": 20} and generator.unknown == {"zoom_range": "parsed.zoom"}


@pytest.mark.parametrize(
    ("passed", "unknown"), [("**vars(args)", {"**": "vars(args)"}), ("**args", {"**": "args"}), ("*args", {"*": "*args"})]
)
def test_unknown_stars(passed, unknown):
    generator = only_generator(f"{KERAS}datagen = ImageDataGenerator({passed}, rotation_range=20)\n")
    assert generator.known == {"rotation_range": 20} and generator.unknown == unknown and generator.config is None


def test_functions_are_references():
    code = f"{KERAS}from keras.applications.vgg16 import preprocess_input\nImageDataGenerator(preprocessing_function=preprocess_input)"
    assert only_generator(code).known["preprocessing_function"].origin == "keras.applications.vgg16.preprocess_input"
    own = only_generator(f"{KERAS}def crop(x):\n    return x\nImageDataGenerator(preprocessing_function=crop)")
    assert own.known["preprocessing_function"].origin is None and own.config is not None
    assert only_generator(f"{KERAS}ImageDataGenerator(preprocessing_function=lambda x: x)").config is not None


def test_settings_assigned_later_are_unknown():
    generator = only_generator(f"{KERAS}datagen = ImageDataGenerator(rescale=2, zoom_range=0.1)\ndatagen.rescale = 3\n")
    assert generator.known == {"zoom_range": 0.1} and list(generator.unknown) == ["rescale"]
