"""What the fixture `parity` gives to a test, and what its comparisons become in a report. No pytest here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from imgdatagen_compat.comparison.verdict import Comparison
from imgdatagen_compat.comparison.versions import installed_versions
from imgdatagen_compat.testing.assertions import FlowsDifferError, assert_same_flow
from imgdatagen_compat.testing.parity import assert_parity


class Parity:
    """The assertions of `imgdatagen_compat.testing`, with their arguments and results; each comparison is noted, failed ones as well.

    Args:
        note: called with what was compared, as a dictionary for JSON.
    """

    def __init__(self, note: Callable[[dict[str, Any]], None]):
        self._note = note

    def assert_same_flow(self, *args, **kwargs) -> Comparison:
        """See `imgdatagen_compat.testing.assert_same_flow`."""
        __tracebackhide__ = True
        return self._noted(assert_same_flow, args, kwargs)

    def assert_parity(self, *args, **kwargs) -> Comparison:
        """See `imgdatagen_compat.testing.assert_parity`."""
        __tracebackhide__ = True
        return self._noted(assert_parity, args, kwargs)

    def _noted(self, assertion, args, kwargs):
        __tracebackhide__ = True
        try:
            comparison = assertion(*args, **kwargs)
        except FlowsDifferError as error:
            self._note({"assertion": assertion.__name__, "passed": False, **error.comparison.as_json()})
            raise
        self._note({"assertion": assertion.__name__, "passed": True, **comparison.as_json()})
        return comparison


def report_as_json(comparisons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Returns what `--parity-report` writes: the versions of everything, and the comparisons in the order of the tests."""
    return {"versions": installed_versions(), "comparisons": list(comparisons)}
