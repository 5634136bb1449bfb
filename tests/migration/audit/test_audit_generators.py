"""Constructors and flow calls: which are found, which values are known, and which stay unknown."""

import inspect
import textwrap

import pytest

import imgdatagen_compat
from imgdatagen_compat.keras_preprocessing import image as keras_preprocessing_image
from imgdatagen_compat.migration.audit import audit_source
from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, FLOWS, FURTHER_OPTIONS, OWN_OPTIONS, flow_parameters

KERAS = "from keras.preprocessing.image import ImageDataGenerator\n"


def audit(code, filename="train.py", **options):
    return audit_source(textwrap.dedent(code), filename, **options)


def only_generator(code, **options):
    (generator,) = audit(code, **options).generators
    return generator


# Every import statement, the way the class is called, and the level of its draws.
IMPORTS = [
    ("from keras.preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras"),
    ("from keras.preprocessing.image import ImageDataGenerator as IDG", "IDG", "keras"),
    ("from tensorflow.keras.preprocessing.image import (load_img,\n    ImageDataGenerator)", "ImageDataGenerator", "keras"),
    ("from keras.preprocessing import image", "image.ImageDataGenerator", "keras"),
    ("from tensorflow.keras.preprocessing import image as kimage", "kimage.ImageDataGenerator", "keras"),
    ("import keras", "keras.preprocessing.image.ImageDataGenerator", "keras"),
    ("import keras.preprocessing.image", "keras.preprocessing.image.ImageDataGenerator", "keras"),
    ("import keras.preprocessing.image as kpi", "kpi.ImageDataGenerator", "keras"),
    ("import tensorflow as tf", "tf.keras.preprocessing.image.ImageDataGenerator", "keras"),
    ("import tensorflow.compat.v1 as tf", "tf.keras.preprocessing.image.ImageDataGenerator", "keras"),
    ("from tensorflow import keras as K", "K.preprocessing.image.ImageDataGenerator", "keras"),
    ("import tensorflow as tf\nimage = tf.keras.preprocessing.image", "image.ImageDataGenerator", "keras"),
    ("from keras.src.legacy.preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras"),
    ("from tensorflow.python.keras.preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras"),
    ("from keras.preprocessing.image import *", "ImageDataGenerator", "keras"),
    ("from keras.layers import *\nfrom keras.preprocessing.image import *", "ImageDataGenerator", "keras"),
    ("from keras_preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras_preprocessing"),
    ("import keras_preprocessing.image as image", "image.ImageDataGenerator", "keras_preprocessing"),
    ("from keras_preprocessing.image.image_data_generator import ImageDataGenerator", "ImageDataGenerator", "keras_preprocessing"),
    ("from imgdatagen_compat import ImageDataGenerator", "ImageDataGenerator", "keras"),
    ("import imgdatagen_compat as image", "image.ImageDataGenerator", "keras"),
    ("from imgdatagen_compat.keras_preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras_preprocessing"),
    ("from tf_keras.preprocessing.image import ImageDataGenerator", "ImageDataGenerator", "keras"),
    (
        "try:\n    from keras.preprocessing.image import ImageDataGenerator\n"
        "except ImportError:\n    from tensorflow.keras.preprocessing.image import ImageDataGenerator",
        "ImageDataGenerator",
        "keras",
    ),
    (
        "try:\n    from keras_preprocessing.image import ImageDataGenerator\n"
        "except ImportError:\n    from keras.preprocessing.image import ImageDataGenerator",
        "ImageDataGenerator",
        None,
    ),
]


@pytest.mark.parametrize(("statement", "called", "semantics"), IMPORTS)
def test_imports(statement, called, semantics):
    generator = only_generator(f"{statement}\ndatagen = {called}(rotation_range=20)\n")
    assert generator.known == {"rotation_range": 20} and not generator.unknown
    assert generator.class_name == called and generator.variable == "datagen"
    assert generator.line == statement.count("\n") + 2 and generator.place.column == 11
    assert generator.semantics == semantics
    assert (generator.config is None) == (semantics is None)


