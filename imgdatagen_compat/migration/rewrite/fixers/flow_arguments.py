"""Arguments of `flow_from_dataframe` that no longer mean anything: `has_ext`, `sort`, `drop_duplicates`, `class_mode="other"`."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.rewrite.document import Document
from imgdatagen_compat.migration.rewrite.edits import Edits
from imgdatagen_compat.migration.rewrite.flows import argument, without

NAME = "flow-arguments"
WORDS = ("flow_from_dataframe",)

# What the argument did at the value that is not the same as leaving it out, and how to have that now.
_IGNORED = {
    "has_ext": ("False", "file names of the dataframe must have their extension: append it to the column."),
    "sort": ("True", "the order is that of the dataframe: sort it by its file names."),
    "drop_duplicates": ("True", "duplicates stay: drop them from the dataframe with drop_duplicates()."),
}


def fix(document: Document, edits: Edits) -> None:
    """Removes ignored arguments, says what to do where they changed something, and renames `class_mode="other"` to `"raw"`."""
    for call in document.nodes(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "flow_from_dataframe":
            _fix_call(document, edits, call)


def _fix_call(document, edits, call):
    removed = []
    for name, (value, advice) in _IGNORED.items():
        found = argument(call, name)
        if found is None:
            continue
        neutral = isinstance(found.value, cst.Name) and found.value.value == {"True": "False", "False": "True"}[value]
        if neutral:
            removed.append(name)
        else:
            edits.find(found, f"{name} is ignored, and {advice} Then remove the argument.")
    if removed:
        edits.change(call, lambda updated: without(updated, removed))
    mode = argument(call, "class_mode")
    if mode and isinstance(mode.value, cst.SimpleString) and mode.value.evaluated_value == "other":
        edits.change(mode.value, lambda updated: updated.with_changes(value=updated.value.replace("other", "raw")))
