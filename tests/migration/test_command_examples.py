"""The examples in the help of `parity` and `export` are run as shown; the long ones are parsed."""

import shlex

import keras
import numpy as np
import pytest
from originals import photographs, write_class_folders

from imgdatagen_compat.migration import cli, export_command
from imgdatagen_compat.migration.parity import command as parity_command

SCRIPT = """\
import os

from tensorflow.keras.preprocessing.image import ImageDataGenerator

HEIGHT, WIDTH = 24, 32
BATCH_SIZE = 4
FOLDER = os.environ["PHOTOGRAPHS"]


# Augmented for training only.

train_datagen = ImageDataGenerator(rescale=1.0 / 255, rotation_range=20, horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1.0 / 255)
batches = train_datagen.flow_from_directory(FOLDER, target_size=(HEIGHT, WIDTH), batch_size=BATCH_SIZE)
"""


def examples(module):
    lines = module.EPILOG.split("examples:\n")[1].splitlines()
    return [shlex.split(line)[1:] for line in lines]


OWN = [example for example in examples(parity_command) if {"--script", "--config", "--rotation-range", "--zoom-range"} & set(example)]
USUAL = [example for example in examples(parity_command) if example not in OWN]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    directory = tmp_path_factory.mktemp("project")
    write_class_folders(directory / "photographs" / "train", n=2)
    (directory / "train.py").write_text(SCRIPT)
    (directory / "augmentation.json").write_text('{"rotation_range": 20, "rescale": "1/255", "target_size": [24, 32]}')
    np.savez(directory / "images.npz", x=photographs(4), y=np.arange(4))
    return directory


@pytest.mark.parametrize("example", OWN, ids=" ".join)
def test_parity_on_ones_own_configuration(project, monkeypatch, example):
    if "native" in example and keras.__version__ < "3":
        pytest.skip("stock layers of Keras 3")
    monkeypatch.chdir(project)
    # Whether the drop-in keeps its promise is asked elsewhere, without compiling for every example.
    monkeypatch.setattr(parity_command, "load_dropin", parity_command.load_original)
    assert cli.main(example) == 0
    assert "--html" not in example or (project / "parity.html").stat().st_size > 10_000


@pytest.mark.parametrize("example", USUAL, ids=" ".join)
def test_parity_on_the_usual_configurations_is_understood(example):
    arguments = cli.build_parser(["parity"]).parse_args(example)
    assert arguments.run is parity_command.run


@pytest.mark.skipif(keras.__version__ < "3", reason="stock layers of Keras 3")
@pytest.mark.parametrize("example", examples(export_command), ids=" ".join)
def test_export(project, monkeypatch, capsys, example):
    monkeypatch.chdir(project)
    assert cli.main(example) == 0
    code = (project / "layers.py").read_text() if "--output" in example else capsys.readouterr().out
    assert "keras.layers.RandomRotation(" in code


def test_there_are_examples_of_each_kind():
    assert (len(OWN), len(USUAL), len(examples(export_command))) == (5, 3, 4)
