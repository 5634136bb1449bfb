# Which pixels belong to the thing: image and mask, augmented alike. Written for tf.keras 2.10.
import hashlib
import json

import tensorflow as tf

import imgdatagen_compat

SEED = 11
BATCH_SIZE = 3
STEPS = 4
EPOCHS = 3
SIZE = (32, 32)

tf.random.set_seed(SEED)

data_gen_args = dict(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode="constant",
)
image_datagen = imgdatagen_compat.ImageDataGenerator(**data_gen_args, rescale=1.0 / 255)
mask_datagen = imgdatagen_compat.ImageDataGenerator(**data_gen_args)

seen = []


def train_generator():
    image_generator = image_datagen.flow_from_directory(
        "data/segmentation/images", class_mode=None, target_size=SIZE, batch_size=BATCH_SIZE, seed=SEED
    )
    mask_generator = mask_datagen.flow_from_directory(
        "data/segmentation/masks", class_mode=None, color_mode="grayscale", target_size=SIZE, batch_size=BATCH_SIZE, seed=SEED
    )
    for img, mask in zip(image_generator, mask_generator):
        mask = (mask > 127).astype("float32")
        seen.append(hashlib.md5(img.tobytes() + mask.tobytes()).hexdigest())
        yield img, mask


def small_net():
    inputs = tf.keras.layers.Input((*SIZE, 3))
    down = tf.keras.layers.Conv2D(4, 3, activation="relu", padding="same", strides=2)(inputs)
    middle = tf.keras.layers.Conv2D(8, 3, activation="relu", padding="same")(down)
    up = tf.keras.layers.Conv2DTranspose(4, 2, strides=2, padding="same")(middle)
    merged = tf.keras.layers.concatenate([up, inputs])
    outputs = tf.keras.layers.Conv2D(1, 1, activation="sigmoid")(merged)
    return tf.keras.Model(inputs, outputs)


model = small_net()
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(train_generator(), steps_per_epoch=STEPS, epochs=EPOCHS, verbose=0)

predicted = model.predict(tf.zeros((1, *SIZE, 3)), verbose=0)
print(
    json.dumps(
        {
            # More may have been made ahead.
            "batches": seen[: STEPS * EPOCHS],
            "losses": [float(loss) for loss in history.history["loss"]],
            "predictions": list(predicted.shape),
        }
    )
)
