"""Figures, verdicts, tables, JSON and chart, from made-up measurements."""

import io
import json
import sys

import pytest
from rich.console import Console

from benchmarks import chart, report, rows
from benchmarks.equality import Check
from benchmarks.measure import Measurement, NotAvailableError
from benchmarks.session import GrowthPoint, Results, Scale

ROW = {row.key: row for row in rows.ROWS}
ALL = [*ROW, *rows.GROWTH_TABLES]


def results_of(row, ours, against, unit="ms/image"):
    return Results(measurements={(row.work, row.ours): Measurement(unit, (ours,)), (row.work, row.against): Measurement(unit, (against,))})


@pytest.mark.parametrize(
    ("key", "ours", "against", "value", "verdict"),
    [
        ("arrays", 1.0, 21.0, 21.0, "aim met"),
        ("arrays", 1.0, 15.0, 15.0, "met"),
        ("arrays", 1.0, 13.0, 13.0, "missed"),
        ("arrays-colour", 1.0, 10.0, 10.0, "met"),
        ("arrays-dataset", 1.0, 2.0, 2.0, ""),
        ("decoding", 1.3, 1.0, 1.3, "aim met"),
        ("decoding", 1.6, 1.0, 1.6, "met"),
        ("decoding", 1.8, 1.0, 1.8, "missed"),
        ("memory", 40.0, 100.0, 0.4, "met"),
        ("memory", 60.0, 100.0, 0.6, "missed"),
        ("first-batch-arrays", 1.0, 0.5, 0.5, "met"),
        ("first-batch-arrays", 1.5, 0.5, 1.0, "missed"),
    ],
)
def test_figure_and_verdict(key, ours, against, value, verdict):
    results = results_of(ROW[key], ours, against)
    assert ROW[key].value(results.measurements) == pytest.approx(value)
    assert report.verdict(ROW[key], results) == verdict


def test_the_figure_is_that_of_the_medians():
    row = ROW["photographs"]
    results = results_of(row, 1.0, 1.0)
    results.measurements[row.work, row.against] = Measurement("ms/image", (6.0, 900.0, 8.0))
    assert row.value(results.measurements) == 8.0


@pytest.mark.parametrize(("failed", "word"), [(False, "not available: no OpenCV"), (True, "failed: no OpenCV")])
def test_a_row_without_figure_says_why(failed, word):
    row = ROW["albumentations"]
    results = results_of(row, 1.0, 1.0)
    results.measurements[row.work, row.against] = Measurement("ms/image", reason="no OpenCV", failed=failed)
    assert row.value(results.measurements) is None
    assert report.verdict(row, results) == word
    assert results.failed is failed


@pytest.mark.parametrize(("passed", "failed"), [(True, False), (None, False), (False, True)])
def test_wrong_output_fails_the_run_and_missing_output_does_not(passed, failed):
    results = results_of(ROW["arrays"], 1.0, 30.0)
    results.checks.append(Check(rows.ARRAYS, "next(it)", (rows.DROPIN,), passed, "as found"))
    assert results.failed is failed


def test_a_missed_target_is_no_failure():
    assert not results_of(ROW["arrays"], 1.0, 1.0).failed


@pytest.fixture
def everything():
    results = Results(jpeg_kib=40.0)
    units = {rows.FIRST_ARRAYS: "s", rows.FIRST_PHOTOGRAPHS: "s", rows.MEMORY: "MiB"}
    for row in rows.ROWS:
        for number, name in enumerate((row.ours, row.against)):
            values = (1.0 + number, 1.5 + number, 2.0 + number)
            results.measurements[row.work, name] = Measurement(units.get(row.work, "ms/image"), values)
    for table in rows.GROWTH_TABLES:
        for size in (10, 1000):
            for side, time in ((rows.ORIGINAL, 4.0), (rows.DROPIN, 0.5)):
                extra = (1.25, 80.0) if table == rows.DATASET_SIZE else (None, None)
                results.growth.append(GrowthPoint(table, size, side, Measurement("ms/image", (time,)), *extra))
    results.checks.append(Check(rows.ARRAYS, "next(it)", (rows.DROPIN,), True, "64 images [equal]"))
    return results


