"""The configuration that a script gives its generator, for commands that make one like it. Reads the script, does not run it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imgdatagen_compat.migration.audit import AuditReport, FoundGenerator, audit_file
from imgdatagen_compat.migration.audit.signatures import OWN_OPTIONS
from imgdatagen_compat.migration.audit.values import Reference, application_module


def configuration_of_script(
    path: str | Path, *, name: str | None = None, line: int | None = None, semantics: str = "keras"
) -> dict[str, Any]:
    """Returns the arguments with which a script makes its `ImageDataGenerator`.

    Args:
        path: of the script or notebook.
        name: of the variable that holds it, such as "train_datagen" or "self.datagen"; needed where there are several.
        line: of the constructor call, where a name does not tell.
        semantics: what draws mean where the script imports from Keras; see `audit_source`.

    Returns:
        Keyword arguments for `imgdatagen_compat.ImageDataGenerator`; `semantics` is among them unless it is the default. A
        `preprocess_input` of `keras.applications` is imported.

    Raises:
        ValueError: there is no such generator, or more than one, or an argument is not known without running the script. The message names
            the places and the arguments.
        OSError: the file cannot be read.
        ImportError: a `preprocess_input` that the installed Keras does not have.
    """
    generator = select_generator(audit_file(path, semantics=semantics), name=name, line=line)
    where = f"{path}:{generator.place}"
    unknown = dict(generator.unknown)
    kwargs = dict(generator.known)
    for argument, value in generator.known.items():
        if isinstance(value, Reference):
            if application_module(value.origin) is None:
                unknown[argument] = value.code
            else:
                kwargs[argument] = _imported(value.origin)
    if unknown:
        listed = ", ".join(code if argument in ("*", "**") else f"{argument}={code}" for argument, code in unknown.items())
        raise ValueError(
            f"{where}: not known without running the script: {listed}. Write the values there, or pass the configuration itself."
        )
    if generator.semantics is None:
        raise ValueError(f"{where}: Keras or keras_preprocessing, whichever can be imported. Import from one of them.")
    if generator.config is None:
        raise ValueError(f"{where}: the arguments are not valid. `imgdatagen-compat audit {path}` says why.")
    if generator.semantics != OWN_OPTIONS["semantics"]:
        kwargs["semantics"] = generator.semantics
    return kwargs


def select_generator(report: AuditReport, *, name: str | None = None, line: int | None = None) -> FoundGenerator:
    """Returns the generator of a report that has this variable name, or line; the only one, if neither is given.

    Raises:
        ValueError: none, or several.
    """
    found = [
        generator
        for generator in report.generators
        if (name is None or generator.variable == name) and (line is None or generator.line == line)
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{generator.variable or generator.class_name} in line {generator.line}" for generator in report.generators)
    asked = " and ".join(filter(None, (name and f"named {name}", line and f"in line {line}")))
    if not report.generators:
        raise ValueError(f"{report.filename}: no ImageDataGenerator is made here. Name the file that makes it.")
    count = "several generators" if found else "no generator"
    raise ValueError(f"{report.filename}: {count} {asked}".rstrip() + f". Choose one by name or line: {listed}.")


def _imported(origin: str) -> Callable:
    module, _, function = origin.rpartition(".")
    return getattr(importlib.import_module(module), function)
