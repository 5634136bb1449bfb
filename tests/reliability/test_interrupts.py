"""Ctrl-C ends a run at once, and nothing that is still being made keeps the interpreter from ending."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")

# Generous: on a machine that is busy with other tests, TensorFlow alone takes seconds to leave. What would fail here never ends.
_SECONDS = 30

PREPARED = """
import signal, sys
import numpy as np
import imgdatagen_compat

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs this in the background has it ignored
x = (np.arange(64 * 96 * 96 * 3) % 251).reshape(64, 96, 96, 3).astype("uint8")
batches = imgdatagen_compat.ImageDataGenerator(rotation_range=20, horizontal_flip=True).flow(x, np.arange(64), seed=1)
taken = 0

def take():
    global taken
    taken += 1
    if taken == 8:
        print("running", flush=True)
"""
LOOPS = {
    "next": "for batch in batches: take()",
    "as_dataset": "for batch in batches.as_dataset(epochs=None): take()",
    "legacy dataset": "for batch in batches.as_dataset(rng='legacy', epochs=None): take()",
    "fit": """
import keras
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(batches, epochs=10**6, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: take())])
""",
}


def seconds_to_end(code):
    """Interrupts `code` once it has said that it is running. Returns (seconds until the process ends, what it wrote to standard error)."""
    command = [sys.executable, "-c", PREPARED + code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "running\n", process.stderr.read()
            process.send_signal(signal.SIGINT)
            begin = time.monotonic()
            _, errors = process.communicate(timeout=_SECONDS)
            return time.monotonic() - begin, errors
        finally:
            process.kill()


@pytest.mark.parametrize("loop", LOOPS)
def test_ctrl_c_ends_a_loop(loop):
    _, errors = seconds_to_end(LOOPS[loop])
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_a_process_that_does_not_end_is_noticed(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "_SECONDS", 1)
    with pytest.raises(subprocess.TimeoutExpired):
        seconds_to_end("signal.signal(signal.SIGINT, signal.SIG_IGN)\nfor batch in batches: take()")


def test_the_interpreter_waits_for_a_batch_and_lets_no_thread_begin_another():
    code = """
import sys, threading, time
from imgdatagen_compat.pipeline.interpreter_exit import making_batch

def make():
    with making_batch():
        begun.set()
        time.sleep(0.5)
        print("made", flush=True)
    try:
        with making_batch():
            print("begun anew", flush=True)
    except RuntimeError as error:
        print(error, flush=True)

begun = threading.Event()
threading.Thread(target=make, daemon=True).start()
begun.wait()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["made", "The interpreter is ending: no further batch is made."], done.stderr
