"""Bytes in, bytes out: encodings, line ends, tabs; syntax errors; lines of findings."""

import difflib

import libcst
import pytest
from call_tables import DATAFRAME_CALLS
from hypothesis import given
from hypothesis import strategies as st
from import_tables import IMPORTS, KEPT_IMPORTS

from imgdatagen_compat.migration.rewrite.source import line_map, rewrite_source

OLD = b"from keras.preprocessing.image import load_img"
NEW = b"from imgdatagen_compat import load_img"


@pytest.mark.parametrize(
    "source",
    [
        OLD,
        OLD + b"\n",
        b"# -*- coding: latin-1 -*-\n" + OLD + b"\nname = 'caf\xe9'\n",
        b"\xef\xbb\xbf" + OLD + b"\nname = 'caf\xc3\xa9'\n",
        b"import os\r\n\r\n" + OLD + b"  # read\r\nif os:\r\n\tload_img()\r\n",
        b"import os\r\n" + OLD + b"\nload_img()\r\n",
        b"if 1:\n\t" + OLD + b"\n\tif 2:\n\t\tload_img( 'a' )  \n\n\n",
        b"#!/usr/bin/env python\n\x0c\n" + OLD + b"\n",
        OLD + b"; x = \\\n  1",
    ],
    ids=["no-end", "plain", "latin-1", "byte-order-mark", "crlf-tabs", "mixed-line-ends", "tabs-blanks", "form-feed", "backslash"],
)
def test_nothing_but_the_name_changes(source):
    assert rewrite_source(source).after == source.replace(OLD, NEW)


def test_added_lines_end_as_the_others():
    code = b"import tensorflow as tf\r\nf = tf.keras.preprocessing.image.load_img\r\n"
    assert rewrite_source(code).after == b"import tensorflow as tf\r\nimport imgdatagen_compat\r\nf = imgdatagen_compat.load_img\r\n"


@pytest.mark.parametrize(
    "source, message, line",
    [
        (OLD + b"\nprint 'done'\n", "Python 2: Missing parentheses in call to 'print'", 2),
        (OLD + b"\nprint 'try'\ntry:\n    f()\nexcept E, e:\n    pass\n", "(`print 'try'`)", 2),
        (OLD + b"\nx = (1\n", "'(' was never closed", 2),
        (OLD + b"\nif x:\npass\n", "expected an indented block", 3),
        (b"# coding: nonsense\n" + OLD, "cannot be read", 1),
        (OLD + b"\nname = '\xe9'\n", "cannot be read", 1),
        (OLD + b"\nx = " + b" + ".join([b"1"] * 1500), "nested too deeply", 1),
    ],
    ids=["python-2", "python-2-twice", "open-bracket", "indentation", "unknown-encoding", "not-utf-8", "deep"],
)
def test_what_cannot_be_parsed_stays(source, message, line):
    result = rewrite_source(source)
    assert result.after == source
    (finding,) = result.findings
    assert finding.fixer == "syntax"
    assert message in finding.message
    assert finding.line == line


def test_what_only_libcst_cannot_read_is_said(monkeypatch):
    def parse_module(source):
        raise libcst.ParserSyntaxError("new syntax", lines=["x"], raw_line=1, raw_column=0)

    monkeypatch.setattr(libcst, "parse_module", parse_module)
    (finding,) = rewrite_source(OLD).findings
    assert "A newer LibCST may" in finding.message


def test_findings_have_the_lines_of_the_file_as_it_was():
    code = (
        "import tensorflow as tf\nfrom keras.preprocessing import image, sequence\n"
        "datagen = tf.keras.preprocessing.image.ImageDataGenerator()\n"
        "batches = datagen.flow(\n    x)\n"
        "model.fit_generator(\n    batches,\n    n // 32,  # steps\n    workers=4)\n"
        "mock.patch('keras.preprocessing.image.load_img')\n"
    )
    result = rewrite_source(code.encode())
    lines = code.splitlines()
    assert [(finding.fixer, lines[finding.line - 1]) for finding in result.findings] == [
        ("steps", "    n // 32,  # steps"),
        ("strings", "mock.patch('keras.preprocessing.image.load_img')"),
    ]
    assert result.fixers == ("imports", "attributes", "generator-methods", "worker-arguments")


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_line_map_stays_in_the_file_and_keeps_equal_lines(text, other):
    lines = line_map("\n".join(text), "\n".join(other))
    for line in range(1, len(text) + 1):
        assert 1 <= lines(line) <= max(len(other), 1)
    for tag, start, end, other_start, _ in difflib.SequenceMatcher(None, text, other, autojunk=False).get_opcodes():
        if tag == "equal":
            assert [lines(line + 1) for line in range(start, end)] == [other_start + line - start + 1 for line in range(start, end)]


_STATEMENTS = [code for code, _ in (*IMPORTS.values(), *DATAFRAME_CALLS.values(), *KEPT_IMPORTS.values())]


@given(st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=4), st.booleans())
def test_any_mixture_is_rewritten_once_and_for_all(parts, crlf):
    code = "\n".join(parts)
    source = (code.replace("\n", "\r\n") if crlf else code).encode()
    once = rewrite_source(source)
    twice = rewrite_source(once.after)
    assert twice.after == once.after
    assert crlf or b"\r" not in once.after
    compile(once.after, "after.py", "exec")
