"""One module of code audited: generators, flows and findings, from its syntax tree."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable

from imgdatagen_compat.config import FIELD_NAMES
from imgdatagen_compat.migration.audit.applications import stand_in
from imgdatagen_compat.migration.audit.bindings import Code
from imgdatagen_compat.migration.audit.findings import ERROR, AuditReport, Finding, FoundFlow, FoundGenerator, Place
from imgdatagen_compat.migration.audit.generators import Arguments, Generators
from imgdatagen_compat.migration.audit.keras3 import keras3_findings
from imgdatagen_compat.migration.audit.settings import PartialConfig, UnknownSettingError, partial_config
from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, FLOWS, FURTHER_OPTIONS, OWN_OPTIONS
from imgdatagen_compat.migration.audit.static_traps import (
    SEEN_IN_DIVISION,
    Statistics,
    is_divided_by_255,
    severity,
    traps_of_flow,
    traps_of_settings,
)
from imgdatagen_compat.migration.audit.values import Evaluator, Reference
from imgdatagen_compat.stages import GRAPH_FILL_MODES, STAGES

_FEATUREWISE = ("featurewise_center", "featurewise_std_normalization", "zca_whitening")
_FILL_MODES = (*GRAPH_FILL_MODES, "mirror", "grid-constant", "grid-mirror", "grid-wrap")
_MOVES_PIXELS = next(stage.is_active for stage in STAGES if stage.name == "affine")
_SUBSETS = ("training", "validation")


def audit_module(
    tree: ast.Module, filename: str, *, semantics: str = "keras", python_2: bool = False, place: Callable[[ast.AST], Place] | None = None
) -> AuditReport:
    """Audits a parsed module.

    Args:
        tree: of it.
        filename: for the report.
        semantics: level of the generators that it imports from Keras, `"keras"` or `"keras_preprocessing"`.
        python_2: whether it was Python 2, where 1 / 255 is 0.
        place: where a node stands; None for its line and column.
    """
    return _Audit(tree, semantics, python_2, place or place_in_script).report(filename)


def place_in_script(node: ast.AST) -> Place:
    """Returns the line and column of a node, from 1."""
    return Place(0, node.lineno, node.col_offset + 1)


class _Audit:
    def __init__(self, tree, semantics, python_2, place):
        self._code = Code(tree)
        self._evaluator = Evaluator(self._code, divides_as_python_2=python_2)
        self._generators = Generators(self._code, self._evaluator, semantics)
        self._place = place
        self._findings: list[Finding] = []
        self._statistics = Statistics(self._code, self._generators.generator)
        self._assigned = self._assignments()

    def report(self, filename):
        flows = defaultdict(list)
        for call, constructor in self._generators.flow_calls():
            flows[constructor].append((call, self._flow(call, constructor)))
        generators = [self._generator(call, flows[call]) for call in self._generators.constructors]
        for found in keras3_findings(self._code, self._generators, self._evaluator):
            self._find(*found)
        return AuditReport(
            filename,
            tuple(sorted(generators, key=lambda generator: generator.place)),
            tuple(sorted((flow for _, flow in flows[None]), key=lambda flow: flow.place)),
            tuple(sorted(set(self._findings))),
        )

    def _find(self, node, severity, code, what, advice):
        self._findings.append(Finding(self._place(node), severity, code, what, advice))

    # Flows -------------------------------------------------------------------------------------------------------------------------

    def _flow(self, call, constructor):
        arguments = self._generators.flow_arguments(call, constructor)
        method, known = call.func.attr, arguments.known
        if known.get("ignore_class_split") in _SUBSETS and "subset" not in known:
            self._find(
                call,
                ERROR,
                "tenth-argument",
                f'The tenth positional argument of flow, "{known["ignore_class_split"]}", was subset up to Keras 2.8 and is '
                "ignore_class_split since: nothing is split.",
                f'Pass subset="{known["ignore_class_split"]}" by keyword.',
            )
            known = known | {"subset": known["ignore_class_split"], "ignore_class_split": False}
        self._check_names(call, method, arguments, (*FLOWS[method], *FURTHER_OPTIONS[method]), any_name=method == "flow_from_dataframe")
        return FoundFlow(self._place(call), method, known, arguments.unknown, self._variable(call))

    def _check_names(self, call, called, arguments: Arguments, names, any_name=False):
        strange = [name for name in (*arguments.known, *arguments.unknown) if name not in names and name not in ("*", "**")]
        if strange and not any_name:
            what = f"{called} takes no {', '.join(map(str, strange))}: TypeError."
            self._find(call, ERROR, "bad-argument", what, "Remove it, or correct its name.")
        if arguments.surplus:
            what = f"{called} takes fewer positional arguments; too many: {', '.join(arguments.surplus)}."
            self._find(call, ERROR, "bad-argument", what, "Pass them by keyword.")

    def _variable(self, call):
        parent = self._code.parent(call)
        if not isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            return None
        target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
        return ast.unparse(target) if isinstance(target, (ast.Name, ast.Attribute)) else None

    # Generators --------------------------------------------------------------------------------------------------------------------

    def _generator(self, call, flows):
        arguments = self._generators.arguments(call)
        known, unknown = dict(arguments.known), dict(arguments.unknown)
        for name, code in self._assigned[call].items():
            known.pop(name, None)
            unknown[name] = code
        own_class = self._generators.constructors[call].overrides("__init__")
        self._check_names(call, "ImageDataGenerator", arguments, (*CONSTRUCTOR, *OWN_OPTIONS), any_name=own_class)
        level = known.get("semantics", self._generators.constructors[call].semantics)
        settings = {name: stand_in(value) if isinstance(value, Reference) else value for name, value in known.items()}
        config = None
        try:
            config = partial_config(settings, unknown, level)
        except (ValueError, TypeError) as error:
            self._find(
                call, ERROR, "bad-argument", f"ImageDataGenerator raises {type(error).__name__}: {error}".rstrip(".") + ".", "Correct it."
            )
        if config is not None:
            self._check_fill_mode(call, config)
            self._find_traps(call, config, known, unknown, flows)
        is_whole = config is not None and not unknown and level is not None
        return FoundGenerator(
            place=self._place(call),
            class_name=ast.unparse(call.func),
            variable=self._variable(call),
            semantics=level,
            known=known,
            unknown=unknown,
            config=config.whole if is_whole else None,
            flows=tuple(flow for _, flow in flows),
        )

    def _check_fill_mode(self, call, config):
        try:
            mode = config.fill_mode if _MOVES_PIXELS(config) else None
        except UnknownSettingError:
            return
        if mode is not None and mode not in _FILL_MODES:
            what = f"fill_mode={mode!r} is no mode of SciPy: RuntimeError at the first image."
            self._find(call, ERROR, "bad-argument", what, f"Pass one of {', '.join(GRAPH_FILL_MODES)}.")

    def _assignments(self):
        """{generator: settings that are assigned to it after it was made}: `datagen.rescale = 1 / 255`."""
        assigned = defaultdict(dict)
        for attribute in self._code.nodes[ast.Attribute]:
            if attribute.attr in FIELD_NAMES and isinstance(attribute.ctx, ast.Store):
                assigned[self._generators.generator(attribute.value)][attribute.attr] = f"{ast.unparse(attribute)}, assigned later"
        return assigned

    def _find_traps(self, call, config: PartialConfig, known, unknown, flows):
        has_statistics, fits_augmented = self._statistics.use(call)
        not_fit = tuple(name for name in _FEATUREWISE if name not in config.unknown and getattr(config, name))
        split = known.get("validation_split") or 0.0
        traps = traps_of_settings(
            config,
            validation_split=split if not flows and "validation_split" not in unknown else 0.0,
            not_fit=not_fit if flows and has_statistics is False else (),
            fits_augmented=fits_augmented,
        )
        for trap in traps:
            self._find(call, severity(trap.code), trap.code, trap.happens, trap.remedy)
        seen = {trap.code for trap in traps}
        for flow_call, flow in flows:
            images = self._images(flow_call)
            divided = images is not None and is_divided_by_255(self._code, self._evaluator, images)
            for trap in traps_of_flow(config, flow, divided):
                if trap.code not in seen:
                    because = f"`{ast.unparse(images)}` is divided by 255. " if divided and trap.code in SEEN_IN_DIVISION else ""
                    self._find(flow_call, severity(trap.code), trap.code, because + trap.happens, trap.remedy)

    def _images(self, flow_call):
        """What is passed to `flow` as images."""
        if flow_call.func.attr != "flow":
            return None
        given = [keyword.value for keyword in flow_call.keywords if keyword.arg == "x"]
        return flow_call.args[0] if flow_call.args else given[0] if given else None
