"""Folders to scan."""

import pytest
from corpus import write_corpus
from PIL import Image
from sample_files import photograph


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("corpus")
    return {record.name: (record, str(directory / record.name)) for record in write_corpus(directory)}


@pytest.fixture
def folder(tmp_path):
    """Two classes of three photographs each: nothing to say."""
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(3):
            Image.fromarray(photograph(20, 30, seed=10 * number + i)).save(tmp_path / "data" / name / f"{name}{i}.png")
    return tmp_path / "data"
