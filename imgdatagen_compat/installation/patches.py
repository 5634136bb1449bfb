"""`Patches`: changes of modules and objects that can be taken back."""

from __future__ import annotations

import types
from collections.abc import Callable

_ABSENT = object()


class Patches:
    """What was changed, and what was there before."""

    def __init__(self):
        self._undo: list[Callable[[], None]] = []

    def set_attribute(self, owner, name: str, value) -> None:
        """Sets an attribute of a module or class; taken back by what the owner's own `__dict__` had, or nothing."""
        before = vars(owner).get(name, _ABSENT)
        setattr(owner, name, value)
        self._undo.append(lambda: delattr(owner, name) if before is _ABSENT else setattr(owner, name, before))

    def set_class(self, module: types.ModuleType, module_class: type) -> None:
        """Makes a module an instance of another class."""
        before = type(module)
        module.__class__ = module_class
        self._undo.append(lambda: setattr(module, "__class__", before))

    def undo_all(self) -> None:
        """Takes everything back, last change first."""
        while self._undo:
            self._undo.pop()()
