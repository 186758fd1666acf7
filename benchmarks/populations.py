"""Populations that draws cannot exhaust: real vectors, each drawn with noise of its own class.

python benchmarks/populations.py SOURCE ENCODER FILE [IMAGES_A_CLASS [CLASSES]] embeds pictures
and keeps their first 64 principal components; `Population` draws sets from such a file.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.axes import principal_axes
from core.embed import embed
from core.ingest import open_source, parse_take

KEPT = 64
NOISE = 0.5  # of a drawn point, in standard deviations of its class


@dataclass(frozen=True, eq=False)
class Population:
    """Classes of real vectors, and the square root of each class's covariance."""

    vectors: tuple[NDArray[np.float64], ...]  # a class (M, D)
    roots: tuple[NDArray[np.float64], ...]  # a class (D, D)

    def draw(
        self, rng: np.random.Generator, counts: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return `counts` points of each class, and their classes.

        A point is a real one with normal noise, brought back to the spread of its class.
        """
        shrink = 1 / np.sqrt(1 + NOISE**2)
        drawn = []
        for vectors, root, count in zip(self.vectors, self.roots, counts, strict=False):
            mean = vectors.mean(axis=0)
            real = vectors[rng.integers(len(vectors), size=count)] - mean
            noise = rng.standard_normal(real.shape) @ root
            drawn.append(mean + shrink * (real + NOISE * noise))
        return np.concatenate(drawn), np.repeat(np.arange(len(counts)), counts)


def read_population(path: Path, dimension: int, classes: int) -> Population:
    """Return the `classes` largest classes of a file, by their first `dimension` components."""
    with np.load(path) as kept:
        vectors, codes = kept["vectors"][:, :dimension].astype(np.float64), kept["codes"]
    # Scales do not matter to a head without penalty; to one with, vectors are about 1 long.
    vectors /= np.sqrt((vectors**2).sum(axis=1).mean())
    largest = np.argsort(-np.bincount(codes), kind="stable")[:classes]
    parts = tuple(vectors[codes == code] for code in sorted(largest))
    roots = []
    for part in parts:
        values, columns = np.linalg.eigh(np.cov(part.T) + 1e-9 * np.eye(dimension))
        roots.append((columns * np.sqrt(np.maximum(values, 0))) @ columns.T)
    return Population(parts, tuple(roots))


def write_population(
    source: str, encoder: str, path: Path, *, images: int = 0, classes: tuple[str, ...] = ()
) -> None:
    """Embed the pictures of a source and keep their principal components."""
    take = parse_take([f"{label}={images}" for label in classes] or [f"*={images}"])
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder), take=take if images else None)
        embeddings = embed(dataset, encoder=encoder)
    vectors = embeddings.vectors
    components = principal_axes(vectors, KEPT, 0).components_of(vectors)
    np.savez(path, vectors=components, codes=dataset.codes[embeddings.rows])


if __name__ == "__main__":
    write_population(
        sys.argv[1],
        sys.argv[2],
        Path(sys.argv[3]),
        images=int(sys.argv[4]) if len(sys.argv) > 4 else 0,
        classes=tuple(sys.argv[5].split(",")) if len(sys.argv) > 5 else (),
    )
