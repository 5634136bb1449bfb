"""`BatchFromFilesMixin`: batches from image files, whatever says which files and labels they are."""

from __future__ import annotations

import functools
import operator

import numpy as np
import tensorflow as tf

from imgdatagen_compat import image_io
from imgdatagen_compat.bit_depth import EIGHT_BITS, array_depth, keeps_depth, needs_white
from imgdatagen_compat.config import CHANNELS_LAST
from imgdatagen_compat.image_headers import file_depth, file_white
from imgdatagen_compat.indexing import subset_split
from imgdatagen_compat.iterators.bad_files import BadFiles, readable
from imgdatagen_compat.iterators.saving import save_batch
from imgdatagen_compat.native_images import load_native
from imgdatagen_compat.pipeline.batches import make_pixels
from imgdatagen_compat.pipeline.dataset import GraphSource
from imgdatagen_compat.pipeline.file_images import graph_images
from imgdatagen_compat.pipeline.labels import gathered, gathered_each, one_hot, same_for_all
from imgdatagen_compat.pipeline.loading import FileLoader
from imgdatagen_compat.pipeline.paths import Source, choose_path, log_path
from imgdatagen_compat.semantics import semantics_of
from imgdatagen_compat.special_files import refuse_special_file

_FILE_NUMBERS = 1e7  # names of saved images end in a draw below this, as in the original
_file_loader = functools.lru_cache(maxsize=16)(FileLoader)


