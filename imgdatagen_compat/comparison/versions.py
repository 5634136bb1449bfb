"""Which versions the numbers of a comparison were measured with."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform

from imgdatagen_compat import __version__

VERSIONED = ("tensorflow", "keras", "tf-keras", "keras-preprocessing", "numpy", "scipy", "pillow")


def installed_versions() -> dict[str, str]:
    """Returns the versions of Python, of this package and of those that the numbers depend on, as far as they are installed."""
    versions = {"python": platform.python_version(), "imgdatagen-compat": __version__}
    for distribution in VERSIONED:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[distribution] = importlib.metadata.version(distribution)
    return versions
