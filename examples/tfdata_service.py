"""A folder of photographs, decoded and augmented by two worker processes of the tf.data service, for a model in this one.

`python examples/tfdata_service.py` starts a dispatcher and two workers on this machine, and stops them in the end. On other machines start
the same two by hand; they need TensorFlow and the photographs, and nothing else:

    python examples/tfdata_service.py dispatcher 5050
    python examples/tfdata_service.py worker dispatcher-host:5050 this-host:5051     (on every machine that is to make batches)
"""

import collections
import contextlib
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

EPOCHS = 2


def main():
    from imgdatagen_compat import ImageDataGenerator
    from imgdatagen_compat.sample_photographs import write_sample_photographs

    with tempfile.TemporaryDirectory() as folder, running_service(workers=2) as address:
        write_sample_photographs(folder)
        datagen = ImageDataGenerator(rescale=1 / 255, rotation_range=20, zoom_range=0.2, horizontal_flip=True)
        flow = datagen.flow_from_directory(folder, target_size=(64, 64), class_mode="sparse", batch_size=8, seed=1)

        local = flow.as_dataset(epochs=EPOCHS)
        local.explain()
        remote = local.apply(tf.data.experimental.service.distribute(tf.data.experimental.service.ShardingPolicy.DYNAMIC, address))

        made_here, made_there = count_images(local), count_images(remote)
        print(f"{sum(made_there.values())} images of {EPOCHS} epochs from the workers; the same as made here: {made_there == made_here}")

        layers = tf.keras.layers
        model = tf.keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(flow.num_classes, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        # One pass has all epochs: `steps_per_epoch` says where one ends.
        history = model.fit(remote, epochs=EPOCHS, steps_per_epoch=len(flow), shuffle=False, verbose=0)
        print("loss of each epoch:", *(f"{loss:.3f}" for loss in history.history["loss"]))


def count_images(dataset):
    """How often each image is in the dataset, by its pixels and its label."""
    return collections.Counter((x.tobytes(), int(y)) for batch in dataset.as_numpy_iterator() for x, y in zip(*batch))


@contextlib.contextmanager
def running_service(workers):
    """A dispatcher and some workers, in processes of their own until the block ends. Gives the address of the dispatcher."""
    with contextlib.ExitStack() as stack:
        dispatcher = stack.enter_context(server_process("dispatcher"))
        address = first_line(dispatcher)
        for worker in [stack.enter_context(server_process("worker", address)) for _ in range(workers)]:
            first_line(worker)
        yield f"grpc://{address}"


@contextlib.contextmanager
def server_process(*arguments):
    """This file, as a server in a process of its own, which is killed when the block ends."""
    process = subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process):
    """The address that a server prints when it is ready."""
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{process.args} ended with code {process.wait()}")
    return line


def serve(role, *arguments):
    """Runs a server until the process is ended; prints its address."""
    if role == "dispatcher":
        port = int(arguments[0]) if arguments else 0  # 0: any that is free
        server = tf.data.experimental.service.DispatchServer(tf.data.experimental.service.DispatcherConfig(port=port))
        address = server.target.partition("://")[2]
    else:
        dispatcher, address = arguments if len(arguments) > 1 else (arguments[0], None)
        port = int(address.rpartition(":")[2]) if address else 0
        config = tf.data.experimental.service.WorkerConfig(dispatcher, worker_address=address, port=port)
        server = tf.data.experimental.service.WorkerServer(config)
    print(address or "any free port", flush=True)
    server.join()


if __name__ == "__main__":
    serve(*sys.argv[1:]) if sys.argv[1:] else main()
