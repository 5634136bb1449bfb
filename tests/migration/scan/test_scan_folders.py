"""Classes and files of a folder, against the original's listing."""

import os

import numpy as np
import pytest
from corpus.odd_paths import write_odd_paths
from originals import keras_image

from imgdatagen_compat.migration.scan.folders import image_paths, survey_folders


@pytest.mark.parametrize("follow_links", [False, True])
def test_classes_and_files_are_those_that_the_original_lists(folder, follow_links):
    write_odd_paths(folder / "cat")
    os.unlink(folder / "cat" / "link-to-directory.jpg")  # leads back: the original lists the files forty times
    for name in (".hidden", "empty", "dog/deep/er"):
        (folder / name).mkdir(parents=True)
    for name in ("dog/deep/er/a.TIFF", "dog/nodotpng", "dog/b.webp", "dog/deep/.jpg", "loose.jpg"):
        (folder / name).write_bytes(b"")
    (folder.parent / "elsewhere").mkdir()
    (folder.parent / "elsewhere" / "c.bmp").write_bytes(b"")
    (folder / "dog" / "link").symlink_to(folder.parent / "elsewhere")
    with pytest.warns(UserWarning, match="tiff"):
        theirs = keras_image.ImageDataGenerator().flow_from_directory(str(folder), follow_links=follow_links)
    survey = survey_folders(str(folder), follow_links)
    assert list(survey.classes) == list(theirs.class_indices)
    assert sorted(image_paths(survey, follow_links)) == sorted(theirs.filenames)
    assert list(survey.classes.values()) == np.bincount(theirs.classes, minlength=4).tolist()
    assert survey.links_not_followed.count == (0 if follow_links else 1)


def test_links_that_lead_back_end(folder):
    (folder / "dog" / "loop").symlink_to(folder)
    assert survey_folders(str(folder), follow_links=True).classes == {"cat": 3, "dog": 6}
