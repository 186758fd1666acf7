"""Vectors on disk by the keys of their pictures: what was embedded once is not embedded again.

An encoder on a device has a folder of parts, each two files: vectors (.npy, mapped into memory)
and an index (.parquet), which is written last and makes the part real. Nothing is ever changed
in place, so that two processes may use one folder: at worst both embed the same image.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.embed.devices import FLOAT32
from core.embed.embeddings import Vectors
from core.embed.encoder import Encoder
from core.storage import replacing

MAX_BYTES = 10_000_000_000  # of all encoders together
_PATH_VERSION = "4"  # changes whenever the same file would come to an encoder as other pixels
_MOST_PARTS = 16  # beyond, they are merged


@dataclass(frozen=True, eq=False)
class _Part:
    """A part that is whole: row i of `vectors` belongs to key i."""

    place: Path  # of the index
    keys: "pd.Index[str]"  # of pictures, each once
    checksums: NDArray[np.uint32]
    vectors: Vectors


class VectorCache:
    """The vectors that one encoder has made on one kind of device. The disk is its only state."""

    def __init__(
        self, root: Path, encoder: Encoder, device: str, *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._root = root
        self._dimension = encoder.dimension
        self._folder = root / encoder_key(encoder, device)
        self._max_bytes = max_bytes

    def load(self, keys: Sequence[str] | NDArray[np.object_], into: Vectors) -> NDArray[np.bool_]:
        """Write the vectors that are there into `into`; return (R,) for which rows.

        A damaged vector, index or file counts as not there.

        Args:
            keys: (R,) of the pictures: `ImageDataset.picture_keys`.
            into: (R, D) float32.
        """
        is_there = np.zeros(len(keys), bool)
        wanted = np.asarray(keys, object)
        for part in self._parts():
            missing = np.flatnonzero(~is_there)
            if len(missing) == 0:
                break
            found = part.keys.get_indexer(pd.Index(wanted[missing]))
            rows, places = missing[found >= 0], found[found >= 0]
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                vector = part.vectors[place]
                if crc32(vector.tobytes()) == part.checksums[place]:
                    into[row] = vector
                    is_there[row] = True
            if len(rows):
                with suppress(OSError):
                    part.place.touch()  # the longest unused parts go first
        return is_there

    def add(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors as a new part, whole or not at all.

        Raises:
            OutputError: the folder cannot be written.
        """
        if len(keys):
            # Files of the same content have one vector.
            unique, first = np.unique(np.asarray(keys, np.str_), return_index=True)
            self._write(unique, vectors[first])

    def tidy(self) -> None:
        """Merge many small parts, and remove the longest unused ones of a cache that is too large.

        Raises:
            OutputError: the folder cannot be written.
        """
        parts = self._parts()
        if len(parts) > _MOST_PARTS:
            keys = np.concatenate([part.keys.to_numpy(np.str_) for part in parts])
            _, first = np.unique(keys, return_index=True)
            vectors = np.concatenate([part.vectors for part in parts])
            sums = np.concatenate([part.checksums for part in parts])
            whole = [row for row in first if crc32(vectors[row].tobytes()) == sums[row]]
            self._write(keys[whole], vectors[whole])
            for part in parts:
                _remove(part.place)
        self._shrink()

    def _write(self, keys: NDArray[np.str_], vectors: Vectors) -> None:
        name = token_hex(8)
        with replacing(self._folder / f"{name}.npy") as file:
            np.save(file, np.ascontiguousarray(vectors, np.float32), allow_pickle=False)
        sums = [crc32(vector.tobytes()) for vector in vectors]
        index = pd.DataFrame({"key": keys, "crc32": np.array(sums, np.uint32)})
        with replacing(self._folder / f"{name}.parquet") as file:
            index.to_parquet(file, index=False)

    def _parts(self) -> list[_Part]:
        """Return the parts that can be read, the largest first."""
        parts = [self._open(place) for place in self._folder.glob("*.parquet")]
        return sorted(
            (part for part in parts if part is not None), key=lambda part: -len(part.keys)
        )

    def _open(self, place: Path) -> _Part | None:
        try:
            index = pd.read_parquet(place, columns=["key", "crc32"])
            sums = index["crc32"].to_numpy(np.uint32)
            vectors = np.load(place.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            return None  # being removed by another process, or damaged
        if vectors.shape != (len(index), self._dimension) or vectors.dtype != np.float32:
            return None
        keys = pd.Index(index["key"])
        return _Part(place, keys, sums, vectors) if keys.is_unique else None

    def _shrink(self) -> None:
        """Remove the longest unused parts of any encoder until the rest is small enough."""
        sizes: list[tuple[float, int, Path]] = []
        for place in self._root.glob("*/*.parquet"):
            with suppress(OSError):
                size = place.stat().st_size + place.with_suffix(".npy").stat().st_size
                sizes.append((place.stat().st_mtime, size, place))
        total = sum(size for _, size, _ in sizes)
        for _, size, place in sorted(sizes):
            if total <= self._max_bytes:
                return
            _remove(place)
            total -= size


def encoder_key(encoder: Encoder, device: str) -> str:
    """Return a name of all that decides a picture's vector, beside the picture."""
    settings = [
        _PATH_VERSION, encoder.name, encoder.version, str(encoder.input_px),
        str(encoder.dimension), device,
    ]  # fmt: skip
    if (precision := encoder.precision_on(device)) != FLOAT32:
        settings.append(precision)
    digest = blake2b("\0".join(settings).encode(), digest_size=8).hexdigest()
    plain = "".join(letter if letter.isalnum() else "_" for letter in encoder.name)[-40:]
    return f"{plain}_{digest}"


def _remove(index: Path) -> None:
    """Remove a part, its index first: half a part is none."""
    for place in (index, index.with_suffix(".npy")):
        with suppress(OSError):  # another process was quicker
            place.unlink()
