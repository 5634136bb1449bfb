"""What `flow_pair()` takes: which files belong together, and which arguments are refused."""

import os

import numpy as np
import pytest
from flow_pairs import MASKS, X, names_in
from originals import assert_same
from PIL import Image

from imgdatagen_compat import ImageDataGenerator


def copy_of(folders, tmp_path, edit):
    """Both directories, with one change to the second."""
    for folder in folders:
        for name in names_in(folder):
            target = tmp_path / folder.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((folder / name).read_bytes())
    edit(tmp_path / "masks")
    return tmp_path / "images", tmp_path / "masks"


class TestDirectories:
    def flow(self, images, masks, **options):
        return ImageDataGenerator(validation_split=0.4).flow_pair(images, masks, **{"target_size": (9, 9), "shuffle": False, **options})

    @pytest.mark.parametrize("subset", [None, "validation"])
    @pytest.mark.parametrize(
        ("edit", "message"),
        [
            (lambda masks: os.remove(masks / "a" / "0.png"), "images without a mask: a/0. If"),
            (lambda masks: [os.remove(masks / "a" / f"{i}.png") for i in (0, 2, 4, 6, 8)], "a/0, a/2, a/4 and 2 more"),
            (lambda masks: os.rename(masks / "b" / "1.png", masks / "b" / "1_mask.png"), "without a mask: b/1; masks .*: b/1_mask"),
            (lambda masks: Image.fromarray(X[0]).save(masks / "a" / "0.bmp"), "masks without an image: a/0"),
        ],
        ids=("missing", "many missing", "renamed", "two masks"),
    )
    def test_refuses_names_without_a_partner(self, folders, tmp_path, edit, message, subset):
        with pytest.raises(ValueError, match=message):
            self.flow(*copy_of(folders, tmp_path, edit), subset=subset)

    def test_accepts_what_is_paired(self, folders, tmp_path):
        images, masks = copy_of(folders, tmp_path, lambda masks: None)
        pair = self.flow(images, masks)
        assert [os.path.splitext(name)[0] for name in pair.images.filenames] == [os.path.splitext(name)[0] for name in pair.masks.filenames]

    def test_flat_directories(self, folders):
        inside, outside = self.flow(folders[0] / "a", folders[1] / "a"), self.flow(*folders)
        assert inside.n == 5
        np.testing.assert_array_equal(next(inside)[1], next(outside)[1][:5])

    def test_one_subdirectory_may_have_another_name(self, folders, tmp_path):
        def edit(masks):
            for name in ("images", "masks"):
                for i in (1, 3, 5, 7, 9):
                    os.remove(next((masks.parent / name / "b").glob(f"{i}.*")))
                os.rmdir(masks.parent / name / "b")
            os.rename(masks / "a", masks / "labels")

        assert self.flow(*copy_of(folders, tmp_path, edit)).n == 5

    def test_an_order_that_extensions_change(self, tmp_path):
        for name, ending in (("images", "jpg"), ("masks", "png")):
            os.makedirs(tmp_path / name)
            for i, stem in enumerate(("a", "a.k", "b")):  # a.jpg < a.k.jpg, but a.k.png < a.png
                Image.fromarray(np.full((9, 9), 50 * i, np.uint8)).save(tmp_path / name / f"{stem}.{ending}", quality=100)
        images, masks = next(self.flow(tmp_path / "images", tmp_path / "masks", color_mode="grayscale"))
        np.testing.assert_array_equal(images, masks)
        dataset = self.flow(tmp_path / "images", tmp_path / "masks", color_mode="grayscale").as_dataset()
        np.testing.assert_array_equal(*next(dataset.as_numpy_iterator()))

    def test_two_images_of_one_name(self, folders, tmp_path):
        def edit(masks):
            for folder in (masks, masks.parent / "images"):
                Image.fromarray(X[0]).save(folder / "a" / "0.bmp")

        with pytest.raises(ValueError, match="names that several images have: a/0"):
            self.flow(*copy_of(folders, tmp_path, edit))


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            ((X, MASKS[:9]), {}, ValueError, "10 images, 9 masks"),
            ((X, MASKS[:, :8]), {}, ValueError, r"images of \(12, 17\), masks of \(8, 17\)"),
            ((X, MASKS[..., 0]), {}, ValueError, "rank 4"),
            ((X, "masks"), {}, TypeError, "arrays and directories"),
            ((X, list(MASKS)), {}, TypeError, "`masks` should be one array .* a list of 10"),
            (((X, X), MASKS), {}, TypeError, "`images` should be one array .* a tuple of 2"),
            (([], []), {}, TypeError, "`images` should be one array .* a list of 0"),
            ((["a.png"], ["b.png", "c.png"]), {}, ValueError, "1 images, 2 masks"),
            ((["a.png"], ["b.png"]), {}, FileNotFoundError, r"a\.png"),
            (("nowhere", "no masks"), {}, FileNotFoundError, "nowhere"),
            ((X, MASKS), {"target_size": (9, 9)}, TypeError, "`target_size` of `flow_pair` has no meaning for arrays"),
            ((["a.png"], ["b.png"]), {"follow_links": True}, TypeError, "`follow_links` .* lists of paths"),
            (("images", "masks"), {"directory": "."}, TypeError, "`directory` .* directories"),
            ((X, MASKS), {"subset": "test"}, ValueError, "Invalid subset name"),
            ((X, MASKS), {"save_to_dir": "."}, TypeError, "save_to_dir"),
        ],
    )
    def test_says_why(self, arguments, options, error, message):
        with pytest.raises(error, match=message):
            ImageDataGenerator().flow_pair(*arguments, **options)

    def test_paths_relative_to_a_directory(self, folders):
        root = folders[0].parent
        lists = [[os.path.join(folder.name, name) for name in names_in(folder)] for folder in folders]
        pair = ImageDataGenerator().flow_pair(*lists, directory=root, target_size=(9, 9), batch_size=4, seed=3)
        other = ImageDataGenerator().flow_pair(*folders, target_size=(9, 9), batch_size=4, seed=3)
        assert_same(next(pair), next(other))
