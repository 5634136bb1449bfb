"""Hundreds of small image files as people have them: odd ones, damaged ones, and what only looks like an image. Made from code."""

from __future__ import annotations

import os

from corpus.jpegs import jpeg_files
from corpus.others import other_files
from corpus.pngs import png_files
from corpus.record import DAMAGED_METADATA, CorpusFile

__all__ = ["DAMAGED_METADATA", "CorpusFile", "corpus_files", "write_corpus"]


def corpus_files() -> list[CorpusFile]:
    """All files of the corpus, not written yet; names are unique."""
    return [*jpeg_files(), *png_files(), *other_files()]


def write_corpus(directory) -> list[CorpusFile]:
    """Writes all files of the corpus into a directory that exists; `os.path.join(directory, record.name)` is where each lies."""
    records = corpus_files()
    for record in records:
        with open(os.path.join(directory, record.name), "xb") as file:
            file.write(record.contents)
    return records
