"""HTML made of elements, in which text is escaped unless it is markup already."""

from __future__ import annotations

import html
from typing import Any

_VOID = ("img", "meta", "br")


class Markup(str):
    """Text that is HTML: not escaped again."""


def element(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """Returns an element of HTML or SVG.

    Args:
        name: of the element.
        *children: `Markup` as it is, anything else as escaped text; lists and tuples are taken apart; None is left out.
        **attributes: values are escaped; None leaves one out; `class_` is class, and `_` is written as `-`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"' for key, value in attributes.items() if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Any) -> Markup:
    """Returns children one after the other; see `element`."""
    return Markup("".join(map(_text, children)))


def _text(child):
    if child is None:
        return ""
    if isinstance(child, (list, tuple)):
        return joined(*child)
    return child if isinstance(child, Markup) else html.escape(str(child))


def with_breaks(name: str) -> Markup:
    """Returns a path that may be broken after its slashes and underscores, where a line is too short for it."""
    escaped = html.escape(name)
    return Markup(escaped.replace("/", "/<wbr>").replace("_", "_<wbr>"))
