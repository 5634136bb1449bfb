"""Changes to a module, collected while it is read and applied together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst
from libcst.metadata import Assignment

from imgdatagen_compat.migration.rewrite.document import Document, dotted_expression
from imgdatagen_compat.migration.rewrite.findings import Finding

_SCOPE_BODIES = (cst.Module, cst.FunctionDef, cst.ClassDef)


class Edits:
    """What one fixer wants to change in `document`, and what it has found.

    Args:
        document: the module as it is; the nodes that the methods take are its nodes.
        fixer: name that the findings carry.
    """

    def __init__(self, document: Document, fixer: str):
        self.findings: list[Finding] = []
        self.document = document
        self._fixer = fixer
        self._changes: dict[cst.CSTNode, Callable] = {}
        self._statements: dict[cst.CSTNode, Sequence[cst.BaseSmallStatement]] = {}
        self._imports_after: dict[cst.CSTNode, set[str]] = {}
        self._imports_before: dict[cst.CSTNode, set[str]] = {}

    def find(self, node: cst.CSTNode, message: str) -> None:
        """Reports `node` instead of changing it."""
        line, column = self.document.place(node)
        self.findings.append(Finding(line, column, self._fixer, message))

    def change(self, node: cst.CSTNode, to: Callable[[cst.CSTNode], cst.CSTNode]) -> None:
        """Has `node` replaced by `to(node with the changes inside it)`; several changes of one node are made in turn."""
        before = self._changes.get(node)
        self._changes[node] = to if before is None else lambda updated: to(before(updated))

    def replace_statement(self, statement: cst.BaseSmallStatement, by: Sequence[cst.BaseSmallStatement]) -> None:
        """Has a statement replaced by others: on lines of their own if it had one, else joined by semicolons."""
        self._statements[statement] = by

    def require_import(self, module: str, where: Sequence[cst.CSTNode]) -> bool:
        """Has `import module` put where the first of the import statements `where` is, unless it is there already.

        Returns:
            Whether the module can be reached by its name: False if the name is already bound to something else.
        """
        first = where[0]
        scope = self.document.scope(first)
        root = module.split(".")[0]
        bound = [assignment for assignment in scope[root] if isinstance(assignment, Assignment)]
        imports = [assignment.node for assignment in bound if isinstance(assignment.node, cst.Import)]
        if len(imports) != len(bound) or any(alias.asname and alias.evaluated_alias == root for node in imports for alias in node.names):
            return False
        if any(alias.evaluated_name == module and not alias.asname for node in imports for alias in node.names):
            return True
        around = list(self.document.ancestors(first))
        inner = [node for node in around if isinstance(node, (cst.BaseCompoundStatement, cst.SimpleStatementLine))]
        scope_depth = next((depth for depth, node in enumerate(inner) if isinstance(node, _SCOPE_BODIES)), len(inner))
        outermost = inner[scope_depth - 1]
        target = self._imports_after if isinstance(outermost, cst.SimpleStatementLine) else self._imports_before
        target.setdefault(outermost, set()).add(module)
        return True

    def apply(self) -> cst.Module:
        """Returns the changed module; the very same object if nothing was asked for."""
        if not (self._changes or self._statements or self._imports_after or self._imports_before):
            return self.document.module
        return self.document.module.visit(_Applier(self._changes, self._statements, self._imports_after, self._imports_before))


class _Applier(cst.CSTTransformer):
    def __init__(self, changes, statements, imports_after, imports_before):
        super().__init__()
        self._changes, self._statements = changes, statements
        self._imports_after, self._imports_before = imports_after, imports_before

    def on_leave(self, original_node, updated_node):
        updated_node = super().on_leave(original_node, updated_node)
        if original_node in self._changes:
            updated_node = self._changes[original_node](updated_node)
        if original_node in self._statements:
            by = self._statements[original_node]
            return by[0] if len(by) == 1 else cst.FlattenSentinel(by)
        if isinstance(original_node, cst.SimpleStatementLine):
            lines = _lines(original_node, updated_node, self._statements)
            lines += _import_lines(self._imports_after.get(original_node, ()))
            return lines[0] if len(lines) == 1 else cst.FlattenSentinel(lines)
        if original_node in self._imports_before:
            return cst.FlattenSentinel([*_import_lines(self._imports_before[original_node]), updated_node])
        if isinstance(original_node, (cst.Module, cst.IndentedBlock)):
            return updated_node.with_changes(body=_without_repeated_imports(original_node.body, updated_node.body))
        return updated_node


def _without_repeated_imports(original, updated):
    """Two changes may have asked for the same import: the later line goes, unless it was there before."""
    old, seen, lines = set(original), [], []
    for line in updated:
        is_new = isinstance(line, cst.SimpleStatementLine) and line not in old and not line.leading_lines
        if is_new and isinstance(line.body[0], cst.Import):
            if any(line.deep_equals(other) for other in seen):
                continue
            seen.append(line)
        lines.append(line)
    return lines


def _lines(original, updated, replaced):
    """One line per statement if a line's only one was replaced by several: comments above on the first, the one beside on the last."""
    if not (len(original.body) == 1 and len(updated.body) > 1 and original.body[0] in replaced):
        return [updated]
    first, *rest = (cst.SimpleStatementLine([statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]) for statement in updated.body)
    lines = [first.with_changes(leading_lines=updated.leading_lines), *rest]
    return [*lines[:-1], lines[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)]


def import_statement(module: str, alias: str | None = None) -> cst.Import:
    """Returns `import module`, or `import module as alias`."""
    return cst.Import([cst.ImportAlias(dotted_expression(module), cst.AsName(cst.Name(alias)) if alias else None)])


def _import_lines(modules):
    return [cst.SimpleStatementLine([import_statement(module)]) for module in sorted(modules)]
