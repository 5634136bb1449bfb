"""Findings: what code does that Keras 3 no longer takes, or takes for something else."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from imgdatagen_compat.migration.audit.bindings import Code
from imgdatagen_compat.migration.audit.findings import ERROR, NOTE, WARNING
from imgdatagen_compat.migration.audit.generators import Generators
from imgdatagen_compat.migration.audit.keras3_imports import import_findings
from imgdatagen_compat.migration.audit.values import Evaluator, UnknownValueError
from imgdatagen_compat.migration.keras3_changes import (
    DATA_METHODS,
    IGNORED_FLOW_ARGUMENTS,
    METHODS_GONE,
    POSITIONAL_PARAMETERS,
    PREDICTIONS_GONE,
    STEPS_ARGUMENTS,
    WHOLE_FLOATS,
    WORKER_ARGUMENTS,
    WORKERS_ADVICE,
    starvation,
)
from imgdatagen_compat.migration.old_modules import KERAS_MODULES

_KERAS = ("keras", "tensorflow", "tf_keras", "imgdatagen_compat", "keras_preprocessing")

_INSTALLERS = {"imgdatagen_compat.install", "imgdatagen_compat.installed"}

# A node, severity, code, what, advice.
Found = tuple[ast.AST, str, str, str, str]


def keras3_findings(code: Code, generators: Generators, evaluator: Evaluator) -> Iterator[Found]:
    """Yields what will not run under Keras 3 as it did, in no order.

    Code that imports tf_keras has Keras 2 for good, and code without Keras is none of our business: neither has findings.
    """
    packages = _imported_packages(code)
    if "tf_keras" in packages or not packages & set(_KERAS):
        return
    iterators_are_ours = "imgdatagen_compat" in packages
    is_installed = any(code.origins(call.func) & _INSTALLERS for call in code.nodes[ast.Call])
    # After `install()`, the old image modules are ours.
    yield from (found for found in import_findings(code) if not (is_installed and found[2] == "import-gone"))
    for call in code.nodes[ast.Call]:
        if not isinstance(call.func, ast.Attribute):
            continue
        if not is_installed:
            yield from _methods_gone(code, call)
            yield from _training(code, generators, evaluator, call)
        if not iterators_are_ours:
            yield from _next_method(generators, call)
        yield from _flow_arguments(evaluator, call)
    if not iterators_are_ours:
        yield from _grayscale(code)


def _imported_names(code):
    for scope in {code.scope(node) for node in (*code.nodes[ast.Import], *code.nodes[ast.ImportFrom])}:
        for bindings in scope.bindings.values():
            yield from (binding.origin for binding in bindings if binding.origin)
        yield from (module for module, _ in scope.stars)


def _imported_packages(code):
    return {origin.split(".")[0] for origin in _imported_names(code)}


def _methods_gone(code, call):
    method = call.func.attr
    if method in code.function_names:
        return
    if method in METHODS_GONE:
        new = METHODS_GONE[method]
        yield call, ERROR, "generator-method", f"{method} is gone from Keras 3.", f"Call {new}: `imgdatagen-compat rewrite` does."
    if method in PREDICTIONS_GONE:
        yield call, ERROR, "predict-method", f"{method} of models is gone from Keras 3.", f"Write {PREDICTIONS_GONE[method]}."


def _training(code, generators, evaluator, call):
    """What the call of a method of Keras 3 would do; of an old method, what it will do under its new name."""
    method = METHODS_GONE.get(call.func.attr, call.func.attr)
    if method not in DATA_METHODS or (method != call.func.attr and call.func.attr in code.function_names):
        return
    given = _arguments(call)
    workers = [name for name in WORKER_ARGUMENTS if name in given]
    if workers:
        yield (
            call,
            ERROR,
            "worker-arguments",
            f"{method} of Keras 3 does not take {', '.join(workers)}.",
            WORKERS_ADVICE,
        )
    data = given.get("x")
    if data is None:
        return
    for value in (data, given.get("validation_data")):
        if value is not None and _is_zip(code, generators, value):
            yield (
                value,
                ERROR,
                "zip-argument",
                f"{method} of Keras 3 takes no zip.",
                "Use datagen.flow_pair(), or a generator: (batch for batch in zip(…)).",
            )
    flow = generators.iterator(data)
    for name in STEPS_ARGUMENTS:
        if name in given:
            yield from _steps(code, evaluator, flow, call, name, given[name], data)


def _arguments(call):
    """{name: expression} of what a call passes, by the names that `fit`, `evaluate` and `predict` have now."""
    given = dict(zip(POSITIONAL_PARAMETERS.get(call.func.attr, ("x",)), itertools.takewhile(_is_no_star, call.args)))
    renamed = {"generator": "x"} if call.func.attr in METHODS_GONE else {}
    return given | {renamed.get(keyword.arg, keyword.arg): keyword.value for keyword in call.keywords if keyword.arg}


def _is_no_star(argument):
    return not isinstance(argument, ast.Starred)


def _is_zip(code, generators, value):
    binding = code.binding(value)
    if binding is not None and binding.value is not None and not binding.items:
        value = binding.value
    is_zip = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "zip" and not code.bindings(value.func)
    return is_zip and any(generators.iterator(argument) is not None for argument in value.args)


def _steps(code, evaluator, flow, call, name, value, data):
    shown = f"{name}={ast.unparse(value)}"
    binding = code.binding(value)
    if binding is not None and binding.value is not None and not binding.items:
        value = binding.value
    if _may_be_fraction(code, evaluator, value):
        yield call, ERROR, "fraction-of-steps", f"{shown} is a float, which Keras 3 refuses.", "Write math.ceil(…), or int(np.ceil(…))."
    elif name == "steps_per_epoch" and _may_be_short(value) and (flow is not None or _measures(data, value)):
        yield call, WARNING, "steps-per-epoch", *starvation(shown, ast.unparse(data))


def _may_be_fraction(code, evaluator, value):
    try:
        return isinstance(evaluator.value(value), float)
    except UnknownValueError:
        pass
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, ast.Div)
    return isinstance(value, ast.Call) and bool(code.origins(value.func) & WHOLE_FLOATS)


def _may_be_short(value):
    """Whether a number of steps is something else than `len(batches)` or a division rounded up."""
    if isinstance(value, ast.BinOp):
        return not isinstance(value.left, ast.UnaryOp)  # -(-n // batch_size) rounds up
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "int" and len(value.args) == 1:
        return isinstance(value.args[0], ast.BinOp)
    return isinstance(value, ast.Constant) and isinstance(value.value, int)


def _measures(data, steps):
    """`train.samples // train.batch_size`: only the iterators have that attribute."""
    lengths = (f"{ast.unparse(data)}.samples", f"{ast.unparse(data)}.n")
    return any(ast.unparse(node) in lengths for node in ast.walk(steps) if isinstance(node, ast.Attribute))


def _next_method(generators, call):
    if call.func.attr == "next" and generators.iterator(call.func.value) is not None:
        batches = ast.unparse(call.func.value)
        advice = f"Write next({batches}); those of imgdatagen_compat have both."
        yield call, ERROR, "next-method", "Iterators of Keras 3 have no method next().", advice


def _flow_arguments(evaluator, call):
    if call.func.attr != "flow_from_dataframe":
        return
    for keyword in call.keywords:
        try:
            value = evaluator.value(keyword.value)
        except UnknownValueError:
            continue
        if keyword.arg in IGNORED_FLOW_ARGUMENTS:
            made_a_difference, advice = IGNORED_FLOW_ARGUMENTS[keyword.arg]
            differs = value is made_a_difference
            advice = f"{advice} Then remove it." if differs else "Remove it."
            yield keyword.value, WARNING if differs else NOTE, "flow-arguments", f"{keyword.arg} is ignored since Keras 2.3.", advice
        elif keyword.arg == "class_mode" and value == "other":
            yield keyword.value, NOTE, "flow-arguments", 'class_mode="other" is deprecated.', 'Write class_mode="raw", which is the same.'


def _grayscale(code):
    for call in code.nodes[ast.Call]:
        is_load = any(origin.rpartition(".")[0] in KERAS_MODULES and origin.endswith(".load_img") for origin in code.origins(call.func))
        if is_load and any(keyword.arg == "grayscale" for keyword in call.keywords):
            yield call, ERROR, "grayscale-argument", "load_img of Keras 3 does not take grayscale.", 'Write color_mode="grayscale".'
