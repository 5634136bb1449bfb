"""`fit(zip(images, masks))`: Keras 3 takes plain generators, and no `zip`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.keras3_changes import DATA_METHODS
from imgdatagen_compat.migration.old_modules import PACKAGE
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows, argument, first_argument

NAME = "zip-arguments"
WORDS = ("zip",)


def fix(document: Document, edits: Edits) -> None:
    """Wraps a zip of iterators that goes into `fit`, `evaluate` or `predict` into `(batch for batch in zip(…))`; reports other zips."""
    if document.imports_package("tf_keras") or not document.imports_package("keras", "tensorflow", PACKAGE):
        return  # Keras 2 takes them, and others may
    flows = Flows(document)
    zips = {}
    for call in document.nodes(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in DATA_METHODS:
            zips |= {made: call for made in (_zip_call(document, value) for value in _data(call)) if made is not None}
    for made, call in zips.items():
        if any(flows.is_iterator(arg.value) for arg in made.args):
            edits.change(made, _wrapped)
        else:
            zipped = document.code(made)
            edits.find(
                made,
                f"{call.func.attr.value} of Keras 3 takes no zip: left as it is, because what is zipped is not seen here for certain. "
                f"If the model is Keras's, write (batch for batch in {zipped}).",
            )


def _data(call):
    validation = argument(call, "validation_data")
    return [value for value in (first_argument(call, "x"), validation and validation.value) if value is not None]


def _zip_call(document, value):
    """Returns the call of the builtin `zip` that made `value`, if it can only be that."""
    if isinstance(value, cst.Name):
        values = document.values(value) or []
        value = values[0] if len(values) == 1 else None
    is_zip = isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "zip"
    return value if is_zip and not document.assignments(value.func) else None


def _wrapped(call):
    loop = cst.CompFor(cst.Name("batch"), call)
    return cst.GeneratorExp(cst.Name("batch"), loop)