def test_the_printed_report_has_every_row(everything):
    console = Console(file=io.StringIO(), width=220)
    report.print_report(console, ALL, everything)
    text = console.file.getvalue()
    for row in rows.ROWS:
        assert f"{row.ours} / {row.against}" in text
        assert rows.TITLES[row.work] in text
    assert "64 images [equal]" in text
    for line in report.growth_lines(rows.DATASET_SIZE, everything):
        assert all(cell in text for cell in line)


def test_why_a_growth_line_is_empty_is_said(everything):
    broken = Measurement("ms/image", reason="OSError: disk full", failed=True)
    everything.growth += [GrowthPoint(rows.DATASET_SIZE, 5000, side, broken) for side in (rows.ORIGINAL, rows.DROPIN)]
    console = Console(file=io.StringIO(), width=220)
    report.print_report(console, ALL, everything)
    assert "dataset-size 5,000, drop-in: OSError: disk full" in console.file.getvalue()
    assert report.growth_lines(rows.DATASET_SIZE, everything)[-1][1:4] == ["–", "–", ""]
    assert everything.failed


def test_only_selected_rows_are_printed(everything):
    console = Console(file=io.StringIO(), width=220)
    report.print_report(console, ["memory"], everything)
    assert rows.TITLES[rows.MEMORY] in console.file.getvalue()
    assert rows.TITLES[rows.PHOTOGRAPHS] not in console.file.getvalue()


def test_growth_lines_compare_both_sides(everything):
    assert report.growth_lines(rows.BATCH_SIZE, everything) == [["10", "4.00", "0.500", "8.0×"], ["1,000", "4.00", "0.500", "8.0×"]]
    columns = report.growth_columns(rows.DATASET_SIZE)
    line = report.growth_lines(rows.DATASET_SIZE, everything)[1]
    assert dict(zip(columns, line))["drop-in index s"] == "1.25"
    assert len(columns) == len(line)


def test_markdown_tables_are_even(everything):
    text = report.markdown(ALL, everything)
    tables = [part for part in text.split("\n\n") if part.startswith("|")]
    assert len(tables) == 1 + len(rows.GROWTH_TABLES)
    for table in tables:
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1
    assert f"{report.machine()['cores']} cores" in text


def test_json_keeps_every_round(everything):
    found = json.loads(json.dumps(report.as_json(ALL, everything, Scale())))
    assert {"processor", "cores", "system", "python", "versions"} <= set(found["machine"])
    assert "tensorflow" in found["machine"]["versions"]
    assert [row["key"] for row in found["rows"]] == list(ROW)
    assert all(len(measurement["values"]) == 3 for measurement in found["measurements"])
    assert len(found["growth"]) == 2 * 2 * len(rows.GROWTH_TABLES)


class TestChart:
    @pytest.fixture(autouse=True)
    def _matplotlib(self):
        pytest.importorskip("matplotlib")

    @pytest.mark.parametrize("part", ["measurements", "growth", None])
    def test_is_drawn_of_whatever_was_measured(self, everything, tmp_path, part):
        from PIL import Image

        found = report.as_json(ALL, everything, Scale())
        if part:
            found[part] = []
        assert chart.draw(found, tmp_path) == [chart.FILE_NAME]
        with Image.open(tmp_path / chart.FILE_NAME) as image:
            assert image.width > 1000

    def test_nothing_measured_nothing_drawn(self, tmp_path):
        assert chart.draw(report.as_json([], Results(), Scale()), tmp_path) == []
        assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_chart_says_what_to_install(everything, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(NotAvailableError, match="bench"):
        chart.draw(report.as_json(ALL, everything, Scale()), tmp_path)
