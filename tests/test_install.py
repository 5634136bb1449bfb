"""`install`, `uninstall`, `installed`: which names are ours in between, and that nothing of it is left afterwards."""

import contextlib
import importlib
import multiprocessing.spawn
import sys
import warnings

import keras
import keras_preprocessing.image
import pytest
import tensorflow as tf
import tf_keras
from fresh_process import run_python

import imgdatagen_compat
from imgdatagen_compat import installation
from imgdatagen_compat.keras_preprocessing import image as older_image

# Every module that `install` may change, or that holds what it changes.
TOUCHED = ("keras", "tf_keras", "keras_preprocessing", "tensorflow.keras", "tensorflow.python.keras")


@pytest.fixture
def install():
    """`imgdatagen_compat.install`, undone at the end; quiet about what the test modules have imported."""

    def quiet_install(**options):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Imported before install")
            imgdatagen_compat.install(**options)

    yield quiet_install
    imgdatagen_compat.uninstall()


IMPORTS = {
    "keras.preprocessing.image": "from keras.preprocessing.image import ImageDataGenerator",
    "keras module": "from keras.preprocessing import image; ImageDataGenerator = image.ImageDataGenerator",
    "keras chain": "import keras; ImageDataGenerator = keras.preprocessing.image.ImageDataGenerator",
    "tensorflow.keras": "from tensorflow.keras.preprocessing.image import ImageDataGenerator",
    "tensorflow.keras alias": "import tensorflow.keras.preprocessing.image as image; ImageDataGenerator = image.ImageDataGenerator",
    "tf.keras chain": "import tensorflow as tf; ImageDataGenerator = tf.keras.preprocessing.image.ImageDataGenerator",
    "tf.keras module": "from tensorflow.keras.preprocessing import image; ImageDataGenerator = image.ImageDataGenerator",
    "star": "from keras.preprocessing.image import *",
    "tf_keras": "from tf_keras.preprocessing.image import ImageDataGenerator",
    "keras.src.legacy": "from keras.src.legacy.preprocessing.image import ImageDataGenerator",
    "keras.src.legacy star": "from keras.src.legacy.preprocessing.image import *",
    "keras.legacy": "from keras.legacy.preprocessing.image import ImageDataGenerator",
    "keras._legacy": "from keras._legacy.preprocessing import image; ImageDataGenerator = image.ImageDataGenerator",
    "Keras 2.13": "from keras.src.preprocessing.image import ImageDataGenerator",
    "tensorflow.python": "from tensorflow.python.keras.preprocessing.image import ImageDataGenerator",
}
OLDER_IMPORTS = {
    "keras_preprocessing.image": "from keras_preprocessing.image import ImageDataGenerator",
    "keras_preprocessing star": "from keras_preprocessing.image import *",
    "keras_preprocessing module": "from keras_preprocessing import image; ImageDataGenerator = image.ImageDataGenerator",
    "keras_preprocessing part": "from keras_preprocessing.image.image_data_generator import ImageDataGenerator",
}


def imported(statement):
    namespace = {}
    exec(statement, namespace)
    return namespace["ImageDataGenerator"]


@pytest.mark.parametrize("statement", IMPORTS.values(), ids=IMPORTS)
def test_imports_of_keras(install, statement):
    install()
    assert imported(statement) is imgdatagen_compat.ImageDataGenerator
    install(semantics="keras_preprocessing")
    assert imported(statement) is older_image.ImageDataGenerator
    imgdatagen_compat.uninstall()
    with contextlib.suppress(ImportError, AttributeError, KeyError):  # Keras 3 does not have it under every name
        assert not imported(statement).__module__.startswith("imgdatagen_compat")


@pytest.mark.parametrize("statement", OLDER_IMPORTS.values(), ids=OLDER_IMPORTS)
def test_imports_of_keras_preprocessing(install, statement):
    before = imported(statement)
    install()
    assert imported(statement) is older_image.ImageDataGenerator
    imgdatagen_compat.uninstall()
    assert imported(statement) is before


