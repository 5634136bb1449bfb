"""The whole old scripts of `old_scripts`: their data, and how they are run by the originals and by `imgdatagen-compat run`.

A script reads `data/` in its working directory and prints, as its last line, JSON: `batches` (digests of what it saw), `losses`,
`predictions` (a shape).
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image
from sample_files import photograph

FOLDER = pathlib.Path(__file__).parent / "old_scripts"
BY_HAND_FOLDER = pathlib.Path(__file__).parent / "old_scripts_by_hand"  # as MIGRATION.md says to change them

# Script, and the semantics of the Keras that it was written for.
OLD_SCRIPTS = {
    "keras_2_2_directory": "keras_preprocessing",
    "keras_2_6_dataframe": "keras_preprocessing",
    "tf_keras_2_10_segmentation": "keras",
}


def write_data(folder) -> None:
    """Writes the photographs, masks and the table that the scripts read, below `folder / "data"`."""
    data = pathlib.Path(folder, "data")
    for number, (part, count) in enumerate((("train", 7), ("validation", 3))):
        for label, name in enumerate(("cats", "dogs")):
            _write_photographs(data / part / name, count, 1000 * number + 100 * label)
    _write_photographs(data / "photographs", 20, 5000)
    rows = [f"{i}.jpg,{20 + 3.5 * i}" for i in range(20)]
    (data / "ages.csv").write_text("\n".join(["path,age", *rows]) + "\n")
    _write_photographs(data / "segmentation" / "images" / "all", 8, 7000)
    masks = data / "segmentation" / "masks" / "all"
    masks.mkdir(parents=True)
    for i in range(8):
        Image.fromarray(np.where(photograph(40, 52, 1, seed=7000 + i) > 128, 255, 0).astype(np.uint8)).save(masks / f"{i}.png")


def _write_photographs(folder, count, seed):
    folder.mkdir(parents=True)
    for i in range(count):
        Image.fromarray(photograph(40, 52, seed=seed + i)).save(folder / f"{i}.jpg", quality=92)


def run_scripts(code: str, folder, **environment) -> dict[str, dict]:
    """Runs `OLD_SCRIPTS`, one after the other in one fresh process.

    Args:
        code: defines `run_one(name, path, semantics)`, which runs one script.
        folder: the working directory, where `write_data` has written.
        environment: further variables.

    Returns:
        What each script printed last.
    """
    scripts = [(name, str(FOLDER / f"{name}.py"), semantics) for name, semantics in OLD_SCRIPTS.items()]
    code = f"{code}\nfor script in {scripts!r}:\n    run_one(*script)\n    print('end of', script[0])\n"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    return {name: json.loads(lines[lines.index(f"end of {name}") - 1]) for name in OLD_SCRIPTS}


# The originals of the era on tf_keras, which still has the methods of Keras 2: `keras` is tf_keras, and the image module of Keras 2.2
# to 2.8 is keras-preprocessing's.
BY_THE_ORIGINAL = """
import runpy, sys
import keras_preprocessing.image
import tensorflow as tf
import tf_keras

def run_one(name, path, semantics):
    packages = {f"keras.{part}": getattr(tf_keras, part) for part in ("backend", "layers", "models", "preprocessing", "optimizers")}
    packages |= {f"tensorflow.{name}": module for name, module in packages.items()}
    sys.modules.update({"keras": tf_keras, **packages})
    image = keras_preprocessing.image if semantics == "keras_preprocessing" else tf_keras.preprocessing.image
    for package in ("keras", "tensorflow.keras"):
        sys.modules[f"{package}.preprocessing.image"] = image
    image_before = tf_keras.preprocessing.image
    tf_keras.preprocessing.image = image
    runpy.run_path(path, run_name="__main__")
    tf_keras.preprocessing.image = image_before
"""

BY_RUN = """
from imgdatagen_compat.migration.cli import main

def run_one(name, path, semantics):
    assert main(["run", "--semantics", semantics, path]) == 0
"""

BY_REWRITE = """
import pathlib, runpy
from imgdatagen_compat.migration.cli import main

def run_one(name, path, semantics):
    script = pathlib.Path(f"{name}_rewritten.py")
    script.write_bytes(pathlib.Path(path).read_bytes())
    assert main(["rewrite", "--write", "--semantics", semantics, str(script)]) == 1
    runpy.run_path(str(script), run_name="__main__")
"""

BY_HAND = f"""
import pathlib, runpy

def run_one(name, path, semantics):
    runpy.run_path(str(pathlib.Path({str(BY_HAND_FOLDER)!r}, f"{{name}}.py")), run_name="__main__")
"""

# The three ways of MIGRATION.md.
WAYS = {"run": BY_RUN, "rewrite": BY_REWRITE, "by hand": BY_HAND}
