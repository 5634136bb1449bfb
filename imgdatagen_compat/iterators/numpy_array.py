"""`NumpyArrayIterator`: batches from arrays in memory."""

from __future__ import annotations

import numpy as np

from imgdatagen_compat import keras_environment
from imgdatagen_compat.bit_depth import Depth, array_depth, needs_white, rescale_factor
from imgdatagen_compat.config import CHANNELS_LAST
from imgdatagen_compat.depth_mismatch import warn_of_array
from imgdatagen_compat.iterators.base import Iterator
from imgdatagen_compat.iterators.saving import save_batch
from imgdatagen_compat.pipeline.batches import make_pixels
from imgdatagen_compat.pipeline.dataset import GraphSource
from imgdatagen_compat.pipeline.labels import gathered, same_for_all
from imgdatagen_compat.pipeline.paths import PER_IMAGE, Source, choose_path, log_path
from imgdatagen_compat.pipeline.portability import in_memory
from imgdatagen_compat.statistics import warn_of_channels

_FILE_NUMBERS = 1e4  # names of saved images end in a draw below this, as in the original


class NumpyArrayIterator(Iterator):
    """Batches of augmented images from arrays.

    Args:
        x: images, rank 4; or (images, further inputs), the further inputs an array or a list of arrays.
        y: targets, or None.
        image_data_generator: the generator that transforms and standardizes.
        batch_size, shuffle, sample_weight, seed, save_to_dir, save_prefix, save_format, subset, ignore_class_split: as for
            `ImageDataGenerator.flow`.
        data_format: `"channels_last"` or `"channels_first"`; None for the Keras global setting.
        dtype: of the images in a batch; None for the Keras global `floatx`.
        **worker_options: `workers`, `use_multiprocessing`, `max_queue_size`, for `Model.fit`.

    Attributes:
        x: the images, of `dtype`. uint8 images are kept as uint8 until somebody reads this attribute.
        x_misc: list of the further inputs.
        y, sample_weight: arrays, or None.

    Raises:
        ValueError: lengths that differ, images not of rank 4, an unknown subset, or subsets with different classes.
    """

    _depth = None
    _given_dtype = None

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        ignore_class_split=False,
        dtype=None,
        **worker_options,
    ):
        if data_format is None:
            data_format = keras_environment.image_data_format()
        self.dtype = keras_environment.floatx() if dtype is None else dtype
        x, x_misc = _separate_images(x)
        for name, values in (("y", y), ("sample_weight", sample_weight)):
            if values is not None and len(x) != len(values):
                raise ValueError(
                    f"`x` (images) and `{name}` should have the same length. "
                    f"Found: x.shape = {np.shape(x)}, {name}.shape = {np.shape(values)}"
                )
        if subset is not None:
            x, x_misc, y = _take_subset(x, x_misc, y, subset, image_data_generator._validation_split, ignore_class_split)
        x = np.asarray(x)
        warn_of_array(image_data_generator, x, self.dtype)
        self._take_images(x)
        self.x_misc = x_misc
        shape = self._images.shape
        if len(shape) != 4:
            raise ValueError(
                "Input data in `NumpyArrayIterator` should have rank 4: images, rows, columns, channels. "
                f"You passed an array with shape {shape}"
                + ("; grey images need a channel axis: x[..., np.newaxis]." if len(shape) == 3 else "")
            )
        warn_of_channels(shape, 3 if data_format == CHANNELS_LAST else 1, data_format, "NumpyArrayIterator")
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        self.image_data_generator = image_data_generator
        self.subset = subset
        self.data_format = data_format
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        super().__init__(x.shape[0], batch_size, shuffle, seed, **worker_options)

    @property
    def x(self):
        if self._converts_on_read:
            self._images, self._converts_on_read = self._images.astype(self.dtype), False
        return self._images

    @x.setter
    def x(self, images):
        self._images = images
        self._converts_on_read = False
        self._given_dtype, self._depth = images.dtype, None

    def _take_images(self, images):
        self._given_dtype = images.dtype
        self._converts_on_read = images.dtype == np.uint8 != np.dtype(self.dtype)
        # A float copy would take four times the memory of 8-bit images, and the compiled graph reads them as they are. The copy keeps
        # later changes of the caller's array out, as the original's conversion does.
        self._images = images.copy(order="K") if self._converts_on_read else np.asarray(images, dtype=self.dtype)

    @property
    def depth(self) -> Depth:
        """The depth of the images, from their type before they were converted to `dtype`, and their values."""
        if self._depth is None:
            self._depth = array_depth(self._images, self._given_dtype)
        return self._depth

    def _white(self):
        """The white of all images; `ValueError` where `rescale="auto"` has to know it and nothing tells."""
        rescale_factor(self.image_data_generator, self.depth.white)
        return self.depth.white

    def _get_batches_of_transformed_samples(self, index_array):
        if self.image_data_generator is None:
            raise AttributeError("NumpyArrayIterator needs an ImageDataGenerator; its `image_data_generator` is None.")
        batch_x, path, _ = make_pixels(self.image_data_generator, self._source(index_array), self._lookahead)
        log_path(self, path, len(index_array))
        if self.save_to_dir:
            save_batch(self, batch_x, index_array, _FILE_NUMBERS)
        batch_x = [batch_x, *(xx[index_array] for xx in self.x_misc)] if self.x_misc else batch_x
        if self.y is None:
            return batch_x
        if self.sample_weight is None:
            return batch_x, self.y[index_array]
        return batch_x, self.y[index_array], self.sample_weight[index_array]

    def _source(self, index_array):
        images = self._images
        return Source(
            size=len(index_array),
            shape=images.shape[1:],
            dtype=self.dtype,
            full_size=self.batch_size,
            whole=lambda: self._in_graph_layout(images[np.asarray(index_array)]),
            one_by_one=lambda: (images[j].astype(self.dtype) for j in index_array),
            augment=self._augments(),
            white=(lambda i, image: self._white()) if needs_white(self.image_data_generator) else None,
            memory_axes=_memory_axes(images, self.image_data_generator),
            # Nobody else has the 8-bit copy; float arrays may be the caller's, who may change them between two batches.
            key=(id(images), tuple(index_array)) if self._converts_on_read else None,
        )

    def graph_source(self, cache) -> GraphSource:
        """Images and labels for `as_dataset`; `cache` as there."""
        source = self._source(range(self.batch_size))
        path = choose_path(self.image_data_generator, source)
        images = self._in_graph_layout(self._images if path.name != PER_IMAGE else self._images.astype(self.dtype))
        return GraphSource(
            path=path,
            augment=source.augment,
            image_shape=self._images.shape[1:],
            images=gathered(images),
            raw_dtype=images.dtype,
            with_labels=self._graph_labels(),
            origin=in_memory("the images", images.nbytes),
            whites=None if source.white is None else same_for_all(self._white()),
        )

    def _graph_labels(self):
        further = [gathered(xx) for xx in self.x_misc]
        targets = [gathered(values) for values in (self.y, self.sample_weight) if values is not None]

        def with_labels(images, indices):
            inputs = (images, *(xx(indices) for xx in further)) if further else images
            return (inputs, *(target(indices) for target in targets)) if targets else inputs

        return with_labels

    def _in_graph_layout(self, images):
        """Images [N, …] as the compiled path takes them: uint8 or float32, channels last."""
        if images.dtype not in (np.uint8, np.float32):
            images = images.astype(np.float32)
        return images if self.image_data_generator.channel_axis == 3 else images.transpose(0, 2, 3, 1)


