"""What `fit_iterator` refuses, and what it warns of."""

import numpy as np
import pytest
import tensorflow as tf
from originals import keras_image
from streamed_statistics import FEATUREWISE, ZCA, X, assert_equal_statistics, fitted, streamed

from imgdatagen_compat import ImageDataGenerator, Iterator


class TestErrors:
    @pytest.mark.parametrize(
        "data, message",
        [
            (X[:0], "no images"),
            ([], "no images"),
            (tf.data.Dataset.from_tensor_slices(X).take(0), "no images"),
            (tf.data.Dataset.from_tensor_slices(X).repeat(), "endless"),
            ([X[0, 0]], "rank 4"),
            (np.zeros(3), "rank 4"),
            ("photographs", "rank 4"),
            ([{"image": X}], "rank 4"),
            ([X, X[..., :1]], "Received: 3 and 1"),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_bad_data(self, data, message):
        with pytest.raises(ValueError, match=message):
            streamed(FEATUREWISE, data)

    def test_a_pair(self):
        datagen = ImageDataGenerator(**FEATUREWISE)
        pair = datagen.flow_pair(X, X[..., :1])
        with pytest.raises(ValueError, match="PairIterator. Pass its `images`, then call `flow_pair` again"):
            datagen.fit_iterator(pair)
        datagen.fit_iterator(pair.images)
        images, _ = next(datagen.flow_pair(X, X[..., :1], batch_size=len(X)))
        np.testing.assert_allclose(np.mean(images), 0, atol=1e-5)

    def test_no_iterable(self):
        with pytest.raises(TypeError, match="`data` should be .*Received: int"):
            streamed(FEATUREWISE, 3)

    def test_iterators_that_hide_their_raw_images(self):
        class Own(Iterator):
            image_data_generator = None

        for iterator in (keras_image.ImageDataGenerator().flow(X), Own(4, 2, False, None)):
            with pytest.raises(ValueError, match=r"range\(len\(iterator\)\)"):
                streamed(FEATUREWISE, iterator)

    @pytest.mark.parametrize("options", [{"steps": 0}, {"verbose": 2}, {"zca_rank": 3}], ids=str)
    def test_bad_options(self, options):
        with pytest.raises(ValueError, match=next(iter(options))):
            streamed(FEATUREWISE, X, **options)

    @pytest.mark.parametrize("rank", [0, True, 2.0])
    def test_bad_rank(self, rank):
        with pytest.raises(ValueError, match="zca_rank"):
            streamed(ZCA, X, zca_rank=rank)

    def test_rounds_of_what_is_used_up(self):
        with pytest.raises(ValueError, match="rounds=2"):
            streamed(FEATUREWISE, (batch for batch in [X]), augment=True, rounds=2)

    def test_sizes_that_differ(self):
        batches = [X, X[:, :3]]
        with pytest.raises(ValueError, match="one shape"):
            streamed(ZCA, batches)
        together = np.concatenate([batch.reshape(-1, 1, 1, 3) for batch in batches])
        assert_equal_statistics(streamed(FEATUREWISE, batches), fitted(FEATUREWISE, together))

    def test_zca_says_how_much_memory_it_needs(self):
        large = np.broadcast_to(X[:1, :1, :1], (2, 224, 224, 3))
        with pytest.raises(ValueError, match=r"needs 1.09e\+03 GB.*zca_rank=k"):
            streamed(ZCA, large)
        with pytest.raises(ValueError, match=r"GB.*smaller `zca_rank`"):
            streamed(ZCA, large, zca_rank=5000)
        with pytest.raises(ValueError, match="zca_gigabytes=1e-06"):
            streamed(ZCA, X, zca_gigabytes=1e-6)

    def test_channels_that_look_wrong(self):
        with pytest.warns(UserWarning, match="fit_iterator") as caught:
            ImageDataGenerator(**FEATUREWISE).fit_iterator(X[..., :2])
        assert caught[0].filename == __file__

    def test_nothing_to_measure(self):
        with pytest.warns(UserWarning, match="Nothing to measure"):
            streamed({}, X)
