"""Rescaling inside Keras 3 models: put it there, fold it into the weights, scale weights, and check what a model is fed."""

from imgdatagen_compat.keras_environment import require_keras_3

require_keras_3(__name__)

from imgdatagen_compat.models.activation_scaling import scale_weights_by_activation
from imgdatagen_compat.models.folding import fold_rescaling
from imgdatagen_compat.models.input_range import InputRangeFinding, InputRangeReport, check_input_range
from imgdatagen_compat.models.min_max import MinMaxRescaling
from imgdatagen_compat.models.prepending import prepend_rescaling
from imgdatagen_compat.models.scaling import LayerScaling, ScalingReport, scale_weights

__all__ = [
    "InputRangeFinding",
    "InputRangeReport",
    "LayerScaling",
    "MinMaxRescaling",
    "ScalingReport",
    "check_input_range",
    "fold_rescaling",
    "prepend_rescaling",
    "scale_weights",
    "scale_weights_by_activation",
]
