"""Collects the counts of the property tests, across processes, and prints them at the end of the run."""

import pytest
from tally import Tally, tally


@pytest.fixture(autouse=True)
def _counted(request):
    tally.__init__()
    yield
    if tally.counts["configurations"]:
        request.node.user_properties.append(("parity", tally.as_lists()))


def pytest_terminal_summary(terminalreporter):
    total = Tally()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, value in report.user_properties:
                    if name == "parity":
                        total.merge(*value)
    if total.counts["configurations"]:
        terminalreporter.section("parity with the original")
        for line in total.lines():
            terminalreporter.write_line(line)
