"""Names of a package that are imported when they are first used (PEP 562). No TensorFlow here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any


def lazy_names(
    namespace: dict[str, Any],
    modules: Mapping[str, Sequence[str]],
    *,
    package: str | None = None,
    unlisted: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """What a package needs to offer names of its modules without importing them.

    Args:
        namespace: `globals()` of the package; a name that has been used is kept there.
        modules: module, relative to `package`, -> its names.
        package: where the modules are; None for the package itself.
        unlisted: the same for names that `from … import *` does not bring.

    Returns:
        `(__all__, __getattr__, __dir__)` of the package.
    """
    own_name = namespace["__name__"]
    listed, module_of = _module_of_each(modules), _module_of_each(modules) | _module_of_each(unlisted)

    def get_attribute(name):
        if name not in module_of:
            raise AttributeError(f"module {own_name!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package or own_name}.{module_of[name]}"), name)
        namespace[name] = value
        return value

    return sorted(listed), get_attribute, lambda: sorted({*namespace, *listed})


def _module_of_each(modules):
    return {name: module for module, names in modules.items() for name in names}
