"""`batches.next()` becomes `next(batches)`, where `batches` is an iterator for certain."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import BuiltinAssignment

from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows

NAME = "next-method"
WORDS = (".flow",)


def fix(document: Document, edits: Edits) -> None:
    """Rewrites calls without arguments. Others need nothing: our iterators still have the method."""
    flows = Flows(document)
    for call in document.nodes(cst.Call):
        is_method = isinstance(call.func, cst.Attribute) and call.func.attr.value == "next" and not call.args
        if is_method and flows.is_iterator(call.func.value) and _is_builtin(document, call):
            edits.change(call, _as_function)


def _is_builtin(document, call):
    """Whether `next` means the builtin where `call` stands."""
    return all(isinstance(assignment, BuiltinAssignment) for assignment in document.scope(call)["next"])


def _as_function(call):
    return call.with_changes(func=cst.Name("next"), args=[cst.Arg(call.func.value)])
