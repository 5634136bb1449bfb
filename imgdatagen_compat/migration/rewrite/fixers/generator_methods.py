"""`fit_generator`, `evaluate_generator` and `predict_generator` become `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.keras3_changes import KERAS_1_ARGUMENTS, METHODS_GONE, POSITIONAL_PARAMETERS
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import with_keyword

NAME = "generator-methods"
WORDS = ("_generator",)


def fix(document: Document, edits: Edits) -> None:
    """Renames the methods and their arguments; `evaluate` and `predict` stay as quiet as the old methods were."""
    if document.imports_package("tf_keras"):
        return  # Keras 2, which has the methods
    for call in document.nodes(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in METHODS_GONE:
            reason = _reason_to_leave(document, call)
            if reason:
                method = call.func.attr.value
                edits.find(call, f"{method} is gone from Keras 3: call {METHODS_GONE[method]}. Left as it is, because {reason}.")
            else:
                edits.change(call, _renamed)
    called = {call.func for call in document.nodes(cst.Call)}
    for chain in document.nodes(cst.Attribute):
        if chain.attr.value in METHODS_GONE and chain not in called and not _is_assigned_to(document, chain):
            edits.find(chain, f"{chain.attr.value} is gone from Keras 3, and is used here without being called: left as it is.")


def _reason_to_leave(document, call):
    method, receiver = call.func.attr.value, call.func.value
    if any(function.name.value == method for function in document.nodes(cst.FunctionDef)):
        return f"this file defines a {method} of its own"
    if isinstance(receiver, cst.Name) and receiver.value in ("self", "cls", "super"):
        return f"{receiver.value} may not be a Keras model"
    if isinstance(receiver, cst.Call) and isinstance(receiver.func, cst.Name) and receiver.func.value == "super":
        return "super() may not be a Keras model"
    if document.origins(receiver):
        return f"{document.code(receiver)} is imported or a class, and may not be a Keras model"
    if any(arg.star for arg in call.args):
        return "its * or ** arguments are not seen here"
    if any(arg.keyword is not None and arg.keyword.value in KERAS_1_ARGUMENTS for arg in call.args):
        return "its arguments are those of Keras 1, which counted samples where Keras 2 and 3 count batches"
    if sum(arg.keyword is None for arg in call.args) > len(POSITIONAL_PARAMETERS[method]):
        return "releases of Keras disagree on the order of so many positional arguments: name them"
    return None


def _is_assigned_to(document, chain):
    return isinstance(document.parent(chain), cst.AssignTarget)


def _renamed(call):
    method = call.func.attr.value
    names = POSITIONAL_PARAMETERS[method]
    args = []
    for index, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == "generator":
            arg = arg.with_changes(keyword=cst.Name("x"))
        elif arg.keyword is None and index > 0:
            tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
            arg = arg.with_changes(keyword=cst.Name(names[index]), equal=tight)
        args.append(arg)
    new = METHODS_GONE[method]
    call = call.with_changes(args=args, func=call.func.with_changes(attr=cst.Name(new)))
    if new != "fit" and not any(arg.keyword is not None and arg.keyword.value == "verbose" for arg in args):
        call = with_keyword(call, "verbose", cst.Integer("0"))
    return call
