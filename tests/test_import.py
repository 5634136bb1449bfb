"""What importing costs and gives: no TensorFlow until it is needed, every name on its own, `dir`, star import, replacing before use."""

import pytest
from fresh_process import run_python

import imgdatagen_compat


def test_import_does_not_import_tensorflow():
    code = """
import json, sys
import imgdatagen_compat
names = dir(imgdatagen_compat)
from imgdatagen_compat import load_img, validate_filename, list_pictures
import imgdatagen_compat.config, imgdatagen_compat.params, imgdatagen_compat.stages, imgdatagen_compat.indexing
heavy = [name for name in ("tensorflow", "keras", "tf_keras", "pandas", "scipy") if name in sys.modules]
print(json.dumps([heavy, "ImageDataGenerator" in names]))
"""
    assert run_python(code) == [[], True]


def test_star_import_gives_every_name_and_a_loader_replaced_before_any_use_is_used():
    code = """
import json, os, tempfile
from imgdatagen_compat import image_io
from PIL import Image

image_io.load_img = lambda path, **settings: Image.new("RGB", settings["target_size"], (9, 8, 7))
from imgdatagen_compat import *
import imgdatagen_compat

directory = tempfile.mkdtemp()
os.mkdir(os.path.join(directory, "a"))
Image.new("RGB", (4, 4)).save(os.path.join(directory, "a", "1.png"))
x, y = next(ImageDataGenerator().flow_from_directory(directory, target_size=(3, 3)))
print(json.dumps([[name for name in imgdatagen_compat.__all__ if name not in globals()], x[0, 0, 0].tolist()]))
"""
    assert run_python(code) == [[], [9, 8, 7]]


@pytest.mark.parametrize("name", imgdatagen_compat.__all__)
def test_each_name_on_its_own(name):
    namespace = {}
    exec(f"from imgdatagen_compat import {name}", namespace)
    assert namespace[name] is getattr(imgdatagen_compat, name)
    assert callable(namespace[name])
    assert namespace[name].__doc__


def test_dir_lists_every_public_name():
    assert set(imgdatagen_compat.__all__) <= set(dir(imgdatagen_compat))
    assert len(imgdatagen_compat.__all__) == len(set(imgdatagen_compat.__all__))


def test_unknown_name():
    with pytest.raises(AttributeError, match="imgdatagen_compat.*no attribute 'ImageDatagenerator'"):
        imgdatagen_compat.ImageDatagenerator  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from imgdatagen_compat import nothing  # noqa: F401
