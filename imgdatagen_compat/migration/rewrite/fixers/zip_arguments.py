"""`fit(zip(images, masks))`: Keras 3 takes plain generators, and no `zip`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows, argument, first_argument

NAME = "zip-arguments"
WORDS = (".flow",)


def fix(document: Document, edits: Edits) -> None:
    """Wraps a zip of iterators that goes into `fit`, `evaluate` or `predict` into `(batch for batch in zip(…))`."""
    flows = Flows(document)
    zips = {}
    for call in document.nodes(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("fit", "evaluate", "predict"):
            for value in _data(call):
                made = _zip_call(document, value)
                if made is not None and any(flows.is_iterator(arg.value) for arg in made.args):
                    zips[made] = None
    for made in zips:
        edits.change(made, _wrapped)


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
