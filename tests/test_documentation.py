"""What the documents show is run, and what they promise is read back from the code."""

import re
import shlex
from pathlib import Path

import pytest

from imgdatagen_compat.migration.cli import build_parser
from imgdatagen_compat.stages import STAGES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "MIGRATION.md")
CODE_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def code_blocks(document, language):
    """Returns (line number of its first line, code) of each block of the language."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [(text[: block.start()].count("\n") + 2, block[2]) for block in CODE_BLOCK.finditer(text) if block[1] == language]


def run_blocks(blocks, document):
    namespace = {"__name__": "__main__"}
    for line, code in blocks:
        # Blank lines before it, so that a traceback points into the document.
        exec(compile("\n" * (line - 1) + code, str(ROOT / document), "exec"), namespace)
    return namespace


@pytest.mark.filterwarnings("ignore:Imported before install")  # by other test modules
@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_blocks_run_one_after_the_other(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = code_blocks(document, "python")
    assert blocks
    run_blocks(blocks, document)


def test_first_success_is_within_ten_lines_and_gives_a_batch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = code_blocks("README.md", "python")[0]
    assert first[1].count("\n") <= 10
    namespace = run_blocks([first], "README.md")
    assert namespace["images"].shape == (32, 150, 150, 3)
    assert 0 < namespace["images"].max() <= 1


def test_a_wrong_block_fails(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError):
        run_blocks([(1, "assert 1 == 2\n")], "README.md")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_shown_commands_are_understood(document):
    shown = [line for _, code in code_blocks(document, "bash") for line in code.splitlines()]
    shown += re.findall(r"`(imgdatagen-compat [^`]*)`", (ROOT / document).read_text(encoding="utf-8"))
    commands = [part.strip() for line in shown for part in line.split("&&") if part.strip().startswith("imgdatagen-compat")]
    assert commands
    for command in commands:
        build_parser().parse_args(shlex.split(command, comments=True)[1:])


def headings(document, marks):
    return re.findall(rf"^{marks} (.*)$", CODE_BLOCK.sub("", (ROOT / document).read_text(encoding="utf-8")), re.MULTILINE)


def anchor(heading):
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_contents_are_the_headings_of_the_guide():
    text = (ROOT / "MIGRATION.md").read_text(encoding="utf-8")
    contents = text[text.index("## Contents") :].split("\n## ")[0]
    named = [(heading, anchor(heading)) for heading in headings("MIGRATION.md", "##") if heading != "Contents"]
    assert re.findall(r"\[(.*?)\]\(#(.*?)\)", contents) == named


def test_links_into_the_guide_lead_to_headings():
    linked = re.findall(r"\(MIGRATION\.md#(.*?)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert linked
    assert not set(linked) - set(map(anchor, headings("MIGRATION.md", "##+")))


def test_references_of_the_guide_lead_to_headings():
    named = re.findall(r'\b[Ss]ee "([^"]+)"', (ROOT / "MIGRATION.md").read_text(encoding="utf-8").replace("\n", " "))
    assert len(named) > 10
    assert not set(named) - set(headings("MIGRATION.md", "##+"))


def test_table_of_promises_is_the_one_in_the_code():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("| stage |") :].split("\n\n")[0]
    rows = re.findall(r"^\| ([a-z ]+) \| ([\d.e-]+) \|$", table, re.MULTILINE)
    assert [(name, float(bound)) for name, bound in rows] == [(stage.name, stage.tolerance) for stage in STAGES]
