"""Numbers of steps: fractions, which Keras 3 refuses, are rounded up as Keras 2 did; `steps_per_epoch=n // batch_size` is reported."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import GlobalScope

from imgdatagen_compat.migration.keras3_changes import DATA_METHODS, STEPS_ARGUMENTS, WHOLE_FLOATS, starvation
from imgdatagen_compat.migration.rewrite.document import Document, dotted_expression
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows, argument, first_argument

NAME = "steps"
WORDS = ("steps",)


def fix(document: Document, edits: Edits) -> None:
    """Rounds what is a fraction by its looks; epochs that may end before the iterator does, and starve every second one, are findings."""
    if document.imports_package("tf_keras"):
        return  # Keras 2, which takes both
    flows = Flows(document)
    for call in document.nodes(cst.Call):
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in DATA_METHODS:
            continue
        for name in STEPS_ARGUMENTS:
            if argument(call, name) is not None:
                _check(document, edits, flows, call, argument(call, name))


def _check(document, edits, flows, call, given):
    value = _value(document, given.value)
    shown = document.code(given).rstrip(", \n")
    rounding = _rounding(document, value)
    if rounding:
        _round(document, edits, given, rounding, shown)
    elif given.keyword.value == "steps_per_epoch" and _is_iterator(document, flows, call, value) and _may_be_short(value):
        edits.find(given, " ".join(starvation(shown, document.code(first_argument(call, "x")))))


def _rounding(document, value):
    """Returns the function that makes an int of a fraction as Keras 2 counted its steps, None for what is no fraction by its looks."""
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Divide):
        return "math.ceil"
    if isinstance(value, cst.Call) and document.origins(value.func) & WHOLE_FLOATS:
        return "int"
    return None


def _round(document, edits, given, rounding, shown):
    imports = [node for node in document.nodes(cst.Import, cst.ImportFrom) if isinstance(document.scope(node), GlobalScope)]
    if rounding == "int" or (imports and edits.require_import("math", sorted(imports, key=document.place)[:1])):
        edits.change(given.value, lambda updated: cst.Call(dotted_expression(rounding), [cst.Arg(updated.with_changes(lpar=[], rpar=[]))]))
    else:
        edits.find(given, f"{shown} may be a fraction, for which Keras 3 raises TypeError: use {rounding}().")


def _value(document, expression):
    """What a name that is assigned once holds, and any other expression itself."""
    values = document.values(expression) if isinstance(expression, cst.Name) else None
    return values[0] if values is not None and len(values) == 1 else expression


def _is_iterator(document, flows, call, value):
    data = first_argument(call, "x")
    if data is None or flows.is_iterator(data):
        return data is not None
    # `train.samples // train.batch_size`: only our iterators have that attribute.
    lengths = (f"{document.code(data)}.samples", f"{document.code(data)}.n")
    return any(length in document.code(value) for length in lengths)


def _may_be_short(value):
    """Whether a number of steps is something else than `len(batches)` or a division rounded up."""
    if isinstance(value, cst.BinaryOperation):
        return not isinstance(value.left, cst.UnaryOperation)  # -(-n // batch_size) rounds up
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "int" and len(value.args) == 1:
        return isinstance(value.args[0].value, cst.BinaryOperation)
    return isinstance(value, cst.Integer)
