"""A small convolutional network, trained from scratch on the balanced pictures of a fold."""

from math import sqrt
from typing import TYPE_CHECKING, Any

from core.embed import resolve_device
from core.embed.computing import memory_format, on_device
from core.evaluate.features import Features
from core.evaluate.head import Fit, Prediction
from core.evaluate.training import DEFAULT_TRAINING, Learner, Training, hold_back, train
from core.evaluate.training_set import TrainingSet
from core.randomness import stream_seed

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

SIDE_PX = 32

_CHANNELS = (16, 16, 32, 32, 64, 64)  # of six convolutions, halved in size after each pair


def train_network(
    side: TrainingSet, test: Features, fit: Fit, training: Training = DEFAULT_TRAINING
) -> Prediction:
    """Return the scores of a network trained on `side`, and how training went.

    Same seed, same result on the same device with the same number of threads.

    Args:
        side: What to learn from; `fit.take` gives (N, SIDE_PX, SIDE_PX, 3) uint8 pictures of it.
        test: What to score.
        fit: Classes, seed, device, and whom to tell of epochs.
        training: How.
    """
    import torch

    device = resolve_device(fit.device)
    network: Any = _build(fit.class_count, stream_seed(fit.seed, "network"))
    network = network.to(device, memory_format=memory_format(device))

    def score(pictures: Features) -> "Tensor":
        # Seen with channels first they keep lying as they are, which a CPU convolves in half the
        # time.
        pixels = on_device(pictures, device).permute(0, 3, 1, 2)
        scores: Tensor = network(pixels.float() / 127.5 - 1)
        return scores

    optimizer = torch.optim.Adam(network.parameters(), lr=training.learning_rate)
    learner = Learner(network, score, optimizer, network.train, device)
    return train(learner, side, test, fit, training, hold_back(side, training, fit.seed))


def _build(class_count: int, seed: int) -> "Module":
    """Return the network with its first weights."""
    import torch
    from torch import nn

    layers: list[Module] = []
    before = 3
    for number, after in enumerate(_CHANNELS):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
        layers.append(nn.ReLU(inplace=True))
        if number % 2:
            layers.append(nn.MaxPool2d(2))
        before = after
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, class_count)]
    generator = torch.Generator().manual_seed(seed)
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            # As torch itself begins, but with numbers of our own.
            nn.init.kaiming_uniform_(layer.weight, a=sqrt(5), generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)
