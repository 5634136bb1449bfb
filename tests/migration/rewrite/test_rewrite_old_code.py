"""Whole files as people wrote them: `old_code/NAME.txt`, and beside it `NAME.expected`, the diff and findings that `rewrite` prints."""

from pathlib import Path

import pytest

from imgdatagen_compat.migration.rewrite.report import finding_line, unified_diff
from imgdatagen_compat.migration.rewrite.source import rewrite_source

OLD_CODE = sorted((Path(__file__).parent / "old_code").glob("*.txt"))


def report(path):
    result = rewrite_source(path.read_bytes())
    diff = unified_diff(path.stem, result.before.decode(), result.after.decode())
    return diff + "".join(finding_line(path.stem, finding) + "\n" for finding in result.findings)


@pytest.mark.parametrize("path", OLD_CODE, ids=lambda path: path.stem)
def test_diff_and_findings(path):
    assert report(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OLD_CODE, ids=lambda path: path.stem)
def test_what_comes_out_compiles_and_stays(path):
    after = rewrite_source(path.read_bytes()).after
    compile(after, path.name, "exec")
    assert rewrite_source(after).after == after


def test_there_are_ten():
    assert len(OLD_CODE) >= 10
