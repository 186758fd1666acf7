"""Weigh the loss by class in PyTorch: a mistake on a rare class counts more."""

import json
from pathlib import Path

import torch

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))

# Codes are places in training["classes"]. Draw pictures in random order, not by weight as well.
criterion = torch.nn.CrossEntropyLoss(weight=torch.tensor(training["class_weight"]))
