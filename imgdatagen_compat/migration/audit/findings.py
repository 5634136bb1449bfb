"""What an audit reports: generators with their flows, and findings. Plain data."""

from __future__ import annotations

import dataclasses
from typing import Any

from imgdatagen_compat.config import GeneratorConfig
from imgdatagen_compat.migration.reading import Place

NOTE, WARNING, ERROR = SEVERITIES = ("note", "warning", "error")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """Something that fails under Keras 3, or does something else than it seems to.

    Attributes:
        place: where.
        severity: `"error"`: it raises, or goes wrong for certain; `"warning"`: it runs, and likely not as meant; `"note"`: good to know.
        code: of the kind of finding; that of a trap for one of `imgdatagen_compat.traps`.
        what: what is so, a sentence.
        advice: what to do, a sentence.
    """

    place: Place
    severity: str
    code: str
    what: str
    advice: str


@dataclasses.dataclass(frozen=True, eq=False)
class FoundFlow:
    """A call of `flow`, `flow_from_directory` or `flow_from_dataframe`.

    Attributes:
        place: of the call.
        method: its name.
        known: arguments whose value the code says, by name.
        unknown: the others: name to code; `"**"` and `"*"` stand for arguments that are not seen by name.
        variable: name of what the iterator is assigned to, or None.
    """

    place: Place
    method: str
    known: dict[str, Any]
    unknown: dict[str, str]
    variable: str | None = None

    @property
    def line(self) -> int:
        return self.place.line


@dataclasses.dataclass(frozen=True, eq=False)
class FoundGenerator:
    """A call of the constructor of `ImageDataGenerator`, or of a class derived from it.

    Attributes:
        place: of the call.
        class_name: as the code calls it.
        variable: name of what it is assigned to, or None.
        semantics: what its draws mean, `"keras"`, `"keras_preprocessing"` or `"documented"`; None if that depends on which import succeeds.
        known: arguments whose value the code says, by name; functions are `Reference`s.
        unknown: the others: name to code; `"**"` and `"*"` stand for arguments that are not seen by name.
        config: its settings, if all are known and valid; else None.
        flows: the calls that are certain to be of this generator.
    """

    place: Place
    class_name: str
    variable: str | None
    semantics: str | None
    known: dict[str, Any]
    unknown: dict[str, str]
    config: GeneratorConfig | None
    flows: tuple[FoundFlow, ...] = ()

    @property
    def line(self) -> int:
        return self.place.line


@dataclasses.dataclass(frozen=True, eq=False)
class AuditReport:
    """What is in a file.

    Attributes:
        filename: as it was given.
        generators: in the order of the file.
        other_flows: flow calls of generators that are not seen for certain: parameters, imported ones.
        findings: in the order of the file.
    """

    filename: str
    generators: tuple[FoundGenerator, ...] = ()
    other_flows: tuple[FoundFlow, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.generators or self.other_flows or self.findings)
