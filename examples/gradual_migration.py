"""One training script on its way from Keras's ImageDataGenerator to Keras's own layers: the batches and losses of every step.

The batches, and so the losses, are the same until the last step, whose layers augment in their own way. Run it with
`python examples/gradual_migration.py`; it makes its own photographs, needs Keras 3, and takes well under a minute.
"""

import hashlib
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import imgdatagen_compat
from imgdatagen_compat.sample_photographs import write_sample_photographs

EPOCHS = 3
AUGMENTATION = {"rescale": 1 / 255, "rotation_range": 20, "zoom_range": 0.2, "horizontal_flip": True}
READING = {"target_size": (64, 64), "batch_size": 8, "seed": 1}


def smoothed(labels):
    return 0.9 * labels + 0.1 / 3


def with_smoothed_labels(batches):
    """The kind of generator that old scripts write around an iterator."""
    for images, labels in batches:
        yield images, smoothed(labels)


def keras_itself(folder):
    """The original of the installed Keras, to compare with. Models have no `fit_generator` there."""
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    batches = ImageDataGenerator(**AUGMENTATION).flow_from_directory(folder, **READING)
    model = new_model()
    model.fit(with_smoothed_labels(batches), steps_per_epoch=len(batches), epochs=EPOCHS, shuffle=False, verbose=0)
    return model


def unmodified(folder):
    """The old script, to the letter: what `imgdatagen-compat run` does with a whole file, `installed` does with a block."""
    with imgdatagen_compat.installed():
        from tensorflow.keras.preprocessing.image import ImageDataGenerator

        batches = ImageDataGenerator(**AUGMENTATION).flow_from_directory(folder, **READING)
        model = new_model()
        model.fit_generator(with_smoothed_labels(batches), steps_per_epoch=len(batches), epochs=EPOCHS, verbose=0)
        return model


def import_changed(folder):
    """The import is changed, and `fit_generator`, which Keras 3 has no longer."""
    from imgdatagen_compat import ImageDataGenerator

    batches = ImageDataGenerator(**AUGMENTATION).flow_from_directory(folder, **READING)
    model = new_model()
    model.fit(with_smoothed_labels(batches), steps_per_epoch=len(batches), epochs=EPOCHS, shuffle=False, verbose=0)
    return model


def as_dataset(folder):
    """A `tf.data.Dataset` with the draws of `next(batches)`. Without `rng="legacy"` it makes its own, and the losses are others."""
    from imgdatagen_compat import ImageDataGenerator

    batches = ImageDataGenerator(**AUGMENTATION).flow_from_directory(folder, **READING)
    dataset = batches.as_dataset(rng="legacy").map(lambda images, labels: (images, smoothed(labels)))
    model = new_model()
    model.fit(dataset, epochs=EPOCHS, shuffle=False, verbose=0)
    return model


def native_layers(folder):
    """Keras alone: its own reader, and stock layers in the model. `native.code` is what to paste in their place."""
    from imgdatagen_compat import ImageDataGenerator

    native = ImageDataGenerator(**AUGMENTATION).to_native(seed=1)
    raw = keras.utils.image_dataset_from_directory(
        folder, image_size=(64, 64), batch_size=8, interpolation="nearest", label_mode="categorical", seed=1, verbose=False
    )
    dataset = raw.map(lambda images, labels: (images, smoothed(labels)))
    model = new_model(*native.model.layers)
    model.fit(dataset, epochs=EPOCHS, shuffle=False, verbose=0)
    return model


STEPS = {
    "0. Keras's own generator": keras_itself,
    "1. the script unmodified": unmodified,
    "2. the import changed": import_changed,
    '3. as_dataset(rng="legacy")': as_dataset,
    "4. native layers": native_layers,
}


class WatchedSequential(keras.Sequential):
    """Keeps a digest of every batch that it is trained with."""

    def __init__(self, layers):
        super().__init__(layers)
        self.digest = hashlib.sha256()

    def train_step(self, data):
        for array in data[:2]:
            self.digest.update(np.asarray(array, dtype="float32").tobytes())
        return super().train_step(data)


def new_model(*first_layers):
    """The same weights every time."""
    keras.utils.set_random_seed(0)
    model = WatchedSequential(
        [
            keras.Input((64, 64, 3)),
            *first_layers,
            keras.layers.Conv2D(8, 3, strides=4, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    # Eager, to see the batches.
    model.compile("adam", "categorical_crossentropy", run_eagerly=True)
    return model


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_sample_photographs(folder, images_per_class=9)
        models = {title: step(folder) for title, step in STEPS.items()}
    print(f"\n{'':28}{'batches':10}loss of each epoch")
    for title, model in models.items():
        print(f"{title:28}{model.digest.hexdigest()[:8]:10}", *(f"{loss:.6f}" for loss in model.history.history["loss"]))


if __name__ == "__main__":
    main()
