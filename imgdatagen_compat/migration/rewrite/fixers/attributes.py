"""Attribute chains: `tf.keras.preprocessing.image.X` becomes `imgdatagen_compat.X`, with the import that it needs."""

from __future__ import annotations

import libcst as cst

from imgdatagen_compat.migration.old_modules import OLD_MODULES, REPLACED, has_name, new_module
from imgdatagen_compat.migration.rewrite.document import Document, bound_name, dotted_expression
from imgdatagen_compat.migration.rewrite.edits import Edits, import_statement

NAME = "attributes"
WORDS = ("preprocessing",)


def fix(document: Document, edits: Edits) -> None:
    """Replaces what names an old module at the head of a chain; drops `import keras.preprocessing.image` where it is no longer used."""
    replaced = [chain for chain in document.nodes(cst.Attribute) if _fix_chain(document, edits, chain)]
    for statement in document.nodes(cst.Import, cst.ImportFrom):
        if isinstance(statement, cst.Import):
            _fix_plain_import(document, edits, statement, replaced)


def _fix_chain(document, edits, chain):
    origins = document.origins(chain)
    if not origins:
        _find_unknown_head(document, edits, chain)
        return False
    if document.is_stored(chain):
        return False  # no longer the module
    if not origins <= OLD_MODULES:
        if origins & OLD_MODULES:
            edits.find(chain, f"{document.code(chain)} may be {' or '.join(sorted(origins))}: left as it is. Import from one place.")
        return False
    (*others, new) = sorted({new_module(origin, document.semantics) for origin in origins})
    parent = document.parent(chain)
    attribute = parent if isinstance(parent, cst.Attribute) else None
    if attribute and document.origins(attribute) <= OLD_MODULES:
        return False  # a module in the module, and the chain that names it is looked at by itself
    reason = "it has two meanings." if others else attribute and _reason_against(document, attribute, new)
    if reason:
        edits.find(chain, f"{document.code(attribute or chain)}: left as it is, because {reason}")
        return False
    # A plain `import keras.preprocessing.image` becomes the import of ours by itself.
    imports = document.root_imports(chain)
    if not any(_plain_old_module(alias) for node in imports for alias in _aliases(node)) and not edits.require_import(new, imports):
        edits.find(chain, f"{document.code(chain)}: left as it is, because the name imgdatagen_compat is taken. Rename the other.")
        return False
    edits.change(chain, lambda updated: dotted_expression(new).with_changes(lpar=updated.lpar, rpar=updated.rpar))
    return True


def _reason_against(document, attribute, new):
    if document.is_stored(attribute):
        return REPLACED
    return None if has_name(new, attribute.attr.value) else f"{attribute.attr.value} is not a name of {new}."


def _find_unknown_head(document, edits, chain):
    """`K.preprocessing.image.X` with a `K` that came as a parameter, or from a star."""
    text = document.code(chain)
    parent = document.parent(chain)
    is_generator = text.endswith(".preprocessing.image") and isinstance(parent, cst.Attribute) and parent.attr.value == "ImageDataGenerator"
    if is_generator or text.endswith("keras.preprocessing.image"):
        edits.find(chain, f"{text}: left as it is, because where it comes from is not seen here. If it is Keras's, use imgdatagen_compat.")


def _aliases(statement):
    return statement.names if isinstance(statement, cst.Import) else ()


def _plain_old_module(alias):
    """`import keras.preprocessing.image`, `import keras_preprocessing [as kp]`: of no use for anything but the old module."""
    return alias.evaluated_name == "keras_preprocessing" or (alias.asname is None and alias.evaluated_name in OLD_MODULES)


def _fix_plain_import(document, edits, statement, replaced):
    if not any(map(_plain_old_module, statement.names)):
        return
    by = []
    for alias in statement.names:
        is_old = _plain_old_module(alias)
        is_needed = not is_old or _still_needed(document, statement, alias, replaced)
        new = _imports_of_ours(document, statement, alias, replaced, is_needed) if is_old else []
        if is_needed or not new:
            by.append(import_statement(alias.evaluated_name, alias.evaluated_alias))
        elif _is_used_otherwise(document, statement, alias, replaced):
            by.append(import_statement(alias.evaluated_name if alias.asname else bound_name(alias), alias.evaluated_alias))
        by += map(import_statement, new)
    edits.replace_statement(statement, by)


def _imports_of_ours(document, statement, alias, replaced, is_needed):
    uses = document.uses(statement, bound_name(alias))
    new = {new_module(origin, document.semantics) for chain in replaced if _head(chain) in uses for origin in document.origins(chain)}
    if not new and not is_needed and alias.evaluated_name in OLD_MODULES:
        new = {new_module(alias.evaluated_name, document.semantics)}
    return sorted(new)


def _still_needed(document, statement, alias, replaced):
    """Whether a chain that was left alone names an old module through this import."""
    uses = document.uses(statement, bound_name(alias))
    left = (chain for chain in document.nodes(cst.Attribute) if chain not in replaced and _head(chain) in uses)
    return any(document.origins(chain) & OLD_MODULES for chain in left)


def _is_used_otherwise(document, statement, alias, replaced):
    name = bound_name(alias)
    heads = [_head(chain) for chain in replaced]
    return name in document.exported_names() or any(use not in heads for use in document.uses(statement, name))


def _head(chain):
    while isinstance(chain, cst.Attribute):
        chain = chain.value
    return chain
