"""Training, evaluating and predicting with our iterators: the loss history of the original's iterators, to the last digit."""

import random

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from fresh_process import run_python
from originals import AUGMENTING, assert_same, keras_image, photographs, write_class_folders

import imgdatagen_compat

X = photographs(8, 6, 7)
Y = np.arange(8) % 2
WEIGHTS = np.linspace(0.5, 1.5, 8)

if tuple(int(part) for part in keras.__version__.split(".")[:2]) < (3, 12):
    # The original, up to there, does not call the constructor of its base class; ours is not warned of.
    pytestmark = pytest.mark.filterwarnings("ignore:Your `PyDataset` class should call")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("images"), n=4)


@pytest.fixture
def model():
    """Makes the same small model each time."""

    def make(outputs=1):
        keras.utils.set_random_seed(1)
        inputs = keras.Input((6, 7, 3))
        features = keras.layers.Dense(4, activation="tanh")(keras.layers.Flatten()(inputs))
        heads = [keras.layers.Dense(1, name=f"head{i}")(features) for i in range(outputs)]
        model = keras.Model(inputs, heads if outputs > 1 else heads[0])
        model.compile(optimizer="sgd", loss="mse" if outputs == 1 else ["mse"] * outputs)
        return model

    return make


FLOWS = {
    "arrays": lambda g, folder: g.flow(X, Y, batch_size=3, seed=1),
    "weights": lambda g, folder: g.flow(X, Y, batch_size=3, seed=1, sample_weight=WEIGHTS),
    "directory": lambda g, folder: g.flow_from_directory(folder, target_size=(6, 7), class_mode="binary", batch_size=3, seed=1),
    "dataframe": lambda g, folder: g.flow_from_dataframe(
        pd.DataFrame({"filename": [f"cat/cat{i}.png" for i in range(4)], "value": np.linspace(0, 1, 4), "weight": [1, 2, 3, 4]}),
        folder,
        y_col="value",
        weight_col="weight",
        class_mode="raw",
        target_size=(6, 7),
        batch_size=3,
        seed=1,
    ),
}


def both(run):
    """`run(module)` with the original and with ours, from the same states. Where Keras fails with its own iterators, it does with ours."""

    def result(module):
        np.random.seed(2)
        random.seed(3)
        return run(module)

    try:
        theirs = result(keras_image)
    except tf.errors.InvalidArgumentError:
        with pytest.raises(tf.errors.InvalidArgumentError):
            result(imgdatagen_compat)
        pytest.skip("this Keras fails here with its own iterators")
    return [theirs, result(imgdatagen_compat)]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("flow", FLOWS)
def test_fit_evaluate_predict(model, folder, flow, shuffle):
    def run(image):
        net = model()
        datagen = image.ImageDataGenerator(**AUGMENTING)
        it = FLOWS[flow](datagen, folder)
        history = net.fit(it, epochs=2, shuffle=shuffle, verbose=0).history["loss"]
        return [history, net.evaluate(it, verbose=0), net.predict(it, verbose=0), it.total_batches_seen]

    theirs, ours = both(run)
    assert_same(ours, theirs)
    assert len(set(ours[0])) == 2


def test_validation_data(model, folder):
    def run(image):
        datagen = image.ImageDataGenerator(**AUGMENTING, validation_split=0.5)
        options = {"target_size": (6, 7), "class_mode": "binary", "batch_size": 2, "seed": 1}
        train = datagen.flow_from_directory(folder, subset="training", **options)
        valid = datagen.flow_from_directory(folder, subset="validation", **options)
        return model().fit(train, validation_data=valid, epochs=2, verbose=0).history

    theirs, ours = both(run)
    assert ours == theirs
    assert len(ours["val_loss"]) == 2


def test_predict_without_targets_in_the_order_of_filenames(model, folder):
    def run(image):
        it = image.ImageDataGenerator(rescale=1 / 255).flow_from_directory(
            folder, target_size=(6, 7), class_mode=None, shuffle=False, batch_size=3
        )
        return model().predict(it, verbose=0)

    theirs, ours = both(run)
    assert_same(ours, theirs)
    assert ours.shape == (8, 1)


def test_several_outputs(model, folder):
    frame = pd.DataFrame({"filename": [f"dog/dog{i}.png" for i in range(4)], "a": np.arange(4.0), "b": np.arange(4.0) ** 2})

    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow_from_dataframe(
            frame, folder, y_col=["a", "b"], class_mode="multi_output", target_size=(6, 7), batch_size=2, seed=1
        )
        it_as_keras_wants_it = ((x, tuple(y)) for x, y in it)
        return model(outputs=2).fit(it_as_keras_wants_it, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0).history

    theirs, ours = both(run)
    assert ours == theirs


