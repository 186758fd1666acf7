"""Find the fixed directions of the learned encoders: python -m core.embed.fit_directions ZIP.

ZIP holds varied pictures without labels (MODEL_CARD.md names the one that was used). For each half
the mean over them and the principal directions are written to `halves.DIRECTIONS`: the same bytes
for the same pictures, on the same kind of processor. It takes a few minutes on two cores.
"""

import sys
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.axes import EXACT, principal_axes
from core.batches import run_ahead
from core.embed import classical, efficientnet, halves
from core.embed.computing import stay_in_this_thread
from core.pictures.decode import Pixels, decode, resize
from core.storage import write_bytes

if TYPE_CHECKING:
    from torch import Tensor

COUNT = 8_000  # of the archive's pictures, drawn by the seed
SEED = 0
_BATCH = 8
_SUFFIXES = (".jpg", ".jpeg", ".png")
# How far directions in which pictures differ little are stretched: 0 leaves them, 1 makes all
# equal. At 224 px Caltech's objects gained 1.8 points over 0 with 0.5, and other sets less.
_STRETCH = 0.5


def fit(pictures: Sequence[Pixels]) -> dict[str, "Tensor"]:
    """Return what `halves` reads: by side, and of the classical half, 'mean' and 'directions'."""
    fitted: dict[str, Tensor] = {}
    for side_px in halves.SIDES_PX:
        means = np.concatenate(list(_means(pictures, side_px)))
        fitted |= _axes(str(side_px), means, halves.LEARNED_DIMENSION, _STRETCH)
    shapes = np.concatenate([
        np.asarray(classical.describe(batch, np), np.float32)
        for batch in _batches(pictures, classical.INPUT_PX)
    ])  # fmt: skip
    return fitted | _axes("classical", shapes, halves.CLASSICAL_DIMENSION, 0)


def drawn(archive: str, count: int, seed: int) -> list[Pixels]:
    """Return `count` pictures of a zip, drawn by the seed, in order of their names."""
    with zipfile.ZipFile(archive) as opened:
        names = sorted(name for name in opened.namelist() if name.lower().endswith(_SUFFIXES))
        places = np.random.default_rng(seed).permutation(len(names))[:count]
        return [decode(opened.read(names[place])) for place in sorted(places.tolist())]


def _means(pictures: Sequence[Pixels], side_px: int) -> Iterator[NDArray[np.float32]]:
    import torch

    weights = halves.network_weights("cpu")

    def means_of(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            maps = efficientnet.begin(torch.from_numpy(batch), weights)
            return np.asarray(efficientnet.finish(maps, weights).numpy(), np.float32)

    yield from run_ahead(means_of, _batches(pictures, side_px), prepare=stay_in_this_thread)


def _batches(pictures: Sequence[Pixels], side_px: int) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, len(pictures), _BATCH):
        batch = pictures[start : start + _BATCH]
        yield np.stack([resize(picture, width=side_px, height=side_px) for picture in batch])


def _axes(
    name: str, vectors: NDArray[np.float32], count: int, stretch: float
) -> dict[str, "Tensor"]:
    """Return mean and directions as (D, count) that make the median length 1, in few digits."""
    import torch

    axes = principal_axes(vectors, count, SEED, solver=EXACT)
    longer = axes.variances ** (-stretch / 2)
    usual = np.median(np.linalg.norm(axes.components_of(vectors) * longer, axis=1))
    directions = np.ascontiguousarray((axes.directions * longer[:, None]).T / usual, np.float32)
    return {
        f"{name}.mean": torch.from_numpy(axes.centre.astype(np.float32)).half(),
        f"{name}.directions": torch.from_numpy(directions).half(),
    }


def main(archive: str) -> None:
    """Write the directions found in the archive."""
    from safetensors.torch import save

    write_bytes(halves.DIRECTIONS, save(dict(sorted(fit(drawn(archive, COUNT, SEED)).items()))))


if __name__ == "__main__":
    main(sys.argv[1])
