"""What Keras 3 no longer has, as far as code around an `ImageDataGenerator` meets it. Facts as plain data; a test asks the installed Keras.

No TensorFlow here, and no LibCST.
"""

from __future__ import annotations

from imgdatagen_compat.migration.rewrite.old_modules import KERAS_MODULES

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

# Methods of models that are gone, and what to call.
METHODS_GONE = {"fit_generator": "fit", "evaluate_generator": "evaluate", "predict_generator": "predict"}
PREDICTIONS_GONE = {
    "predict_classes": "np.argmax(model.predict(x), axis=-1), or model.predict(x) > 0.5 for a single output",
    "predict_proba": "model.predict(x)",
}
# Arguments that `fit`, `evaluate` and `predict` of a model no longer take, as they belong to the iterator.
WORKER_ARGUMENTS = ("workers", "use_multiprocessing", "max_queue_size")
# Arguments of `flow_from_dataframe` that are ignored, the value that made a difference, and how to have that now.
IGNORED_FLOW_ARGUMENTS = {
    "has_ext": (False, "File names of the dataframe must have their extension: append it to the column."),
    "sort": (True, "The order is that of the dataframe: sort it by its file names."),
    "drop_duplicates": (True, "Duplicates stay: drop them from the dataframe with drop_duplicates()."),
}
