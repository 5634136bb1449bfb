"""Moves the rescaling of a small classifier from the generator into the model, in five steps, and checks every step.

Run it with `python examples/rescaling_into_a_model.py`; it makes its own images and takes well under a minute.
"""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from imgdatagen_compat import ImageDataGenerator
from imgdatagen_compat.models import (
    check_input_range,
    fold_rescaling,
    prepend_rescaling,
    scale_weights_by_activation,
)


def images_and_labels(n, seed):
    """Noise of 0 to 255 with a bright square, on the left (class 0) or on the right (class 1)."""
    rng = np.random.default_rng(seed)
    images, labels = rng.uniform(0, 120, (n, 24, 24, 3)), rng.integers(0, 2, n)
    for image, label in zip(images, labels):
        top, left = rng.integers(0, 16), rng.integers(0, 6) + 12 * label
        image[top : top + 6, left : left + 6] += 120
    return images.astype("float32"), labels


def new_model():
    return keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="conv1"),
            keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="conv2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(2, activation="softmax", name="classes"),
        ],
        name="classifier",
    )


def title(text):
    print(f"\n== {text} ==")


def main():
    keras.utils.set_random_seed(0)
    x, y = images_and_labels(512, seed=1)
    raw, labels = images_and_labels(128, seed=2)

    title("1. An old script: the generator rescales, the model is trained on 0 to 1")
    datagen = ImageDataGenerator(rescale=1 / 255, width_shift_range=0.1)
    model = new_model()
    check_input_range(model, datagen)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(datagen.flow(x, y, seed=0), epochs=4, verbose=0)
    expected = model.predict(raw / 255, verbose=0)
    print(f"accuracy on images of 0 to 1: {np.mean(expected.argmax(1) == labels):.2f}")

    title("2. prepend_rescaling: the same weights, but raw pixels go in")
    for_raw = prepend_rescaling(model, scale=1 / 255)
    print("layers:", ", ".join(layer.name for layer in for_raw.layers))
    print(f"largest difference of the predictions: {np.abs(for_raw.predict(raw, verbose=0) - expected).max():.1e}")
    with tempfile.TemporaryDirectory() as folder:
        for_raw.save(os.path.join(folder, "for_raw.keras"))
        loaded = keras.models.load_model(os.path.join(folder, "for_raw.keras"))
    print(f"and after saving and loading:          {np.abs(loaded.predict(raw, verbose=0) - expected).max():.1e}")

    title("3. The trap: the old generator still rescales")
    check_input_range(for_raw, datagen)

    title("4. fold_rescaling: the first kernel absorbs it, and no layer is added")
    folded = fold_rescaling(model, scale=1 / 255)
    print("layers:", ", ".join(layer.name for layer in folded.layers))
    print(f"largest difference of the predictions: {np.abs(folded.predict(raw, verbose=0) - expected).max():.1e}")
    try:
        fold_rescaling(model, scale=1 / 127.5, offset=-1.0)
    except ValueError as refusal:
        print(f"with an offset: {refusal}")

    title("5. A new model on raw pixels: weights scaled by what real images do to them")
    _, report = scale_weights_by_activation(new_model(), raw)
    report.print()


if __name__ == "__main__":
    main()
