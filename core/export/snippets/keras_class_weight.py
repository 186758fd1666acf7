"""Weigh classes in Keras: the pictures by folder, and `class_weight` in `fit`."""

import json
from pathlib import Path

import keras

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))
train = keras.utils.image_dataset_from_directory(
    Path(FOLDER, "train"), image_size=(224, 224), batch_size=32, seed=0
)
weight_of = dict(zip(training["folders"], training["class_weight"], strict=True))
class_weight = {code: weight_of[name] for code, name in enumerate(train.class_names)}

# Yours in its place.
model = keras.Sequential(
    [
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(len(train.class_names)),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(train, class_weight=class_weight, epochs=1)
