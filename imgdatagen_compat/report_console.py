"""How reports are printed: with colours on a terminal, as plain text of one width elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

_PLAIN_WIDTH = 140  # columns, where the output is no terminal


def report_console(console: Console | None = None) -> Console:
    """`console`, or one for the standard output, of the width of reports where it is no terminal."""
    console = console or Console()
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


def print_line(console: Console, line: str, style: str | None = None) -> None:
    """Prints a sentence as it is: not wrapped, nothing in it highlighted or read as markup."""
    console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


def text_of(print_report: Callable[[Console], None]) -> str:
    """What `print_report` prints, as plain text without spaces at the ends of lines."""
    console = Console(file=io.StringIO(), width=_PLAIN_WIDTH, color_system=None)
    print_report(console)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())