NOT_IMPORTED = [
    "from albumentations import ImageDataGenerator\nImageDataGenerator()",
    "from .generators import ImageDataGenerator\nImageDataGenerator()",
    "class ImageDataGenerator:\n    pass\nImageDataGenerator()",
    "ImageDataGenerator()",
    "from my.keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator()",
    f"{KERAS}def make(ImageDataGenerator):\n    return ImageDataGenerator()",
    f"{KERAS}ImageDataGenerator = open\nImageDataGenerator('x')",
    f"{KERAS}print(ImageDataGenerator)",
    "import keras\nkeras.utils.ImageDataGenerator()",
    "'from keras.preprocessing.image import ImageDataGenerator; ImageDataGenerator()'",
]


@pytest.mark.parametrize("code", NOT_IMPORTED)
def test_other_classes_are_none(code):
    assert audit(code).generators == ()


def test_level_of_keras_is_an_option():
    code = "from keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator()"
    assert only_generator(code, semantics="keras_preprocessing").semantics == "keras_preprocessing"
    ours = "from imgdatagen_compat import ImageDataGenerator\nImageDataGenerator(semantics='documented')"
    assert only_generator(ours, semantics="keras_preprocessing").config.semantics == "documented"


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


def test_positional_arguments():
    generator = only_generator(f"{KERAS}ImageDataGenerator(False, True, False, False, False, 1e-6, 20, .1)\n")
    assert generator.known["samplewise_center"] is True and generator.known["width_shift_range"] == 0.1


def test_functions_are_references():
    code = f"{KERAS}from keras.applications.vgg16 import preprocess_input\nImageDataGenerator(preprocessing_function=preprocess_input)"
    assert only_generator(code).known["preprocessing_function"].origin == "keras.applications.vgg16.preprocess_input"
    own = only_generator(f"{KERAS}def crop(x):\n    return x\nImageDataGenerator(preprocessing_function=crop)")
    assert own.known["preprocessing_function"].origin is None and own.config is not None
    assert only_generator(f"{KERAS}ImageDataGenerator(preprocessing_function=lambda x: x)").config is not None


def test_partial():
    code = f"{KERAS}import functools\nmake = functools.partial(ImageDataGenerator, rescale=2)\ndatagen = make(rotation_range=20)\n"
    generator = only_generator(code)
    assert generator.known == {"rescale": 2, "rotation_range": 20} and generator.class_name == "make"


def test_subclass():
    code = f"{KERAS}class Mine(ImageDataGenerator):\n    pass\nclass Other(Mine):\n    pass\nOther(rescale=2)\n"
    assert only_generator(code).known == {"rescale": 2}


def test_subclass_with_a_constructor_of_its_own():
    code = f"""{KERAS}
class Mine(ImageDataGenerator):
    def __init__(self, crop, **kwargs):
        super().__init__(rescale=2, **kwargs)
datagen = Mine(32, zoom=2)
"""
    in_class, outside = audit(code).generators
    assert in_class.known == {"rescale": 2} and in_class.unknown == {"**": "kwargs"}
    assert outside.known == {} and outside.unknown == {"**": "Mine(32, zoom=2)"} and outside.config is None
    by_name = code.replace("super().__init__(", "ImageDataGenerator.__init__(self, ")
    assert audit(by_name).generators[0].known == {"rescale": 2}


def test_settings_assigned_later_are_unknown():
    generator = only_generator(f"{KERAS}datagen = ImageDataGenerator(rescale=2, zoom_range=0.1)\ndatagen.rescale = 3\n")
    assert generator.known == {"zoom_range": 0.1} and list(generator.unknown) == ["rescale"]


# Where the generator of `….flow_from_directory("data")` is certain.
ATTACHED = {
    "a name": "datagen = ImageDataGenerator()\ndatagen{}",
    "at once": "ImageDataGenerator(){}",
    "an alias": "datagen = ImageDataGenerator()\nother = datagen\nother{}",
    "unpacked": "datagen, other = ImageDataGenerator(), None\ndatagen{}",
    "the last of two": "datagen = None\ndatagen = ImageDataGenerator()\ndatagen{}",
    "in a function": "datagen = ImageDataGenerator()\ndef go():\n    return datagen{}",
    "of a function": "def make():\n    datagen = ImageDataGenerator()\n    return datagen\nmake(){}",
    "of a function, unpacked": "def make():\n    return 1, ImageDataGenerator()\n_, datagen = make()\ndatagen{}",
    "an attribute": "class A:\n    def __init__(self):\n        self.gen = ImageDataGenerator()\n    def go(self):\n        self.gen{}",
    "in a with": "with scope():\n    datagen = ImageDataGenerator()\ndatagen{}",
    "in an if": "if True:\n    datagen = ImageDataGenerator()\n    datagen{}",
}
NOT_ATTACHED = {
    "a parameter": "ImageDataGenerator()\ndef go(datagen):\n    datagen{}",
    "two branches": "if x:\n    datagen = ImageDataGenerator()\nelse:\n    datagen = None\ndatagen{}",
    "imported": "ImageDataGenerator()\nfrom other import datagen\ndatagen{}",
    "a loop": "ImageDataGenerator()\nfor datagen in gens:\n    datagen{}",
    "two assignments to an attribute": (
        "class A:\n    def __init__(self):\n        self.gen = ImageDataGenerator()\n"
        "    def other(self):\n        self.gen = None\n    def go(self):\n        self.gen{}"
    ),
}


