"""Classes of photographs, trained from folders. Written for Keras 2.2.

data/
    train/  one folder per class
    validation/  one folder per class
"""
from __future__ import print_function

import hashlib
import json
import random

import numpy as np
from keras import backend as K
from keras.layers import Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from imgdatagen_compat.keras_preprocessing.image import ImageDataGenerator, img_to_array, load_img

img_width, img_height = 32, 24
train_data_dir = 'data/train'
validation_data_dir = 'data/validation'
epochs = 3
batch_size = 4

random.seed(3)
np.random.seed(3)

if K.image_data_format() == 'channels_first':
    input_shape = (3, img_height, img_width)
else:
    input_shape = (img_height, img_width, 3)

model = Sequential()
model.add(Conv2D(4, (3, 3), input_shape=input_shape))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(8))
model.add(Activation('relu'))
model.add(Dropout(0.5))
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='rmsprop', metrics=['accuracy'])

train_datagen = ImageDataGenerator(
    rescale=1. / 255,
    rotation_range=30,
    width_shift_range=0.2,
    shear_range=0.2,
    zoom_range=0.2,
    brightness_range=(0.7, 1.3),
    horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1. / 255)

train_generator = train_datagen.flow_from_directory(
    train_data_dir,
    target_size=(img_height, img_width),
    batch_size=batch_size,
    seed=7,
    class_mode='binary')
validation_generator = test_datagen.flow_from_directory(
    validation_data_dir,
    target_size=(img_height, img_width),
    batch_size=batch_size,
    shuffle=False,
    class_mode='binary')


def digest(*arrays):
    return hashlib.md5(b''.join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


# A look at what goes in.
batches = []
for i in range(5):
    x, y = next(train_generator)
    batches.append(digest(x, y))
train_generator.reset()

history = model.fit(
    train_generator,
    epochs=epochs,
    validation_data=validation_generator,
    verbose=0)

score = model.evaluate(validation_generator, verbose=0)
predictions = model.predict(validation_generator, verbose=0)
for filename, label, p in zip(validation_generator.filenames, validation_generator.classes, predictions):
    print(filename, label, p.shape)

# One photograph, as it is used afterwards.
x = img_to_array(load_img('data/validation/' + validation_generator.filenames[0], target_size=(img_height, img_width)))
x = x.reshape((1,) + x.shape)
for i, batch in enumerate(train_datagen.flow(x, batch_size=1, seed=1)):
    batches.append(digest(batch))
    if i == 2:
        break

print(json.dumps({
    'classes': train_generator.class_indices,
    'batches': batches,
    'losses': [float(loss) for loss in history.history['loss'] + history.history['val_loss'] + [score[0]]],
    'predictions': list(predictions.shape),
}))