def test_every_name_of_the_module_is_ours(install):
    install()
    image = importlib.import_module("keras.preprocessing.image")
    for name in installation.image_modules.NAMES:
        assert getattr(image, name) is getattr(imgdatagen_compat, name)
    image = importlib.import_module("keras_preprocessing.image")
    for name in older_image.__all__:
        assert getattr(image, name) is getattr(older_image, name)


def test_other_names_stay_where_they_are(install):
    before = [keras.preprocessing.image_dataset_from_directory, tf.keras.preprocessing.text.Tokenizer, keras.utils.load_img]
    private = vars(sys.modules["keras.src.legacy.preprocessing.image"])["_list_valid_filenames_in_directory"]
    install()
    from keras.preprocessing import image_dataset_from_directory, sequence  # noqa: F401
    from keras.src.legacy.preprocessing.image import _list_valid_filenames_in_directory

    assert [image_dataset_from_directory, tf.keras.preprocessing.text.Tokenizer, keras.utils.load_img] == before
    assert _list_valid_filenames_in_directory is private
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from keras_preprocessing.image import nothing  # noqa: F401
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("keras.legacy.nothing")


def state_of_everything():
    """What could have changed: the modules, the attributes of each, the methods of models, the finders."""
    modules = {name: module for name, module in sys.modules.items() if name.startswith(TOUCHED)}
    attributes = {name: (type(module), dict(vars(module))) for name, module in modules.items()}
    return modules, attributes, dict(vars(keras.Model)), list(sys.meta_path), dict(vars(multiprocessing.spawn))


@pytest.mark.parametrize("semantics", ["keras", "keras_preprocessing"])
def test_nothing_is_left_behind(install, semantics):
    for statement in (IMPORTS["tensorflow.keras alias"], *OLDER_IMPORTS.values()):
        imported(statement)  # so that modules which stay loaded do not count as a change
    before = state_of_everything()
    install(semantics=semantics)
    for statement in (*IMPORTS.values(), *OLDER_IMPORTS.values()):
        imported(statement)
    assert state_of_everything() != before
    imgdatagen_compat.uninstall()
    assert state_of_everything() == before


def test_an_install_that_fails_leaves_nothing_behind(install, monkeypatch):
    def fail(patches, semantics):
        raise OSError("no more processes")

    before = state_of_everything()
    monkeypatch.setattr(installation, "install_in_spawned_processes", fail)
    with pytest.raises(OSError, match="no more processes"):
        install()
    assert state_of_everything() == before


def test_again_changes_nothing(install):
    install()
    once = state_of_everything()
    install()
    assert state_of_everything() == once
    imgdatagen_compat.uninstall()
    after = state_of_everything()
    imgdatagen_compat.uninstall()
    assert state_of_everything() == after


@pytest.mark.filterwarnings("ignore:Imported before install")
def test_context_managers_nest():
    def name():
        return tf.keras.preprocessing.image.ImageDataGenerator.__module__.rpartition(".")[0]

    before = name()
    with imgdatagen_compat.installed():
        with imgdatagen_compat.installed(semantics="keras_preprocessing"):
            assert name() == "imgdatagen_compat.keras_preprocessing"
        assert name() == "imgdatagen_compat"
        with pytest.raises(KeyError), imgdatagen_compat.installed():
            raise KeyError
        assert name() == "imgdatagen_compat"
    assert name() == before == "keras.src.legacy.preprocessing"


def test_unknown_semantics():
    with pytest.raises(ValueError, match="Received: semantics='documented'"):
        imgdatagen_compat.install(semantics="documented")


