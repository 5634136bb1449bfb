"""The traps of `imgdatagen_compat.traps` that can be seen without running the code."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from imgdatagen_compat.migration.audit.bindings import Code
from imgdatagen_compat.migration.audit.findings import NOTE, WARNING, FoundFlow
from imgdatagen_compat.migration.audit.settings import PartialConfig, UnknownSettingError
from imgdatagen_compat.migration.audit.values import Evaluator, UnknownValueError
from imgdatagen_compat.traps import TRAPS
from imgdatagen_compat.traps import Finding as TrapFinding
from imgdatagen_compat.traps.sample import Sample

# Where the code shows each trap.
SEEN_IN_SETTINGS = frozenset(
    (
        "brightness-stretches-contrast",
        "rescale-with-preprocess-input",
        "shear-below-one-degree",
        "rotation-below-one-degree",
        "integer-shift",
        "shifts-swapped",
        "zoom-through-zero",
    )
)
SEEN_IN_USE = frozenset(("axes-swapped", "validation-augmented", "featurewise-not-fit", "fit-augments-rescaled"))
# Pixels decide: here only where the code divides an array by 255 before it goes into `flow`.
SEEN_IN_DIVISION = frozenset(("brightness-of-unit-range", "channel-shift-unit", "bit-depth"))
NEEDS_PIXELS = frozenset(("interpolated-labels",))

# What is as often meant as not.
_NOTES = ("integer-shift", "brightness-stretches-contrast")

_STATISTICS = ("mean", "std", "zca_whitening_matrix", "principal_components")
_DIVIDED = np.array([0, 1], np.float32).reshape(1, 1, 2, 1)


def severity(code: str) -> str:
    """Returns how serious a trap is."""
    return NOTE if code in _NOTES else WARNING


def traps_of_settings(
    config: PartialConfig, *, validation_split: float, not_fit: tuple[str, ...], fits_augmented: bool
) -> list[TrapFinding]:
    """Returns the traps that a constructor call is in, whatever its flows are.

    Args:
        config: its settings.
        validation_split: if nothing more is known of its subsets, else 0.
        not_fit: the featurewise options that certainly have no statistic.
        fits_augmented: whether `fit(…, augment=True)` is seen.
    """
    found = _traps(config, Sample(validation_split=validation_split, not_fit=not_fit))
    return [trap for trap in found if trap.code != "fit-augments-rescaled" or fits_augmented]


def traps_of_flow(config: PartialConfig, flow: FoundFlow, divided_by_255: bool) -> list[TrapFinding]:
    """Returns the traps that a flow call adds to those of its generator's settings: subset, size, and the range of an array."""
    images = {"images": list(_DIVIDED), "array": _DIVIDED} if divided_by_255 else {}
    in_settings = {trap.code for trap in _traps(config, Sample())}
    sample = Sample(size=_size(flow), color_mode=flow.known.get("color_mode"), subset=flow.known.get("subset"), **images)
    return [trap for trap in _traps(config, sample) if trap.code not in in_settings and trap.code not in NEEDS_PIXELS]


def _traps(config, sample) -> list[TrapFinding]:
    found = []
    for trap in TRAPS:
        try:
            finding = trap.check(config, sample)
        except UnknownSettingError:
            continue
        if finding is not None:
            found.append(finding)
    return found


def _size(flow):
    """(height, width) of the images, where the code says it."""
    if flow.method == "flow" or "target_size" in flow.unknown or flow.unknown.keys() & {"*", "**"}:
        return None
    size = flow.known.get("target_size", (256, 256))
    is_pair = isinstance(size, (tuple, list)) and len(size) == 2 and all(isinstance(side, int) for side in size)
    return tuple(size) if is_pair else None


def is_divided_by_255(code: Code, evaluator: Evaluator, expression: ast.expr) -> bool:
    """Whether an expression is certainly something divided by 255: `x / 255`, or `x` after `x /= 255.0`."""
    if isinstance(expression, (ast.Name, ast.Attribute)):
        binding = code.binding(expression)
        if binding is not None and isinstance(binding.node, ast.AugAssign):
            return isinstance(binding.node.op, ast.Div) and _is_255(evaluator, binding.node.value)
        return binding is not None and binding.value is not None and not binding.items and is_divided_by_255(code, evaluator, binding.value)
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute) and expression.func.attr in ("astype", "reshape"):
        return is_divided_by_255(code, evaluator, expression.func.value)
    return isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Div) and _is_255(evaluator, expression.right)


def _is_255(evaluator, expression):
    try:
        return evaluator.value(expression) == 255
    except UnknownValueError:
        return False


class Statistics:
    """Which generators of a module get statistics.

    Args:
        code: the module.
        generator: from an expression to the constructor call of what it certainly holds, or None.
    """

    def __init__(self, code: Code, generator: Callable[[ast.expr], ast.Call | None]):
        self._code = code
        self._generator = generator
        self._loads: dict[str, dict[ast.AST, dict[ast.Call | None, list[ast.Name]]]] = {}

    def use(self, constructor: ast.Call) -> tuple[bool | None, bool]:
        """Returns whether a generator gets statistics (None if not all of its uses are seen), and whether from `fit(…, augment=True)`."""
        parent = self._code.parent(constructor)
        uses = [constructor]
        if isinstance(parent, ast.Assign) and all(isinstance(target, ast.Name) for target in parent.targets):
            loads = [self._loads_of(target.id).get(parent, {}) for target in parent.targets]
            if any(None in by_generator for by_generator in loads):
                return None, False
            uses = [load for by_generator in loads for load in by_generator.get(constructor, [])]
        users = [self._code.parent(use) for use in uses]
        if not all(isinstance(user, ast.Attribute) for user in users):
            return None, False
        calls = [self._code.parent(user) for user in users if user.attr in ("fit", "fit_iterator")]
        fits = [call for call in calls if isinstance(call, ast.Call)]
        is_assigned = any(isinstance(user.ctx, ast.Store) and user.attr in _STATISTICS for user in users)
        return bool(fits) or is_assigned, any(_passes_augment(call) for call in fits)

    def _loads_of(self, name):
        """{statement that binds a name: {generator, or None where that is not certain: where a variable that it binds is read}}."""
        if name not in self._loads:
            variables = {}
            for load in self._code.loads[name]:
                bindings = self._code.bindings(load)
                by_generator = variables.setdefault(id(bindings), (bindings, defaultdict(list)))[1]
                by_generator[self._generator(load)].append(load)
            self._loads[name] = {binding.node: loads for bindings, loads in variables.values() for binding in bindings}
        return self._loads[name]


def _passes_augment(call):
    given = [keyword.value for keyword in call.keywords if keyword.arg == "augment"] + call.args[1:2]
    return any(not (isinstance(value, ast.Constant) and not value.value) for value in given)