@pytest.mark.parametrize("code", ATTACHED.values(), ids=ATTACHED)
def test_flow_of_its_generator(code):
    report = audit(KERAS + code.format(".flow_from_directory('data', (64, 64), seed=1)"))
    (flow,) = report.generators[0].flows
    assert flow.known == {"directory": "data", "target_size": (64, 64), "seed": 1} and not report.other_flows


@pytest.mark.parametrize("code", NOT_ATTACHED.values(), ids=NOT_ATTACHED)
def test_flow_of_an_unknown_generator(code):
    report = audit(KERAS + code.format(".flow_from_directory('data', batch_size=n)"))
    (flow,) = report.other_flows
    assert flow.known == {"directory": "data"} and flow.unknown == {"batch_size": "n"}
    assert not any(generator.flows for generator in report.generators)


def test_two_generators_in_one_name():
    code = f"{KERAS}g = ImageDataGenerator(rescale=1)\na = g.flow(x)\ng = ImageDataGenerator(rescale=2)\nb = g.flow(x)\n"
    assert [[flow.variable for flow in generator.flows] for generator in audit(code).generators] == [["a"], ["b"]]


def test_flow_alone_says_little():
    assert not audit("import keras\ndef go(cv): return cv.flow(a, b)").other_flows
    assert not audit("import keras\ndef go(cv): return cv.flow(a, b, batch_size=3, levels=2)").other_flows
    assert audit("import keras\ndef go(datagen): return datagen.flow(a, b, batch_size=3)").other_flows


def test_flow_of_a_subclass_of_its_own():
    code = f"{KERAS}class Mine(ImageDataGenerator):\n    def flow(self, *args): pass\nMine().flow(x, 3)"
    (flow,) = only_generator(code).flows
    assert flow.known == {} and flow.unknown == {"**": "Mine().flow(x, 3)"}


def test_tenth_argument():
    code = "datagen.flow(x, y, 32, True, None, 1, None, '', 'png', 'training')"
    keras = audit(f"{KERAS}datagen = ImageDataGenerator(validation_split=0.2)\n{code}")
    assert keras.generators[0].flows[0].known["subset"] == "training"
    assert [finding.code for finding in keras.findings] == ["import-gone", "tenth-argument"]
    older = audit(f"from keras_preprocessing.image import ImageDataGenerator\ndatagen = ImageDataGenerator(validation_split=0.2)\n{code}")
    assert older.generators[0].flows[0].known["subset"] == "training"
    assert [finding.code for finding in older.findings] == ["keras-preprocessing"]


def defaults(function, kind=inspect.Parameter.POSITIONAL_OR_KEYWORD):
    """[(name, default)] of the parameters of a method that are of this kind; None for those that must be passed."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [(p.name, None if p.default is p.empty else p.default) for p in parameters if p.kind is kind]


def test_signatures_are_those_of_the_classes():
    ours, older = imgdatagen_compat.ImageDataGenerator, keras_preprocessing_image.ImageDataGenerator
    by_keyword = inspect.Parameter.KEYWORD_ONLY
    assert defaults(ours.__init__) == list(CONSTRUCTOR.items())
    assert defaults(ours.__init__, by_keyword) == list(OWN_OPTIONS.items())
    assert [name for name, _ in defaults(older.__init__)] == list(CONSTRUCTOR)
    for method, parameters in FLOWS.items():
        assert defaults(getattr(ours, method)) == list(parameters.items())
        assert {name for name, _ in defaults(getattr(ours, method), by_keyword)} <= set(FURTHER_OPTIONS[method])
        assert tuple(name for name, _ in defaults(getattr(older, method))) == flow_parameters(method, "keras_preprocessing")
