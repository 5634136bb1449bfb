"""Files looked at in several processes: all of them, bounded, whatever one of them does to its process."""

import itertools
import multiprocessing
import os
import time

import pytest

from imgdatagen_compat.migration.scan.tally import KILLED, Tally
from imgdatagen_compat.migration.scan.workers import CHUNK, inspected


def length(path):
    if "killer" in path:
        os._exit(9)
    if "slow" in path:
        time.sleep(600)
    return len(path)


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_path_has_its_result(jobs):
    paths = [f"{i}" for i in range(3 * CHUNK + 5)]
    assert sorted(inspected(paths, length, jobs)) == sorted((path, len(path)) for path in paths)
    assert list(inspected([], length, jobs)) == []


def test_a_file_that_kills_its_process_is_a_result():
    paths = ["killer", *map(str, range(CHUNK + 5)), "another killer"]
    results = dict(inspected(paths, length, 2))
    assert len(results) == len(paths)
    assert {path for path, result in results.items() if result is None} == {"killer", "another killer"}
    tally = Tally()
    tally.add("killer", None)
    assert list(tally.problems) == [KILLED]


def test_paths_are_taken_as_they_are_needed_and_leaving_stops_the_processes():
    taken = itertools.count()
    paths = (f"{'slow' if i >= CHUNK else ''}{next(taken)}" for i in itertools.count())
    started = time.monotonic()
    results = inspected(paths, length, 2)
    next(results)
    results.close()
    assert time.monotonic() - started < 60
    assert next(taken) <= 3 * CHUNK
    assert not multiprocessing.active_children()


