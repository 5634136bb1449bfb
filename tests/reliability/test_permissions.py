"""Files and folders that one may not read: the original's error, or left out with `on_error`; commands say which."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from originals import keras_image, write_class_folders

import imgdatagen_compat
from imgdatagen_compat.migration.parity.data import NothingToCompareError, open_data
from imgdatagen_compat.migration.source_files import missing_path, read_source, source_files

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such permissions")
NOBODY = 65534
SIZE = {"target_size": (6, 7), "shuffle": False}


@pytest.fixture(scope="module")
def folder():
    """cat1.png may not be read, `dog` not be entered, `fox` not be listed. Not below pytest's folder, which is for its owner only."""
    with tempfile.TemporaryDirectory(prefix="imgdatagen-compat-") as directory:
        os.chmod(directory, 0o755)
        folder = write_class_folders(os.path.join(directory, "images"), ("cat", "dog", "fox"), n=2)
        shutil.copy(__file__, os.path.join(folder, "cat", "code.py"))
        next(imgdatagen_compat.ImageDataGenerator().flow_from_directory(folder))  # imports what it needs, as one who may read that
        forbidden = {"cat/cat1.png": 0o000, "dog": 0o644, "fox": 0o311}
        for name, mode in forbidden.items():
            os.chmod(os.path.join(folder, name), mode)
        yield folder
        for name in forbidden:
            os.chmod(os.path.join(folder, name), 0o755)


@contextlib.contextmanager
def as_nobody():
    """Root may read everything: for the time being it is somebody else."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def flow(module, folder, **options):
    return module.ImageDataGenerator().flow_from_directory(folder, **SIZE, **options)


def test_what_is_listed_and_what_is_an_error(folder):
    with as_nobody():
        ours, theirs = (flow(module, folder) for module in (imgdatagen_compat, keras_image))
        assert ours.filenames == theirs.filenames
        assert (ours.class_indices, ours.classes.tolist()) == (theirs.class_indices, theirs.classes.tolist())
        for take in (next, lambda it: it[0]):
            for it in (ours, theirs):
                with pytest.raises(PermissionError, match=r"cat1\.png|dog0\.png"):
                    take(it)


def test_what_may_be_read_is_read(folder):
    with as_nobody():
        it = flow(imgdatagen_compat, folder, on_error="skip")
        images, _ = next(it)
        assert sorted(os.path.basename(path) for path in it.errors) == ["cat1.png", "dog0.png", "dog1.png"]
        assert all("PermissionError" in reason for reason in it.errors.values())
        assert len(images) == it.n - 3 == 1


def test_commands_find_what_may_be_read(folder):
    with as_nobody():
        assert open_data(Path(folder)).method == "flow_from_directory"
        with pytest.raises(NothingToCompareError, match=r"fox cannot be listed: Permission denied"):
            open_data(Path(folder, "fox"))
        with pytest.raises(NothingToCompareError, match="no images"):
            open_data(Path(folder, "dog"))
        code, unlisted = source_files([Path(folder)])
        assert (code.name, unlisted.name) == ("code.py", "fox")
        with pytest.raises(PermissionError, match="fox"):
            read_source(unlisted)
        unreachable = Path(folder, "dog", "dog0.png")
        assert missing_path([unreachable]) == unreachable
