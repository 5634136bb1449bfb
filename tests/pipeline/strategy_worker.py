"""One process of a training under tf.distribute, or alone: prints, as JSON, the labels of its replicas in every batch, losses, and more.

The strategy is the first argument: "none", "mirrored" (two logical CPUs) or "multiworker" (as `TF_CONFIG` says).
"""

import json
import sys

import numpy as np
import tensorflow as tf

from imgdatagen_compat import ImageDataGenerator

N, BATCH, SIZE = 10, 4, (12, 17)
AUGMENTATION = {"rotation_range": 20, "zoom_range": 0.3}


def strategy(name):
    if name == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    return tf.distribute.MultiWorkerMirroredStrategy() if name == "multiworker" else tf.distribute.get_strategy()


def images():
    return np.random.default_rng(0).integers(0, 256, (N, *SIZE, 3), np.uint8), np.arange(N, dtype="float32")


def make_dataset(*, shuffle=True, augmentation=AUGMENTATION, **options):
    return ImageDataGenerator(rescale=1 / 255, **augmentation).flow(*images(), BATCH, shuffle, seed=3).as_dataset(**options)


def losses(strategy):
    """Of a linear regression, batch by batch."""
    with strategy.scope():
        weights = tf.Variable(tf.zeros([SIZE[0] * SIZE[1] * 3]))

    def step(x, y):
        context = tf.distribute.get_replica_context()
        n = tf.cast(context.all_reduce("sum", tf.size(y)), tf.float32)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((tf.linalg.matvec(tf.reshape(x, [tf.size(y), -1]), weights) - y) ** 2) / n
        weights.assign_sub(1e-3 * context.all_reduce("sum", tape.gradient(loss, weights)))
        return context.all_reduce("sum", loss)

    run = tf.function(lambda x, y: strategy.run(step, (x, y)))
    batches = strategy.experimental_distribute_dataset(make_dataset(epochs=2))
    return [float(strategy.experimental_local_results(run(x, y))[0]) for x, y in batches]


def fit_weights(strategy):
    """The weights after `fit` with `as_dataset()`, and with the same images from memory.

    `fit` looks at a first batch of its own under some strategies: nothing is drawn, therefore.
    """
    x, y = images()
    in_memory = tf.data.Dataset.from_tensor_slices((x * np.float32(1 / 255), y)).batch(BATCH, drop_remainder=True)
    return [_fit_weights(strategy, dataset) for dataset in (make_dataset(shuffle=False, augmentation={}, drop_remainder=True), in_memory)]


def _fit_weights(strategy, dataset):
    from tensorflow import keras

    with strategy.scope():
        model = keras.Sequential([keras.Input((*SIZE, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1, "linear")])
        model.layers[-1].kernel.assign(tf.ones([3, 1]))
        model.compile(keras.optimizers.SGD(0.01), "mse")
    model.fit(dataset, epochs=2, shuffle=False, verbose=0)
    return np.concatenate([weight.ravel() for weight in model.get_weights()]).tolist()


def layer_draws(strategy):
    """What each replica makes of one image, with a layer that trained in a model before."""
    from tensorflow import keras

    from imgdatagen_compat.layers import RandomImageTransform

    x = np.random.default_rng(0).integers(0, 256, (4, *SIZE, 3), np.uint8)
    with strategy.scope():
        layer = RandomImageTransform(rotation_range=60, seed=1)
        model = keras.Sequential([keras.Input(x.shape[1:], dtype="uint8"), layer, keras.layers.Flatten(), keras.layers.Dense(1)])
        model.compile(loss="mse")
    model.fit(x, np.arange(4.0), batch_size=2, verbose=0)
    drawn = tf.function(lambda: strategy.run(lambda: layer(x[:1], training=True)))()
    return [part.numpy().tolist() for part in strategy.experimental_local_results(drawn)]


if __name__ == "__main__":
    chosen = strategy(sys.argv[1])
    distributed = chosen.experimental_distribute_dataset(make_dataset(epochs=2))
    labels = [[part.numpy().tolist() for part in chosen.experimental_local_results(y)] for _, y in distributed]
    weights = None if sys.argv[1] == "multiworker" else fit_weights(chosen)
    draws = layer_draws(chosen) if sys.argv[1] == "mirrored" else None
    print(json.dumps({"labels": labels, "losses": losses(chosen), "weights": weights, "draws": draws}))
