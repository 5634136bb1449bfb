"""Finds the constructors of generators and their flow calls, with the arguments that the code says."""

from __future__ import annotations

import ast
import dataclasses
from collections import defaultdict
from collections.abc import Mapping

from imgdatagen_compat.migration.audit.bindings import Code
from imgdatagen_compat.migration.audit.scopes import Binding, Scope
from imgdatagen_compat.migration.audit.signatures import CONSTRUCTOR, FLOWS, FURTHER_OPTIONS, flow_parameters
from imgdatagen_compat.migration.audit.values import Evaluator, UnknownValueError
from imgdatagen_compat.migration.old_modules import GENERATORS, KERAS_MODULES, KERAS_PREPROCESSING_MODULES, NAMESPACE

_OF_KERAS = frozenset(f"{module}.ImageDataGenerator" for module in (*KERAS_MODULES, "tf_keras.preprocessing.image"))
_OF_KERAS_PREPROCESSING = frozenset(f"{module}.ImageDataGenerator" for module in KERAS_PREPROCESSING_MODULES)
_OLDER = _OF_KERAS_PREPROCESSING | {name for name in GENERATORS if name.startswith(NAMESPACE.rpartition(".")[0])}
_KNOWN = _OF_KERAS | _OF_KERAS_PREPROCESSING | GENERATORS
_DEEPEST = 12  # of subclasses, partials, aliases and functions; also ends `class A(A)`


@dataclasses.dataclass(frozen=True, eq=False)
class GeneratorClass:
    """What a constructor call calls.

    Attributes:
        semantics: the level of its draws; None if that depends on which import succeeds.
        partials: calls of `functools.partial` that bind arguments, the innermost first.
        definitions: the classes of this module on the way, the nearest first.
    """

    semantics: str | None
    partials: tuple[ast.Call, ...] = ()
    definitions: tuple[ast.ClassDef, ...] = ()

    def overrides(self, method: str) -> bool:
        """Whether one of the classes has a method of this name, of which only its caller and itself know what it does."""
        return any(isinstance(node, ast.FunctionDef) and node.name == method for definition in self.definitions for node in definition.body)


@dataclasses.dataclass(frozen=True, eq=False)
class Arguments:
    """Arguments of a call by name: those with a value, and the code of the others; `"*"` and `"**"` are what is not seen by name."""

    known: dict
    unknown: dict[str, str]
    surplus: tuple[str, ...] = ()


