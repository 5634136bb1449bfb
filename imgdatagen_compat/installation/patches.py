"""`Patches`: changes of modules and objects that can be taken back."""

from __future__ import annotations

import sys
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

    def set_module(self, name: str, module: types.ModuleType) -> None:
        """Puts a module in the place of `name` in `sys.modules`, and on its parent if that has been imported."""
        before = sys.modules.get(name)
        sys.modules[name] = module
        self._undo.append(lambda: _restore_module(name, before))
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            self.set_attribute(sys.modules[parent], child, module)

    def will_undo(self, undo: Callable[[], None]) -> None:
        """Has `undo` called by `undo_all`, in its turn."""
        self._undo.append(undo)

    def undo_all(self) -> None:
        """Takes everything back, last change first."""
        while self._undo:
            self._undo.pop()()


def _restore_module(name, before):
    if before is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = before
