"""`ImportHook`: provides modules that are not there, and tells when others have been imported."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Collection, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

ModuleMakers = Mapping[str, Callable[[str], types.ModuleType]]


class ImportHook(MetaPathFinder):
    """Stands first on `sys.meta_path`.

    Args:
        missing: full names of modules that are made if nothing else has them, each with the function that takes the name and makes it.
        watched: full names of modules whose import `imported` is told of.
        imported: called with the name when the code of a watched module has run, before its importer goes on.
    """

    def __init__(self, *, missing: ModuleMakers, watched: Collection[str], imported: Callable[[str], None]):
        self._missing = missing
        self._watched = watched
        self._imported = imported
        self._made: dict[str, types.ModuleType] = {}

    def find_spec(self, name, path=None, target=None):
        """As the import system asks: the spec of a module that is made here or watched, or None."""
        if name not in self._missing and name not in self._watched:
            return None
        spec = self._found_by_others(name, path, target)
        if spec is None and name in self._missing:
            return ModuleSpec(name, _MakingLoader(self._missing[name], self._made), is_package=True)
        if spec is not None and spec.loader is not None and name in self._watched:
            spec.loader = _WatchingLoader(spec.loader, self._imported)
        return spec

    def forget_made_modules(self) -> None:
        """Takes the modules that were made here out of `sys.modules` and off their parents."""
        for name, module in self._made.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            parent, _, child = name.rpartition(".")
            if parent in sys.modules and vars(sys.modules[parent]).get(child) is module:
                delattr(sys.modules[parent], child)
        self._made.clear()

    def _found_by_others(self, name, path, target):
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


class _MakingLoader(Loader):
    def __init__(self, make_module, made):
        self._make_module = make_module
        self._made = made

    def create_module(self, spec):
        self._made[spec.name] = self._make_module(spec.name)
        return self._made[spec.name]

    def exec_module(self, module):
        """Nothing: the module was made complete."""


class _WatchingLoader(Loader):
    def __init__(self, loader, imported):
        self._loader = loader
        self._imported = imported

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # The module is to show its own loader, to its code and ever after.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._imported(module.__name__)
