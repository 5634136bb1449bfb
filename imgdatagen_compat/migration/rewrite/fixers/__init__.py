"""The fixers, in the order in which they run: each reads what those before it wrote.

A fixer is a module with `NAME`, a docstring whose first paragraph says what it does, and `fix(document, edits)`, which reads a `Document`
and asks `Edits` for changes and findings. Where it is not certain, it leaves the code and says so. It has nothing to do in code without one
of its `WORDS`, which is found out faster than what names mean.
"""

from imgdatagen_compat.migration.rewrite.fixers import (
    attributes,
    flow_arguments,
    generator_methods,
    imports,
    next_method,
    steps,
    strings,
    worker_arguments,
    zip_arguments,
)

FIXERS = (imports, attributes, strings, generator_methods, zip_arguments, worker_arguments, flow_arguments, next_method, steps)


def summary(fixer) -> str:
    """Returns what a fixer does, in one paragraph."""
    return " ".join(fixer.__doc__.split("\n\n")[0].split())
