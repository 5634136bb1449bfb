"""`state_dict()` and `load_state_dict()`: the batches still to come, whatever was done before, in this process or the next."""

import functools
import hashlib
import json
import random

import numpy as np
import pandas as pd
import pytest
from fresh_process import run_python
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from originals import AUGMENTING, assert_same, photographs, write_class_folders

from imgdatagen_compat import ImageDataGenerator, NumpyArrayIterator
from imgdatagen_compat.iterators import state as iterator_state

X = photographs(10)
SIDE = 210  # two images of this size are enough to be made ahead
LARGE = photographs(6, SIDE, SIDE)
KINDS = ("arrays", "directory", "dataframe")
FLOWS = [(kind, seed, shuffle) for kind in KINDS for seed in (None, 4) for shuffle in (True, False)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("images"))


def make(kind, folder=None, **options):
    options = {"batch_size": 3, **options}
    datagen = ImageDataGenerator(**AUGMENTING)
    if kind == "arrays":
        return datagen.flow(X, np.arange(10), **options)
    if kind == "directory":
        return datagen.flow_from_directory(folder, target_size=(9, 9), **options)
    frame = pd.DataFrame({"filename": [f"{name}/{name}{i}.png" for name in ("cat", "dog") for i in range(5)], "value": np.arange(10)})
    return datagen.flow_from_dataframe(frame, folder, y_col="value", class_mode="raw", target_size=(9, 9), **options)


def through_json(state):
    return json.loads(json.dumps(state))


def scramble():
    np.random.seed(99)
    random.seed(99)


@pytest.mark.parametrize("taken", [0, 2, 4, 7])
@pytest.mark.parametrize(("kind", "seed", "shuffle"), FLOWS)
def test_resumes_with_the_batches_still_to_come(folder, kind, seed, shuffle, taken):
    original = make(kind, folder, seed=seed, shuffle=shuffle)
    for _ in range(taken):
        next(original)
    state = through_json(original.state_dict())
    expected = [next(original) for _ in range(6)]
    attributes = original.batch_index, original.total_batches_seen
    scramble()
    resumed = make(kind, folder, seed=seed, shuffle=shuffle)
    resumed.load_state_dict(state)
    assert_same([next(resumed) for _ in range(6)], expected)
    assert (resumed.batch_index, resumed.total_batches_seen) == attributes


def test_the_comparison_can_fail(folder):
    original, other = (make("directory", folder, seed=None, shuffle=True) for _ in range(2))
    next(original)
    with pytest.raises(AssertionError):
        assert_same(next(other), next(original))


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("shuffle", [False, True])
def test_what_was_made_ahead_is_no_part_of_it(seed, shuffle):
    def flow():
        return ImageDataGenerator(horizontal_flip=True, rotation_range=20).flow(LARGE, batch_size=2, seed=seed, shuffle=shuffle)

    original = flow()
    next(original)
    assert original._lookahead._prepared
    state = original.state_dict()
    expected = [next(original) for _ in range(5)]
    scramble()
    original.load_state_dict(state)  # back in time, over what has been made ahead
    assert original._lookahead is None  # nobody goes on making it
    assert_same([next(original) for _ in range(5)], expected)
    resumed = flow()
    next(resumed)
    resumed.load_state_dict(state)
    assert_same([next(resumed) for _ in range(5)], expected)


def test_taking_a_state_changes_nothing():
    runs = []
    for takes_states in (False, True):
        scramble()
        iterator = make("arrays")
        runs.append([(iterator.state_dict() if takes_states else None, next(iterator))[1] for _ in range(5)])
    assert_same(*runs)


def test_draws_of_a_preprocessing_function_are_resumed():
    def noisy(x):
        return x + np.random.random() + random.random()

    def flow():
        return ImageDataGenerator(preprocessing_function=noisy, rotation_range=20).flow(X, batch_size=3, seed=2)

    original = flow()
    next(original)
    state = through_json(original.state_dict())
    expected = [next(original) for _ in range(3)]
    scramble()
    resumed = flow()
    resumed.load_state_dict(state)
    assert_same([next(resumed) for _ in range(3)], expected)


@pytest.mark.parametrize("seed", [None, 4])
def test_between_two_batches_of_a_legacy_dataset(seed):
    original = make("arrays", seed=seed)
    batches = iter(original.as_dataset(rng="legacy", epochs=2))
    next(batches), next(batches)
    state = through_json(original.state_dict())
    expected = [tuple(part.numpy() for part in next(batches)) for _ in range(4)]
    scramble()
    resumed = make("arrays", seed=seed)
    resumed.load_state_dict(state)
    assert_same([next(resumed) for _ in range(4)], expected)


RESUME = """
import json, hashlib
import numpy as np
from imgdatagen_compat import ImageDataGenerator

x = (np.arange(10 * 6 * 7 * 3) % 251).reshape(10, 6, 7, 3).astype("uint8")
results = []
for seed, state in STATES:
    iterator = ImageDataGenerator(rotation_range=20, zoom_range=0.2).flow(x, batch_size=4, seed=seed)
    iterator.load_state_dict(state)
    results.append([hashlib.sha256(next(iterator).tobytes()).hexdigest() for _ in range(4)])
print(json.dumps(results))
"""


