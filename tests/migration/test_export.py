"""`export`: code that runs, a report, and an exit status that says whether anything is left out."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from originals import write_class_folders

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.migration.cli import main

pytestmark = pytest.mark.skipif(keras.__version__ < "3", reason="stock layers of Keras 3")
SCRIPT = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator

train = ImageDataGenerator(rescale=1. / 255, horizontal_flip=True)
whitened = ImageDataGenerator(featurewise_center=True, zca_whitening=True, rescale=1. / 255)
shifted = ImageDataGenerator(width_shift_range=5)
batches = shifted.flow_from_directory("data", target_size=(20, 24))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return str(path)


def layers_of(code):
    namespace = {}
    exec(code, namespace)
    return namespace["preprocessing"].layers


def test_code_goes_to_standard_output_and_the_report_beside_it(script, capsys):
    assert main(["export", "--script", script, "--name", "train", "--seed", "3"]) == 0
    printed = capsys.readouterr()
    flip, rescaling = layers_of(printed.out)
    assert (flip.seed, rescaling.scale) == (3, 1 / 255)
    assert "stock layer" in printed.err
    assert "RandomFlip" in printed.err


def test_code_is_that_of_to_native(capsys):
    assert main(["export", "--rotation-range", "20", "--zoom-range", "0.8,1.2", "--image-size", "24x32"]) == 0
    assert capsys.readouterr().out == ImageDataGenerator(rotation_range=20, zoom_range=[0.8, 1.2]).to_native(image_size=(24, 32)).code


def test_what_is_left_out_exits_1_with_the_reason(script, capsys):
    assert main(["export", "--script", script, "--name", "whitened"]) == 1
    printed = capsys.readouterr()
    assert "left out" in printed.out
    assert "zca whitening: left out." in printed.err
    assert "--sample" in printed.err


def test_size_of_the_flow_is_that_of_the_images(script, capsys):
    assert main(["export", "--script", script, "--line", "6"]) == 0
    (translation,) = layers_of(capsys.readouterr().out)
    assert max(abs(factor) for factor in (*translation.height_factor, *translation.width_factor)) == pytest.approx(5 / 20, rel=0.3)


def test_statistics_and_differences_are_of_the_sample(tmp_path, capsys):
    folder = write_class_folders(tmp_path / "photographs", n=3)
    settings = ["--featurewise-center", "--featurewise-std-normalization", "--rescale", "1/255", "--image-size", "10x12"]
    written = ["--json", str(tmp_path / "report.json"), "--output", str(tmp_path / "layers.py")]
    assert main(["export", *settings, "--sample", folder, *written]) == 0
    assert capsys.readouterr().out == ""
    datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, rescale=1 / 255)
    raw = ImageDataGenerator().flow_from_directory(folder, target_size=(10, 12), shuffle=False, class_mode=None)
    datagen.fit_iterator(raw, verbose=0)
    _, normalization = layers_of((tmp_path / "layers.py").read_text())
    np.testing.assert_allclose(np.ravel(normalization.input_mean), np.ravel(datagen.mean), rtol=1e-6)
    document = json.loads((tmp_path / "report.json").read_text())
    assert document["code"] == (tmp_path / "layers.py").read_text()
    assert document["report"]["sample"] == "the sample"
    assert document["origin"] == "flags"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "nothing to export"),
        (["--zoom-range", "1,2,3"], "`zoom_range` should be"),
        (["--width-shift-range", "5"], "image_size"),
        (["--sample", "nowhere", "--rescale", "2"], "nowhere is not there"),
        (["--rescale", "2", "--output", "no/such/folder/layers.py"], "cannot be written"),
    ],
)
def test_wrong_usage_exits_2_and_prints_no_code(flags, message, capsys):
    assert main(["export", *flags]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err


def test_json_alone_on_standard_output(capsys):
    assert main(["export", "--rescale", "1/255", "--json", "-"]) == 0
    assert "Rescaling" in json.loads(capsys.readouterr().out)["code"]


def test_help_needs_no_tensorflow():
    code = """
import sys
from imgdatagen_compat.migration import cli
try:
    cli.main(["export", "--help"])
finally:
    print("tensorflow" in sys.modules)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "imgdatagen-compat export --script train.py --name train_datagen" in printed
    assert printed.rstrip().endswith("False")
