"""The parameters of the constructor and the flow methods, with their defaults: what positional arguments mean, and what is not passed.

Copied by hand, so that reading code needs no TensorFlow; a test compares them with the classes.
"""

from __future__ import annotations

from imgdatagen_compat.migration.keras3_changes import IGNORED_FLOW_ARGUMENTS, WORKER_ARGUMENTS

CONSTRUCTOR = {
    "featurewise_center": False,
    "samplewise_center": False,
    "featurewise_std_normalization": False,
    "samplewise_std_normalization": False,
    "zca_whitening": False,
    "zca_epsilon": 1e-6,
    "rotation_range": 0,
    "width_shift_range": 0.0,
    "height_shift_range": 0.0,
    "brightness_range": None,
    "shear_range": 0.0,
    "zoom_range": 0.0,
    "channel_shift_range": 0.0,
    "fill_mode": "nearest",
    "cval": 0.0,
    "horizontal_flip": False,
    "vertical_flip": False,
    "rescale": None,
    "preprocessing_function": None,
    "data_format": None,
    "validation_split": 0.0,
    "interpolation_order": 1,
    "dtype": None,
}
# Those that only this package has, by keyword.
OWN_OPTIONS = {"semantics": "keras", "rescale_order": "original", "bit_depth": None, "augment_validation": True}

_SAVING = {"save_to_dir": None, "save_prefix": "", "save_format": "png"}
_FILES = {"target_size": (256, 256), "color_mode": "rgb", "classes": None, "class_mode": "categorical", "batch_size": 32, "shuffle": True}
_ARRAYS = {"batch_size": 32, "shuffle": True, "sample_weight": None, "seed": None, **_SAVING}
_REQUIRED = None

FLOWS = {
    "flow": {"x": _REQUIRED, "y": None, **_ARRAYS, "ignore_class_split": False, "subset": None},
    "flow_from_directory": {
        "directory": _REQUIRED,
        **_FILES,
        "seed": None,
        **_SAVING,
        "follow_links": False,
        "subset": None,
        "interpolation": "nearest",
        "keep_aspect_ratio": False,
    },
    "flow_from_dataframe": {
        "dataframe": _REQUIRED,
        "directory": None,
        "x_col": "filename",
        "y_col": "class",
        "weight_col": None,
        **_FILES,
        "seed": None,
        **_SAVING,
        "subset": None,
        "interpolation": "nearest",
        "validate_filenames": True,
    },
}
# What the methods take besides: ours, and what older releases had.
FURTHER_OPTIONS = {
    "flow": tuple(WORKER_ARGUMENTS),
    "flow_from_directory": (*WORKER_ARGUMENTS, "loader", "on_error"),
    "flow_from_dataframe": (*WORKER_ARGUMENTS, "loader", "on_error", *IGNORED_FLOW_ARGUMENTS),
}
# keras-preprocessing 1.1.2 had no `ignore_class_split` and no `keep_aspect_ratio`.
_NEWER = ("ignore_class_split", "keep_aspect_ratio")


def flow_parameters(method: str, semantics: str | None) -> tuple[str, ...]:
    """Returns the names of the positional parameters of a flow method, at a level of `semantics`."""
    return tuple(name for name in FLOWS[method] if semantics != "keras_preprocessing" or name not in _NEWER)
