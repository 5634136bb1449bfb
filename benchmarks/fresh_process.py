"""What can only be measured in a process of its own: the first batch, peak memory, the indexing of a large folder.

`python -m benchmarks.fresh_process TASK ARGUMENTS`, the arguments as a JSON object, prints the result as a JSON object on its last line.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import rows

MIB = 2**20
BATCHES = 8


def run_task(task: str, **arguments) -> dict:
    """Runs a task in a new Python process.

    Args:
        task: a key of `TASKS`.
        **arguments: of that function; anything JSON can say.

    Returns:
        What the function returned.

    Raises:
        RuntimeError: the process failed; the message ends with its last lines.
    """
    command = [sys.executable, "-m", "benchmarks.fresh_process", task, json.dumps(arguments)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{task} {arguments} ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def first_batch(side: str, directory: str | None = None, arrays: str | None = None) -> dict:
    """Seconds from after the imports to the first batch of 32: generator, iterator, `next()`; and those of importing the generator."""
    generator_class = _imported_keras()
    start = time.perf_counter()
    generator_class(side)
    imported = time.perf_counter()
    workload = _workload(directory, arrays)
    opened = time.perf_counter()
    next(workload.iterator(side))
    return {"seconds": time.perf_counter() - opened, "import_seconds": imported - start}


def memory(side: str, arrays: str) -> dict:
    """MiB that the peak rises above the state after imports and input while an iterator is made and eight batches are taken."""
    _imported_keras()(side)
    workload = _workload(None, arrays)
    before = _start_peak()
    iterator = workload.iterator(side)
    for _ in range(min(BATCHES, len(iterator))):
        next(iterator)
    return {"mib": (_peak() - before) / MIB, "input_mib": workload.arrays[0].nbytes / MIB}


def indexing(side: str, directory: str) -> dict:
    """Seconds and MiB of making an iterator over a folder; seconds of its first batch; milliseconds per image of later ones."""
    _imported_keras()(side)
    workload = _workload(directory, None)
    before = _start_peak()
    start = time.perf_counter()
    iterator = workload.iterator(side)
    indexed = time.perf_counter()
    mib = (_peak() - before) / MIB
    next(iterator)
    first = time.perf_counter()
    next(iterator)  # the graph has been compiled, threads have started
    warm = time.perf_counter()
    images = sum(len(next(iterator)[0]) for _ in range(BATCHES))
    return {
        "names": iterator.n,
        "seconds": indexed - start,
        "mib": mib,
        "first_batch_seconds": first - indexed,
        "ms_per_image": 1000 * (time.perf_counter() - warm) / images,
    }


TASKS = {"first_batch": first_batch, "memory": memory, "indexing": indexing}


def _imported_keras():
    """Imports TensorFlow and Keras, as a training script has done before it makes a generator; returns `generator_class`."""
    import tensorflow as tf

    from benchmarks.workloads import generator_class

    tf.keras.layers  # noqa: B018 - `tf.keras` is imported when first used
    return generator_class


def _workload(directory, arrays):
    import numpy as np

    from benchmarks.workloads import Workload

    if directory is not None:
        return Workload(rows.FIRST_PHOTOGRAPHS, directory=Path(directory))
    x = np.load(arrays)
    return Workload(rows.FIRST_ARRAYS, arrays=(x, np.arange(len(x)) % 6))


def _start_peak() -> int:
    """Bytes in use now; where the system allows it the peak counter starts again from here."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return _peak()
    return _status_bytes("VmRSS") or _peak()


def _peak() -> int:
    """Peak of the bytes in use. Not `ru_maxrss` on Linux, which begins with the peak of the process that started this one."""
    on_mac = sys.platform == "darwin"  # where the unit is bytes
    return _status_bytes("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if on_mac else 1024)


def _status_bytes(field):
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), None)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
