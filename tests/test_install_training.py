"""The methods of Keras 2 on models of Keras 3: which batches they read, in which order, and what they accept."""

import random
import warnings

import keras
import numpy as np
import pytest
import tf_keras
from originals import AUGMENTING, keras_internals, photographs

import imgdatagen_compat
from imgdatagen_compat.installation.batch_order import sequence_batches, threaded_map

X, Y = photographs(8, 6, 7), np.arange(8) % 2
ORIGINAL = keras_internals().ImageDataGenerator  # looked up before `install` gives ours


@pytest.fixture(autouse=True, scope="module")
def _installed():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Imported before install")
        imgdatagen_compat.install()
    yield
    imgdatagen_compat.uninstall()


class Numbered(keras.utils.Sequence):
    """Five batches that carry their number; counts how they are asked for."""

    def __init__(self, length=5):
        super().__init__()
        self.length, self.asked, self.epochs_ended = length, [], 0

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.asked.append(index)
        return np.full((2, 1), index, "float32"), np.zeros((2, 1), "float32")

    def on_epoch_end(self):
        self.epochs_ended += 1


@pytest.fixture
def seen():
    """What a model is given in training, evaluation and prediction, in order: the first value of each batch."""
    return {"fit": [], "evaluate": [], "predict": []}


@pytest.fixture
def model(seen):
    class Watched(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(keras.ops.reshape(x, (-1, int(np.prod(x.shape[1:])))))

        def train_step(self, data):
            seen["fit"].append(float(np.ravel(data[0])[0]))
            return super().train_step(data)

        def test_step(self, data):
            seen["evaluate"].append(float(np.ravel(data[0])[0]))
            return super().test_step(data)

        def predict_step(self, data):
            seen["predict"].append(float(np.ravel(data[0])[0]))
            return super().predict_step(data)

    model = Watched()
    model.compile(loss="mse", run_eagerly=True)
    return model


@pytest.mark.parametrize("shuffle", [False, True])
def test_order_and_seeds_are_those_of_the_enqueuer_of_keras_2(shuffle):
    generators = [generator(**AUGMENTING) for generator in (ORIGINAL, imgdatagen_compat.ImageDataGenerator)]
    theirs_of, ours_of = (generator.flow(X, Y, batch_size=3, seed=1) for generator in generators)
    random.seed(4)
    enqueuer = tf_keras.utils.OrderedEnqueuer(theirs_of, shuffle=shuffle)
    enqueuer.start(workers=1, max_queue_size=10)
    theirs = [batch for _, batch in zip(range(9), enqueuer.get())]
    enqueuer.stop()
    random.seed(4)
    ours = [batch for _, batch in zip(range(9), sequence_batches(ours_of, shuffle=shuffle))]
    for their_batch, our_batch in zip(theirs, ours):
        np.testing.assert_array_equal(our_batch[0], their_batch[0])
        np.testing.assert_array_equal(our_batch[1], their_batch[1])
    assert type(theirs_of) is not type(ours_of)


@pytest.mark.parametrize(("steps", "order"), [(None, [0, 1, 2, 3, 4] * 3), (2, [0, 1, 2, 3, 4, 0]), (7, [*range(5), *range(5)] * 3)])
def test_fit_goes_on_from_epoch_to_epoch(model, seen, steps, order):
    data = Numbered()
    history = model.fit_generator(data, steps_per_epoch=steps, epochs=3, shuffle=False, verbose=0)
    taken = 3 * (steps or 5)
    assert len(history.history["loss"]) == 3
    assert seen["fit"] == data.asked == order[:taken]
    assert data.epochs_ended == taken // 5


def test_fit_without_install_would_starve(seen, model):
    """The reason for it: the same call on Keras 3 alone spends its second epoch on the one batch that is left."""
    imgdatagen_compat.uninstall()
    with pytest.warns(UserWarning, match="ran out of data"):
        model.fit(Numbered(), steps_per_epoch=4, epochs=2, shuffle=False, verbose=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Imported before install")
        imgdatagen_compat.install()
    assert len(seen["fit"]) == 5
    model.fit(Numbered(), steps_per_epoch=4, epochs=2, shuffle=False, verbose=0)
    assert len(seen["fit"]) == 5 + 8


def test_shuffle_mixes_batches_by_python_random(model, seen):
    orders = []
    for _ in range(2):
        random.seed(5)
        seen["fit"].clear()
        model.fit(Numbered(), epochs=2, verbose=0)
        orders.append(list(seen["fit"]))
    assert orders[0] == orders[1]
    assert sorted(orders[0][:5]) == sorted(orders[0][5:]) == [0, 1, 2, 3, 4]
    assert orders[0][:5] != orders[0][5:]


def test_every_batch_of_an_iterator_is_used_once(model):
    it = imgdatagen_compat.ImageDataGenerator(**AUGMENTING).flow(X, Y, batch_size=3, seed=1)
    model.fit_generator(it, steps_per_epoch=8 / 3, epochs=2, validation_data=it, validation_steps=2, verbose=0)
    assert it.total_batches_seen == 2 * 3 + 2 * 2
    model.predict_generator(it, steps=4)
    model.evaluate_generator(it)
    assert it.total_batches_seen == 10 + 4 + 3


def test_validation_goes_on_too(model, seen):
    model.fit_generator(Numbered(), epochs=2, validation_data=Numbered(), validation_steps=3, verbose=0)
    assert seen["evaluate"] == [0, 1, 2, 3, 4, 0]


def test_evaluate_and_predict_in_order(model, seen):
    model.evaluate_generator(Numbered(), steps=7)
    assert seen["evaluate"] == [0, 1, 2, 3, 4, 0, 1]
    assert model.predict_generator(Numbered()).shape == (10, 1)
    assert model.predict(Numbered(), steps=2, workers=2, verbose=0).shape == (4, 1)
    assert seen["predict"] == [0, 1, 2, 3, 4, 0, 1]


PLAIN = {
    "generator": lambda data: (data[i % 5] for i in range(1000)),
    "iterator": lambda data: map(data.__getitem__, range(1000)),
    "zip": lambda data: zip((data[i % 5][0] for i in range(1000)), (data[i % 5][1] for i in range(1000))),
    "lists and None": lambda data: ([[data[i % 5][0]], data[i % 5][1], None] for i in range(1000)),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_generators(model, seen, kind):
    if kind == "lists and None":
        model.call = lambda x: model.dense(x[0])
    data = Numbered(1000)
    history = model.fit_generator(PLAIN[kind](data), steps_per_epoch=3, epochs=2, workers=1, verbose=0)
    assert len(history.history["loss"]) == 2
    assert seen["fit"] == ([0, 1, 2, 3, 4, 5] if kind == "iterator" else [0, 1, 2, 3, 4, 0])
    model.evaluate_generator(PLAIN[kind](data), 2)
    assert seen["evaluate"] == [0, 1]


def test_a_generator_that_ends_ends_the_epoch(model, seen):
    with pytest.warns(UserWarning, match="ran out of data"):
        model.fit((Numbered()[i] for i in range(3)), verbose=0, shuffle=False)
    assert seen["fit"] == [0, 1, 2]


def test_a_generator_that_ends_too_soon_is_told_of(model):
    with pytest.raises(Exception, match="ended after 3 batches, within an epoch of 2 steps"):
        model.fit_generator((Numbered()[i] for i in range(3)), steps_per_epoch=2, epochs=2, verbose=0)


def test_a_generator_needs_its_steps(model):
    generator = PLAIN["generator"](Numbered())
    with pytest.raises(ValueError, match="`steps_per_epoch` is needed for a generator"):
        model.fit_generator(generator)
    with pytest.raises(ValueError, match="`validation_steps` is needed"):
        model.fit_generator(Numbered(), validation_data=generator)
    with pytest.raises(ValueError, match="`steps` is needed"):
        model.evaluate_generator(generator)
    with pytest.raises(ValueError, match="`steps` is needed"):
        model.predict_generator(generator)


def test_no_steps_and_no_batches(model):
    with pytest.raises(ValueError, match="steps_per_epoch.*should be positive"):
        model.fit_generator(Numbered(), steps_per_epoch=3 // 4)
    with pytest.raises(ValueError, match="length is 0"):
        next(sequence_batches(Numbered(0)))


def test_class_weight_and_sample_weight(model):
    it = imgdatagen_compat.ImageDataGenerator().flow(X, Y, batch_size=4, shuffle=False)
    losses = [
        model.fit_generator(it, class_weight=weight, verbose=0, shuffle=False).history["loss"][0] for weight in (None, {0: 0.0, 1: 0.0})
    ]
    assert losses[0] > 0 == losses[1]
    weighted = imgdatagen_compat.ImageDataGenerator().flow(X, Y, batch_size=4, sample_weight=np.zeros(8))
    assert model.fit_generator(weighted, verbose=0).history["loss"] == [0]


def test_workers_keep_the_order(model, seen):
    data = Numbered(30)
    model.fit(data, epochs=2, shuffle=False, workers=4, use_multiprocessing=True, max_queue_size=3, verbose=0)
    assert seen["fit"] == [*range(30), *range(30)]
    assert sorted(data.asked) == sorted([*range(30), *range(30)])


def test_threaded_map_hands_on_errors_and_stays_within_its_queue():
    started = []

    def reciprocal(x):
        started.append(x)
        return 1 / x

    results = threaded_map(reciprocal, range(-9, 10), workers=2, ahead=3)
    assert next(results) == 1 / -9
    results.close()
    assert len(started) <= 4
    with pytest.raises(ZeroDivisionError):
        list(threaded_map(reciprocal, range(-2, 3), workers=2, ahead=3))


def test_arrays_and_datasets_are_keras_own_business(model):
    x = np.ones((4, 3), "float32")
    history = model.fit(x, x[:, :1], 2, 1, 0, workers=3, max_queue_size=2, use_multiprocessing=True, validation_data=(x, x[:, :1]))
    assert set(history.history) == {"loss", "val_loss"}
    assert model.evaluate(x, x[:, :1], verbose=0, workers=2) >= 0
    assert model.predict(x, verbose=0, workers=2).shape == (4, 1)


def test_unknown_arguments_are_refused_as_before(model):
    with pytest.raises(TypeError, match="nb_epoch"):
        model.fit(Numbered(), nb_epoch=3)
    with pytest.raises(TypeError, match="samples_per_epoch"):
        model.fit_generator(Numbered(), samples_per_epoch=3)


def test_methods_are_gone_without_install():
    imgdatagen_compat.uninstall()
    try:
        assert not hasattr(keras.Model, "fit_generator")
        assert "fit" not in vars(keras.Model)
    finally:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Imported before install")
            imgdatagen_compat.install()
    assert hasattr(keras.Model, "fit_generator")
