"""Logit adjustment in PyTorch, in the loss or after training (Menon et al., arXiv:2007.07314)."""

import json
import math
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))
priors = [-math.inf if prior is None else prior for prior in training["log_priors"]]
offset = training["tau"] * torch.tensor(priors)


def criterion(logits, codes):
    """Return the loss to train with; the model's own logits then predict, as they are."""
    return cross_entropy(logits + offset.to(logits.device), codes)


def adjusted(logits):
    """Return the logits of a model that was trained with another loss, without class sizes."""
    return logits - offset.to(logits.device)  # not of one that was trained with `criterion`