def test_in_a_fresh_process():
    x = (np.arange(10 * 6 * 7 * 3) % 251).reshape(10, 6, 7, 3).astype("uint8")
    states, expected = [], []
    for seed in (None, 7):
        iterator = ImageDataGenerator(rotation_range=20, zoom_range=0.2).flow(x, batch_size=4, seed=seed)
        next(iterator)
        states.append((seed, iterator.state_dict()))
        expected.append([hashlib.sha256(next(iterator).tobytes()).hexdigest() for _ in range(4)])
    assert run_python(f"STATES = {through_json(states)!r}\n{RESUME}") == expected


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"batch_size": 4}, "batch_size 3 there, 4 here"),
        ({"seed": 2}, "seed 1 there, 2 here"),
        ({"seed": None}, "seed 1 there, None here"),
        ({"shuffle": False}, "shuffle True there, False here"),
        ({"subset": "training"}, "samples 10 there"),
    ],
    ids=str,
)
def test_refuses_the_state_of_another_flow(folder, options, reason):
    state = make("directory", folder, seed=1).state_dict()
    datagen = ImageDataGenerator(validation_split=0.4)
    other = datagen.flow_from_directory(folder, **{"batch_size": 3, "seed": 1, "target_size": (9, 9), **options})
    before = np.random.get_state()[1]
    with pytest.raises(ValueError, match=reason):
        other.load_state_dict(state)
    assert other.total_batches_seen == 0 and np.array_equal(np.random.get_state()[1], before)


def test_refuses_the_state_of_other_images(folder, tmp_path):
    state = make("directory", folder, seed=1).state_dict()
    others = write_class_folders(tmp_path, classes=("cat", "pig"))
    with pytest.raises(ValueError, match="images 'files .*' there, 'files .*' here"):
        make("directory", others, seed=1).load_state_dict(state)
    state = make("arrays").state_dict()
    with pytest.raises(ValueError, match="images 'array of 12x17x3' there, 'array of 12x16x3' here"):
        ImageDataGenerator().flow(X[:, :, 1:], batch_size=3).load_state_dict(state)


def test_moved_files_are_the_same_images(folder, tmp_path):
    state = make("directory", folder, seed=1).state_dict()
    make("directory", write_class_folders(tmp_path / "elsewhere"), seed=1).load_state_dict(state)


@pytest.mark.parametrize("state", [None, [], {}, {"version": 2}, {"version": 1}, {"batch_index": 1}], ids=str)
def test_refuses_what_is_no_state(state):
    with pytest.raises(ValueError, match="`state`"):
        make("arrays").load_state_dict(state)


def test_refuses_an_order_of_ones_own():
    class Backwards(NumpyArrayIterator):
        def _flow_index(self):
            while True:
                yield np.array([2, 1, 0])

    iterator = Backwards(X, None, ImageDataGenerator(), batch_size=3)
    for call in (iterator.state_dict, functools.partial(iterator.load_state_dict, NumpyArrayIterator(X, None, None, 3).state_dict())):
        with pytest.raises(ValueError, match="Backwards makes an order of its own"):
            call()


def test_orders_are_written_only_when_nothing_tells_them():
    for options, expected in (({"shuffle": False}, "ascending"), ({"seed": 5}, {"seed": 5})):
        iterator = make("arrays", **options)
        assert iterator.state_dict()["order"] is None
        for _ in range(4):
            next(iterator)
            assert iterator.state_dict()["order"] == expected
    next(iterator)
    assert iterator.state_dict()["order"] == {"seed": 5 + 4}
    iterator.on_epoch_end()
    assert iterator.state_dict()["order"] == iterator.index_array.tolist()


def test_it_is_small():
    x = np.zeros((100_000, 1, 1, 1), np.uint8)
    iterator = ImageDataGenerator().flow(x, batch_size=10, seed=1)
    next(iterator)
    assert len(json.dumps(iterator.state_dict())) < 20_000


def test_the_version_is_checked_before_the_rest(monkeypatch):
    state = make("arrays").state_dict()
    monkeypatch.setattr(iterator_state, "_VERSION", 3)
    with pytest.raises(ValueError, match="version 1; this release of imgdatagen_compat reads version 3"):
        make("arrays").load_state_dict(state)


class ResumeMachine(RuleBasedStateMachine):
    """One iterator goes on undisturbed; the other is saved, thrown away and made again, or sent back, again and again."""

    @initialize(seed=st.sampled_from((None, 0, 5)), shuffle=st.booleans())
    def make(self, seed, shuffle):
        self.fresh = lambda: make("arrays", seed=seed, shuffle=shuffle)
        self.iterators = [self.fresh(), self.fresh()]
        scramble()
        self.states = [(np.random.get_state(), random.getstate())] * 2

    def on_both(self, use):
        results = []
        for i, iterator in enumerate(self.iterators):
            results.append(self.with_states(i, functools.partial(use, iterator)))
        assert_same(*results)

    def with_states(self, i, call):
        np.random.set_state(self.states[i][0])
        random.setstate(self.states[i][1])
        result = call()
        self.states[i] = np.random.get_state(), random.getstate()
        return result

    @rule()
    def next(self):
        self.on_both(next)

    @rule(index=st.integers(0, 3))
    def item(self, index):
        self.on_both(lambda iterator: iterator[index])

    @rule(name=st.sampled_from(("reset", "on_epoch_end")))
    def method(self, name):
        self.on_both(lambda iterator: getattr(iterator, name)())

    @rule()
    def resume(self):
        state = through_json(self.with_states(1, self.iterators[1].state_dict))
        self.iterators[1] = self.fresh()
        scramble()
        self.iterators[1].load_state_dict(state)
        self.states[1] = np.random.get_state(), random.getstate()

    @rule(batches=st.integers(1, 5))
    def go_back(self, batches):
        def there_and_back():
            state = self.iterators[1].state_dict()
            for _ in range(batches):
                next(self.iterators[1])
            self.iterators[1].load_state_dict(state)

        self.with_states(1, there_and_back)


TestResumeMachine = ResumeMachine.TestCase
TestResumeMachine.settings = settings(stateful_step_count=25)