@pytest.mark.parametrize("options", [{"workers": 2}, {"workers": 3, "max_queue_size": 2}], ids=str)
def test_several_worker_threads(model, options):
    flow = {"x": X, "y": Y, "batch_size": 3, "shuffle": False}
    expected = model().fit(keras_image.ImageDataGenerator(rescale=1 / 255).flow(**flow), shuffle=False, epochs=2, verbose=0).history
    it = imgdatagen_compat.ImageDataGenerator(rescale=1 / 255).flow(**flow, **options)
    if hasattr(it, "workers"):
        assert (it.workers, it.max_queue_size) == (options["workers"], options.get("max_queue_size", 10))
        options = {}
    # Keras 2 asks no iterator for them: its `fit` takes them.
    assert model().fit(it, shuffle=False, epochs=2, verbose=0, **options).history == expected


def test_class_weight(model):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=3, seed=1)
        return model().fit(it, class_weight={0: 1.0, 1: 3.0}, epochs=2, shuffle=False, verbose=0).history

    theirs, ours = both(run)
    assert ours == theirs


def test_train_on_batches_from_a_loop(model):
    def run(image):
        net, losses = model(), []
        for batches, (x, y) in enumerate(image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=3, seed=1)):
            if batches == 5:
                return losses
            losses.append(float(net.train_on_batch(x, y)))

    theirs, ours = both(run)
    assert ours == theirs


def test_fit_on_a_dataset_made_of_the_iterator(model):
    def run(image):
        it = image.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=4, seed=1)
        spec = (tf.TensorSpec([None, 6, 7, 3], tf.float32), tf.TensorSpec([None], tf.int64))
        dataset = tf.data.Dataset.from_generator(lambda: it, output_signature=spec)
        return model().fit(dataset, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0).history

    theirs, ours = both(run)
    assert ours == theirs


def test_fit_on_zipped_images_and_masks():
    def run(image):
        keras.utils.set_random_seed(1)
        net = keras.Sequential([keras.layers.Conv2D(1, 3, padding="same")])
        net.compile(loss="mse")
        datagen = image.ImageDataGenerator(**AUGMENTING)
        pairs = zip(datagen.flow(X, batch_size=3, seed=1), datagen.flow(X[..., :1], batch_size=3, seed=1))
        return net.fit((pair for pair in pairs), steps_per_epoch=3, epochs=2, shuffle=False, verbose=0).history

    theirs, ours = both(run)
    assert ours == theirs


FIT_IN_A_FRESH_PROCESS = """
import json
import numpy as np
import tensorflow as tf

KERAS = {keras}
image = {image}
import imgdatagen_compat

x, y = (np.arange(8 * 6 * 7 * 3) % 251).reshape(8, 6, 7, 3).astype("uint8"), np.arange(8) % 2
histories = []
for module in (image, imgdatagen_compat):
    KERAS.utils.set_random_seed(1)
    model = KERAS.Sequential([KERAS.layers.Flatten(), KERAS.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    it = module.ImageDataGenerator(rotation_range=20, horizontal_flip=True, rescale=1 / 255).flow(x, y, batch_size=3, seed=1)
    history = model.fit(it, epochs=2, shuffle=False, verbose=0).history["loss"]
    histories.append([history, float(model.evaluate(it, verbose=0)), model.predict(it, verbose=0).tolist()])
print(json.dumps([KERAS.__name__.split(".")[0], isinstance(it, KERAS.utils.Sequence), histories]))
"""


def test_fit_of_tf_keras():
    code = FIT_IN_A_FRESH_PROCESS.format(keras="tf.keras", image="tf.keras.preprocessing.image")
    name, is_sequence, (theirs, ours) = run_python(code, TF_USE_LEGACY_KERAS="1")
    assert name == "tf_keras"
    assert is_sequence
    assert ours == theirs


def test_fit_on_the_jax_backend():
    pytest.importorskip("jax", reason="KERAS_BACKEND=jax needs jax")
    code = FIT_IN_A_FRESH_PROCESS.format(keras="__import__('keras')", image="tf.keras.preprocessing.image")
    _, is_sequence, (theirs, ours) = run_python(code, KERAS_BACKEND="jax")
    assert is_sequence
    assert ours == theirs


FORKED_WORKERS = """
import json, os
import numpy as np
import keras
import imgdatagen_compat

x = (np.arange(8 * 6 * 7 * 3) % 251).reshape(8, 6, 7, 3).astype("uint8")
options = dict(rotation_range=20, horizontal_flip=True, rescale=1 / 255)
for workers in ({}, {"workers": 2, "use_multiprocessing": True}):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    it = imgdatagen_compat.ImageDataGenerator(**options).flow(x, np.arange(8), batch_size=2, shuffle=False, **workers)
    next(it)  # TensorFlow's threads run when the workers are forked
    losses = model.fit(it, epochs=2, verbose=0, shuffle=False).history["loss"]
print(json.dumps([len(losses), bool(np.isfinite(losses).all())]))
os._exit(0)
"""


def test_worker_processes_do_not_hang():
    assert run_python(FORKED_WORKERS) == [2, True]
