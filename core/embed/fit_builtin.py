"""From trained weights to the file that the built-in encoder opens; `train_encoder` calls this."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.axes import EXACT, principal_axes
from core.embed import builtin, classical
from core.embed.network import INPUT_PX
from core.embed.training_pictures import TrainingPictures
from core.neighbours import SearchOptions, nearest_others
from core.pictures.decode import resize
from core.storage import write_bytes

if TYPE_CHECKING:
    from torch import Tensor

# How far directions in which the network spreads pictures little are stretched: 0 leaves them, 1
# makes all directions equal. Inside folders of the corpus 0.5 shared 0.5 points more neighbours
# with the teacher than 0, and over all of it 0.4 points fewer; early in training it gained 1.
_STRETCH = 0.5
_SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# As much of the classical half is kept as costs the neighbours less than this: it is there for
# pictures unlike any that the network was trained on.
_TOLERANCE = 0.01
_BLOCK = 256


def fit_encoder(
    trained: Mapping[str, Tensor],
    corpus: NDArray[np.uint8],
    held_out: TrainingPictures,
    wanted: NDArray[np.float32],
) -> tuple[dict[str, Tensor], dict[str, float]]:
    """Return all that the encoder opens, rounded to half precision, and what each share gave.

    Args:
        trained: The network's weights.
        corpus: (P, S, S, 3) whole pictures, to centre on and to find directions in.
        held_out: Pictures to choose the shares on, by folder.
        wanted: (H, D) the teacher's vectors of those, of length 1.
    """
    import torch

    small = _small(corpus)
    weights = _evened(trained, plain_vectors(trained, small))
    shapes = _shapes(small)
    axes = principal_axes(shapes, builtin.CLASSICAL_DIMENSION, 0, solver=EXACT)
    weights["classical.mean"] = torch.from_numpy(axes.centre).half()
    weights["classical.directions"] = torch.from_numpy(axes.directions.T.copy()).half()
    weights = {name: tensor.half().float() for name, tensor in weights.items()}
    small = _small(held_out.squares)
    halves = torch.from_numpy(plain_vectors(weights, small)), torch.from_numpy(_shapes(small))
    agreements = {}
    for share in _SHARES:
        weights["learned.share"] = torch.tensor(share)
        joined = builtin.join(*halves, weights).numpy()
        agreements[share] = _agreement(joined, wanted, held_out.folders)
    best = max(agreements.values())
    chosen = min(share for share, value in agreements.items() if value >= best - _TOLERANCE)
    weights["learned.share"] = torch.tensor(chosen)
    report = {f"share {share}": round(value, 4) for share, value in agreements.items()}
    halved = {name: tensor.half().contiguous() for name, tensor in weights.items()}
    return halved, report | {"chosen": chosen}


def write_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write the weights file, the same bytes for the same weights."""
    from safetensors.torch import save

    write_bytes(path, save(dict(sorted(weights.items()))))


def plain_vectors(
    weights: Mapping[str, Tensor], pictures: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return (P, DIMENSION) of the network alone, before anything is centred."""
    import torch

    rows = []
    with torch.inference_mode():
        for start in range(0, len(pictures), _BLOCK):
            batch = torch.from_numpy(_small(pictures[start : start + _BLOCK]))
            rows.append(builtin.learned(batch, weights).numpy())
    return np.concatenate(rows)


def shared_neighbours(
    made: NDArray[np.float32], wanted: NDArray[np.float32], count: int = 10
) -> float:
    """Return the share of each row's `count` nearest by cosine that both spaces agree on."""
    by_cosine = SearchOptions(metric="cosine")
    near = (nearest_others(rows, count, options=by_cosine).positions for rows in (made, wanted))
    agreed = [len(np.intersect1d(a, b)) for a, b in zip(*near, strict=True)]
    return float(np.mean(agreed) / count)


def _evened(weights: Mapping[str, Tensor], vectors: NDArray[np.float32]) -> dict[str, Tensor]:
    """Return the weights with a head that centres `vectors` and evens out their directions."""
    import torch

    axes = principal_axes(vectors, vectors.shape[1], 0, solver=EXACT)
    stretch = np.maximum(axes.variances, 1e-6) ** (-_STRETCH / 2)
    turn = torch.from_numpy(np.asarray(axes.directions * stretch[:, None], np.float32))
    weight = turn @ weights["head.weight"]
    bias = turn @ (weights["head.bias"] - torch.from_numpy(axes.centre))
    return dict(weights) | {"head.weight": weight, "head.bias": bias}


def _agreement(
    made: NDArray[np.float32], wanted: NDArray[np.float32], folders: NDArray[np.str_]
) -> float:
    """Return the mean over folders of the neighbours shared with the teacher inside each."""
    places = [np.flatnonzero(folders == folder) for folder in np.unique(folders)]
    return float(np.mean([shared_neighbours(made[at], wanted[at], count=5) for at in places]))


def _small(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pictures.shape[1] == INPUT_PX:
        return pictures
    return np.stack([resize(picture, width=INPUT_PX, height=INPUT_PX) for picture in pictures])


def _shapes(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    blocks = range(0, len(pictures), _BLOCK)
    rows = [
        classical.describe(builtin.small(pictures[start : start + _BLOCK]), np) for start in blocks
    ]
    return np.asarray(np.concatenate(rows), np.float32)
