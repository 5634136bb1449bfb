"""A short soak: nothing grows in a few hundred steps; and what would grow is noticed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fresh_process import run_python

# Where `benchmarks` lies, which is not installed; at the end, so that an installed package is tested rather than the checkout's.
sys.path.append(str(Path(__file__).parents[2]))

from benchmarks import soak

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc")

READINGS = 6
BOUNDS = soak.Bounds(bytes_per_step=32 << 10, slack=32 << 20)
WORKLOADS = ["next(), arrays", "next(), folder", "as_dataset(), folder", "iterators made and dropped"]


def test_nothing_grows(tmp_path):
    """The command, for half a minute, in a process of its own: what other tests have left goes when it likes."""
    file = tmp_path / "readings.json"
    command = [sys.executable, "-m", "benchmarks.soak", "--batches", "150", "--iterators", "30", "--json", str(file), "--only", *WORKLOADS]
    done = subprocess.run(command, cwd=Path(soak.__file__).parents[1], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "nothing grew" in done.stdout
    steps = {name: readings[-1]["step"] for name, readings in json.loads(file.read_text()).items()}
    assert steps == {name: 30 if "dropped" in name else 150 for name in WORKLOADS}


def test_graphs_are_dropped_with_their_dataset():
    before, after = run_python("""
import gc
import numpy as np
import tensorflow as tf
from imgdatagen_compat import ImageDataGenerator

def graphs_alive():
    gc.collect()
    return sum(isinstance(found, tf.Graph) for found in gc.get_objects())

def make_and_drop():
    for _ in ImageDataGenerator(rotation_range=10).flow(np.zeros((4, 8, 8, 3), np.uint8), seed=1).as_dataset(epochs=1):
        pass

make_and_drop()
before = graphs_alive()
for _ in range(3):
    make_and_drop()
print([before, graphs_alive()])
""")
    assert before > 0
    assert after <= before


def growing(step):
    return soak.faults(soak.soak(soak.Workload("growing", lambda: step, 60, 2, BOUNDS), READINGS), BOUNDS)


def test_a_leak_is_noticed():
    kept = []
    (fault,) = growing(lambda: kept.append(np.ones((32, 64, 64, 3), np.float32)))
    assert "memory rises" in fault


def test_a_descriptor_that_stays_open_is_noticed(tmp_path):
    kept = []
    (fault,) = growing(lambda: kept.append(open(tmp_path / "file", "wb")))  # noqa: SIM115 - that is the point
    assert fault.startswith("files")
    for file in kept:
        file.close()


def test_tracing_again_is_noticed():
    import tensorflow as tf

    function = tf.function(lambda x: x + 1, reduce_retracing=False)
    sizes = iter(range(1, 100))
    faults = growing(lambda: function(tf.zeros(next(sizes))))
    assert any("graphs were traced" in fault for fault in faults)


def reading(step, allocated, threads=1, files=1, graphs=0):
    return soak.Reading(step, allocated, allocated, threads, files, graphs)


def test_a_few_jumps_do_not_bend_the_slope():
    allocated = 1000 * np.arange(20)
    allocated[[3, 15]] += 10**9
    assert soak.bytes_per_step([reading(step, value) for step, value in enumerate(allocated)]) == pytest.approx(1000)


def test_threads_that_come_and_go_are_no_fault_and_threads_that_stay_are():
    come_and_go = [reading(step, 0, threads=2 + step % 2) for step in range(10)]
    assert not soak.faults(come_and_go, BOUNDS)
    (fault,) = soak.faults([reading(step, 0, threads=step) for step in range(10)], BOUNDS)
    assert fault == "threads: 4 in the first half, 9 in the second"


@pytest.mark.parametrize("graphs_allowed, status", [(0, 0), (-1, 1)])
def test_the_command_says_which_workloads_and_what_it_found(monkeypatch, capsys, tmp_path, graphs_allowed, status):
    bounds = soak.Bounds(bytes_per_step=1 << 30, threads=100, files=100, graphs_per_step=graphs_allowed)

    def workloads(directory, batches, iterators, datasets):
        for name in ("next()", "as_dataset()"):
            yield soak.Workload(name, lambda: int, batches, 1, bounds)

    monkeypatch.setattr(soak, "workloads", workloads)
    file = tmp_path / "readings.json"
    assert soak.main(["--batches", "2", "--only", "next", "--json", str(file)]) == status
    printed = capsys.readouterr().out
    assert "next()" in printed and "as_dataset()" not in printed
    assert ("nothing grew" in printed) == (status == 0)
    assert list(json.loads(file.read_text())) == ["next()"]


@pytest.mark.parametrize("arguments", [["--batches", "0"], ["--datasets", "few"]])
def test_wrong_usage_of_the_command(arguments):
    with pytest.raises(SystemExit) as exit_:
        soak.main(arguments)
    assert exit_.value.code == 2
