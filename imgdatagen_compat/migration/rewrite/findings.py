"""What a fixer has to say where it leaves the code alone."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """A place that needs a person.

    Attributes:
        line: from 1; in a notebook counted within the cell.
        column: from 1.
        fixer: name of the fixer that says it, or "syntax".
        message: what is the matter and what to do.
        cell: number of the notebook's cell, from 1; None in a script.
    """

    line: int
    column: int
    fixer: str
    message: str
    cell: int | None = None
