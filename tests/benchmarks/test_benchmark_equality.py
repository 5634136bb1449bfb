"""The check before the timing has to find what is wrong: each fault below must be seen."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("skimage")

import imgdatagen_compat
from benchmarks import equality, images, rows, workloads
from benchmarks.measure import NotAvailableError
from benchmarks.workloads import Workload


@pytest.fixture(scope="module")
def workload():
    return Workload(rows.ARRAYS, arrays=images.make_arrays(12, 20), batch_size=5)


def with_dropin(monkeypatch, make_generator):
    original_class = workloads.generator_class
    monkeypatch.setattr(workloads, "generator_class", lambda side: original_class(side) if side == rows.ORIGINAL else make_generator)


def test_the_drop_in_passes(workload):
    check = equality.check_next(workload, 4)
    assert check.passed is True
    assert check.contenders == (rows.DROPIN,)


def test_another_pixel_value_is_found(workload, monkeypatch):
    with_dropin(monkeypatch, lambda **settings: imgdatagen_compat.ImageDataGenerator(**settings | {"rescale": 1 / 254}))
    check = equality.check_next(workload, 2)
    assert check.passed is False
    assert "pixels" in check.finding


class TestDataset:
    """With datasets made here of the original's own batches, some of them damaged."""

    @pytest.fixture
    def epoch(self, workload):
        def make(seed_of_draws=None):
            np.random.seed(seed_of_draws)
            iterator = workload.iterator(rows.ORIGINAL)
            if seed_of_draws is not None:
                iterator.seed = None
            return [tuple(map(np.array, next(iterator))) for _ in range(len(iterator))]

        return make

    def check(self, workload, monkeypatch, batches, **options):
        monkeypatch.setattr(equality, "as_dataset", lambda iterator, **given: batches)
        return equality.check_dataset(workload, **options)

    def test_the_original_batches_pass(self, workload, monkeypatch, epoch):
        assert self.check(workload, monkeypatch, epoch(), rng="legacy").passed is True

    def test_other_draws_are_wrong_for_legacy_and_right_for_stateless(self, workload, monkeypatch, epoch):
        assert self.check(workload, monkeypatch, epoch(3), rng="legacy").passed is False
        assert self.check(workload, monkeypatch, epoch(3), rng="stateless").passed is True

    @pytest.mark.parametrize("rng", ["legacy", "stateless"])
    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            ("a batch missing", "batches instead of"),
            ("short batch", "of shape"),
            ("dtype", "float64"),
            ("labels", "labels"),
            ("not rescaled", "pixels"),
            ("black", "pixels"),
        ],
    )
    def test_a_fault_is_found(self, workload, monkeypatch, epoch, rng, fault, words):
        batches = epoch()
        pixels, labels = batches[1]
        if fault == "a batch missing":
            batches.pop()
        elif fault in ("not rescaled", "black"):
            batches = [(pixels * np.float32(255 if fault == "not rescaled" else 0), labels) for pixels, labels in batches]
        else:
            batches[1] = {
                "short batch": (pixels[1:], labels[1:]),
                "dtype": (pixels.astype(np.float64), labels),
                "labels": (pixels, np.full_like(labels, labels[0])),
            }[fault]
        check = self.check(workload, monkeypatch, batches, rng=rng)
        assert check.passed is False
        assert words in check.finding

    def test_the_rows_concerned(self, workload, monkeypatch, epoch):
        batches = epoch()
        assert self.check(workload, monkeypatch, batches, rng="stateless").contenders == (rows.DATASET, rows.CACHED)
        assert self.check(workload, monkeypatch, batches, cache=True).contenders == (rows.CACHED,)
        assert self.check(workload, monkeypatch, batches, rng="legacy").contenders == ()

    def test_an_error_is_a_finding(self, workload, monkeypatch):
        def broken(iterator, **options):
            raise RuntimeError("no such graph")

        monkeypatch.setattr(equality, "as_dataset", broken)
        check = equality.check_dataset(workload, rng="legacy")
        assert check.passed is False
        assert check.finding == "RuntimeError: no such graph"

    def test_the_global_random_state_stays(self, workload, monkeypatch, epoch):
        batches = epoch()
        before = np.random.get_state()[1].copy()
        self.check(workload, monkeypatch, batches, rng="stateless")
        assert np.array_equal(np.random.get_state()[1], before)


def test_only_a_missing_method_is_not_available():
    with pytest.raises(NotAvailableError):
        workloads.as_dataset(object())

    class Broken:
        def as_dataset(self):
            raise AttributeError("of something inside")

    with pytest.raises(AttributeError, match="inside"):
        workloads.as_dataset(Broken())


def test_a_workload_gives_both_sides_the_same_settings(workload):
    for changed in (workload, dataclasses.replace(workload, colour=True)):
        original, dropin = (changed.iterator(side) for side in (rows.ORIGINAL, rows.DROPIN))
        for name in (*workloads.AUGMENTATION, *workloads.COLOUR):
            assert getattr(original.image_data_generator, name) == getattr(dropin.image_data_generator, name)
        assert original.seed == dropin.seed == workloads.SEED
        assert original.batch_size == dropin.batch_size == 5
