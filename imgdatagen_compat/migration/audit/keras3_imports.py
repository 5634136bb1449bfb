"""Findings on imports: modules and names that Keras 3 no longer has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from imgdatagen_compat.migration.audit.bindings import Code
from imgdatagen_compat.migration.audit.findings import ERROR, NOTE, WARNING
from imgdatagen_compat.migration.keras3_changes import IMAGE_MODULES_GONE, IMAGE_MODULES_LEFT, KERAS_PACKAGES, MODULES_GONE
from imgdatagen_compat.migration.old_modules import KERAS_MODULES, KERAS_PREPROCESSING_MODULES, PACKAGE, has_name

_IMPORT_OURS = "Import it from imgdatagen_compat: `imgdatagen-compat rewrite` does."
_FAILED_IMPORT = frozenset(("Exception", "ImportError", "ModuleNotFoundError", "AttributeError"))


def import_findings(code: Code) -> Iterator[tuple[ast.AST, str, str, str, str]]:
    """Yields node, severity, code, what and advice of every import and dotted name that Keras 3 does not find.

    One in a `try` that catches the failure is only a note.
    """
    for statement in code.nodes[ast.Import]:
        for alias in statement.names:
            yield from _of_import(code, statement, alias.name)
    for statement in code.nodes[ast.ImportFrom]:
        if not statement.level:
            yield from _of_import(code, statement, statement.module)
            yield from _of_names(code, statement, statement.module, [alias.name for alias in statement.names])
    for chain in code.nodes[ast.Attribute]:
        for origin in code.origins(chain):
            yield from _of_name(code, chain, *origin.rpartition(".")[::2])


def _of_import(code, statement, module):
    severity = _severity(code, statement)
    if module in IMAGE_MODULES_GONE:
        yield statement, severity, "import-gone", f"There is no module {module} in Keras 3.", _IMPORT_OURS
    if module in KERAS_PREPROCESSING_MODULES or module == "keras_preprocessing":
        yield (
            statement,
            NOTE,
            "keras-preprocessing",
            "keras_preprocessing is not maintained any more, and gives other pixels than Keras since 2.9.",
            "imgdatagen_compat.keras_preprocessing gives the same as keras_preprocessing: `imgdatagen-compat rewrite` imports it.",
        )
    for package in KERAS_PACKAGES:
        for gone, instead in MODULES_GONE.items():
            if f"{module}.".startswith(f"{package}.{gone}."):
                yield statement, severity, "module-gone", f"There is no module {package}.{gone} in Keras 3.", f"Its names are in {instead}."


def _of_names(code, statement, module, names):
    if names == ["*"] and module == "keras.preprocessing.image":
        what = f"The star of {module} brings no ImageDataGenerator in Keras 3."
        yield statement, _severity(code, statement, WARNING), "import-gone", what, _IMPORT_OURS
    for name in names:
        if name != "*":
            yield from _of_name(code, statement, module, name)
            yield from _of_import(code, statement, f"{module}.{name}")


def _of_name(code, node, module, name):
    left = IMAGE_MODULES_LEFT.get(module) if module in KERAS_MODULES else None
    if left is not None and name not in left:
        advice = _IMPORT_OURS if has_name(PACKAGE, name) else "Do without it, or look for it in keras.utils."
        yield node, _severity(code, node), "import-gone", f"{name}: gone from {module} in Keras 3.", advice


def _severity(code, node, severity=ERROR):
    """NOTE for what stands in a `try` that catches a failed import."""
    for inner, outer in zip((node, *code.ancestors(node)), code.ancestors(node)):
        if isinstance(outer, ast.Try) and inner in outer.body and any(_catches_failed_import(handler) for handler in outer.handlers):
            return NOTE
    return severity


def _catches_failed_import(handler):
    return handler.type is None or any(isinstance(node, ast.Name) and node.id in _FAILED_IMPORT for node in ast.walk(handler.type))
