"""The rows of the table: what is compared with what, and the target. No TensorFlow here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from benchmarks.measure import Measurement

FASTER = "times faster"
OF_ITS_TIME = "times its time"
OF_ITS_MEMORY = "times its memory"
LONGER = "s longer"

ORIGINAL, DROPIN, DATASET = "original", "drop-in", "drop-in as_dataset()"
CACHED = "drop-in as_dataset(cache=True), later epochs"
TWO_THREADS, TWO_PROCESSES = "original, 2 threads", "original, 2 processes"
KERAS_LAYERS, ALBUMENTATIONS, DECODING = "Keras layers on tf.data", "Albumentations + OpenCV, 2 threads", "JPEG decoding alone on tf.data"

ARRAYS, ARRAYS_COLOUR, PHOTOGRAPHS, FIT = "arrays", "arrays, colour", "photographs", "fit"
EPOCH_START = "epoch start"
FIRST_ARRAYS, FIRST_PHOTOGRAPHS, MEMORY = "first batch, arrays", "first batch, photographs", "memory"
TITLES = {
    ARRAYS: "uint8 arrays 224×224×3: rotate, shift, shear, zoom, flip, rescale",
    ARRAYS_COLOUR: "the same arrays, plus channel shift and brightness",
    PHOTOGRAPHS: "folder of 500-pixel JPEGs to 150×150: rotate, shift, shear, zoom, flip, rescale",
    FIT: "model.fit() of a small CNN on that folder",
    EPOCH_START: "first batch of an epoch on that folder, everything compiled",
    FIRST_ARRAYS: "first batch of 32 in a fresh process, arrays",
    FIRST_PHOTOGRAPHS: "first batch of 32 in a fresh process, photographs",
    MEMORY: "peak memory of flow() on uint8 arrays",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        key: what `--rows` calls it.
        work: the workload, a key of `TITLES`.
        ours, against: the two contenders.
        figure: what is computed of the two medians: `FASTER` is against / ours, `OF_ITS_TIME` and `OF_ITS_MEMORY` are ours / against,
            `LONGER` is ours - against.
        target, aim: at least this for `FASTER`, at most this for the others; None where nothing was promised.
    """

    key: str
    work: str
    ours: str
    against: str
    figure: str = FASTER
    target: float | None = None
    aim: float | None = None

    def value(self, measurements: Mapping[tuple[str, str], Measurement]) -> float | None:
        """The figure, from measurements by (work, contender); None where one of the two has none."""
        ours, against = (measurements.get((self.work, name)) for name in (self.ours, self.against))
        if not (ours and ours.values and against and against.values):
            return None
        if self.figure == FASTER:
            return against.median / ours.median
        return ours.median - against.median if self.figure == LONGER else ours.median / against.median

    def meets(self, value: float, target: float) -> bool:
        """Whether `value` is on the good side of `target`."""
        return value >= target if self.figure == FASTER else value <= target


ROWS = (
    Row("arrays", ARRAYS, DROPIN, ORIGINAL, FASTER, 14, 20),
    Row("arrays-dataset", ARRAYS, DATASET, ORIGINAL),
    Row("arrays-colour", ARRAYS_COLOUR, DROPIN, ORIGINAL, FASTER, 10),
    Row("photographs", PHOTOGRAPHS, DROPIN, ORIGINAL, FASTER, 5, 7),
    Row("photographs-dataset", PHOTOGRAPHS, DATASET, ORIGINAL, FASTER, 6, 8),
    Row("cached", PHOTOGRAPHS, CACHED, ORIGINAL, FASTER, 15, 20),
    Row("albumentations", PHOTOGRAPHS, DATASET, ALBUMENTATIONS, FASTER, 1.1, 1.3),
    Row("decoding", PHOTOGRAPHS, DATASET, DECODING, OF_ITS_TIME, 1.7, 1.4),
    Row("original-threads", PHOTOGRAPHS, DROPIN, TWO_THREADS),
    Row("original-processes", PHOTOGRAPHS, DROPIN, TWO_PROCESSES),
    Row("keras-layers", PHOTOGRAPHS, DATASET, KERAS_LAYERS),
    Row("fit", FIT, DROPIN, ORIGINAL, FASTER, 3),
    Row("fit-dataset", FIT, DATASET, ORIGINAL),
    Row("epoch-start", EPOCH_START, DROPIN, ORIGINAL, LONGER),
    Row("epoch-start-dataset", EPOCH_START, DATASET, ORIGINAL, LONGER),
    Row("first-batch-arrays", FIRST_ARRAYS, DROPIN, ORIGINAL, LONGER, 0.6),
    Row("first-batch-photographs", FIRST_PHOTOGRAPHS, DROPIN, ORIGINAL, LONGER, 0.6),
    Row("memory", MEMORY, DROPIN, ORIGINAL, OF_ITS_MEMORY, 0.5),
)

BATCH_SIZE, IMAGE_SIZE, DATASET_SIZE = "batch-size", "image-size", "dataset-size"
GROWTH_TABLES = (BATCH_SIZE, IMAGE_SIZE, DATASET_SIZE)


def contenders_of(rows, work: str) -> list[str]:
    """The contenders that `rows` need of one workload, each once."""
    return list(dict.fromkeys(name for row in rows if row.work == work for name in (row.against, row.ours)))
