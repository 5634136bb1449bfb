"""Which versions the numbers of a comparison were measured with."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform

VERSIONED = ("imgdatagen-compat", "tensorflow", "keras", "tf-keras", "keras-preprocessing", "numpy", "scipy", "pillow")


def installed_versions() -> dict[str, str]:
    """Returns the versions of Python and of the packages that the numbers depend on, of those installed."""
    versions = {"python": platform.python_version()}
    for distribution in VERSIONED:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[distribution] = importlib.metadata.version(distribution)
    return versions
