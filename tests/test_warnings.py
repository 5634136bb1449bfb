"""Warnings: the original's categories and number, with a message that names the argument."""

import warnings

import numpy as np
import pandas as pd
import pytest
from originals import assert_runs_alike, keras_image, photographs, warnings_of, write_class_folders
from PIL import Image

import imgdatagen_compat

X = photographs(6, 8, 9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_class_folders(tmp_path_factory.mktemp("images"), n=4)


def warns_alike(run, *fragments):
    """Ours warns as often as the original, in the same categories and order; each message contains its fragment."""
    expected = warnings_of(run, keras_image)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(imgdatagen_compat)
    assert [entry.category for entry in caught] == expected
    assert len(expected) == len(fragments)
    for entry, fragment in zip(caught, fragments):
        assert fragment in str(entry.message)
    return caught


CONSTRUCTOR = {
    "nothing": ({}, []),
    "zca": ({"zca_whitening": True}, ["`featurewise_center`"]),
    "zca and std": (
        {"zca_whitening": True, "featurewise_std_normalization": True},
        ["`featurewise_center`", "`featurewise_std_normalization`", "`featurewise_center`"],
    ),
    "zca with center": ({"zca_whitening": True, "featurewise_center": True}, []),
    "zca with center and std": (
        {"zca_whitening": True, "featurewise_center": True, "featurewise_std_normalization": True},
        ["`featurewise_std_normalization`"],
    ),
    "featurewise std": ({"featurewise_std_normalization": True}, ["`featurewise_center`"]),
    "featurewise both": ({"featurewise_std_normalization": True, "featurewise_center": True}, []),
    "samplewise std": ({"samplewise_std_normalization": True}, ["`samplewise_center`"]),
    "samplewise both": ({"samplewise_std_normalization": True, "samplewise_center": True}, []),
    "everything": (
        {"zca_whitening": True, "featurewise_std_normalization": True, "samplewise_std_normalization": True},
        ["`featurewise_center`", "`featurewise_std_normalization`", "`featurewise_center`", "`samplewise_center`"],
    ),
}


@pytest.mark.parametrize("case", CONSTRUCTOR)
def test_overrides_of_the_constructor(case):
    options, fragments = CONSTRUCTOR[case]
    warns_alike(lambda image: image.ImageDataGenerator(**options), *fragments)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_number_of_channels(channels, data_format):
    x = np.zeros((2, 7, 8, channels) if data_format == "channels_last" else (2, channels, 7, 8))
    fragments = [] if channels in (1, 3, 4) else [f"({channels} channels)"]

    def datagen(image):
        return image.ImageDataGenerator(data_format=data_format, featurewise_center=True)

    warns_alike(lambda image: datagen(image).flow(x), *fragments)
    warns_alike(lambda image: datagen(image).fit(x), *fragments)


def test_narrow_channels_first_images_are_not_taken_for_photographs():
    x = np.zeros((2, 9, 8, 3))

    def run(image):
        next(image.ImageDataGenerator(data_format="channels_first", rotation_range=9, interpolation_order=3).flow(x))

    warns_alike(run, "(9 channels)")


STATISTICS = {
    "featurewise_center": ({"featurewise_center": True}, 1),
    "featurewise_std_normalization": ({"featurewise_center": True, "featurewise_std_normalization": True}, 2),
    "zca_whitening": ({"featurewise_center": True, "zca_whitening": True}, 2),
}


@pytest.mark.parametrize("augmenting", [{}, {"rotation_range": 20}], ids=["plain", "affine"])
@pytest.mark.parametrize("option", STATISTICS)
def test_statistics_never_fit(option, augmenting):
    options, per_image = STATISTICS[option]

    def run(image):
        next(image.ImageDataGenerator(**options, **augmenting).flow(X, batch_size=4))

    found = warns_alike(run, *["hasn't been fit"] * (4 * per_image))
    assert f"`{option}`" in str(found[-1].message)
    assert ".fit(" in str(found[-1].message)


def test_statistics_never_fit_are_reported_where_the_user_called():
    def run(image):
        image.ImageDataGenerator(featurewise_center=True).standardize(X.astype("float32"))

    (found,) = warns_alike(run, "`featurewise_center`")
    assert found.filename == __file__


def test_constructor_warnings_are_reported_where_the_user_called():
    (found,) = warns_alike(lambda image: image.ImageDataGenerator(samplewise_std_normalization=True), "`samplewise_center`")
    assert found.filename == __file__


def test_invalid_filenames(folder):
    frame = pd.DataFrame({"filename": ["cat/cat0.png", "cat/none.png", "cat", "cat/cat1.txt", "cat/cat1.png"], "class": list("ababa")})

    def run(image):
        return image.ImageDataGenerator().flow_from_dataframe(frame, folder).filenames

    warns_alike(run, 'Found 3 invalid image filename(s) in x_col="filename"')
    warns_alike(lambda image: image.ImageDataGenerator().flow_from_dataframe(frame, folder, validate_filenames=False))
    with pytest.warns(UserWarning, match="3 invalid"):
        assert assert_runs_alike(run) == ["cat/cat0.png", "cat/cat1.png"]


@pytest.mark.parametrize("class_mode", ["input", "raw", None])
def test_classes_that_are_ignored(folder, class_mode):
    frame = pd.DataFrame({"filename": ["cat/cat0.png"], "class": ["a"]})

    def run(image):
        image.ImageDataGenerator().flow_from_dataframe(frame, folder, classes=["a"], class_mode=class_mode)

    warns_alike(run, f'`classes` will be ignored given the class_mode="{class_mode}"')


DEPRECATED = {
    "has_ext": ({"has_ext": True}, ["has_ext"]),
    "sort": ({"sort": False}, ["sort"]),
    "drop_duplicates": ({"drop_duplicates": True}, ["drop_duplicates"]),
    "class_mode other": ({"class_mode": "other"}, ["raw"]),
    "all": (
        {"drop_duplicates": 1, "sort": 1, "has_ext": 1, "class_mode": "other"},
        ["has_ext", "sort", "drop_duplicates", "raw"],
    ),
    "unknown": ({"never_heard_of": 1}, []),
}


@pytest.mark.parametrize("case", DEPRECATED)
def test_deprecated_arguments_of_dataframes(folder, case):
    options, fragments = DEPRECATED[case]
    frame = pd.DataFrame({"filename": ["cat/cat0.png"], "class": ["a"]})
    found = warns_alike(lambda image: image.ImageDataGenerator().flow_from_dataframe(frame, folder, **options), *fragments)
    assert all(entry.category is DeprecationWarning for entry in found)


@pytest.mark.parametrize("name", ["a.tiff", "a.TIFF", "a.tif"])
def test_tiff_files(tmp_path, name):
    (tmp_path / "c").mkdir()
    Image.fromarray(X[0]).save(tmp_path / "c" / name, format="TIFF")
    fragments = ['".tiff" files with multiple bands'] if name.lower().endswith(".tiff") else []
    warns_alike(lambda image: image.ImageDataGenerator().flow_from_directory(str(tmp_path)), *fragments)


def test_saving_transparency_as_jpeg(tmp_path):
    def run(image):
        image.save_img(str(tmp_path / "a.jpg"), photographs(1, 5, 6, 4)[0], file_format="jpeg")

    warns_alike(run, "JPEG format does not support RGBA")


@pytest.mark.parametrize("options", [{}, {"file_format": "jpg"}])
def test_saving_transparency_under_a_jpeg_name(tmp_path, options):
    # Keras below 3.13 ends in an error of Pillow here.
    with pytest.warns(UserWarning, match="JPEG format does not support RGBA"):
        imgdatagen_compat.save_img(str(tmp_path / "a.jpg"), photographs(1, 5, 6, 4)[0], **options)
    with Image.open(tmp_path / "a.jpg") as saved:
        assert saved.mode == "RGB"


def test_old_arguments_of_load_img(folder):
    import tf_keras

    def run(image):
        return image.load_img(f"{folder}/cat/cat0.png", grayscale=True)

    assert warnings_of(run, imgdatagen_compat) == warnings_of(run, tf_keras.preprocessing.image) == [UserWarning]


def test_found_images_message(folder, capsys):
    def messages(image):
        datagen = image.ImageDataGenerator(validation_split=0.5)
        datagen.flow_from_directory(folder)
        datagen.flow_from_directory(folder, subset="validation", classes=["dog"])
        frame = pd.DataFrame({"filename": ["cat/cat0.png"], "class": ["a"]})
        datagen.flow_from_dataframe(frame, folder)
        datagen.flow_from_dataframe(frame, folder, class_mode=None, validate_filenames=False)
        return capsys.readouterr().out

    theirs = messages(keras_image)
    assert messages(imgdatagen_compat) == theirs
    assert "Found 8 images belonging to 2 classes.\nFound 2 images belonging to 1 classes.\nFound 1 validated" in theirs


def test_ordinary_use_is_silent(folder):
    def run(image):
        datagen = image.ImageDataGenerator(rotation_range=20, horizontal_flip=True, rescale=1 / 255, validation_split=0.25)
        for it in (datagen.flow(X, subset="training"), datagen.flow_from_directory(folder, target_size=(6, 7))):
            next(it), it[0]

    warns_alike(run)
