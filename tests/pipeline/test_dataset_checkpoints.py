"""`tf.train.Checkpoint(iterator=iter(dataset))`: saved in the middle of an epoch, read in another process."""

import json
import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from fresh_process import run_python
from PIL import Image
from sample_files import photograph

from imgdatagen_compat import ImageDataGenerator

EPOCHS, BATCH, SIZE, TAKEN = 3, 4, (12, 17), 5  # batches taken before the checkpoint: the middle of the second epoch
AUGMENTED = {"rotation_range": 30, "zoom_range": 0.3, "horizontal_flip": True, "rescale": 1 / 255}
SOURCES = ("arrays", "files", "cached", "python")


def half(x):
    return x / 2


def make_dataset(source, folder, seed=7):
    """A dataset of three batches an epoch; "python" has a function that the graph does not know."""
    datagen = ImageDataGenerator(**AUGMENTED, preprocessing_function=half if source == "python" else None)
    if source in ("arrays", "python"):
        x = np.stack([photograph(*SIZE, seed=i) for i in range(10)])
        return datagen.flow(x, np.arange(10), batch_size=BATCH, seed=seed).as_dataset(epochs=EPOCHS)
    flow = datagen.flow_from_directory(pathlib.Path(folder) / "images", target_size=SIZE, batch_size=BATCH, seed=seed)
    return flow.as_dataset(epochs=EPOCHS, cache=source == "cached" and pathlib.Path(folder) / "cache")


def described(batches):
    """Sums of pixels and the labels of each batch."""
    return [[float(np.sum(x, dtype=np.float64)), np.asarray(y).tolist()] for x, y in batches]


def restored(source, folder, checkpoint):
    """What is still to come of a dataset that was made anew."""
    iterator = iter(make_dataset(source, folder))
    tf.train.Checkpoint(iterator=iterator).restore(checkpoint).assert_consumed()
    return described(iterator)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    directory = tmp_path_factory.mktemp("checkpoints")
    for i in range(10):
        (directory / "images" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(photograph(20, 25, seed=i)).save(directory / "images" / "ab"[i % 2] / f"{i}.jpg")
    return directory


@pytest.fixture(scope="module")
def saved(folder):
    """For each source: the checkpoint, and the batches that came after it."""
    found = {}
    for source in SOURCES:
        iterator = iter(make_dataset(source, folder))
        for _ in range(TAKEN):
            next(iterator)
        checkpoint = tf.train.Checkpoint(iterator=iterator).save(folder / f"{source}.checkpoint")
        found[source] = (checkpoint, described(iterator))
    return found


def test_another_process_goes_on_with_the_very_batches_to_come(saved, folder):
    checkpoints = {source: checkpoint for source, (checkpoint, _) in saved.items()}
    code = (
        f"import json, sys; sys.path[:0] = {[os.path.dirname(__file__), os.path.dirname(os.path.dirname(__file__))]!r}\n"
        f"from test_dataset_checkpoints import restored\n"
        f"checkpoints = {json.dumps(checkpoints)}\n"
        f"print(json.dumps({{source: restored(source, {str(folder)!r}, path) for source, path in checkpoints.items()}}))"
    )
    found = run_python(code)
    for source, (_, to_come) in saved.items():
        assert len(to_come) == EPOCHS * 3 - TAKEN
        assert found[source] == to_come, source


def test_another_place_gives_other_batches(saved, folder):
    """The test above can fail."""
    _, to_come = saved["arrays"]
    assert described(make_dataset("arrays", folder))[: len(to_come)] != to_come


def test_the_seed_need_not_be_known(saved, folder):
    checkpoint, to_come = saved["arrays"]
    iterator = iter(make_dataset("arrays", folder, seed=None))
    tf.train.Checkpoint(iterator=iterator).restore(checkpoint)
    assert described(iterator) == to_come


def test_batches_made_ahead_are_not_in_the_checkpoint(saved):
    checkpoint, _ = saved["files"]
    files = pathlib.Path(checkpoint).parent.glob(f"{pathlib.Path(checkpoint).name}.*")
    assert sum(file.stat().st_size for file in files) < 20_000  # a batch has 10,000 and several are made ahead
