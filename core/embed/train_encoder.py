"""Train the built-in encoder: python -m core.embed.train_encoder --data DIR --work DIR.

The package does not import this script. `--data` holds the pictures and the teacher, `--work`
takes what is slow to make: the teacher's vectors (they need `ai-edge-litert`) and checkpoints.
A run that was stopped goes on at its last checkpoint. The same numbers come out on the same
processor and number of threads; elsewhere sums are rounded in another order.

Source:
    Hinton et al., Distilling the Knowledge in a Neural Network (2015), arXiv:1503.02531.
    Tung & Mori, Similarity-Preserving Knowledge Distillation, ICCV 2019, arXiv:1907.09682.
    Beyer et al., A good teacher is patient and consistent, CVPR 2022, arXiv:2106.05237.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.axes import EXACT, principal_axes
from core.embed import builtin
from core.embed.fit_builtin import fit_encoder, plain_vectors, shared_neighbours, write_weights
from core.embed.network import DIMENSION, INPUT_PX, describe, fused_weights, trainable_layers
from core.embed.training_pictures import (
    CIFAR,
    CORPUS,
    PARTS,
    SMALL,
    TEACHER,
    TrainingPictures,
    load_inputs,
    make_inputs,
    varied,
)
from core.randomness import stream, stream_seed

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.nn import ModuleDict
    from torch.optim import AdamW
    from torch.optim.swa_utils import AveragedModel

LOG = Path(__file__).parent / "builtin.log.json"

_log = logging.getLogger("train_encoder")


@dataclass(frozen=True)
class TrainingSettings:
    """How the network is trained."""

    seed: int = 0
    steps: int = 16_000
    warm_up: int = 300  # steps until the full learning rate
    cool_down: int = 4_000  # last steps, in which it falls to nothing
    early_px: int = 64  # side of the pictures before the cool-down, for speed
    late_px: int = INPUT_PX
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    average_decay: float = 0.999
    whitening: float = 0.5  # 0 keeps the teacher's spread, 1 makes every direction equal
    similarity_share: float = 0.25
    temperature: float = 0.1
    least_area: float = 0.6  # of a stored picture, in a training crop
    grey_share: float = 0.15


def targets(
    vectors: NDArray[np.float16], fitted_on: NDArray[np.float16], whitening: float
) -> NDArray[np.float32]:
    """Return (P, DIMENSION) rows of length 1: the teacher's standardised, reduced vectors."""
    known = fitted_on.astype(np.float32)
    mean, spread = known.mean(axis=0), known.std(axis=0) + 0.05
    known = (known - mean) / spread
    axes = principal_axes(known, DIMENSION, 0, solver=EXACT)
    scale = np.maximum(axes.variances, 1e-6) ** (-whitening / 2)
    reduced = (vectors.astype(np.float32) - mean) / spread @ (axes.directions.T * scale)
    return np.asarray(reduced / np.linalg.norm(reduced, axis=1, keepdims=True), np.float32)


def loss_of(made: Tensor, wanted: Tensor, settings: TrainingSettings) -> Tensor:
    """Return how far directions are from the teacher's, and who is near whom in the batch."""
    import torch
    from torch.nn.functional import kl_div, log_softmax, normalize

    made = normalize(made, dim=1)
    direction = 1 - (made * wanted).sum(dim=1).mean()
    itself = torch.eye(len(made), dtype=torch.bool)
    near, near_wanted = (
        log_softmax((rows @ rows.T / settings.temperature).masked_fill(itself, -1e4), dim=1)
        for rows in (made, wanted)
    )
    similarity = kl_div(near, near_wanted, log_target=True, reduction="batchmean")
    return direction + settings.similarity_share * similarity


