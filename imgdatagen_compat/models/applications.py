"""What the models of `keras.applications` expect, and which of them rescale by themselves. Facts, checked by a test against Keras."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNIT = (0.0, 1.0)
_SYMMETRIC = (-1.0, 1.0)  # preprocess_input of mode "tf"
_STANDARDIZED = (-2.1179, 2.64)  # of mode "torch"
_CENTRED = (-123.68, 151.061)  # of mode "caffe"


class Family(NamedTuple):
    """Models of `keras.applications` that take the same values.

    Attributes:
        names: pattern of the names that Keras gives these models.
        module: of `keras.applications`, where `preprocess_input` is.
        rescales: "always", "unless include_preprocessing=False" or "never": whether the rescaling is inside the model. Then
            `preprocess_input` changes nothing, and the model takes pixels of 0 to 255.
        weights_take: the range that reaches the first weights, after the rescaling inside or what `preprocess_input` makes of 0 to 255.
    """

    names: str
    module: str
    rescales: str
    weights_take: tuple[float, float]


ALWAYS, OPTIONAL, NEVER = "always", "unless include_preprocessing=False", "never"

# ResNetRS and RegNet were in Keras 2.9 to 2.15, and are in tf_keras.
FAMILIES = (
    Family(r"convnext_(tiny|small|base|large|xlarge)", "convnext", OPTIONAL, _STANDARDIZED),
    Family(r"densenet\d+", "densenet", NEVER, _STANDARDIZED),
    Family(r"efficientnetb\d", "efficientnet", ALWAYS, _STANDARDIZED),
    Family(r"efficientnetv2-b\d", "efficientnet_v2", OPTIONAL, _STANDARDIZED),
    Family(r"efficientnetv2-[sml]", "efficientnet_v2", OPTIONAL, _SYMMETRIC),
    Family(r"inception_resnet_v2", "inception_resnet_v2", NEVER, _SYMMETRIC),
    Family(r"inception_v3", "inception_v3", NEVER, _SYMMETRIC),
    Family(r"mobilenet_\d.*", "mobilenet", NEVER, _SYMMETRIC),
    Family(r"mobilenetv2_.+", "mobilenet_v2", NEVER, _SYMMETRIC),
    Family(r"mobilenetv3(small|large)", "mobilenet_v3", OPTIONAL, _SYMMETRIC),
    Family(r"nasnet.*", "nasnet", NEVER, _SYMMETRIC),
    Family(r"regnet[xy]\d+", "regnet", OPTIONAL, _UNIT),
    Family(r"resnet(50|101|152)", "resnet", NEVER, _CENTRED),
    Family(r"resnet(50|101|152)v2", "resnet_v2", NEVER, _SYMMETRIC),
    Family(r"resnet-rs-\d+", "resnet_rs", OPTIONAL, _STANDARDIZED),
    Family(r"vgg16", "vgg16", NEVER, _CENTRED),
    Family(r"vgg19", "vgg19", NEVER, _CENTRED),
    Family(r"xception", "xception", NEVER, _SYMMETRIC),
)


def family_of(name: str) -> Family | None:
    """The family of a model that has this name; None for any other."""
    return next((family for family in FAMILIES if re.fullmatch(family.names, name, re.IGNORECASE)), None)
