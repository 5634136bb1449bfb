"""One flow from files, made and used on both sides."""

from __future__ import annotations

import pathlib
import tempfile

import numpy as np
import oracles
from side_by_side import SideBySide
from tally import tally

import imgdatagen_compat
from imgdatagen_compat.stages import tolerance

CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


def compare_file_flow(config, fits, arguments, uses, make, saves=False, seed=0, modules=(oracles.keras, imgdatagen_compat)):
    """Makes a flow from files on both sides, uses it and returns the `Comparison`.

    Args:
        config: of the generators.
        fits: whether `fit` is called first, on random images of the right shape.
        arguments: of `make`.
        uses: `Step`s.
        make: function from a generator and keyword arguments to an iterator.
        saves: whether to write to `save_to_dir`, which is compared, too.
        seed: of the random state before it all.
        modules: the original and the drop-in.
    """
    pair = SideBySide(seed)
    datagens = pair.call("constructor", lambda module: module.ImageDataGenerator(**config), modules)
    if fits:
        images = _images_to_fit(arguments, datagens[0].data_format)
        pair.call("fit", lambda datagen: datagen.fit(images), datagens)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        saving = [{"save_to_dir": path} if saves else {} for path in (one, other)]
        iterators = pair.call("flow", lambda datagen, save: make(datagen, **arguments, **save), datagens, saving)
        if iterators[0] is None or iterators[1] is None:
            return pair.result
        promise = tolerance(datagens[0])
        pair.compare_attributes("after flow", *iterators)
        for number, step in enumerate(uses):
            labels_within = promise if iterators[0].class_mode == "input" else 0.0
            pair.call(f"step {number}, {step}", step, iterators, pixels_within=promise, labels_within=labels_within)
        pair.compare_attributes("at the end", *iterators)
        saved = [{path.name: path.read_bytes() for path in pathlib.Path(directory).iterdir()} for directory in (one, other)]
        # A value that may differ in its last bits may fall on the other side of a grey level.
        if pair.result.largest == 0:
            pair.compare("save_to_dir", "names", *(sorted(files) for files in saved))
            pair.compare("save_to_dir", "files", *(dict(sorted(files.items())) for files in saved))
    tally.add(datagens[0], pair.result, getattr(iterators[1]._logged_path, "name", None))
    return pair.result


def _images_to_fit(arguments, data_format):
    shape = (5, *arguments["target_size"], CHANNELS[arguments.get("color_mode", "rgb")])
    images = np.random.default_rng(0).integers(0, 256, shape)
    return images.transpose(0, 3, 1, 2) if data_format == "channels_first" else images


def check(comparison):
    assert not comparison.problems, "\n".join(comparison.problems)
