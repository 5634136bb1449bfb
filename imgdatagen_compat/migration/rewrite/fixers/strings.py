"""Module names in strings: `importlib.import_module("keras.preprocessing.image")`, `mock.patch("keras.preprocessing.image.load_img")`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.old_modules import OLD_MODULES, new_module
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits

NAME = "strings"
WORDS = ("preprocessing",)


def fix(document: Document, edits: Edits) -> None:
    """Rewrites what `importlib.import_module` is given; reports any other string that is such a name as a whole."""
    for string in document.nodes(cst.SimpleString):
        value = string.evaluated_value
        module = isinstance(value, str) and _old_module(value)
        if not module or _is_documentation(document, string):
            continue
        new = new_module(module, document.semantics)
        if value == module and _is_imported(document, string):
            edits.change(string, lambda updated, new=new: updated.with_changes(value=f"{updated.quote}{new}{updated.quote}"))
        else:
            better = new + value.removeprefix(module)
            edits.find(string, f'"{value}" names the old module in a string: left as it is. Write "{better}" if code is meant.')


def _old_module(value):
    """Returns the old module that a dotted name begins with, the longest; None if there is none."""
    parts = value.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    heads = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((head for head in heads if head in OLD_MODULES), None)


def _is_imported(document, string):
    call = next((node for node in document.ancestors(string) if isinstance(node, cst.Call)), None)
    return call is not None and call.args[0].value is string and document.origins(call.func) == {"importlib.import_module"}


def _is_documentation(document, string):
    return isinstance(document.parent(string), cst.Expr)
