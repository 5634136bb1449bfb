"""What Keras 3 no longer has, as far as code around an `ImageDataGenerator` meets it. Facts as plain data; a test asks the installed Keras.

No TensorFlow here, and no LibCST.
"""

from __future__ import annotations

from imgdatagen_compat.migration.old_modules import KERAS_MODULES

# What is left of `keras.preprocessing.image`, and what `tensorflow.keras.preprocessing.image` has.
IMAGE_NAMES = frozenset(("array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"))
LEGACY_IMAGE_NAMES = IMAGE_NAMES | {
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
}

# Modules with the generator that can still be imported, with their names; None where all are there, in a private place.
IMAGE_MODULES_LEFT = {
    "keras.preprocessing.image": IMAGE_NAMES,
    "tensorflow.keras.preprocessing.image": LEGACY_IMAGE_NAMES,
    "keras._tf_keras.keras.preprocessing.image": LEGACY_IMAGE_NAMES,
    "keras.src.legacy.preprocessing.image": None,
}
# Under `tensorflow`, attributes are there that no import statement finds.
ATTRIBUTES_ONLY = frozenset(("tensorflow.compat.v1.keras.preprocessing.image", "tensorflow.compat.v2.keras.preprocessing.image"))
IMAGE_MODULES_GONE = KERAS_MODULES - set(IMAGE_MODULES_LEFT) - ATTRIBUTES_ONLY

# Modules of Keras 1 and 2 that are gone from `keras` and from `tensorflow.keras`, and where their names are.
MODULES_GONE = {
    "backend.tensorflow_backend": "keras.backend, or keras.ops",
    "engine": "keras.layers and keras.models",
    "initializations": "keras.initializers",
    "layers.advanced_activations": "keras.layers",
    "layers.convolutional": "keras.layers",
    "layers.core": "keras.layers",
    "layers.embeddings": "keras.layers",
    "layers.experimental": "keras.layers",
    "layers.local": "nowhere: there are no locally connected layers any more",
    "layers.merge": "keras.layers",
    "layers.noise": "keras.layers",
    "layers.normalization": "keras.layers",
    "layers.pooling": "keras.layers",
    "layers.recurrent": "keras.layers",
    "layers.wrappers": "keras.layers",
    "objectives": "keras.losses",
    "utils.data_utils": "keras.utils",
    "utils.generic_utils": "keras.utils",
    "utils.io_utils": "h5py, of which it was a cover",
    "utils.layer_utils": "keras.utils",
    "utils.multi_gpu_utils": "tf.distribute.MirroredStrategy",
    "utils.np_utils": "keras.utils",
    "utils.training_utils": "tf.distribute.MirroredStrategy",
    "utils.vis_utils": "keras.utils",
    "wrappers.scikit_learn": "the package scikeras",
}
KERAS_PACKAGES = ("keras", "tensorflow.keras")

# Methods of models that train on iterators or read them.
DATA_METHODS = ("fit", "evaluate", "predict")
# Methods that are gone: what to call, and the positional parameters on which all releases of Keras 2 agree, by their new names; the ones
# behind them moved between releases.
METHODS_GONE = {f"{method}_generator": method for method in DATA_METHODS}
POSITIONAL_PARAMETERS = {
    "fit_generator": ("x", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps"),
    "evaluate_generator": ("x", "steps"),
    "predict_generator": ("x", "steps"),
}
# Arguments of Keras 1, which counted samples, not batches.
KERAS_1_ARGUMENTS = ("samples_per_epoch", "nb_epoch", "nb_val_samples", "val_samples", "max_q_size", "nb_worker", "pickle_safe")
PREDICTIONS_GONE = {
    "predict_classes": "np.argmax(model.predict(x), axis=-1), or model.predict(x) > 0.5 for a single output",
    "predict_proba": "model.predict(x)",
}
# Arguments that those methods no longer take, as they belong to the iterator, with the defaults that both Keras 2 and 3 have.
WORKER_ARGUMENTS = {"workers": 1, "use_multiprocessing": False, "max_queue_size": 10}
WORKERS_ADVICE = (
    "Pass them to flow, flow_from_directory or flow_from_dataframe of imgdatagen_compat, or to the constructor of a keras.utils.PyDataset; "
    "a plain generator has none."
)
STEPS_ARGUMENTS = ("steps_per_epoch", "validation_steps", "steps")
# Functions whose whole numbers are floats, which are no numbers of steps in Keras 3.
WHOLE_FLOATS = frozenset(("numpy.ceil", "numpy.floor"))
# Arguments of `flow_from_dataframe` that are ignored since Keras 2.3, the value that made a difference, and how to have that now.
IGNORED_FLOW_ARGUMENTS = {
    "has_ext": (False, "File names of the dataframe must have their extension: append it to the column."),
    "sort": (True, "The order is that of the dataframe: sort it by its file names."),
    "drop_duplicates": (True, "Duplicates stay: drop them from the dataframe with drop_duplicates()."),
}


def starvation(steps: str, batches: str) -> tuple[str, str]:
    """Returns what happens where epochs may be shorter than the iterator, and what to do; both arguments are code."""
    return (
        f"{steps}: with fewer steps than {batches} has batches, Keras 3 runs out of data every second epoch.",
        f"Leave it out, or go on over the epochs as Keras 2 did: fit((batch for batch in {batches}), shuffle=False, …).",
    )
