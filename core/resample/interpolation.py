"""Vectors between two vectors, made block by block."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
