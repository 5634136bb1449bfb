"""One iterator of each kind through any sequence of uses and edits: what is seen after each must be the original's."""

import numpy as np
import oracles
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from side_by_side import SideBySide

import imgdatagen_compat
from imgdatagen_compat.stages import tolerance
from imgdatagen_compat.testing.strategies import Step

N = 10
EDITS = {
    "shuffle": st.booleans(),
    "batch_size": st.sampled_from((4, 3)),
    "seed": st.sampled_from((None, 0, 5)),
    "batch_index": st.integers(0, 4),
    "total_batches_seen": st.integers(0, 50),
}
DATAGEN_EDITS = {
    "rescale": st.sampled_from((None, 1 / 255, np.float64(0.5), 2)),
    "rotation_range": st.sampled_from((0, 30)),
    "horizontal_flip": st.booleans(),
    "zoom_range": st.sampled_from(([1, 1], [0.5, 1.5])),
    "width_shift_range": st.sampled_from((0.0, 0.3, 2)),
    "channel_shift_range": st.sampled_from((0.0, 20.0)),
    "brightness_range": st.sampled_from((None, (0.5, 1.5))),
    "cval": st.sampled_from((0.0, 9.5)),
    "fill_mode": st.sampled_from(("nearest", "constant")),
    "featurewise_center": st.booleans(),
    "mean": st.sampled_from((None, np.float32(3.5), np.array([1.0, 2.0, 3.0], np.float32), np.array([1.0, 2.0, 3.0]))),
    "preprocessing_function": st.sampled_from((None, np.negative)),
}


class FlowMachine(RuleBasedStateMachine):
    """The original's iterator and the drop-in's, side by side."""

    @initialize(
        seed=st.sampled_from((None, 0, 5)), shuffle=st.booleans(), dtype=st.sampled_from(("uint8", "float32")), labels=st.booleans()
    )
    def make(self, seed, shuffle, dtype, labels):
        self.pair = SideBySide(seed=3)
        x = np.random.RandomState(0).randint(0, 256, (N, 6, 7, 3)).astype(dtype)
        y = np.arange(N) if labels else None
        self.datagens = [module.ImageDataGenerator(rotation_range=20) for module in (oracles.keras, imgdatagen_compat)]
        arrays = x.copy(), x.copy()
        self.iterators = self.pair.call(
            "flow", lambda datagen, array: datagen.flow(array, y, batch_size=4, seed=seed, shuffle=shuffle), self.datagens, arrays
        )

    def on_both(self, where, function, **options):
        self.pair.call(where, function, self.iterators, **options)
        assert not self.pair.result.problems, "\n".join(self.pair.result.problems)

    def take(self, step):
        self.on_both(str(step), step, pixels_within=tolerance(self.datagens[0]))

    @rule()
    def next(self):
        self.take(Step("next"))

    @rule(batches=st.integers(1, 4))
    def loop(self, batches):
        self.take(Step("for", batches))

    @rule(index=st.integers(-2, 4))
    def item(self, index):
        self.take(Step("item", index))

    @rule(name=st.sampled_from(("reset", "on_epoch_end", "len")))
    def method(self, name):
        self.take(Step(name))

    @rule(seed=st.integers(0, 2**32 - 1))
    def seed_numpy(self, seed):
        self.on_both("np.random.seed", lambda iterator: np.random.seed(seed))

    @rule(data=st.data(), name=st.sampled_from(sorted(EDITS)))
    def edit_iterator(self, data, name):
        value = data.draw(EDITS[name])
        self.on_both(f"{name} = {value}", lambda iterator: setattr(iterator, name, value))

    @rule(data=st.data(), name=st.sampled_from(sorted(DATAGEN_EDITS)))
    def edit_generator(self, data, name):
        value = data.draw(DATAGEN_EDITS[name])
        self.on_both(f"datagen.{name} = {value}", lambda iterator: setattr(iterator.image_data_generator, name, value))

    @rule(index=st.integers(0, N - 1), value=st.sampled_from((0, 255, 17.5)))
    def edit_images(self, index, value):
        def edit(iterator):
            iterator.x[index] = value

        self.on_both(f"x[{index}] = {value}", edit)

    @rule()
    def replace_images(self):
        def replace(iterator):
            iterator.x = iterator.x[::-1] / 2

        self.on_both("x = reversed, halved", replace)

    @rule()
    def other_index_array(self):
        self.on_both("_set_index_array", lambda iterator: iterator._set_index_array())

    @rule()
    def fewer_samples(self):
        def shrink(iterator):
            iterator.n = 7

        self.on_both("n = 7", shrink)

    @invariant()
    def everything_readable_is_equal(self):
        if hasattr(self, "pair"):
            self.pair.compare_attributes("attributes", *self.iterators)
            self.pair.compare("attributes", "index_array", *(iterator.index_array for iterator in self.iterators))
            assert not self.pair.result.problems, "\n".join(self.pair.result.problems)


TestFlowMachine = FlowMachine.TestCase
TestFlowMachine.settings = settings(max_examples=2 * settings.default.max_examples, stateful_step_count=40)