def test_names_taken_before_are_told_of(install, monkeypatch):
    module = type(sys)("a_project.data")
    module.Generator = keras_preprocessing.image.ImageDataGenerator
    module.kp_image = keras_preprocessing.image
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.warns(UserWarning, match="Imported before install") as caught:
        imgdatagen_compat.install()
    assert "`Generator` of a_project.data" in str(caught[0].message)
    assert "kp_image" not in str(caught[0].message)
    assert module.kp_image.ImageDataGenerator is older_image.ImageDataGenerator
    assert caught[0].filename == __file__


def test_the_original_keeps_working_for_who_has_it(install):
    original = tf_keras.preprocessing.image.ImageDataGenerator
    install()
    assert tf_keras.preprocessing.image.ImageDataGenerator is not original
    assert type(original().flow(keras.ops.ones((2, 4, 4, 3)).numpy())).__module__ == "tf_keras.src.preprocessing.image"


def test_ipython_extension():
    interactive = pytest.importorskip("IPython.core.interactiveshell", reason="needs IPython")
    shell = interactive.InteractiveShell.instance()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shell.run_line_magic("load_ext", "imgdatagen_compat")
            assert keras.preprocessing.image.ImageDataGenerator is imgdatagen_compat.ImageDataGenerator
            shell.run_line_magic("unload_ext", "imgdatagen_compat")
        assert not hasattr(keras.preprocessing.image, "ImageDataGenerator")
    finally:
        interactive.InteractiveShell.clear_instance()


# Nothing is loaded yet: every module is changed when it is imported. `sys.modules[None]`: as if keras-preprocessing were not there.
FRESH = """
import json, sys
import imgdatagen_compat
imgdatagen_compat.install()
untouched = "tensorflow" not in sys.modules and "keras" not in sys.modules
{first}
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator as of_tensorflow
from keras.preprocessing.image import ImageDataGenerator as of_keras
from keras_preprocessing.image import ImageDataGenerator as older
import numpy as np
import keras
names = [value.__module__ for value in (of_tensorflow, of_keras, tf.keras.preprocessing.image.ImageDataGenerator, older)]
x = np.ones((5, 4, 4, 3), "uint8")
histories = []
for models in (tf.keras, keras):
    model = models.Sequential([models.layers.Flatten(), models.layers.Dense(1)])
    model.compile(loss="mse")
    it = of_keras(rotation_range=20).flow(x, np.ones(5), batch_size=2)
    histories.append(len(model.fit_generator(it, epochs=2, steps_per_epoch=2, workers=2, verbose=0).history["loss"]))
loaders = [sys.modules[name].__spec__.loader.__class__.__name__ for name in ("keras", "tensorflow.keras.preprocessing.image")]
imgdatagen_compat.uninstall()
left = tf.keras.preprocessing.image.ImageDataGenerator.__module__.startswith("imgdatagen")
print(json.dumps([untouched, names, histories, loaders, left, tf.keras.Model.__module__.split(".")[0]]))
"""
NO_KERAS_PREPROCESSING = """
for finder in sys.meta_path[1:]:
    class Without:
        def __init__(self, finder): self.finder = finder
        def find_spec(self, name, path=None, target=None):
            return None if name.startswith("keras_preprocessing") else self.finder.find_spec(name, path, target)
    sys.meta_path[sys.meta_path.index(finder)] = Without(finder)
"""


@pytest.mark.parametrize(
    ("package", "first", "environment"), [("keras", NO_KERAS_PREPROCESSING, {}), ("tf_keras", "", {"TF_USE_LEGACY_KERAS": "1"})]
)
def test_before_anything_is_imported(package, first, environment):
    untouched, names, histories, loaders, left, tf_keras_is = run_python(FRESH.format(first=first), **environment)
    assert untouched
    assert names == ["imgdatagen_compat.generator"] * 3 + ["imgdatagen_compat.keras_preprocessing.generator"]
    assert histories == [2, 2]
    assert loaders == ["SourceFileLoader"] * 2
    assert not left
    assert tf_keras_is == package
