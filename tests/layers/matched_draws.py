"""The generator's own pixels for draws that were made in the graph, and how close a layer comes to them."""

import dataclasses

import numpy as np
import tensorflow as tf

from imgdatagen_compat.config import CHANNELS_FIRST, GeneratorConfig
from imgdatagen_compat.pipeline import stateless

# Grey levels. Coordinates made in a graph differ from NumPy's by the rounding of a double, on a GPU too; and where brightness cuts off
# fractions, a value that lies on a whole number can tip to the one below.
PIXELS, BRIGHTENED = 1e-3, 1.01


def transformed(datagen, images, seed):
    """`datagen.apply_transform` of every image, with the draws that `RandomImageTransform` makes from this `seed` argument."""
    height, width = images.shape[2:] if datagen.data_format == CHANNELS_FIRST else images.shape[1:3]
    samples = tf.range(len(images), dtype=tf.int64)
    drawn = stateless.draw_params(GeneratorConfig.of(datagen), tf.constant(seed, tf.int64), samples, height, width)
    columns = {field.name: getattr(drawn, field.name) for field in dataclasses.fields(drawn)}
    batch = []
    for i, image in enumerate(images):
        params = {name: None if column is None else column[i].numpy() for name, column in columns.items()}
        batch.append(datagen.apply_transform(image.astype("float32"), params))
    return np.stack(batch)


def assert_pixels(found, expected, *, brightened=False):
    """Within the bounds above; fails for other draws, see `test_other_draws_would_be_seen`."""
    assert found.shape == expected.shape
    np.testing.assert_allclose(np.asarray(found, "float32"), expected, rtol=0, atol=BRIGHTENED if brightened else PIXELS)
