"""Names that a module has taken from the originals already, and that stay the originals'."""

from __future__ import annotations

import sys
import types
import warnings

from imgdatagen_compat.installation.image_modules import DEFINING, OLDER_MODULES

_LIBRARIES = ("keras", "tf_keras", "keras_preprocessing", "tensorflow", "imgdatagen_compat")


def warn_of_early_imports(stacklevel: int) -> None:
    """Warns of modules that hold classes or functions of the original image modules, or these modules; to be called before they change."""
    originals = [sys.modules[name] for name in (*DEFINING, *OLDER_MODULES) if name in sys.modules]
    if not originals:
        return
    holders = [
        f"`{name}` of {module_name}"
        for module_name, module in list(sys.modules.items())
        if module_name.split(".")[0] not in _LIBRARIES
        for name, value in list(getattr(module, "__dict__", {}).items())
        if _is_original(value, originals)
    ]
    if holders:
        warnings.warn(
            f"Imported before install(), and still Keras's own: {', '.join(sorted(holders))}. Call install() before these imports, or "
            "import the names again after it.",
            stacklevel=stacklevel,
        )


def _is_original(value, originals):
    if isinstance(value, types.ModuleType):
        return any(value is module for module in originals)
    if not isinstance(value, (type, types.FunctionType)):
        return False
    return any(value.__module__ == module.__name__ for module in originals)
