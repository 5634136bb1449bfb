"""Flow calls: which generator each belongs to, and its arguments."""

import pytest
from audits import KERAS, audit, only_generator

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
