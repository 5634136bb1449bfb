"""Runs a script or a module as `__main__` of this process, as `python SCRIPT` and `python -m MODULE` would."""

from __future__ import annotations

import dataclasses
import importlib.machinery
import importlib.util
import os
import sys
import tokenize
import types
from collections.abc import Callable, Sequence


class CannotStartError(Exception):
    """There is nothing to run; the message says why."""


@dataclasses.dataclass(frozen=True)
class Program:
    """What is to run.

    Attributes:
        path: of the source file, absolute; its `__file__`.
        argument: `sys.argv[0]`.
        import_folder: becomes `sys.path[0]`.
        spec: of a module; None for a script.
        compile: returns the code object, or raises `SyntaxError`.
    """

    path: str
    argument: str
    import_folder: str
    spec: importlib.machinery.ModuleSpec | None
    compile: Callable[[], types.CodeType]


def load_script(path: str) -> Program:
    """The script at `path`.

    Raises:
        CannotStartError: no such file, or a folder.
    """
    if not os.path.isfile(path):
        raise CannotStartError(f"{path} is a folder; name the script in it" if os.path.isdir(path) else f"there is no file {path}")

    full_path = os.path.abspath(path)

    def compile_source():
        with tokenize.open(path) as file:
            return compile(file.read(), full_path, "exec", dont_inherit=True)

    return Program(full_path, path, os.path.dirname(full_path), None, compile_source)


def load_module(name: str) -> Program:
    """The module `name`, or `name.__main__` of a package, found with the current folder first on `sys.path`.

    Raises:
        CannotStartError: no such module, or none written in Python.
    """
    folder = os.getcwd()
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except ModuleNotFoundError as error:
        raise CannotStartError(f"there is no module {name} ({error})") from error
    finally:
        sys.path.remove(folder)
    if spec is None:
        raise CannotStartError(f"there is no module {name}, or it is a package without __main__.py")
    if not spec.has_location or isinstance(spec.loader, importlib.machinery.ExtensionFileLoader):
        raise CannotStartError(f"the module {name} is not written in Python")
    return Program(spec.origin, spec.origin, folder, spec, lambda: spec.loader.get_code(spec.name))


def run_as_main(program: Program, command: Sequence[str]) -> int:
    """Runs `program`; from here on it has this process, with its `__main__`, `sys.argv` and `sys.path[0]`.

    Args:
        program: what to run.
        command: the script or module as it was named, and its arguments.

    Returns:
        0; 1 after an exception, whose traceback was printed without the frames that led here; 130 after an interrupt. `SystemExit`
        passes through.
    """
    main = types.ModuleType("__main__")
    main.__builtins__ = sys.modules["builtins"]
    main.__file__ = program.path
    main.__cached__ = program.spec.cached if program.spec else None
    main.__spec__ = program.spec
    main.__package__ = program.spec.parent if program.spec else None
    main.__loader__ = program.spec.loader if program.spec else importlib.machinery.SourceFileLoader("__main__", program.path)
    sys.modules["__main__"] = main
    sys.argv = [program.argument, *command[1:]]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = program.import_folder
    try:
        exec(program.compile(), vars(main))
    except Exception as error:
        _print_traceback(error, vars(main))
        return 1
    except KeyboardInterrupt as interrupt:
        _print_traceback(interrupt, vars(main))
        return 130
    return 0


def _print_traceback(error, main_globals):
    """Shows `error` as the interpreter would, beginning with the script's first frame; without frames if it did not come to run."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals is not main_globals:
        frames = frames.tb_next
    sys.excepthook(type(error), error.with_traceback(frames), frames)
