"""Weigh each picture in Keras: batches of pictures, codes and the weights of the manifest."""

import csv
import json
import math
from pathlib import Path

import keras
import numpy as np
from PIL import Image

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))
code_of = {label: code for code, label in enumerate(training["classes"])}
with Path(FOLDER, "manifest.csv").open(encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["split"] == "train"]


class WeightedPictures(keras.utils.PyDataset):
    """Batches of (B, 224, 224, 3) pictures, (B,) codes and (B,) weights, in random order."""

    def __init__(self, batch_size=32, seed=0, **settings):
        super().__init__(**settings)  # workers, use_multiprocessing, max_queue_size
        self.batch_size, self.rng = batch_size, np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return math.ceil(len(rows) / self.batch_size)

    def __getitem__(self, index):
        places = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        chosen = [rows[place] for place in places]
        pictures = np.stack([self.pixels(row["path"]) for row in chosen])
        codes = np.array([code_of[row["label"]] for row in chosen])
        return pictures, codes, np.array([float(row["weight"]) for row in chosen], np.float32)

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(rows))

    @staticmethod
    def pixels(path):
        with Image.open(Path(FOLDER, path)) as image:
            return np.asarray(image.convert("RGB").resize((224, 224)), np.float32)


# Yours in its place.
model = keras.Sequential(
    [
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(len(training["classes"])),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, weighted_metrics=["accuracy"])
model.fit(WeightedPictures(), epochs=1)  # without class_weight: Keras refuses both
