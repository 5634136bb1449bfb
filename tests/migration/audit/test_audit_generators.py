"""Constructors: which are found, under which names, as which level, and the signatures they are read by."""

import inspect

import pytest
from audits import KERAS, audit, only_generator

import imgdatagen_compat
from imgdatagen_compat.keras_preprocessing import image as keras_preprocessing_image
from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, FLOWS, FURTHER_OPTIONS, OWN_OPTIONS, flow_parameters

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


def test_positional_arguments():
    generator = only_generator(f"{KERAS}ImageDataGenerator(False, True, False, False, False, 1e-6, 20, .1)\n")
    assert generator.known["samplewise_center"] is True and generator.known["width_shift_range"] == 0.1


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
