"""The plugin, in test runs of its own: the fixture, the report, and that it costs nothing and breaks nothing."""

import configparser
import importlib
import json
import pathlib
import re
import sys
import textwrap

import pytest
from fresh_process import run_python

from imgdatagen_compat.testing import pytest_plugin

pytest_plugins = ("pytester",)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = "imgdatagen_compat.testing.pytest_plugin"
SUITE = """
    import numpy as np

    def flow(fault=0.0):
        return [np.full((2, 3, 4, 1), 5.0 + fault)] * 3

    def test_equal(parity):
        assert parity.assert_same_flow(flow(), flow()).identical

    def test_two_comparisons(parity):
        parity.assert_same_flow(flow(), flow(0.1), tolerance=0.5)
        parity.assert_same_flow(flow(), flow(1.0))

    def test_without_it():
        pass
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """A folder with a test file; `-p` loads the plugin whether or not the package is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_suite=SUITE)
    return pytester


def comparisons(path):
    report = json.loads(path.read_text())
    assert set(report["versions"]) >= {"python", "numpy", "tensorflow"}
    return {(entry["test"].split("::")[1], entry["passed"]): entry for entry in report["comparisons"]}


def test_fixture_fails_a_test_with_the_message_alone(suite):
    result = suite.runpytest("-p", PLUGIN)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E *FlowsDifferError: The flows differ (3 batches compared, 6 images)."])
    result.stdout.no_fnmatch_line("*assertions.py*")
    result.stdout.no_fnmatch_line("parity: *")


def test_report_has_every_comparison(suite):
    result = suite.runpytest("-p", PLUGIN, "--parity-report=parity.json")
    found = comparisons(suite.path / "parity.json")
    assert set(found) == {("test_equal", True), ("test_two_comparisons", True), ("test_two_comparisons", False)}
    failed = found["test_two_comparisons", False]
    assert failed["assertion"] == "assert_same_flow"
    assert failed["largest"] == pytest.approx(0.2)
    assert failed["first_difference"].startswith("batch 0: pixels: 2 of 2 samples differ")
    assert failed["within_promise"] is False
    assert failed["original_ms"] is None
    result.stdout.fnmatch_lines(["parity: 3 comparisons, 1 outside the promise, written to parity.json"])


def test_report_of_a_distributed_run(suite):
    pytest.importorskip("xdist")
    result = suite.runpytest("-p", "xdist", "-n", "2", "-p", PLUGIN, "--parity-report=parity.json")
    result.assert_outcomes(passed=2, failed=1)
    assert len(comparisons(suite.path / "parity.json")) == 3


def test_report_without_comparisons_is_empty(suite):
    suite.runpytest("-p", PLUGIN, "--parity-report=parity.json", "-k", "test_without_it").assert_outcomes(passed=1, deselected=2)
    assert comparisons(suite.path / "parity.json") == {}


@pytest.mark.parametrize(("path", "problem"), [("nowhere/parity.json", "the folder of*does not exist"), ("parity.html", "ends in .json")])
def test_path_that_cannot_be_written_is_told_before_the_tests(suite, path, problem):
    result = suite.runpytest("-p", PLUGIN, f"--parity-report={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--parity-report*{problem}*"])


def test_collecting_alone_leaves_the_last_report(suite):
    (suite.path / "parity.json").write_text("the last one")
    suite.runpytest("-p", PLUGIN, "--parity-report=parity.json", "--collect-only")
    assert (suite.path / "parity.json").read_text() == "the last one"


@pytest.fixture
def installed_suite(suite, monkeypatch):
    """The same where pytest finds the plugin by its entry point, as after `pip install`."""
    metadata = suite.mkdir("site") / "imgdatagen_compat_entry-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: imgdatagen-compat-entry\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[pytest11]\nimgdatagen_compat = {PLUGIN}\n")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    suite.syspathinsert(metadata.parent)
    return suite


def test_installed_plugin_is_found(installed_suite):
    installed_suite.runpytest("--parity-report=parity.json").assert_outcomes(passed=2, failed=1)
    assert len(comparisons(installed_suite.path / "parity.json")) == 3


def test_switched_off_there_is_neither_fixture_nor_option(installed_suite):
    result = installed_suite.runpytest("-p", "no:imgdatagen_compat")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["*fixture 'parity' not found"])
    assert installed_suite.runpytest("-p", "no:imgdatagen_compat", "--parity-report=x").ret == pytest.ExitCode.USAGE_ERROR


def test_documented_tests_run(suite):
    section = (ROOT / "MIGRATION.md").read_text(encoding="utf-8").split("\n## Parity in your own test suite\n")[1].split("\n## ")[0]
    code = next(block for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL) if "def test_" in block)
    suite.makepyfile(test_suite=code)
    suite.runpytest("-p", PLUGIN, "--parity-report=parity.json").assert_outcomes(passed=2)
    assert [test for test, _ in comparisons(suite.path / "parity.json")] == ["test_my_augmentation"]


def test_fixture_is_described(suite):
    suite.runpytest("-p", PLUGIN, "--fixtures").stdout.fnmatch_lines(["parity*", "*assert_same_flow*"])


def test_entry_point_names_the_plugin():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    name, _, module = setup["options.entry_points"]["pytest11"].strip().partition(" = ")
    assert (name, importlib.import_module(module)) == ("imgdatagen_compat", pytest_plugin)


def test_loading_the_plugin_imports_nothing_heavy():
    heavy = "{'tensorflow', 'keras', 'numpy', 'hypothesis'}"
    assert run_python(f"import json, sys, {PLUGIN}; print(json.dumps(sorted({heavy} & set(sys.modules))))") == []


def test_without_pytest_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest", None)
    monkeypatch.delitem(sys.modules, PLUGIN)
    with pytest.raises(ImportError, match=r"pip install 'imgdatagen-compat\[testing\]'"):
        importlib.import_module(PLUGIN)


def test_assertions_need_neither_pytest_nor_hypothesis_nor_tensorflow():
    code = """
        import json, sys
        sys.modules.update(dict.fromkeys(("pytest", "hypothesis", "tensorflow")))
        from imgdatagen_compat import testing
        comparison = testing.assert_same_flow([1, 2, 3], [1, 2, 3])
        try:
            testing.images
        except ImportError as error:
            print(json.dumps([comparison.batches, str(error)]))
    """
    compared, message = run_python(textwrap.dedent(code))
    assert compared == 3
    assert "pip install 'imgdatagen-compat[testing]'" in message
