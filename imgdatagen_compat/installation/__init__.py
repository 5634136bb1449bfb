"""`install`: old code, unmodified, finds the drop-in where it looks for Keras's image module, and the methods of Keras 2 on models.

While it is installed, the legacy image module is ours under every name that it had: `keras.preprocessing.image`,
`tensorflow.keras.preprocessing.image`, `tf.keras.preprocessing.image`, `keras_preprocessing.image` and the private ones. Models of Keras 3
have `fit_generator`, `evaluate_generator` and `predict_generator`, and `fit`, `evaluate` and `predict` take `workers`,
`use_multiprocessing` and `max_queue_size`. Neither Keras nor TensorFlow is imported for it: what is not loaded yet is seen to when it is.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

from imgdatagen_compat.installation import image_modules
from imgdatagen_compat.installation.early_imports import warn_of_early_imports
from imgdatagen_compat.installation.import_hook import ImportHook
from imgdatagen_compat.installation.patches import Patches
from imgdatagen_compat.installation.spawned import install_in_spawned_processes

# Guards `_current`.
_lock = threading.RLock()
_current: _Installation | None = None


def install(*, semantics: str = "keras") -> None:
    """Makes old code find the drop-in, until `uninstall`. A second call changes nothing, or the semantics.

    Args:
        semantics: what random draws mean for code that imports from Keras: `"keras"`, as in Keras 2.9 and later, or
            `"keras_preprocessing"`, as in Keras 2.2.3 to 2.8. `keras_preprocessing` has always the second.

    Raises:
        ValueError: unknown `semantics`.

    Warns:
        UserWarning: modules that took names from the original before; those names stay the original's.
    """
    _install(semantics, stacklevel=3)


def uninstall() -> None:
    """Takes `install` back: modules and models are what they were. Without effect if nothing is installed."""
    global _current
    with _lock:
        if _current is not None:
            _current.undo()
            _current = None


@contextlib.contextmanager
def installed(*, semantics: str = "keras") -> Iterator[None]:
    """`install` for the length of a `with` block; what was installed before, or nothing, is so again afterwards."""
    with _lock:
        before = None if _current is None else _current.semantics
        _install(semantics, stacklevel=4)
    try:
        yield
    finally:
        if before is None:
            uninstall()
        else:
            _install(before, stacklevel=4)


def load_ipython_extension(ipython) -> None:
    """`%load_ext imgdatagen_compat`: `install()` for the notebook."""
    install()


def unload_ipython_extension(ipython) -> None:
    """`%unload_ext imgdatagen_compat`: `uninstall()`."""
    uninstall()


def _install(semantics, stacklevel):
    global _current
    if semantics not in (image_modules.KERAS, image_modules.KERAS_PREPROCESSING):
        raise ValueError(f'`semantics` should be "keras" or "keras_preprocessing". Received: semantics={semantics!r}')
    with _lock:
        if _current is None or _current.semantics != semantics:
            if _current is None:
                warn_of_early_imports(stacklevel + 1)
            uninstall()
            _current = _Installation(semantics)


class _Installation:
    """All that `install` changed."""

    def __init__(self, semantics):
        self.semantics = semantics
        self._patches = Patches()
        watched = ("keras", *image_modules.IMAGE_MODULES)
        self._hook = ImportHook(missing=image_modules.missing_modules(semantics), watched=watched, imported=self._see_to)
        sys.meta_path.insert(0, self._hook)
        try:
            for name in watched:
                if name in sys.modules:
                    self._see_to(name)
            install_in_spawned_processes(self._patches, semantics)
        except BaseException:
            self.undo()  # all of it or nothing
            raise

    def undo(self):
        self._patches.undo_all()
        self._hook.forget_made_modules()
        sys.meta_path.remove(self._hook)

    def _see_to(self, name):
        # Not under the lock: another thread may hold it and wait for the import that leads here.
        if name == "keras":
            from imgdatagen_compat.installation.training import restore_keras_2_methods

            restore_keras_2_methods(self._patches)
        else:
            image_modules.redirect(self._patches, name, self.semantics)