def train(
    seen: TrainingPictures, held_out: TrainingPictures, work: Path, settings: TrainingSettings
) -> tuple[dict[str, Tensor], list[dict[str, float]]]:
    """Return the averaged, fused weights and the losses on the way."""
    import torch

    # One thread: a second one stalled 16-bit gradients for a second when another program ran.
    torch.set_num_threads(1)
    fitted_on = seen.vectors[is_whole(seen)]
    wanted = targets(seen.vectors, fitted_on, settings.whitening)
    wanted_held_out = targets(held_out.vectors, fitted_on, settings.whitening)
    generator = torch.Generator().manual_seed(stream_seed(settings.seed, "weights") % 2**31)
    layers = trainable_layers(generator)
    average = _average_of(layers, settings)
    averaged = average.module
    assert isinstance(averaged, torch.nn.ModuleDict)
    optimizer = _optimizer_of(layers, settings)
    total = 0.0
    checkpoint = work / f"checkpoint-{_digest_of(settings)}.pt"
    parts: dict[str, torch.nn.Module | torch.optim.Optimizer]
    parts = {"layers": layers, "average": average, "optimizer": optimizer}
    first, losses = _resumed(checkpoint, parts)
    started = perf_counter() - (losses[-1]["seconds"] if losses else 0)
    drawing = ThreadPoolExecutor(1)
    batch = drawing.submit(_drawn_batch, seen, first, settings)
    for step in range(first, settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * pace(step, settings)
        chosen, pictures = batch.result()
        batch = drawing.submit(_drawn_batch, seen, step + 1, settings)
        loss = _forward_loss(layers, pictures, torch.from_numpy(wanted[chosen]), settings)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        average.update_parameters(layers)
        total += loss.item()
        done = step + 1
        if done % 200 == 0 or done == settings.steps:
            weights = fused_weights(averaged)
            entry = {"step": done, "training": total / (done - first if done < 200 else 200)}
            entry |= watch(weights, held_out.squares, wanted_held_out, settings)
            entry["seconds"] = round(perf_counter() - started)
            losses.append({name: round(value, 4) for name, value in entry.items()})
            _log.info("%s", losses[-1])
            total = 0.0
            state = {name: part.state_dict() for name, part in parts.items()}
            torch.save(state | {"step": done, "losses": losses}, checkpoint.with_suffix(".part"))
            checkpoint.with_suffix(".part").replace(checkpoint)
    return fused_weights(averaged), losses


def _resumed(
    checkpoint: Path, parts: Mapping[str, torch.nn.Module | torch.optim.Optimizer]
) -> tuple[int, list[dict[str, float]]]:
    """Fill `parts` from a checkpoint; return its step and its losses, 0 and none without one."""
    import torch

    if not checkpoint.exists():
        return 0, []
    stored = torch.load(checkpoint, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(stored[name])
    return stored["step"], stored["losses"]


def _average_of(layers: ModuleDict, settings: TrainingSettings) -> AveragedModel:
    """Return the mean of the weights as they were lately, which is what is kept of them."""
    import torch

    return torch.optim.swa_utils.AveragedModel(
        layers,
        multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average_decay),  # type: ignore[no-untyped-call]
        use_buffers=True,
    )


def _optimizer_of(layers: ModuleDict, settings: TrainingSettings) -> AdamW:
    """Return what moves the weights; offsets and scales are not drawn to zero."""
    import torch

    decaying = [one for one in layers.parameters() if one.ndim > 1]
    free = [one for one in layers.parameters() if one.ndim == 1]
    return torch.optim.AdamW(
        [
            {"params": decaying, "weight_decay": settings.weight_decay},
            {"params": free, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )


def is_whole(pictures: TrainingPictures) -> NDArray[np.bool_]:
    """Return (P,) whether each picture is a whole one of the corpus."""
    return ~np.isin(pictures.folders, [*PARTS, SMALL])


def watch(
    weights: Mapping[str, Tensor],
    squares: NDArray[np.uint8],
    wanted: NDArray[np.float32],
    settings: TrainingSettings,
) -> dict[str, float]:
    """Return the loss on pictures that were never trained on, and of shared neighbours."""
    import torch

    made = plain_vectors(weights, squares)
    loss = loss_of(torch.from_numpy(made[:512]), torch.from_numpy(wanted[:512]), settings)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return {
        "held_out": loss.item(),
        "cosine": float((made * wanted).sum(axis=1).mean()),
        "shared_neighbours": shared_neighbours(made, wanted),
    }


def _forward_loss(
    layers: torch.nn.ModuleDict, pictures: Tensor, wanted: Tensor, settings: TrainingSettings
) -> Tensor:
    import torch

    pictures = pictures.contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        means = describe(pictures, lambda name, maps: layers[name](maps))
    return loss_of(layers["head"](means.float()), wanted, settings)


def _drawn_batch(
    seen: TrainingPictures, step: int, settings: TrainingSettings
) -> tuple[NDArray[np.intp], Tensor]:
    chosen = np.sort(_epoch_rows(len(seen.squares), step, settings))
    pictures = varied(
        seen.squares[chosen],
        stream(settings.seed, "step", step),
        side_px=settings.late_px
        if step >= settings.steps - settings.cool_down
        else settings.early_px,
        least_area=settings.least_area,
        grey_share=settings.grey_share,
    )
    return chosen, pictures


def pace(step: int, settings: TrainingSettings) -> float:
    """Return the share of the full learning rate: up, level, down in a straight line."""
    return min(1.0, (step + 1) / settings.warm_up, (settings.steps - step) / settings.cool_down)


def _epoch_rows(count: int, step: int, settings: TrainingSettings) -> NDArray[np.intp]:
    """Return the rows of a step: each epoch passes every picture once, in its own order."""
    steps = count // settings.batch
    order = stream(settings.seed, "epoch", step // steps).permutation(count)
    start = step % steps * settings.batch
    return order[start : start + settings.batch]


def golden_pictures() -> NDArray[np.uint8]:
    """Return two drawn pictures, whose vectors the log keeps to compare with."""
    across, down = np.meshgrid(*2 * [np.linspace(0, 1, INPUT_PX)])
    waves = [np.sin(9 * across * down), across, np.cos(14 * down + 3 * across) * down]
    picture = np.stack(waves, axis=-1) * 127 + 128
    return np.stack([picture, picture[::-1, :, ::-1]]).astype(np.uint8)


def main() -> None:
    """Train by the arguments, then write the weights and the log beside this script."""
    import torch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    defaults = TrainingSettings()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="pictures and teacher")
    parser.add_argument("--work", type=Path, required=True, help="a folder for what can be remade")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--steps", type=int, default=defaults.steps)
    given = parser.parse_args()
    settings = TrainingSettings(seed=given.seed, steps=given.steps)
    make_inputs(given.data, given.work)
    seen, held_out = load_inputs(given.data, given.work)
    trained, losses = train(seen, held_out, given.work, settings)
    corpus = seen.squares[is_whole(seen)]
    wanted = targets(held_out.vectors, seen.vectors[is_whole(seen)], settings.whitening)
    weights, shares = fit_encoder(trained, corpus, held_out, wanted)
    write_weights(weights, builtin.WEIGHTS)
    golden = builtin.open_encoder("cpu")(golden_pictures())
    facts = {
        "weights": _file_digest(builtin.WEIGHTS),
        "data": {name: _file_digest(given.data / name) for name in (CORPUS, CIFAR, TEACHER)},
        "pictures": {"trained_on": len(seen.squares), "held_out": len(held_out.squares)},
        "settings": asdict(settings),
        "torch": torch.__version__,
        "losses": losses,
        "neighbours_shared_with_teacher": shares,
        "golden": [[round(float(value), 4) for value in row[::16]] for row in golden],
    }
    LOG.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _digest_of(settings: TrainingSettings) -> str:
    """Return a name of what the steps before the cool-down depend on."""
    facts = {name: value for name, value in asdict(settings).items() if name != "steps"}
    return sha256(json.dumps(facts).encode()).hexdigest()[:12]


if __name__ == "__main__":
    main()
