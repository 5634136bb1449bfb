"""What batches hold, as digests, for a file that a release keeps: `python golden_batches.py` compares, with `--write` it writes.

Every source is the same on every machine: pixels by integer arithmetic, PNGs by hand, and one JPEG whose bytes are in the golden file.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import hashlib
import io
import json
import pathlib
import sys
import tempfile

import numpy as np
import tensorflow as tf
from PIL import Image

sys.path.append(str(pathlib.Path(__file__).parents[1]))  # as pytest does, for the command

from sample_files import png_contents

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.kernels import geometry
from imgdatagen_compat.pipeline import stateless

GOLDEN = pathlib.Path(__file__).parent / "golden" / "batches.json"
SAMPLES, HEIGHT, WIDTH, BATCH_SIZE = 10, 24, 20, 4

GEOMETRY = {"rotation_range": 25, "width_shift_range": 0.2, "height_shift_range": 0.1, "shear_range": 8, "zoom_range": 0.3}
OLDER = {"semantics": "keras_preprocessing"}
CONFIGURATIONS = {
    "plain": {},
    "rescale": {"rescale": 1 / 255},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "rotation": {"rotation_range": 30},
    "shifts": {"width_shift_range": 0.2, "height_shift_range": [-3, 2]},
    "shear": {"shear_range": 15},
    "zoom": {"zoom_range": [0.7, 1.4]},
    "nearest": GEOMETRY | {"fill_mode": "nearest", "horizontal_flip": True},
    "constant": GEOMETRY | {"fill_mode": "constant", "cval": 17.0},
    "reflect": GEOMETRY | {"fill_mode": "reflect"},
    "wrap": GEOMETRY | {"fill_mode": "wrap"},
    "order 0": GEOMETRY | {"interpolation_order": 0},
    "channel shift": GEOMETRY | {"channel_shift_range": 40},
    "brightness": {"brightness_range": (0.5, 1.5), "rescale": 1 / 255},
    "everything": GEOMETRY | {"channel_shift_range": 30, "brightness_range": (0.7, 1.3), "horizontal_flip": True, "rescale": 1 / 255},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True, "rotation_range": 20},
    "rescale first": GEOMETRY | {"rescale": 1 / 255, "rescale_order": "first"},
    "documented": GEOMETRY | {"semantics": "documented"},
    "older, geometry": GEOMETRY | OLDER,
    "older, brightness": {"brightness_range": (0.5, 1.5)} | OLDER,
    "older, everything": GEOMETRY | {"channel_shift_range": 30, "brightness_range": (0.7, 1.3), "rescale": 1 / 255} | OLDER,
    "without shuffling": GEOMETRY | {"horizontal_flip": True},
}


def pixels() -> np.ndarray:
    """uint8 [SAMPLES, HEIGHT, WIDTH, 3]: products and sums of the indices, modulo 256; smooth in places, with edges."""
    i, row, col, channel = np.ogrid[:SAMPLES, :HEIGHT, :WIDTH, :3]
    return ((row * (3 + i) + col * (5 - channel) + 7 * i * channel + (row * col // 16) * 37) % 256).astype(np.uint8)


def digests(jpeg: bytes) -> dict:
    """SHA-256, shortened, of the batches of every configuration: from arrays, from files, and of orders and draws in the graph."""
    found = {f"arrays, {name}": _of_batches(_flow(name, settings), 4) for name, settings in CONFIGURATIONS.items()}
    with tempfile.TemporaryDirectory() as directory:
        write_files(pathlib.Path(directory), jpeg)
        for name in ("plain", "everything", "older, everything"):
            for color_mode in ("rgb", "grayscale"):
                batches = _silent(ImageDataGenerator(**CONFIGURATIONS[name]).flow_from_directory)(
                    directory, (19, 23), color_mode, batch_size=BATCH_SIZE, seed=11
                )
                found[f"{color_mode} files, {name}"] = _of_batches(batches, 4)
    found["order"] = [_digest(np.int64(order)) for order in _orders()]
    found["stateless draws"] = _of_stateless_draws()
    for name in ("flips", "everything", "without shuffling"):
        found[f"stateless dataset, {name}"] = [_digest(*parts) for parts in _flow(name, CONFIGURATIONS[name]).as_dataset(epochs=2)]
    return found


def scipy_order() -> str:
    """The order in which the installed SciPy adds up a coordinate, on which every geometry depends."""
    return "SciPy 1.16 or later" if geometry.scipy_adds_offset_first() else "SciPy before 1.16"


def depends_on_arithmetic(name: str) -> bool:
    """Whether matrices are computed for this entry, whose last bits are neither ours nor promised: see `arithmetic`."""
    settings = CONFIGURATIONS.get(name.split(", ", 1)[-1], {})
    return any(name.endswith("_range") and name not in ("channel_shift_range", "brightness_range") for name in settings)


@functools.cache
def arithmetic() -> str:
    """A digest of sines, cosines and products of matrices, whose last bits differ between processors and C libraries."""
    angles = np.deg2rad(np.linspace(-90, 90, 20_007))  # so many, since hardly any differ
    matrices = angles.reshape(-1, 3, 3)
    with_numpy = np.sin(angles), np.cos(angles), [(np.sin(angle), np.cos(angle)) for angle in angles[:99]], matrices @ matrices[::-1]
    tensors = tf.constant(matrices)
    return _digest(*with_numpy, tf.sin(tensors), tf.cos(tensors), tensors @ tensors[::-1])[:8]


def write_files(directory, jpeg) -> None:
    """A folder of two classes: six PNGs, grey and RGB, and the JPEG."""
    for number, image in enumerate(pixels()[:6]):
        folder = directory / f"class {number % 2}"
        folder.mkdir(exist_ok=True)
        rows, color_type = (image[..., 0], 0) if number > 3 else (image.reshape(HEIGHT, -1), 2)
        (folder / f"{number}.png").write_bytes(png_contents((HEIGHT, WIDTH), 8, color_type, [rows]))
    (directory / "class 0" / "photograph.jpg").write_bytes(jpeg)


def _flow(name, settings):
    shuffle = name != "without shuffling"
    return ImageDataGenerator(**settings).flow(pixels(), np.arange(SAMPLES), batch_size=BATCH_SIZE, shuffle=shuffle, seed=11)


def _of_batches(batches, count):
    """The digests of batches from `next`, and the last of them by index as well."""
    return [_digest(*next(batches)) for _ in range(count)] + [_digest(*batches[1])]


def _orders():
    batches = _flow("plain", {})
    for _ in range(3):
        for _ in range(len(batches)):
            next(batches)
        yield batches.index_array


def _of_stateless_draws():
    config = GeneratorConfig.for_images(ImageDataGenerator(**CONFIGURATIONS["everything"]), True)
    params = stateless.draw_params(config, tf.constant(12345, tf.int64), tf.range(50, dtype=tf.int64), HEIGHT, WIDTH)
    order = stateless.shuffled(tf.range(50, dtype=tf.int64), tf.constant(12345, tf.int64), 50)
    return [_digest(*(part for part in vars(params).values() if part is not None)), _digest(order)]


def _digest(*parts):
    digest = hashlib.sha256()
    for part in map(np.asarray, parts):
        # `+ 0` makes one zero of the two, whose sign is no promise.
        digest.update(f"{part.dtype.str}{part.shape}".encode() + np.ascontiguousarray(part + np.zeros((), part.dtype)).tobytes())
    return digest.hexdigest()[:24]


def _silent(function):
    def silently(*arguments, **keywords):
        with contextlib.redirect_stdout(io.StringIO()):
            return function(*arguments, **keywords)

    return silently


def read() -> dict:
    """The golden file: `jpeg`, base64; and for both orders of SciPy, `digests` and the `arithmetic`s with which they have been found."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def compared(name: str, golden: dict) -> bool:
    """Whether this entry is to be the same here as in `golden`, the part of the golden file for one order of SciPy.

    Where matrices are computed, only with an arithmetic that it knows.
    """
    return not depends_on_arithmetic(name) or arithmetic() in golden["arithmetic"]


