"""A folder of images, as the code in the wild has one."""

import pytest
from originals import write_class_folders


@pytest.fixture
def folder(tmp_path):
    """Path of a directory with five PNG files for each of two classes."""
    return write_class_folders(tmp_path / "images")
