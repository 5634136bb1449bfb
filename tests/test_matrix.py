"""`.ci/matrix`: it has a row for whatever setup.cfg and MIGRATION.md say is supported, and its table says what happened."""

import configparser
import importlib.metadata
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SCRIPT = (ROOT / ".ci" / "matrix").read_text(encoding="utf-8")
ROWS = dict(re.findall(r'^  "(\S+) (python3\.\d+ tensorflow==.*)"', SCRIPT, re.MULTILINE))
GUIDE = (ROOT / "MIGRATION.md").read_text(encoding="utf-8")
REPORT = '<testsuites><testsuite tests="9" failures="{}" errors="{}" skipped="2"/></testsuites>'
COMMANDS = ("bash", "cat", "dirname", "env", "grep", "mkdir", "mktemp", "rm", "sh", "tar")


@pytest.fixture(scope="module")
def claims():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_every_python_that_is_claimed_has_a_row(claims):
    pythons = re.findall(r"Python :: (3\.\d+)$", claims["metadata"]["classifiers"], re.MULTILINE)
    assert {row.split()[0].removeprefix("python") for row in ROWS.values()} == set(pythons)


def test_every_tensorflow_that_is_claimed_has_a_row(claims):
    first, last = re.search(r"tensorflow>=2\.(\d+),<2\.(\d+)", claims["options"]["install_requires"]).groups()
    expected = {str(minor) for minor in range(int(first), int(last))}
    assert {re.search(r"tensorflow==2\.(\d+)", row)[1] for row in ROWS.values()} == expected


@pytest.mark.parametrize("name", ["numpy", "scipy", "pillow", "pandas"])
def test_the_oldest_library_that_is_claimed_has_a_row(claims, name):
    requirements = claims["options"]["install_requires"] + claims["options.extras_require"]["dataframe"]
    oldest = re.search(rf"^{name}>=([\d.]+)$", requirements, re.MULTILINE)[1]
    assert any(f" {name}=={oldest}.*" in row for row in ROWS.values())


def test_the_guide_has_the_same_rows():
    versions = GUIDE[GUIDE.index("## Versions") :]
    assert re.findall(r"^\| ((?:tf|py)\S+) \|", versions, re.MULTILINE) == list(ROWS)


@pytest.mark.parametrize("arguments", [["tf1.15"], ["tf2"], ["tf2.18", "."]])
def test_another_row_is_refused(arguments):
    done = _run(*arguments)
    assert done.returncode == 2
    assert f"no row {arguments[-1]}; there are: {' '.join(ROWS)}" in done.stderr


@pytest.mark.parametrize(
    ("pytest_run", "ending", "status"),
    [
        (f"echo '{REPORT.format(0, 0)}' >$report", "7 | 0 | 2 | 0", 0),
        (f"echo '{REPORT.format(3, 1)}' >$report; exit 1", "3 | 4 | 2 | 0", 1),
        ("kill -9 $$", " | crashed |  | 0", 1),
    ],
)
def test_the_table_says_how_many_tests_passed(tmp_path, pytest_run, ending, status):
    report = "for option; do report=${option#--junitxml=}; [ $report = $option ] || break; done"
    _write_environment(tmp_path / "tf2.18", pip="exit 0", pytest=f"{report}; {pytest_run}")
    done = _run("--keep", tmp_path, "tf2.18")
    line = done.stdout.splitlines()[-1]
    assert line.startswith(f"| tf2.18 | {platform.python_version()} | {importlib.metadata.version('tensorflow')} | ")
    assert line.endswith(f" | {ending} |")
    assert done.returncode == status
    assert (tmp_path / "tf2.18").exists()


def test_libraries_that_do_not_fit_do_not_end_the_rows_after(tmp_path):
    _write_environment(tmp_path / "tf2.18", pip="exit 1")
    _write_environment(tmp_path / "py3.13", pip="exit 1")
    done = _run("--keep", tmp_path, "py3.13", "tf2.18")
    assert done.stdout.endswith("| tf2.18 | not run: see above |\n| py3.13 | not run: see above |\n")
    assert done.returncode == 1


@pytest.mark.parametrize(("asked_for", "status"), [(["py3.13"], 1), ([], 0)])
def test_a_python_that_is_missing_is_a_fault_only_where_it_was_asked_for(tmp_path, asked_for, status):
    for command in COMMANDS:
        (tmp_path / command).symlink_to(shutil.which(command))
    done = _run(*asked_for, PATH=str(tmp_path))
    assert "| py3.13 | not run: no python3.13 |" in done.stdout
    assert done.returncode == status


def _run(*arguments, **environment):
    command = [shutil.which("bash"), ROOT / ".ci" / "matrix", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


def _write_environment(directory, **commands):
    (directory / "bin").mkdir(parents=True)
    for name, script in {"python": f'exec "{sys.executable}" "$@"', **commands}.items():
        path = directory / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
