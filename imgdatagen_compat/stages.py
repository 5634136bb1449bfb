"""The ordered table of what happens to the pixels of one image: which setting switches a stage on and how equal it is to the original.

The pipeline, the parity report and the tests read this table; a new stage is one row.

No TensorFlow here.
"""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Callable, Mapping
from typing import Any

from imgdatagen_compat.bit_depth import is_auto
from imgdatagen_compat.params import zooms
from imgdatagen_compat.preprocessing_functions import graph_mode

TRANSFORM = "apply_transform"
STANDARDIZE = "standardize"

GRAPH_FILL_MODES = ("nearest", "constant", "reflect", "wrap")
GRAPH_ORDERS = (0, 1)

# Shifts in pixels, and zooms. So many pixels away, SciPy's conversion of coordinates to integers soon overflows, and reads what it reads.
_FARTHEST = 1e9


@dataclasses.dataclass(frozen=True)
class Stage:
    """One step from raw pixels to a batch.

    Attributes:
        name: what reports call it.
        method: the method of `ImageDataGenerator` that does it, `TRANSFORM` or `STANDARDIZE`.
        parameters: the constructor arguments that switch it on or shape it.
        is_active: tells from a generator, or its config, whether it does anything.
        tolerance: largest difference from the original in the compiled path, as a fraction of the largest magnitude in the original's
            batch; 0.0 promises identical float32 bits. The per-image path is identical everywhere.
        in_graph: tells from a generator, or its config, whether the compiled path can do it.
    """

    name: str
    method: str
    parameters: tuple[str, ...]
    is_active: Callable
    tolerance: float = 0.0
    in_graph: Callable = lambda config: True


def _moves_pixels(config):
    return bool(config.rotation_range or config.height_shift_range or config.width_shift_range or config.shear_range or zooms(config))


def _graph_resamples(config):
    known = config.interpolation_order in GRAPH_ORDERS and config.fill_mode in GRAPH_FILL_MODES and isinstance(config.cval, numbers.Real)
    ranges = (config.height_shift_range, config.width_shift_range, config.zoom_range)
    factors = (number for values in ranges for number in (values if isinstance(values, (list, tuple)) else (values,)))
    return known and not any(isinstance(number, numbers.Real) and abs(number) > _FARTHEST for number in factors)


def _graph_rescales(config):
    return isinstance(config.rescale, numbers.Real) or is_auto(config.rescale)


AFFINE_PARAMETERS = (
    "rotation_range",
    "height_shift_range",
    "width_shift_range",
    "shear_range",
    "zoom_range",
    "fill_mode",
    "cval",
    "interpolation_order",
)

STAGES = (
    Stage("affine", TRANSFORM, AFFINE_PARAMETERS, _moves_pixels, in_graph=_graph_resamples),
    Stage("channel shift", TRANSFORM, ("channel_shift_range",), lambda c: c.channel_shift_range != 0),
    Stage("flip", TRANSFORM, ("horizontal_flip", "vertical_flip"), lambda c: bool(c.horizontal_flip or c.vertical_flip)),
    Stage("brightness", TRANSFORM, ("brightness_range",), lambda c: c.brightness_range is not None),
    Stage(
        "preprocessing function",
        STANDARDIZE,
        ("preprocessing_function",),
        lambda c: bool(c.preprocessing_function),
        in_graph=lambda c: graph_mode(c.preprocessing_function, c.data_format) is not None,
    ),
    Stage("rescale", STANDARDIZE, ("rescale", "rescale_order"), lambda c: bool(c.rescale), in_graph=_graph_rescales),
    Stage("samplewise center", STANDARDIZE, ("samplewise_center",), lambda c: bool(c.samplewise_center)),
    Stage("samplewise std", STANDARDIZE, ("samplewise_std_normalization",), lambda c: bool(c.samplewise_std_normalization)),
    Stage("featurewise center", STANDARDIZE, ("featurewise_center",), lambda c: bool(c.featurewise_center)),
    Stage("featurewise std", STANDARDIZE, ("featurewise_std_normalization",), lambda c: bool(c.featurewise_std_normalization)),
    Stage("zca whitening", STANDARDIZE, ("zca_whitening", "zca_epsilon"), lambda c: bool(c.zca_whitening), 1e-5),
)


def tolerance(config) -> float:
    """Largest difference that the promise allows for these settings, as a fraction of the largest magnitude in the original's batch."""
    return max((stage.tolerance for stage in STAGES if stage.is_active(config)), default=0.0)


def arguments_alone(stage: Stage, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Returns arguments of `ImageDataGenerator` without those of all other stages.

    Args:
        stage: one of `STAGES`.
        arguments: by name; what belongs to no stage stays.
    """
    others = {name for other in STAGES if other is not stage for name in other.parameters} - set(stage.parameters)
    return {name: value for name, value in arguments.items() if name not in others}
