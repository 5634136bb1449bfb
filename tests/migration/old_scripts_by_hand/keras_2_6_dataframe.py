"""A number for every photograph, from a table. Written for Keras 2.6."""
import hashlib
import json
import random

import numpy as np
import pandas as pd
import tensorflow as tf
from imgdatagen_compat.keras_preprocessing import image
from imgdatagen_compat.keras_preprocessing.image import ImageDataGenerator
from tensorflow.keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam

random.seed(5)
np.random.seed(5)
tf.random.set_seed(5)

df = pd.read_csv('data/ages.csv')
df['path'] = df['path'].astype(str)

options = dict(
    dataframe=df,
    directory='data/photographs',
    x_col='path',
    y_col='age',
    target_size=(24, 32),
    class_mode='raw',
    batch_size=4)

datagen = ImageDataGenerator(
    rescale=1./255, validation_split=0.25, rotation_range=15, height_shift_range=0.1, zoom_range=[0.8, 1.1], vertical_flip=True,
    fill_mode='reflect')
train_gen = datagen.flow_from_dataframe(subset='training', seed=42, workers=2, max_queue_size=4, **options)
valid_gen = datagen.flow_from_dataframe(subset='validation', seed=42, shuffle=False, **options)

inputs = Input(shape=(24, 32, 3))
net = Conv2D(4, 3, strides=2, activation='relu')(inputs)
net = GlobalAveragePooling2D()(net)
outputs = Dense(1)(net)
model = Model(inputs=inputs, outputs=outputs)
model.compile(optimizer=Adam(learning_rate=1e-3), loss='mse', metrics=['mae'])


def md5(*arrays):
    return hashlib.md5(b''.join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


batches = [md5(*next(train_gen)) for _ in range(len(train_gen) + 2)]
batches += [md5(*valid_gen[i]) for i in range(len(valid_gen))]

history = model.fit(
    train_gen,
    validation_data=valid_gen,
    epochs=4,
    verbose=0)

test_datagen = ImageDataGenerator(rescale=1./255)
test_gen = test_datagen.flow_from_dataframe(
    dataframe=df, directory='data/photographs', x_col='path', y_col=None, class_mode=None, shuffle=False, target_size=(24, 32),
    batch_size=5)
test_gen.reset()
pred = model.predict(test_gen, verbose=0)
batches += [md5(test_gen[i]) for i in range(len(test_gen))]

img = image.load_img('data/photographs/' + df['path'][0], target_size=(24, 32))
batches.append(md5(np.expand_dims(image.img_to_array(img), axis=0)))

print(json.dumps({
    'batches': batches,
    'losses': [float(loss) for loss in history.history['loss'] + history.history['val_loss']],
    'predictions': list(pred.shape),
}))