def differences(found: dict, golden: dict) -> list[str]:
    """The entries whose digests are to be those of the golden file, and are not."""
    expected = golden["digests"]
    return sorted(name for name in found | expected if compared(name, golden) and found.get(name) != expected.get(name))


def updated(found: dict, golden: dict) -> dict:
    """What is found here, for the golden file. Where that is something else, what other arithmetics would give is not known any more."""
    known = golden["arithmetic"] if found == golden["digests"] else []
    return {"arithmetic": sorted({*known, arithmetic()}), "digests": found}


def _new_jpeg():
    file = io.BytesIO()
    Image.fromarray(pixels()[3]).resize((61, 47)).save(file, "jpeg", quality=90)
    return file.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put what is found into the golden file, over what it says")
    options = parser.parse_args()
    file = read() if GOLDEN.exists() else {"jpeg": base64.b64encode(_new_jpeg()).decode()}
    golden = file.get(scipy_order(), {"arithmetic": [], "digests": {}})
    found = digests(base64.b64decode(file["jpeg"]))
    differing = differences(found, golden)
    passed_over = [name for name in found if not compared(name, golden)]
    if options.write:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(file | {scipy_order(): updated(found, golden)}, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} entries: {len(differing)} differ, {len(passed_over)} are not compared: no digests are known with this arithmetic")
    print(*differing, sep="\n")
    if differing and not options.write:
        print("Changed on purpose? --write takes it over, and CHANGELOG.md should say so.")
    return 1 if differing and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
