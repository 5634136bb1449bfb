"""`as_dataset()` under tf.distribute: two logical CPUs in one process, and two processes."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest
import strategy_worker
import tensorflow as tf

_WORKER = pathlib.Path(strategy_worker.__file__)
_REPOSITORY = _WORKER.parents[2]


def free_addresses(number):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [f"localhost:{each.getsockname()[1]}" for each in sockets]


def start(strategy, **environment):
    path = os.pathsep.join(filter(None, (str(_REPOSITORY), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", _WORKER, strategy],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def runs():
    """What "mirrored" and both processes of "multiworker" printed, run side by side."""
    cluster = {"worker": free_addresses(2)}
    configs = [json.dumps({"cluster": cluster, "task": {"type": "worker", "index": i}}) for i in range(2)]
    processes = [start("mirrored"), *(start("multiworker", TF_CONFIG=config) for config in configs)]
    printed = []
    for process in processes:
        try:
            output, errors = process.communicate(timeout=180)
        finally:
            process.kill()
        assert process.returncode == 0, errors[-3000:]
        printed.append(json.loads(output.splitlines()[-1]))
    return {"mirrored": printed[0], "multiworker": printed[1:]}


@pytest.fixture(scope="module")
def alone():
    """The labels of each batch, the losses and the weights without a strategy."""
    return {
        "labels": [y.tolist() for _, y in strategy_worker.make_dataset(epochs=2).as_numpy_iterator()],
        "losses": strategy_worker.losses(tf.distribute.get_strategy()),
        "weights": strategy_worker.fit_weights(tf.distribute.get_strategy()),
    }


def joined(*parts):
    return [sample for part in parts for sample in part]


def test_replicas_share_every_batch(runs, alone):
    assert [joined(*parts) for parts in runs["mirrored"]["labels"]] == alone["labels"]
    assert all(len(parts) == 2 for parts in runs["mirrored"]["labels"])


def test_processes_share_every_batch(runs, alone):
    first, second = (run["labels"] for run in runs["multiworker"])
    assert [joined(*one, *other) for one, other in zip(first, second, strict=True)] == alone["labels"]
    assert all(one != other for one, other in zip(first, second))


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_losses_are_those_of_one_worker(runs, alone, strategy):
    for run in runs[strategy] if strategy == "multiworker" else [runs[strategy]]:
        np.testing.assert_allclose(run["losses"], alone["losses"], rtol=1e-5)
    assert len(set(alone["losses"])) == len(alone["losses"])


def test_fit_learns_the_same_as_from_memory(runs, alone):
    # Not the same with and without a strategy: up to Keras 3.7, `fit` divides the gradients by the number of replicas once too often.
    for weights, expected in (runs["mirrored"]["weights"], alone["weights"]):
        np.testing.assert_allclose(weights, expected, rtol=1e-5)
        assert not np.allclose(weights, [1, 1, 1, 0])


def test_layers_draw_for_each_replica(runs):
    one, other = runs["mirrored"]["draws"]
    assert one != other
