"""The settings of a generator of which some are not known."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

from imgdatagen_compat.config import CHANNELS_LAST, FIELD_NAMES, GeneratorConfig, check_validation_split, validated_config
from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, OWN_OPTIONS

_DEFAULTS = {**CONSTRUCTOR, **OWN_OPTIONS, "data_format": CHANNELS_LAST, "dtype": "float32"}
# An option that switches another one on, or off.
_IMPLIED = {
    "zca_whitening": ("featurewise_center", "featurewise_std_normalization"),
    "featurewise_std_normalization": ("featurewise_center",),
    "samplewise_std_normalization": ("samplewise_center",),
}


class UnknownSettingError(Exception):
    """A setting was asked for that the code does not say. No `AttributeError`, which `getattr` with a default would take for an answer."""


class PartialConfig:
    """A `GeneratorConfig` that refuses to tell the settings that are not known, so that what is decided without them is certain.

    Args:
        config: with any value in the place of the unknown ones.
        unknown: names of those.

    Attributes:
        whole: the config that was passed, to be read where nothing is unknown.
        unknown: the names.
    """

    def __init__(self, config: GeneratorConfig, unknown: Collection[str]):
        self.whole = config
        self.unknown = frozenset(unknown)

    def __getattr__(self, name):
        if name in self.unknown:
            raise UnknownSettingError(name)
        return getattr(self.whole, name)


def partial_config(known: Mapping, unknown: Collection[str], semantics: str | None) -> PartialConfig:
    """Returns the settings as the constructor completes them.

    Args:
        known: arguments of the constructor with their values.
        unknown: names of the others that are passed; `"*"` or `"**"` among them means that any may be.
        semantics: the level, unless an argument says it; None if it is not known.

    Raises:
        ValueError, TypeError: what the constructor would raise.
    """
    given = {name: value for name, value in known.items() if name in _DEFAULTS and not (value is None and name in ("data_format", "dtype"))}
    arguments = _DEFAULTS | {"semantics": semantics or OWN_OPTIONS["semantics"]} | given
    check_validation_split(arguments.pop("validation_split"))
    hidden = set(unknown)
    if hidden & {"*", "**"}:
        hidden |= set(FIELD_NAMES) - set(given)
    if semantics is None and "semantics" not in given:
        hidden.add("semantics")
    for option, others in _IMPLIED.items():
        if option in hidden:
            hidden.update(others)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of options that imply others
        return PartialConfig(validated_config(**arguments), hidden & set(FIELD_NAMES))