class BatchFromFilesMixin(BadFiles):
    """Turns file paths into batches, for classes that also derive from `Iterator`.

    A subclass has the properties `filepaths`, `labels` and `sample_weight` and the attributes `class_mode`, `dtype`, `classes` and, for
    `class_mode="categorical"`, `class_indices`.

    Attributes:
        loader: function called in place of `load_img`, or None.
    """

    loader = None

    # Two, so that the cores have the decoding of one batch to do while the other is transformed.
    _batches_ahead = 2

    def set_processing_attrs(
        self,
        image_data_generator,
        target_size,
        color_mode,
        data_format,
        save_to_dir,
        save_prefix,
        save_format,
        subset,
        interpolation,
        keep_aspect_ratio=False,
    ):
        """Sets the attributes that batches are made from.

        Args:
            image_data_generator: transforms and standardizes the images; None to leave them as loaded.
            target_size: (height, width).
            color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
            data_format: `"channels_last"` or `"channels_first"`.
            save_to_dir, save_prefix, save_format: where augmented images are written, or None.
            subset: `"training"`, `"validation"` or None.
            interpolation: name of the resampling filter.
            keep_aspect_ratio: crop to the target's aspect ratio before resizing.

        Raises:
            ValueError: unknown `color_mode` or `subset`.
        """
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.keep_aspect_ratio = keep_aspect_ratio
        if color_mode not in image_io.CHANNELS:
            raise ValueError(f'Invalid color mode: {color_mode}; expected "rgb", "rgba", or "grayscale".')
        self.color_mode = color_mode
        self.data_format = data_format
        channels = (image_io.CHANNELS[color_mode],)
        self.image_shape = self.target_size + channels if data_format == CHANNELS_LAST else channels + self.target_size
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.split = subset_split(subset, None if subset is None else image_data_generator._validation_split)
        self.subset = subset

    def _get_batches_of_transformed_samples(self, index_array):
        return self._with_labels(*self.images_and_samples(index_array))

    def images_and_samples(self, index_array):
        """Finished images of these samples, and which they are: without those that cannot be read and are to be left out."""
        batch_x, path, source = make_pixels(self.image_data_generator or None, self._source(index_array), self._lookahead)
        if source.positions is not None:
            index_array = self._samples_at(index_array, source.positions)
        log_path(self, path, len(index_array))
        if self.save_to_dir:
            save_batch(self, batch_x, index_array, _FILE_NUMBERS)
        return batch_x, index_array

    def _source(self, index_array):
        filepaths = self.filepaths
        paths = tuple(filepaths[j] for j in index_array)
        load_batch = self._batch_loader()  # with the settings of now: a batch made ahead is loaded later
        source = Source(
            size=len(paths),
            shape=tuple(map(operator.index, self.image_shape)),  # a side that is no whole number is an error in every path
            dtype=self.dtype,
            full_size=self.batch_size,
            whole=lambda: load_batch(paths),
            one_by_one=lambda: self._load_one_by_one(paths),
            needs_per_image=None if self.loads_as_the_original else "`loader`, or a replaced `load_img`, may draw random numbers",
            augment=self._augments(),
            white=self._white_of(paths) if needs_white(self.image_data_generator or None) else None,
            readable=(lambda: readable(self, source, paths)) if self.tolerates_bad_files else None,
            key=(paths, self.target_size, self.color_mode, self.interpolation, self.keep_aspect_ratio),
        )
        return source

    def graph_source(self, cache) -> GraphSource:
        """Images and labels for `as_dataset`; `cache` as there."""
        source = self._source([0] * self.batch_size)
        path = choose_path(self.image_data_generator or None, source)
        images = graph_images(self, cache)
        return GraphSource(
            path=path,
            augment=source.augment,
            image_shape=tuple(self.image_shape),
            images=images.take,
            skips=images.skips,
            raw_dtype=images.dtype,
            with_labels=self._graph_labels(),
            whites=self._graph_whites(images) if source.white is not None else None,
            origin=images.origin,
        )

    def _white_of(self, paths):
        datagen = self.image_data_generator
        if not self.loads_as_the_original:
            raise ValueError("Nothing tells the white of what a `loader` makes: pass `bit_depth` as a number, 8, 10, 12, 14 or 16.")
        return lambda i, image: file_white(datagen, paths[i], image)

    def _graph_whites(self, images):
        white_of_file = self._white_of(self.filepaths)

        def white(i, image):
            return white_of_file(i, image) if self.is_readable(self.filepaths[i]) else array_depth(image[np.newaxis]).white

        if images.decodes:
            return same_for_all(EIGHT_BITS.white)
        if images.is_cached:
            whites = np.array([np.nan if path in self.errors else file_depth(path).white for path in self.filepaths])
            for i in np.flatnonzero(np.isnan(whites)):
                taken = images.take(tf.constant([i], tf.int64))
                whites[i] = white(i, (taken[0] if images.skips else taken)[0].numpy())
            table = gathered(whites)
            return lambda indices, _: table(indices)

        def on_host(indices, images):
            return np.array([white(i, image) for i, image in zip(indices, images)])

        return lambda indices, images: tf.numpy_function(on_host, [indices, images], tf.float64)

    def _graph_labels(self):
        if self.class_mode is None:
            return lambda images, indices: images
        if self.class_mode in ("binary", "sparse"):
            target = gathered(np.asarray(self.classes, self.dtype))
        elif self.class_mode == "categorical":
            target = one_hot(self.classes, len(self.class_indices), self.dtype)
        elif self.class_mode == "multi_output":
            target = gathered_each(self.labels)
        elif self.class_mode == "raw":
            target = gathered(self.labels)
        weight = None if self.sample_weight is None else gathered(self.sample_weight)

        def with_labels(images, indices):
            labels = images if self.class_mode == "input" else target(indices)
            return (images, labels) if weight is None else (images, labels, weight(indices))

        return with_labels

    @property
    def keeps_depth(self) -> bool:
        """Whether files are read with all their bits."""
        return keeps_depth(self.image_data_generator or None)

    @property
    def loads_as_the_original(self) -> bool:
        """Whether files are read by `load_img`, and that is ours."""
        # Not compared with a `load_img` kept at import: it may have been replaced before that.
        return self.loader is None and getattr(image_io.load_img, "__globals__", None) is vars(image_io)

    def load_batch(self, paths) -> np.ndarray:
        """Raw images of these files, [N, H, W, C]: uint8, or float32 where a file holds more than 8 bits."""
        return self._batch_loader()(paths)

    def _batch_loader(self):
        """`load_batch` with the settings as they are now."""
        if not self.loads_as_the_original:
            return lambda paths: np.stack([image_io.img_to_array(self._load(path), CHANNELS_LAST) for path in paths])
        make_loader = self._file_loader_maker()
        return lambda paths: make_loader().load(paths)

    def _file_loader_maker(self):
        """Function without arguments that returns a `FileLoader` with the settings as they are now."""
        settings = (self.target_size, self.color_mode, self.interpolation, self.keep_aspect_ratio)
        return functools.partial(_file_loader, *settings, keeps_depth=self.keeps_depth)

    def _load_one_by_one(self, paths):
        native = self.keeps_depth and self.loads_as_the_original
        for path in paths:
            image = self._load_native(path) if native else self._load(path)
            x = image_io.img_to_array(image, self.data_format, semantics_of(self.image_data_generator).image_dtype)
            if hasattr(image, "close"):
                image.close()
            yield x

    def _load(self, path):
        load = self.loader or image_io.load_img
        if self.loads_as_the_original:  # to a loader of one's own, a path may be anything
            refuse_special_file(path)
        return load(
            path,
            color_mode=self.color_mode,
            target_size=self.target_size,
            interpolation=self.interpolation,
            keep_aspect_ratio=self.keep_aspect_ratio,
        )

    def _load_native(self, path):
        return load_native(path, self.target_size, self.color_mode, self.interpolation, self.keep_aspect_ratio)

    def _with_labels(self, batch_x, index_array):
        if self.class_mode == "input":
            batch_y = batch_x.copy()
        elif self.class_mode in ("binary", "sparse"):
            batch_y = np.empty(len(batch_x), dtype=self.dtype)
            for i, j in enumerate(index_array):
                batch_y[i] = self.classes[j]
        elif self.class_mode == "categorical":
            batch_y = np.zeros((len(batch_x), len(self.class_indices)), dtype=self.dtype)
            for i, j in enumerate(index_array):
                batch_y[i, self.classes[j]] = 1.0  # several, where classes[j] is a list
        elif self.class_mode == "multi_output":
            batch_y = [output[index_array] for output in self.labels]
        elif self.class_mode == "raw":
            batch_y = self.labels[index_array]
        else:
            return batch_x
        if self.sample_weight is None:
            return batch_x, batch_y
        return batch_x, batch_y, self.sample_weight[index_array]

    @property
    def filepaths(self):
        """Paths of all files, a list."""
        raise NotImplementedError(f"{type(self).__name__} must have the property `filepaths`.")

    @property
    def labels(self):
        """Targets of all files, for the class modes "raw" and "multi_output"."""
        raise NotImplementedError(f"{type(self).__name__} must have the property `labels`.")

    @property
    def sample_weight(self):
        """Sample weights of all files, or None."""
        raise NotImplementedError(f"{type(self).__name__} must have the property `sample_weight`.")
