"""One run for each known difference, which gives one thing with the original and another with the drop-in."""

import copy
import os
import pathlib
import threading
import warnings
from unittest import mock

import numpy as np
import pytest
from fresh_process import run_python
from originals import photographs
from PIL import Image, PngImagePlugin

from imgdatagen_compat.pipeline import lookahead

X = photographs()
Y = np.arange(10)
FILES = {"target_size": (9, 9), "class_mode": None, "shuffle": False}

RUNS = {}


def difference(name):
    """Registers a function of (module, folder) as the test of the known difference of this name."""

    def register(run):
        assert name not in RUNS, name
        RUNS[name] = run
        return run

    return register


def warnings_given(run):
    """(category, text up to its first colon) of every warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    return [(entry.category.__name__, str(entry.message).split(":")[0]) for entry in caught]


def write_png(path, pixels=X[0], **options):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


@difference("next method")
def next_method(image, folder):
    class Counting(image.NumpyArrayIterator):
        batches = 0

        def next(self):
            self.batches += 1
            return self[0]

    it = Counting(X, None, image.ImageDataGenerator(), batch_size=4)
    return it.next(), next(it), it.batches


@difference("worker options")
def worker_options(image, folder):
    it = image.ImageDataGenerator().flow(X, workers=2, use_multiprocessing=False, max_queue_size=20)
    return it.workers, it.use_multiprocessing, it.max_queue_size


@difference("tenth argument")
def tenth_argument(image, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return image.ImageDataGenerator(validation_split=0.2).flow(X, Y % 2, 4, False, None, 1, None, "", "png", "validation").n


@difference("loader")
def loader(image, folder):
    def load_turned(path, **options):
        return image.load_img(path, **options).rotate(180)

    return next(image.ImageDataGenerator().flow_from_directory(folder, loader=load_turned, **FILES))


@difference("on_error")
def on_error(image, folder):
    os.truncate(f"{folder}/cat/cat0.png", 40)
    it = image.ImageDataGenerator().flow_from_directory(folder, on_error="skip", **FILES)
    return next(it), len(it.errors)


@difference("special files")
def special_files(image, folder):
    pipe = pathlib.Path(folder, "cat", "cat0.png")
    contents = pipe.read_bytes()
    pipe.unlink()
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(contents,), daemon=True)
    writer.start()
    try:
        return next(image.ImageDataGenerator().flow_from_directory(folder, **FILES)).shape
    except OSError as error:
        return error.strerror
    finally:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # lets a writer go that nobody listened to
        writer.join()
        os.close(reader)


@difference("filenames followed")
def filenames_followed(image, folder):
    it = image.ImageDataGenerator().flow_from_directory(folder, **FILES)
    it.filenames = it.filenames[::-1]
    return next(it)


@difference("constructor not called")
def constructor_not_called(image, folder):
    import keras

    class Pairs(image.Iterator):
        def __init__(self):
            self.seen = 0

        def __len__(self):
            return 2

        def __getitem__(self, i):
            return np.ones((2, 3)), np.ones(2)

        def on_epoch_end(self):
            self.seen += 1

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    return warnings_given(lambda: model.fit(Pairs(), verbose=0))


@difference("grayscale")
def grayscale(image, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return image.load_img(f"{folder}/cat/cat0.png", grayscale=True), image.load_img(f"{folder}/cat/cat0.png", True, (9, 9))


@difference("saved formats")
def saved_formats(image, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("a.tif", "a.jpg"):
            image.save_img(f"{folder}/{name}", np.zeros((4, 5, 4)))
    return sorted(os.listdir(folder))


@difference("older names")
def older_names(image, folder):
    pictures = sorted(os.path.basename(path) for path in image.list_pictures(folder))
    return [pictures, image.flip_axis(X[0], 0), image.DataFrameIterator.__name__, image.BatchFromFilesMixin.__name__]


@difference("keep_aspect_ratio left out")
def keep_aspect_ratio_left_out(image, folder):
    it = image.ImageDataGenerator().flow_from_directory(folder, **FILES)
    it.set_processing_attrs(it.image_data_generator, (8, 8), "rgb", "channels_last", None, "", "png", None, "nearest")
    return next(it)


@difference("axes warning")
def axes_warning(image, folder):
    return warnings_given(lambda: image.apply_affine_transform(X[0], zx=1))


@difference("data_format names")
def data_format_names(image, folder):
    return image.ImageDataGenerator(data_format="tf").data_format, image.ImageDataGenerator(data_format="th").data_format


@difference("zoom_range types")
def zoom_range_types(image, folder):
    return image.ImageDataGenerator(zoom_range=np.float32(0.5)).zoom_range


@difference("dataset")
def dataset(image, folder):
    return len(list(image.ImageDataGenerator().flow(X, batch_size=4).as_dataset()))


@difference("fit_iterator")
def fit_iterator(image, folder):
    datagen = image.ImageDataGenerator(featurewise_center=True)
    datagen.fit_iterator(datagen.flow_from_directory(folder, **FILES))
    return datagen.mean


@difference("explain")
def explain(image, folder):
    return image.ImageDataGenerator().flow(X).explain().images


@difference("layers")
def layers(image, folder):
    return np.asarray(image.ImageDataGenerator(rescale=1 / 255).to_layers()(X))


@difference("augment_validation")
def augment_validation(image, folder):
    datagen = image.ImageDataGenerator(rotation_range=90, validation_split=0.5, augment_validation=False)
    return next(datagen.flow(X, subset="validation"))


@difference("pickling")
def pickling(image, folder):
    return next(copy.deepcopy(image.ImageDataGenerator().flow(X, batch_size=4, shuffle=False)))


@difference("pairs")
def pairs(image, folder):
    return next(image.ImageDataGenerator(rotation_range=20).flow_pair(X, X[..., :1]))


@difference("state")
def state(image, folder):
    iterators = [image.ImageDataGenerator().flow(X, batch_size=4) for _ in range(2)]
    next(iterators[0])
    iterators[1].load_state_dict(iterators[0].state_dict())
    return iterators[1].batch_index


@difference("cheap import")
def cheap_import(image, folder):
    return run_python(f"import json, sys; import {image.__name__}; print(json.dumps('tensorflow' in sys.modules))")


@difference("messages")
def messages(image, folder):
    with pytest.raises(ValueError, match="rank 4") as error:
        image.ImageDataGenerator().flow(X[0])
    return str(error.value)


@difference("bit depth warning")
def bit_depth_warning(image, folder):
    return warnings_given(lambda: image.ImageDataGenerator(rescale=1 / 255).flow(X / 255))


@difference("deprecations")
def scipy_deprecation(image, folder):
    return warnings_given(lambda: next(image.ImageDataGenerator(rotation_range=20, interpolation_order=3).flow(X)))


@difference("numpy warnings")
def numpy_warnings(image, folder):
    return warnings_given(lambda: next(image.ImageDataGenerator(rescale=1e30).flow(np.full((2, 8, 8, 3), 1e30))))


@difference("pillow warnings")
def pillow_warnings(image, folder):
    # An animation chunk that announces no frame.
    metadata = PngImagePlugin.PngInfo()
    metadata.add(b"acTL", bytes(8))
    write_png(f"{folder}/cat/cat0.png", pnginfo=metadata)
    return warnings_given(lambda: next(image.ImageDataGenerator().flow_from_directory(folder, **FILES)))


@difference("damaged metadata")
def damaged_metadata(image, folder):
    metadata = PngImagePlugin.PngInfo()
    metadata.add_text("Comment", "x" * (2 * PngImagePlugin.MAX_TEXT_CHUNK), zip=True)
    write_png(f"{folder}/cat/cat0.png", pnginfo=metadata)
    return next(image.ImageDataGenerator().flow_from_directory(folder, **FILES))


@difference("files read ahead")
def files_read_ahead(image, folder):
    side = 256  # smaller batches are not made ahead
    for i in range(4):
        write_png(f"{folder}/large/{i}.png", np.zeros((side, side, 3), np.uint8))
    options = {**FILES, "target_size": (side, side), "classes": ["large"], "batch_size": 2}
    it = image.ImageDataGenerator().flow_from_directory(folder, **options)
    next(it)
    wait_for_the_batches_made_ahead()
    for i in range(4):
        write_png(f"{folder}/large/{i}.png", np.full((side, side, 3), 200, np.uint8))
    return next(it)


def wait_for_the_batches_made_ahead():
    """Returns once every thread of the look-ahead has come to the end of what it had to do."""
    threads = lookahead._threads()
    barrier = threading.Barrier(threads._max_workers + 1)
    for _ in range(threads._max_workers):
        threads.submit(barrier.wait, 60)
    barrier.wait(60)


@difference("replaced functions")
def replaced_functions(image, folder):
    from PIL import ImageEnhance

    with mock.patch.object(ImageEnhance.Brightness, "enhance", lambda self, factor: self.image.point(lambda level: 0)):
        return next(image.ImageDataGenerator(brightness_range=(0.5, 1.5)).flow(X))


@difference("function called again")
def function_called_again(image, folder):
    calls = []
    datagen = image.ImageDataGenerator(preprocessing_function=lambda x: calls.append(1) or x + np.random.random())
    next(datagen.flow(X, batch_size=4))
    return len(calls)


@difference("subnormal values")
def subnormal_values(image, folder):
    return next(image.ImageDataGenerator(rescale=0.5).flow(np.full((2, 8, 8, 3), 1e-40)))


@difference("sign of zero")
def sign_of_zero(image, folder):
    np.random.seed(1)
    images = next(image.ImageDataGenerator(width_shift_range=0.3).flow(np.full((2, 8, 8, 3), -0.0)))
    assert not images.any()
    return np.signbit(images)
