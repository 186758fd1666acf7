"""Synthetic points: vectors that a strategy makes, whatever they are made of."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.embed import Embeddings
from core.errors import SettingError

LINEAR, SPHERICAL = "linear", "spherical"
INTERPOLATIONS = (LINEAR, SPHERICAL)

_BLOCK_BYTES = 1_000_000  # two blocks stay in a processor's second cache
_NEARLY_PARALLEL = 1e-4  # radians; below it the sines of the formula lose their digits


def interpolate(
    vectors: NDArray[Any],
    base: NDArray[np.intp],
    neighbor: NDArray[np.intp],
    fraction: NDArray[np.floating[Any]],
    *,
    interpolation: str = LINEAR,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return the vector at each fraction of the way from a base to its neighbour.

    Args:
        vectors: (N, D) array or memory map; cast block by block.
        base: (S,) rows of `vectors`.
        neighbor: (S,) rows of `vectors`.
        fraction: (S,) 0 at the base, 1 at the neighbour.
        interpolation: 'linear', on the straight line; or 'spherical', on the arc between the two
            directions, with lengths in between. Directions that are nearly the same or opposite,
            and vectors of length zero, have no arc: there the line is taken.
        out: Where to write (S, D); its type is that of the arithmetic, but float32 at least.

    Returns:
        `out`, or a new float32 array.

    Raises:
        SettingError: an unknown interpolation.

    Source:
        Shoemake, Animating rotation with quaternion curves, SIGGRAPH 1985 (slerp).
    """
    if interpolation not in INTERPOLATIONS:
        raise SettingError(
            f"Interpolation '{interpolation}' is unknown. Use {' or '.join(INTERPOLATIONS)}."
        )
    if out is None:
        out = np.empty((len(base), vectors.shape[1]), np.float32)
    real = np.dtype(np.float64 if out.dtype == np.float64 else np.float32)
    length = max(1, _BLOCK_BYTES // max(1, real.itemsize * vectors.shape[1]))
    for start in range(0, len(base), length):
        block = slice(start, start + length)
        begins = np.asarray(vectors[base[block]], real)
        ends = np.asarray(vectors[neighbor[block]], real)
        place = np.asarray(fraction[block], real)[:, None]
        if interpolation == SPHERICAL:
            out[block] = _on_arcs(begins, ends, place)
        else:
            ends -= begins
            ends *= place
            np.add(begins, ends, out=out[block], casting="same_kind")
    return out


def _on_arcs(begins: NDArray[Any], ends: NDArray[Any], place: NDArray[Any]) -> NDArray[Any]:
    """Return the (B, D) points on the arcs; `begins` and `ends` are not kept."""
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (begins, ends)]
    cosine = np.einsum("bd,bd->b", begins, ends)[:, None]
    scale = lengths[0] * lengths[1]
    cosine = np.divide(cosine, scale, out=np.ones_like(cosine), where=scale > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(angle)
    is_arc = sine > _NEARLY_PARALLEL
    safe = np.where(is_arc, sine, 1)
    length = lengths[0] + place * (lengths[1] - lengths[0])
    # The weights of unit directions, turned into weights of the vectors themselves.
    from_begin = np.sin((1 - place) * angle) / safe * length
    from_end = np.sin(place * angle) / safe * length
    weights = [
        np.where(is_arc, np.divide(weight, norm, out=np.zeros_like(weight), where=norm > 0), line)
        for weight, norm, line in (
            (from_begin, lengths[0], 1 - place),
            (from_end, lengths[1], place),
        )
    ]
    begins *= weights[0]
    ends *= weights[1]
    begins += ends
    return begins


class SyntheticPoints(Protocol):
    """S synthetic points; their vectors are made when asked for."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Return (S,) codes of dataset.classes."""

    @property
    def parents(self) -> NDArray[np.intp] | None:
        """Return (S, 2) rows of the dataset, base and neighbour; None: they have no parents."""

    @property
    def fractions(self) -> NDArray[np.float32] | None:
        """Return (S,) how far along each lies: 0 at the base, 1 at the neighbour; or None."""

    @property
    def is_straight(self) -> bool:
        """Return whether each lies on the straight line between its parents."""

    def __len__(self) -> int:
        """Return S."""

    def materialize(
        self, embeddings: Embeddings, block: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""

    def only(self, chosen: NDArray[np.bool_]) -> "SyntheticPoints":
        """Return the points where `chosen`, (S,), is true."""


@dataclass(frozen=True, eq=False)
class PointsBetween:
    """Points between two images each: 24 bytes a point, whatever the embedding."""

    parents: NDArray[np.intp]  # (S, 2) rows of the dataset: base, neighbour
    fractions: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour
    codes: NDArray[np.intp]  # (S,) of dataset.classes
    interpolation: str = LINEAR  # or 'spherical': on the arc between the parents

    def __post_init__(self) -> None:
        freeze(self, "parents", "fractions", "codes")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def is_straight(self) -> bool:
        """Return whether each lies on the straight line between its parents."""
        return self.interpolation == LINEAR

    def materialize(
        self, embeddings: Embeddings, block: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""
        base, neighbor = embeddings.positions_of(self.parents[block].ravel()).reshape(-1, 2).T
        return interpolate(
            embeddings.vectors,
            base,
            neighbor,
            self.fractions[block],
            interpolation=self.interpolation,
        )

    def only(self, chosen: NDArray[np.bool_]) -> "PointsBetween":
        """Return the points where `chosen`, (S,), is true."""
        return PointsBetween(
            self.parents[chosen], self.fractions[chosen], self.codes[chosen], self.interpolation
        )


@dataclass(frozen=True, eq=False)
class PlainPoints:
    """Points that are their vectors alone, made of no two images."""

    vectors: NDArray[np.float32]  # (S, D)
    codes: NDArray[np.intp]  # (S,) of dataset.classes

    def __post_init__(self) -> None:
        freeze(self, "vectors", "codes")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def parents(self) -> None:
        """Return None: they have no parents."""
        return

    @property
    def fractions(self) -> None:
        """Return None: they lie on no segment."""
        return

    @property
    def is_straight(self) -> bool:
        """Return False: there is no line."""
        return False

    def materialize(
        self,
        embeddings: Embeddings,  # noqa: ARG002 - as the protocol has it
        block: slice = slice(None),
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""
        return self.vectors[block]

    def only(self, chosen: NDArray[np.bool_]) -> "PlainPoints":
        """Return the points where `chosen`, (S,), is true."""
        return PlainPoints(self.vectors[chosen], self.codes[chosen])


def no_points() -> SyntheticPoints:
    """Return the points of a strategy that makes none."""
    return PointsBetween(np.empty((0, 2), np.intp), np.empty(0, np.float32), np.empty(0, np.intp))


def rows_of_parents(points: SyntheticPoints) -> NDArray[np.intp]:
    """Return (S, 2) the rows of the parents, -1 where a point has none."""
    if points.parents is None:
        return np.full((len(points), 2), -1, np.intp)
    return points.parents


def fractions_of(points: SyntheticPoints) -> NDArray[np.float32]:
    """Return (S,) how far along each point lies, nan where it has no parents."""
    if points.fractions is None:
        return np.full(len(points), np.nan, np.float32)
    return points.fractions
