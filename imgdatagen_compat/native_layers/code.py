"""Stock layers as Python to paste."""

from __future__ import annotations

from collections.abc import Sequence

from imgdatagen_compat.native_layers.report import Line, shown_settings

_WIDTH = 100  # columns, above which each argument has a line of its own


def python_code(lines: Sequence[Line]) -> str:
    """Code that binds `preprocessing` to a `keras.Sequential`: a comment for each line of the report, and its layers."""
    code = ["import keras", "", "preprocessing = keras.Sequential(", "    ["]
    for line in lines:
        remark = f"left out. {line.left_out.reason}" if line.left_out else line.units
        code.append(f"        # {shown_settings(line)}: {remark}")
        code += [_indented(layer) for layer in line.layers]
    if not any(line.layers for line in lines):
        code.append("        keras.layers.Identity(),")
    return "\n".join([*code, "    ]", ")", ""])


def _indented(layer):
    on_one_line = f"        {layer.code},"
    if len(on_one_line) <= _WIDTH:
        return on_one_line
    arguments = [f"            {argument}," for argument in layer.argument_code]
    return "\n".join([f"        {layer.path}(", *arguments, "        ),"])
