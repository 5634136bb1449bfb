"""Import statements: `from keras.preprocessing.image import X` becomes `from imgdatagen_compat import X`, in all its forms."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.old_modules import OLD_MODULES, OLD_PACKAGES, REPLACED, has_name, new_module
from imgdatagen_compat.migration.rewrite.document import Document, bound_name, dotted, dotted_expression, imported_module
from imgdatagen_compat.migration.rewrite.edits import Edits, import_statement

NAME = "imports"
WORDS = ("preprocessing",)

# What a star import brought along from modules that had no `__all__`.
_CAME_WITH_STAR = frozenset(
    ("K", "Sequence", "backend", "linalg", "ndi", "ndimage", "np", "os", "pil_image", "re", "scipy", "threading", "warnings")
)

_FAILED_IMPORT = ("Exception", "ImportError", "ModuleNotFoundError")


def fix(document: Document, edits: Edits) -> None:
    """Replaces imports of the old modules and of names from them; names that are not ours stay where they are."""
    renamed = {}
    for statement in document.nodes(cst.Import, cst.ImportFrom):
        if isinstance(statement, cst.Import):
            _fix_import(document, edits, statement)
        else:
            renamed[statement] = _fix_from_import(document, edits, statement)
    for node in document.nodes(cst.Try):
        _merge_fallback(document, edits, node, renamed)


def _fix_import(document, edits, statement):
    """`import keras.preprocessing.image as kpi`; without `as` it binds `keras`, which is for the fixer of attributes."""
    moved, kept = [], []
    for alias in statement.names:
        old = alias.evaluated_name
        is_old = alias.asname is not None and old in OLD_MODULES
        if is_old and _has_every_attribute(document, edits, statement, bound_name(alias), new_module(old, document.semantics)):
            moved.append(import_statement(new_module(old, document.semantics), bound_name(alias)))
        else:
            kept.append(alias)
    if moved:
        edits.replace_statement(statement, [*moved, *_with_names(statement, kept)])


def _fix_from_import(document, edits, statement):
    """Returns the module that the whole statement now imports names from, None if it is split or not changed."""
    module = imported_module(statement)
    if isinstance(statement.names, cst.ImportStar):
        return _fix_star(document, edits, statement, module)
    if module in OLD_MODULES:
        return _fix_names(document, edits, statement, module)
    if module in OLD_PACKAGES:
        moved, kept = [], []
        for alias in statement.names:
            old = f"{module}.{alias.evaluated_name}"
            if old in OLD_MODULES and _has_every_attribute(
                document, edits, statement, bound_name(alias), new_module(old, document.semantics)
            ):
                moved.append(_module_import(new_module(old, document.semantics), bound_name(alias)))
            else:
                kept.append(alias)
        if moved:
            edits.replace_statement(statement, [*moved, *_with_names(statement, kept)])
    return None


def _fix_star(document, edits, statement, module):
    if module not in OLD_MODULES:
        return None
    new = new_module(module, document.semantics)
    edits.change(statement, lambda updated: updated.with_changes(module=dotted_expression(new)))
    missing = sorted({load.value for load in document.loads if load.value in _CAME_WITH_STAR and not document.assignments(load)})
    if missing:
        edits.find(statement, f"{', '.join(missing)} came with the star of some releases of {module}: import what is used by name.")
    return new


def _fix_names(document, edits, statement, module):
    new = new_module(module, document.semantics)
    moved = [alias for alias in statement.names if has_name(new, alias.evaluated_name)]
    kept = [alias for alias in statement.names if not has_name(new, alias.evaluated_name)]
    if kept:
        names = ", ".join(alias.evaluated_name for alias in kept)
        edits.find(statement, f"{names}: not a name of {new}, so still imported from {module}, which may not have it any more.")
    if not moved:
        return None
    if kept:
        ours = _with_names(statement, moved)[0].with_changes(module=dotted_expression(new), relative=())
        edits.replace_statement(statement, [ours, *_with_names(statement, kept)])
        return None
    edits.change(statement, lambda updated: updated.with_changes(module=dotted_expression(new)))
    return new


def _has_every_attribute(document, edits, statement, name, new):
    """Whether all that is asked of the module bound to `name` is in `new`; else says what is not."""
    strange = []
    for load in document.uses(statement, name):
        parent = document.parent(load)
        # Where the name holds other things as well (`image = image.load_img(path)`), their attributes say nothing of the module.
        only_module = all(isinstance(assignment.node, (cst.Import, cst.ImportFrom)) for assignment in document.assignments(load))
        if not isinstance(parent, cst.Attribute) or not only_module:
            continue
        if document.is_stored(parent):
            strange.append((load, parent.attr.value, REPLACED))
        elif not has_name(new, parent.attr.value):
            strange.append((load, parent.attr.value, f"{parent.attr.value} is not a name of {new}."))
    for load, attribute, reason in strange:
        edits.find(load, f"{name}.{attribute}: the import of {name} is left as it is, because {reason}")
    return not strange


def _module_import(new, name):
    package, _, last = new.rpartition(".")
    if package:
        alias = cst.ImportAlias(cst.Name(last), cst.AsName(cst.Name(name)) if name != last else None)
        return cst.ImportFrom(dotted_expression(package), [alias])
    return import_statement(new, name)


def _with_names(statement, names):
    """Returns [`statement` with these of its names], [] for none; comments beside the names stay with them."""
    if not names:
        return []
    *others, last = names
    if last is not statement.names[-1]:
        rpar = getattr(statement, "rpar", None)
        space = getattr(last.comma, "whitespace_after", None)
        if rpar and isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment:
            last = last.with_changes(comma=last.comma.with_changes(whitespace_after=space.with_changes(last_line=cst.SimpleWhitespace(""))))
            statement = statement.with_changes(rpar=rpar.with_changes(whitespace_before=cst.SimpleWhitespace("")))
        else:
            last = last.with_changes(comma=statement.names[-1].comma)
    return [statement.with_changes(names=[*others, last], semicolon=cst.MaybeSentinel.DEFAULT)]


def _merge_fallback(document, edits, node, renamed):
    """`try: import from one Keras, except ImportError: from another` imports the same in both branches now: once is enough."""
    branches = [node.body, *(handler.body for handler in node.handlers)]
    plain = not node.orelse and not node.finalbody and all(_catches_failed_import(handler) for handler in node.handlers)
    imports = [_only_import(branch) for branch in branches]
    if not plain or not all(statement is not None and renamed.get(statement) for statement in imports):
        return
    wanted = {(renamed[statement], frozenset(_names_and_aliases(statement))) for statement in imports}
    if len(wanted) > 1 or any("#" in document.code(part) for part in (*node.handlers, node.body)):
        return
    edits.change(node, lambda updated: _first_line(updated))


def _catches_failed_import(handler):
    return handler.type is None or dotted(handler.type) in _FAILED_IMPORT


def _only_import(suite):
    statements = suite.body
    if isinstance(suite, cst.IndentedBlock):
        if len(statements) != 1 or not isinstance(statements[0], cst.SimpleStatementLine):
            return None
        statements = statements[0].body
    return statements[0] if len(statements) == 1 and isinstance(statements[0], cst.ImportFrom) else None


def _names_and_aliases(statement):
    if isinstance(statement.names, cst.ImportStar):
        return ("*",)
    return ((alias.evaluated_name, bound_name(alias)) for alias in statement.names)


def _first_line(node):
    line = node.body.body[0]
    if not isinstance(line, cst.SimpleStatementLine):
        line = cst.SimpleStatementLine([line])
    return line.with_changes(leading_lines=[*node.leading_lines, *line.leading_lines])
