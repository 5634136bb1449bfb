"""Stand-ins for the functions `preprocess_input` of `keras.applications`, for traps that call them. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Callable

from imgdatagen_compat.migration.audit.values import Reference, application_module
from imgdatagen_compat.preprocessing_functions import preprocessed

# How each module of `keras.applications` preprocesses, one of `preprocessing_functions.MODES`; a test asks Keras.
MODES_OF_APPLICATIONS = {
    **dict.fromkeys(("imagenet_utils", "resnet", "resnet50", "vgg16", "vgg19"), "caffe"),
    **dict.fromkeys(("inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2", "nasnet", "resnet_v2", "xception"), "tf"),
    "densenet": "torch",
    **dict.fromkeys(("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3", "regnet", "resnet_rs"), "identity"),
}


def stand_in(function: Reference) -> Callable | Reference:
    """Returns a function that does the same, if `function` is a known `preprocess_input`; else `function` itself."""
    module = application_module(function.origin)
    mode = MODES_OF_APPLICATIONS.get(module)
    if mode is None:
        return function

    def preprocess_input(x):
        return preprocessed(x, mode)

    preprocess_input.__module__ = f"keras.applications.{module}"
    return preprocess_input