class Generators:
    """The generators and flow calls of a module.

    Args:
        code: the module.
        evaluator: of its expressions.
        semantics: level of what it imports from Keras.
    """

    def __init__(self, code: Code, evaluator: Evaluator, semantics: str = "keras"):
        self._code = code
        self._evaluator = evaluator
        self._semantics = semantics
        self._returns: dict[Scope, list[ast.Return]] = defaultdict(list)
        for node in code.nodes[ast.Return]:
            self._returns[code.scope(node)].append(node)
        self.constructors: dict[ast.Call, GeneratorClass] = {}
        for call in code.nodes[ast.Call]:
            found = self.generator_class(call.func) or self._base_class(call)
            if found is not None:
                self.constructors[call] = found

    # Generators ------------------------------------------------------------------------------------------------------------------

    def generator_class(self, expression: ast.expr, depth: int = 0) -> GeneratorClass | None:
        """Returns what an expression is, if it is the class `ImageDataGenerator`, one derived from it, or a partial of one."""
        origins = self._code.origins(expression)
        came_with_star = isinstance(expression, ast.Name) and not self._code.bindings(expression)
        if origins and (origins <= _KNOWN or (came_with_star and origins & _KNOWN)):
            levels = {self._level(origin) for origin in origins & _KNOWN}
            return GeneratorClass(levels.pop() if len(levels) == 1 else None)
        if depth > _DEEPEST:
            return None
        if isinstance(expression, ast.Call) and expression.args and self._code.origins(expression.func) == {"functools.partial"}:
            found = self.generator_class(expression.args[0], depth + 1)
            return found and dataclasses.replace(found, partials=(*found.partials, expression))
        binding = self._code.binding(expression)
        if binding is None or binding.items:
            return None
        if isinstance(binding.node, ast.ClassDef):
            bases = (self.generator_class(base, depth + 1) for base in binding.node.bases)
            found = next((base for base in bases if base is not None), None)
            return found and dataclasses.replace(found, definitions=(binding.node, *found.definitions))
        is_call_or_name = isinstance(binding.value, (ast.Call, ast.Name, ast.Attribute))
        return self.generator_class(binding.value, depth + 1) if is_call_or_name else None

    def _level(self, origin):
        if origin in _OLDER:
            return "keras_preprocessing"
        return "keras" if origin in GENERATORS or origin.startswith("tf_keras.") else self._semantics

    def _base_class(self, call):
        """`super().__init__(rescale=1 / 255)` in a subclass: the configuration that all its instances have."""
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr != "__init__":
            return None
        owner = self._code.enclosing_class(call)
        is_super = isinstance(function.value, ast.Call) and isinstance(function.value.func, ast.Name) and function.value.func.id == "super"
        if owner is None or not (is_super or self.generator_class(function.value)):
            return None
        return next((found for found in map(self.generator_class, owner.bases) if found is not None), None)

    def arguments(self, call: ast.Call) -> Arguments:
        """Returns the arguments that a constructor call passes, those bound by partials among them."""
        found = self.constructors[call]
        bound_self = isinstance(call.func, ast.Attribute) and call.func.attr == "__init__" and not isinstance(call.func.value, ast.Call)
        if found.overrides("__init__") and self.generator_class(call.func) is not None:
            return Arguments({}, {"**": ast.unparse(call)})  # what its own constructor makes of them is not seen
        parts = [(partial.args[1:], partial.keywords) for partial in found.partials] + [(call.args[bound_self:], call.keywords)]
        positional = [argument for args, _ in parts for argument in args]
        keywords = [keyword for _, given in parts for keyword in given]
        return self._named(positional, keywords, tuple(CONSTRUCTOR))

    def generator(self, expression: ast.expr, depth: int = 0) -> ast.Call | None:
        """Returns the constructor call that made what an expression holds; None if there is no, or more than one that may have."""
        if expression in self.constructors:
            return expression
        return self._followed(expression, self.generator, depth)

    def _followed(self, expression, find, depth):
        """Applies `find` to what an expression was assigned, or what a function of this module returns."""
        if depth > _DEEPEST:
            return None
        if isinstance(expression, ast.Call):
            binding = self._code.binding(expression.func)
            return self._returned(binding, (), find, depth)
        binding = self._code.binding(expression)
        if binding is None or binding.value is None:
            return None
        value = binding.value
        for index, item in enumerate(binding.items):
            if isinstance(value, (ast.Tuple, ast.List)) and item < len(value.elts):
                value = value.elts[item]
            elif isinstance(value, ast.Call):
                return self._returned(self._code.binding(value.func), binding.items[index:], find, depth)
            else:
                return None
        return find(value, depth + 1)

    def _returned(self, function: Binding | None, items, find, depth):
        if function is None or not isinstance(function.node, ast.FunctionDef):
            return None
        returns = self._returns[self._code.scope(function.node.body[0])]
        is_plain = len(returns) == 1 and not function.node.decorator_list
        value = returns[0].value if is_plain else None
        for item in items:
            value = value.elts[item] if isinstance(value, (ast.Tuple, ast.List)) and item < len(value.elts) else None
        return find(value, depth + 1) if value is not None else None

    # Flow calls ------------------------------------------------------------------------------------------------------------------

    def flow_calls(self) -> list[tuple[ast.Call, ast.Call | None]]:
        """Returns every flow call, with the constructor of its generator where that is certain, in the order of the file."""
        found = []
        for call in self._code.nodes[ast.Call]:
            if self._is_flow_call(call):
                found.append((call, self.generator(call.func.value)))
        return found

    def _is_flow_call(self, call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in FLOWS:
            return False
        # `flow` alone says too little.
        return call.func.attr != "flow" or self.generator(call.func.value) is not None or self._looks_like_flow(call)

    def _looks_like_flow(self, call):
        """Whether `unseen.flow(…)` passes arguments that only an image generator's takes: optical flow, too, is called so."""
        names = {keyword.arg for keyword in call.keywords}
        taken = {*FLOWS["flow"], *FURTHER_OPTIONS["flow"]}
        return bool(names & {"batch_size", "save_to_dir", "sample_weight", "subset"}) and names <= taken

    def flow_arguments(self, call: ast.Call, constructor: ast.Call | None) -> Arguments:
        """Returns the arguments of a flow call, of the generator that `constructor` makes, if that is known."""
        found = self.constructors.get(constructor)
        if found is not None and found.overrides(call.func.attr):
            return Arguments({}, {"**": ast.unparse(call)})
        semantics = found.semantics if found is not None else self._semantics
        return self._named(call.args, call.keywords, flow_parameters(call.func.attr, semantics))

    def iterator(self, expression: ast.expr, depth: int = 0) -> ast.Call | None:
        """Returns the flow call that made what an expression holds; None if that is not certain."""
        if isinstance(expression, ast.Call) and self._is_flow_call(expression):
            return expression
        return self._followed(expression, self.iterator, depth)

    def _named(self, positional, keywords, parameters):
        known, unknown = {}, {}
        star = next((index for index, argument in enumerate(positional) if isinstance(argument, ast.Starred)), len(positional))
        if star < len(positional):
            unknown["*"] = ast.unparse(positional[star])
        given = list(zip(parameters, positional[:star]))
        for keyword in keywords:
            if keyword.arg is not None:
                given.append((keyword.arg, keyword.value))
        for name, expression in given:
            self._put(name, expression, known, unknown)
        for keyword in keywords:
            if keyword.arg is None:
                self._unpack(keyword.value, known, unknown)
        surplus = tuple(ast.unparse(argument) for argument in positional[len(parameters) : star])
        return Arguments(known, unknown, surplus)

    def _put(self, name, expression, known, unknown):
        known.pop(name, None)
        unknown.pop(name, None)
        try:
            known[name] = self._evaluator.value(expression)
        except UnknownValueError:
            unknown[name] = ast.unparse(expression)

    def _unpack(self, expression, known, unknown):
        """`**options`: value for value where the dict is written out."""
        written = self._written_dict(expression)
        if written is not None:
            for name, value in written.items():
                self._put(name, value, known, unknown)
            return
        try:
            value = self._evaluator.value(expression)
        except UnknownValueError:
            value = None
        if isinstance(value, Mapping):
            known.update(value)
        else:
            unknown["**"] = ast.unparse(expression)

    def _written_dict(self, expression):
        """{name: expression} of `dict(a=1, b=args.b)` or `{"a": 1}`, also by a name that holds nothing else; None for anything else."""
        if isinstance(expression, ast.Name):
            binding = self._code.binding(expression)
            if binding is None or binding.value is None or binding.items or self._evaluator.may_change(expression, binding):
                return None
            expression = binding.value
        if isinstance(expression, ast.Dict):
            if all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in expression.keys):
                return {key.value: value for key, value in zip(expression.keys, expression.values)}
        elif isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name) and expression.func.id == "dict":
            is_plain = not self._code.bindings(expression.func) and not expression.args
            if is_plain and all(keyword.arg for keyword in expression.keywords):
                return {keyword.arg: keyword.value for keyword in expression.keywords}
        return None