def _memory_axes(images, datagen):
    """The axes of one image, as [H, W, C], from the slowest to the fastest in the copy of it that NumPy makes."""
    strides = images.strides[1:] if datagen.channel_axis == 3 else (*images.strides[2:], images.strides[1])
    order = (0, 1, 2) if datagen.channel_axis == 3 else (2, 0, 1)  # of equal strides, such as those of repeated values
    return tuple(sorted(order, key=lambda axis: -abs(strides[axis])))


def _separate_images(x):
    """Splits `(images, further inputs)` into the images and a list of arrays."""
    if not isinstance(x, (tuple, list)):
        return x, []
    images, further = x[0], x[1]
    x_misc = [np.asarray(xx) for xx in (further if isinstance(further, list) else [further])]
    for xx in x_misc:
        if len(images) != len(xx):
            raise ValueError(
                "All of the arrays in `x` should have the same length. "
                f"Found a pair with: len(x[0]) = {len(images)}, len(x[?]) = {len(xx)}"
            )
    return images, x_misc


def _take_subset(x, x_misc, y, subset, validation_split, ignore_class_split):
    if subset not in {"training", "validation"}:  # a set, as in the original: what cannot be hashed is a TypeError
        raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation".')
    split = int(len(x) * validation_split)
    if y is not None and not ignore_class_split and not np.array_equal(np.unique(y[:split]), np.unique(y[split:])):
        raise ValueError(
            "Training and validation subsets have different number of classes after the split. "
            "If your numpy arrays are sorted by the label, you might want to shuffle them."
        )
    part = slice(None, split) if subset == "validation" else slice(split, None)
    return x[part], [xx[part] for xx in x_misc], None if y is None else y[part]
