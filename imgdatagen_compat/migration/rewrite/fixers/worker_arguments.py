"""`fit(batches, workers=4)`: in Keras 3 such arguments belong to the iterator, so they move to the `flow` call that made it."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.keras3_changes import DATA_METHODS, WORKER_ARGUMENTS, WORKERS_ADVICE
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import Flows, argument, first_argument, with_keyword, without

NAME = "worker-arguments"
WORDS = tuple(WORKER_ARGUMENTS)


def fix(document: Document, edits: Edits) -> None:
    """Moves the arguments where the flow call is certain and the value is the same there; otherwise says where they belong."""
    if document.imports_package("tf_keras") or not document.imports_package("keras", "tensorflow", "imgdatagen_compat"):
        return
    flows = Flows(document)
    moved = {}
    for call in document.nodes(cst.Call):
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in DATA_METHODS:
            continue
        given = {name: argument(call, name) for name in WORKER_ARGUMENTS if argument(call, name) is not None}
        if given:
            _fix_call(document, edits, flows, call, given, moved)


def _fix_call(document, edits, flows, call, given, moved):
    wanted = {name: arg.value for name, arg in given.items() if document.code(arg.value) != repr(WORKER_ARGUMENTS[name])}
    data = first_argument(call, "x")
    flow = flows.flow_call(data) if data is not None else None
    reason = wanted and _reason_to_leave(document, flows, data, flow, wanted, moved)
    if reason:
        names = ", ".join(wanted)
        edits.find(call, f"{call.func.attr.value} of Keras 3 does not take {names}: left as it is, because {reason}")
        return
    edits.change(call, lambda updated: without(updated, given))
    for name, value in wanted.items():
        settings = moved.setdefault(flow, {})
        if name not in settings and argument(flow, name) is None:
            edits.change(flow, lambda updated, name=name, value=value: with_keyword(updated, name, value.deep_clone()))
        settings[name] = document.code(value)


def _reason_to_leave(document, flows, data, flow, wanted, moved):
    if flow is None:
        what = document.code(data) if data is not None else "the data"
        return f"the flow call that makes {what} is not seen here for certain. {WORKERS_ADVICE}"
    if not flows.is_ours(flow):
        return f"{document.code(flow.func.value)} is not seen to be an imgdatagen_compat generator, whose flow methods take them."
    for name, value in wanted.items():
        before = argument(flow, name)
        already = moved.get(flow, {}).get(name) or (document.code(before.value) if before else document.code(value))
        if already != document.code(value):
            return f"the iterator has {name}={already} already. Choose one, at the flow call."
        if not _means_the_same_at(document, value, flow):
            return f"{document.code(value)} may not be known yet where the iterator is made. Pass it to the flow call."
    return None


def _means_the_same_at(document, value, flow):
    if isinstance(value, cst.Integer) or document.code(value) in ("True", "False"):
        return True
    values = document.values(value) if isinstance(value, cst.Name) else None
    return (
        values is not None
        and len(values) == 1
        and isinstance(values[0], (cst.Integer, cst.Name))
        and document.place(values[0]) < document.place(flow)
        and document.scope(document.assignments(value)[0].node) is document.scope(flow)
    )
