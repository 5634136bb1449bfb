"""Arguments of `flow_from_dataframe` that no longer mean anything: `has_ext`, `sort`, `drop_duplicates`, `class_mode="other"`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.keras3_changes import IGNORED_FLOW_ARGUMENTS
from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import argument, without

NAME = "flow-arguments"
WORDS = ("flow_from_dataframe",)


def fix(document: Document, edits: Edits) -> None:
    """Removes ignored arguments, says what to do where they changed something, and renames `class_mode="other"` to `"raw"`."""
    for call in document.nodes(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "flow_from_dataframe":
            _fix_call(document, edits, call)


def _fix_call(document, edits, call):
    removed = []
    for name, (made_a_difference, advice) in IGNORED_FLOW_ARGUMENTS.items():
        found = argument(call, name)
        if found is None:
            continue
        if document.code(found.value) == repr(not made_a_difference):
            removed.append(name)
        else:
            edits.find(found, f"{name} is ignored since Keras 2.3. {advice} Then remove the argument.")
    if removed:
        edits.change(call, lambda updated: without(updated, removed))
    mode = argument(call, "class_mode")
    if mode and isinstance(mode.value, cst.SimpleString) and mode.value.evaluated_value == "other":
        edits.change(mode.value, lambda updated: updated.with_changes(value=updated.value.replace("other", "raw")))
