"""Fine-tune the last block of an encoder, beginning where the linear head ends.

A new linear layer and a whole block that learn at once pull at each other: the block follows the
layer's first, random directions. So the layer is fitted first, and both go on from there.

Source:
    Kumar et al., Fine-Tuning can Distort Pretrained Features, ICLR 2022, arXiv:2202.10054.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.embed import CutEncoder, find_encoder, resolve_device
from core.embed.computing import turn_on
from core.evaluate.features import Features
from core.evaluate.head import Fit, OpenHead, Prediction
from core.evaluate.inputs import network_input
from core.evaluate.linear_model import DEFAULT_PENALTY, fit_penalised
from core.evaluate.training import Learner, Training, hold_back, learn, places_to_learn, train
from core.evaluate.training_set import TrainingSet

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

# Nothing is held back: with a tenth less to learn from, and the epoch chosen on few images, it
# ended below the linear head in all five folds of 97 small classes.
TRAINING = Training(epochs=8, batch_size=32, learning_rate=3e-4, held_back=0.0, patience=0)

_LAYER_RATE = 3  # how much faster the linear layer learns than the block
_DESCRIBED = 256  # pictures at a time
_NEVER = -30.0  # logarithm of the score of a class that is not learned


@dataclass(frozen=True, eq=False)
class _Layer:
    """A linear layer on standardised vectors."""

    linear: "Module"  # D to C
    middle: "Tensor"  # (D,)
    scale: "Tensor"  # (D,)

    def score(self, vectors: "Tensor") -> "Tensor":
        """Return (B, C) logits of (B, D) vectors."""
        scores: Tensor = self.linear((vectors - self.middle) / self.scale)
        return scores


def open_fine_tuning(encoder: str, device: str) -> OpenHead:
    """Return the head, with the encoder's weights loaded.

    Args:
        encoder: The name of one that has layers.
        device: 'auto', 'cpu', 'cuda' or 'mps'.

    Raises:
        SettingError: the encoder or the device is not there, or cannot be taken apart.
        OutputError: what was downloaded cannot be kept.
    """
    found, device = find_encoder(encoder), resolve_device(device)
    assert found.cut is not None, "see check_head"
    cut = found.cut(device)
    start = {name: value.clone() for name, value in cut.block.state_dict().items()}

    def predict(side: TrainingSet, test: Features, fit: Fit) -> Prediction:
        cut.block.load_state_dict(start)  # as it was before the fold before
        return fine_tune(cut, device, side, test, fit)

    return OpenHead(predict, network_input(found, cut.begin, device), found.is_small)


def fine_tune(
    cut: CutEncoder,
    device: str,
    side: TrainingSet,
    test: Features,
    fit: Fit,
    training: Training = TRAINING,
) -> Prediction:
    """Return the scores of the encoder after its last block has learned, and how that went.

    Args:
        cut: The encoder; its block changes.
        device: Where it is.
        side: What to learn from; `fit.take` gives the (N, S) states of it.
        test: What to score.
        fit: Classes, seed, and whom to tell of epochs.
        training: How.
    """
    held = hold_back(side, training, fit.seed)
    learner = _open_learner(cut, device, side, fit, training, held)
    return train(learner, side, test, fit, training, held)


def tune_block(
    cut: CutEncoder, device: str, side: TrainingSet, fit: Fit, training: Training = TRAINING
) -> None:
    """Let the last block of an encoder learn from `side`, as `fine_tune` does: it changes."""
    held = hold_back(side, training, fit.seed)
    learner = _open_learner(cut, device, side, fit, training, held)
    learn(learner, side, fit, training, held)


def _open_learner(
    cut: CutEncoder,
    device: str,
    side: TrainingSet,
    fit: Fit,
    training: Training,
    held: NDArray[np.intp],
) -> Learner:
    """Return the block and a layer on it that is fitted, before the first epoch."""
    import torch

    layer = _fit_layer(cut, device, side, places_to_learn(side, held), fit)
    network = torch.nn.ModuleList([cut.block, layer.linear])
    rate = training.learning_rate
    groups = [
        {"params": list(cut.block.parameters()), "lr": rate},
        {"params": list(layer.linear.parameters()), "lr": _LAYER_RATE * rate},
    ]

    def score(states: Features) -> "Tensor":
        return layer.score(cut.describe(states, device))

    return Learner(
        network,
        score,
        torch.optim.AdamW(groups),
        # Norms keep the averages that they were pretrained with, and nothing is dropped.
        lambda _: network.eval(),
        device,
    )


def _fit_layer(
    cut: CutEncoder, device: str, side: TrainingSet, places: NDArray[np.intp], fit: Fit
) -> _Layer:
    """Return a linear layer on vectors, fitted as the linear head is."""
    import torch
    from torch import nn

    with torch.no_grad(), turn_on(device):
        parts = [
            cut.describe(fit.take(side.features[places[start : start + _DESCRIBED]]), device)
            for start in range(0, len(places), _DESCRIBED)
        ]
    vectors = torch.cat(parts).double().cpu().numpy()
    middle, spread = vectors.mean(axis=0), vectors.std(axis=0)
    # About 1 long, whichever encoder made them: one penalty suits all.
    scale = np.where(spread > 0, spread, 1) * np.sqrt(vectors.shape[1])
    points = replace(
        side,
        features=(vectors - middle) / scale,
        codes=side.codes[places],
        votes=side.votes[places],
        kept=int((places < side.kept).sum()),
    )
    model = fit_penalised(points, DEFAULT_PENALTY)
    layer = nn.Linear(*model.slopes.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(model.slopes.T))
        layer.bias.copy_(torch.tensor(np.maximum(model.constants, _NEVER)))
    return _Layer(
        layer.to(device),
        torch.tensor(middle, dtype=torch.float32, device=device),
        torch.tensor(scale, dtype=torch.float32, device=device),
    )
