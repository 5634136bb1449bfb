"""Numbers of steps that Keras 3 takes differently. Only reports: what an epoch should be is not in the code."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows, argument, first_argument

NAME = "steps"

_STEPS = ("steps_per_epoch", "validation_steps", "steps")
_FLOAT_FUNCTIONS = ("numpy.ceil", "numpy.floor")


def fix(document: Document, edits: Edits) -> None:
    """Reports fractions, which Keras 3 refuses, and epochs that may end before the iterator does, which starve every second one."""
    if document.imports_package("tf_keras"):
        return
    flows = Flows(document)
    for call in document.nodes(cst.Call):
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in ("fit", "evaluate", "predict"):
            continue
        for name in _STEPS:
            if argument(call, name) is not None:
                _check(document, edits, flows, call, argument(call, name))


def _check(document, edits, flows, call, given):
    value = _value(document, given.value)
    shown = document.code(given).rstrip(", \n")
    if _is_fraction(document, value):
        edits.find(given, f"{shown} may be a fraction, for which Keras 3 raises TypeError: use // or math.ceil, or leave it out.")
    elif given.keyword.value == "steps_per_epoch" and _is_iterator(document, flows, call, value) and _may_be_short(value):
        data = document.code(first_argument(call, "x"))
        edits.find(
            given,
            f"{shown}: with fewer steps than {data} has batches, Keras 3 runs out of data every second epoch. "
            f"Leave it out, or go on over the epochs as Keras 2 did: fit((batch for batch in {data}), …).",
        )


def _value(document, expression):
    """What a name that is assigned once holds, and any other expression itself."""
    values = document.values(expression) if isinstance(expression, cst.Name) else None
    return values[0] if values is not None and len(values) == 1 else expression


def _is_fraction(document, value):
    if isinstance(value, cst.BinaryOperation):
        return isinstance(value.operator, cst.Divide)
    return isinstance(value, (cst.Float,)) or (isinstance(value, cst.Call) and bool(document.origins(value.func) & set(_FLOAT_FUNCTIONS)))


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
