"""Processes that `multiprocessing` starts by spawning: they import the main script anew, and need what it needed."""

from __future__ import annotations

import functools
import multiprocessing.spawn

from imgdatagen_compat.installation.patches import Patches


def install_in_spawned_processes(patches: Patches, semantics: str) -> None:
    """Makes every process that is spawned from now on call `install` before it imports its main module."""
    original = multiprocessing.spawn.get_preparation_data

    @functools.wraps(original)
    def get_preparation_data(name):
        return {**original(name), "imgdatagen_compat": _InstallWhenUnpickled(semantics)}

    patches.set_attribute(multiprocessing.spawn, "get_preparation_data", get_preparation_data)


class _InstallWhenUnpickled:
    """The new process unpickles its preparation data before it prepares anything, and ignores keys that it does not know."""

    def __init__(self, semantics):
        self._semantics = semantics

    def __reduce__(self):
        return _install, (self._semantics,)


def _install(semantics):
    from imgdatagen_compat.installation import install

    install(semantics=semantics)
