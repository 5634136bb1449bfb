"""Names that a module has taken from the originals already, and that stay the originals'."""

from __future__ import annotations

import sys
import types
import warnings

from imgdatagen_compat.installation.image_modules import DEFINING, LIBRARIES, OLDER_MODULES


def warn_of_early_imports(stacklevel: int) -> None:
    """Warns of modules that hold classes or functions of the original image modules."""
    if not any(name in sys.modules for name in (*DEFINING, *OLDER_MODULES)):
        return
    holders = [
        f"`{name}` of {module_name}"
        for module_name, module in list(sys.modules.items())
        if module_name.split(".")[0] not in LIBRARIES
        for name, value in list(getattr(module, "__dict__", {}).items())
        if _is_original(value)
    ]
    if holders:
        warnings.warn(
            f"Imported before install(), and still Keras's own: {', '.join(sorted(holders))}. Call install() before these imports, or "
            "import the names again after it.",
            stacklevel=stacklevel,
        )


def _is_original(value):
    return isinstance(value, (type, types.FunctionType)) and value.__module__ in (*DEFINING, *OLDER_MODULES)
