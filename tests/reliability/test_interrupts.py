"""Ctrl-C ends a run, and nothing that is still being made keeps the interpreter from ending."""

import os
import signal
import subprocess
import sys
import threading

import pandas as pd
import pytest
import tensorflow as tf
from originals import write_class_folders
from PIL import Image

import imgdatagen_compat
from imgdatagen_compat.pipeline.interrupts import interrupts_kept

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")

# Every loop here is endless, and what would fail never ends; a busy machine may take its time to leave TensorFlow.
_SECONDS = 120

ENDLESS = """
import itertools, signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs this in the background has it ignored

def taken(number):
    if number == 8:
        print("running", flush=True)

def endlessly(stream):
    for number, _ in enumerate(stream):
        taken(number)

def until_interrupted(stream):
    try:
        endlessly(stream)
    except KeyboardInterrupt:
        print("interrupted", flush=True)

def batches_of(dataset):
    # TensorFlow measures shapes with their `__len__` in the midst of C++: interrupted there, it writes where it should not (MIGRATION.md).
    stream = iter(dataset)
    stream._flat_output_shapes = [shape.as_list() for shape in stream._flat_output_shapes]
    return stream
"""
BATCHES = """
import numpy as np
import imgdatagen_compat

x = (np.arange(64 * 96 * 96 * 3) % 251).reshape(64, 96, 96, 3).astype("uint8")
batches = imgdatagen_compat.ImageDataGenerator(rotation_range=20, horizontal_flip=True).flow(x, np.arange(64), seed=1)
"""
LOOPS = """
until_interrupted(batches)
until_interrupted(batches_of(batches.as_dataset(epochs=None)))
endlessly(batches_of(batches.as_dataset(rng="legacy", epochs=None)))
"""
FIT = """
from tensorflow import keras

steps = itertools.count()
callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: taken(next(steps)))
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(batches, epochs=10**6, verbose=0, callbacks=[callback])
"""


def interrupted(code):
    """Interrupts `code` whenever it says that it is running; returns (what else it said, the last line of its standard error)."""
    command = [sys.executable, "-c", ENDLESS + code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watch = threading.Timer(_SECONDS, process.kill)
        watch.start()
        try:
            said = []
            for line in process.stdout:
                if line == "running\n":
                    process.send_signal(signal.SIGINT)
                else:
                    said.append(line.rstrip())
            return said, process.stderr.read().rstrip().rpartition("\n")[2]
        finally:
            watch.cancel()
            process.kill()


def test_ctrl_c_ends_every_loop_and_the_process():
    assert interrupted(BATCHES + LOOPS) == (["interrupted", "interrupted"], "KeyboardInterrupt")


def test_ctrl_c_ends_fit():
    assert interrupted(BATCHES + FIT) == ([], "KeyboardInterrupt")


def test_ctrl_c_while_tensorflow_makes_an_error_is_none_of_a_file(tmp_path, monkeypatch):
    """The file is missing, and the interrupt is noticed by the constructor of TensorFlow's error."""

    def interrupted(*arguments):
        raise KeyboardInterrupt

    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    frame = pd.DataFrame({"filename": ["missing.png", "a.png"]})
    options = {"class_mode": None, "validate_filenames": False, "target_size": (4, 4)}
    for on_error in ("skip", "raise"):
        batches = imgdatagen_compat.ImageDataGenerator().flow_from_dataframe(frame, tmp_path, on_error=on_error, **options)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(tf.errors.NotFoundError, "__init__", interrupted)
            next(batches)


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (RuntimeError("MISMATCH … ORIGINAL NotFoundError REPLACED BY KeyboardInterrupt: <EMPTY MESSAGE>"), None, KeyboardInterrupt),
        (SystemError("returned a result with an exception set"), KeyboardInterrupt(), KeyboardInterrupt),
        (SystemError("returned a result with an exception set"), ValueError(), SystemError),
        (RuntimeError("of somebody else"), None, RuntimeError),
    ],
)
def test_which_errors_are_an_interrupt(error, cause, expected):
    with pytest.raises(expected), interrupts_kept():
        raise error from cause


def test_a_process_that_does_not_end_is_noticed(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "_SECONDS", 1)
    ignoring = "signal.signal(signal.SIGINT, signal.SIG_IGN)\nendlessly(itertools.count())"
    assert interrupted(ignoring) != ([], "KeyboardInterrupt")


# Sends SIGINT to itself when a module is imported, and so at the same moment every time.
WHILE_IMPORTING = """
import os, runpy, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)
_, module, *sys.argv[1:] = sys.argv

def interrupt(event, arguments):
    global module
    if event == "import" and arguments[0] == module:
        module = None
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(interrupt)
runpy.run_module("imgdatagen_compat", run_name="__main__", alter_sys=True)
"""


def command_interrupted(command, importing, folder):
    """Exit status and standard error of a command that is interrupted while it imports a module."""
    arguments = [sys.executable, "-c", WHILE_IMPORTING, importing, command, str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=_SECONDS)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("command", "importing"),
    [
        ("audit", "imgdatagen_compat.migration.cli"),
        ("audit", "numpy"),
        ("rewrite", "libcst"),
        ("scan", "PIL.Image"),
        ("parity", "tensorflow"),
        ("run", "imgdatagen_compat.installation"),
    ],
)
def test_ctrl_c_ends_a_command_while_it_imports(tmp_path, command, importing):
    old = tmp_path / "old.py"
    old.write_text("from keras.preprocessing.image import ImageDataGenerator\n")
    write_class_folders(tmp_path / "photographs", n=1)
    status, said = command_interrupted(command, importing, {"run": old, "parity": tmp_path / "photographs"}.get(command, tmp_path))
    assert (status, said.splitlines()[-1]) == (130, "interrupted")


def test_a_command_that_imports_no_such_module_is_not_interrupted(tmp_path):
    assert command_interrupted("audit", "tensorflow", tmp_path) == (0, "")


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
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=_SECONDS)
    assert done.stdout.splitlines() == ["made", "The interpreter is ending: no further batch is made."], done.stderr
