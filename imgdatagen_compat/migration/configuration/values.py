"""Values of arguments, as they are written on a command line or as text in a file."""

from __future__ import annotations

import re
from typing import Any

_WORDS = {"none": None, "null": None, "true": True, "false": False}
_FRACTION = re.compile(r"([^/]+)/([^/]+)")


def parsed_value(text: str) -> Any:
    """Returns what a text means.

    Args:
        text: "20" and "0.2" are an int and a float, which differ as shifts do; "1/255" is a fraction; "0.8,1.2", with or without brackets,
            a list; "none", "true" and "false" what they are in Python. Anything else is the text itself.
    """
    text = text.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if "," in text:
        inner = text[1:-1] if text[0] + text[-1] in ("[]", "()") else text
        return [parsed_value(part) for part in inner.split(",") if part.strip()]
    fraction = _FRACTION.fullmatch(text)
    try:
        if fraction:
            return _number(fraction[1]) / _number(fraction[2])
        return _number(text)
    except (ValueError, ZeroDivisionError):
        return text


def _number(text):
    try:
        return int(text)
    except ValueError:
        return float(text)


def parsed_size(text: str) -> tuple[int, int]:
    """Returns (height, width) in pixels of "150x200", "150,200" or "150".

    Raises:
        ValueError: it is none of these, or 0.
    """
    match = re.fullmatch(r"(\d+)(?:[x,](\d+))?", text)
    size = match and (int(match[1]), int(match[2] or match[1]))
    if not size or 0 in size:
        raise ValueError(f"{text!r} is not a size in pixels such as 150 or 150x200 (height x width)")
    return size
