"""pytest plugin: the fixture `parity`, and `--parity-report=PATH`, which writes what it compared.

Nothing is imported until a test asks for the fixture. What a test compared travels with its reports, as `user_properties` do, so that a run
with pytest-xdist collects it in one place, and a JUnit report has it too.
"""

from __future__ import annotations

import json
import pathlib
from typing import TYPE_CHECKING

try:
    import pytest
except ImportError as error:
    raise ImportError(f"{__name__} needs pytest: pip install 'imgdatagen-compat[testing]'") from error

if TYPE_CHECKING:
    from imgdatagen_compat.testing.fixture import Parity

PROPERTY = "imgdatagen_compat.parity"


def pytest_addoption(parser):
    parser.getgroup("imgdatagen-compat").addoption(
        "--parity-report",
        metavar="PATH",
        help="write what the fixture `parity` compared to PATH, which ends in .json",
    )


def pytest_configure(config):
    path = config.getoption("--parity-report")
    # A worker of pytest-xdist has the option as well; only the process that started it writes.
    if path is not None and not hasattr(config, "workerinput") and not config.option.collectonly:
        config.pluginmanager.register(ParityReport(pathlib.Path(path)), "imgdatagen_compat parity report")


@pytest.fixture
def parity(request) -> Parity:
    """`parity.assert_same_flow(…)` and `parity.assert_parity(…)` of `imgdatagen_compat.testing`, noted for `--parity-report`."""
    from imgdatagen_compat.testing.fixture import Parity

    return Parity(lambda record: request.node.user_properties.append((PROPERTY, json.dumps(record))))


class ParityReport:
    """Collects the comparisons of a run and writes them to `path` when it ends."""

    def __init__(self, path: pathlib.Path):
        if path.suffix != ".json":
            raise pytest.UsageError(f"--parity-report writes JSON: give it a name that ends in .json. Received: {path}")
        if not path.absolute().parent.is_dir():
            raise pytest.UsageError(f"--parity-report: the folder of {path} does not exist. Make it first.")
        self.path = path
        self.comparisons = []

    def pytest_runtest_logreport(self, report):
        if report.when == "teardown":  # the last of a test's reports has what all of them have
            for name, value in report.user_properties:
                if name == PROPERTY:
                    self.comparisons.append({"test": report.nodeid, **json.loads(value)})

    def pytest_sessionfinish(self):
        from imgdatagen_compat.testing.fixture import report_as_json

        self.path.write_text(json.dumps(report_as_json(self.comparisons), indent=2) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter):
        broken = sum(not comparison["within_promise"] for comparison in self.comparisons)
        terminalreporter.write_line(f"parity: {len(self.comparisons)} comparisons, {broken} outside the promise, written to {self.path}")
