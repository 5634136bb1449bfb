"""Rounds, rotation and failures of the timing, with a clock that the contenders move. No test asserts a real time."""

import contextlib

import pytest

from benchmarks import measure
from benchmarks.measure import LEAD_IN, NotAvailableError, measure_alternately, steady, whole


class Clock:
    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(measure, "time", clock)
    return clock


def contender(clock, name, seconds, images, log):
    @contextlib.contextmanager
    def opened():
        log.append(f"open {name}")

        def run():
            log.append(name)
            clock.now += seconds
            return images

        yield whole(run)
        log.append(f"close {name}")

    return opened


def test_each_contender_runs_once_a_round_and_another_one_starts(clock):
    log = []
    contenders = {name: contender(clock, name, 1, 1, log) for name in "abc"}
    measure_alternately(contenders, 3, warm_ups=0)
    assert log[:3] == ["open a", "open b", "open c"]
    assert "".join(log[3:12]) == "abcbcacab"
    assert sorted(log[12:]) == ["close a", "close b", "close c"]


def test_values_are_milliseconds_per_image_without_the_pause_and_the_warm_up(clock):
    log = []
    contenders = {"slow": contender(clock, "slow", 3.0, 10, log), "fast": contender(clock, "fast", 0.5, 100, log)}
    measured = measure_alternately(contenders, 4, warm_ups=2, settle_seconds=50)
    assert measured["slow"].values == pytest.approx([300.0] * 4)
    assert measured["fast"].values == pytest.approx([5.0] * 4)
    assert measured["slow"].median == pytest.approx(300.0)
    assert log.count("slow") == log.count("fast") == 6


def test_what_is_not_available_is_said_and_is_no_failure(clock):
    @contextlib.contextmanager
    def missing():
        raise NotAvailableError("no such library")
        yield

    measured = measure_alternately({"missing": missing, "there": contender(clock, "there", 1, 1, [])}, 2)
    assert measured["missing"].reason == "no such library"
    assert not measured["missing"].failed
    assert len(measured["there"].values) == 2


@pytest.mark.parametrize("when", ["opening", "running"])
def test_a_broken_contender_does_not_cost_the_others(clock, when):
    @contextlib.contextmanager
    def broken():
        if when == "opening":
            raise OSError("disk full\nand more")
        yield whole(lambda: 1 // 0)

    names = []
    measured = measure_alternately(
        {"broken": broken, "sound": contender(clock, "sound", 1, 1, [])}, 2, warm_ups=0, after_run=names.append
    )
    assert measured["broken"].failed
    assert measured["broken"].values == ()
    assert measured["broken"].reason.startswith({"opening": "OSError: disk full", "running": "ZeroDivisionError: "}[when])
    assert "\n" not in measured["broken"].reason
    assert len(measured["sound"].values) == 2
    assert names == ["sound", "sound"]


def test_seconds_of_the_whole_run(clock):
    measured = measure_alternately({"a": contender(clock, "a", 3.0, 10, [])}, 1, unit="s")
    assert measured["a"].values == pytest.approx([3.0])
    assert measured["a"].unit == "s"


def test_preparation_is_not_timed(clock):
    @contextlib.contextmanager
    def opened():
        def prepare():
            clock.now += 100
            return lambda: clock.sleep(2) or 4

        yield prepare

    assert measure_alternately({"a": opened}, 2)["a"].values == pytest.approx([500.0] * 2)


def test_a_stream_is_timed_while_it_runs_and_then_ended(clock):
    started, ended = [], []

    def stream():
        started.append(clock.now)
        clock.now += 1000  # starting
        try:
            while True:
                clock.now += 1
                yield 10
        finally:
            ended.append(clock.now)

    @contextlib.contextmanager
    def opened():
        yield steady(stream, batches=6)

    measured = measure_alternately({"a": opened}, 3, warm_ups=1)
    assert measured["a"].values == pytest.approx([100.0] * 3)
    assert len(started) == len(ended) == 4
    assert [end - start for start, end in zip(started, ended)] == pytest.approx([1000 + LEAD_IN + 6] * 4)
