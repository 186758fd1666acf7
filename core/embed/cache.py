"""Vectors kept on disk under the name of their content."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from core.embed.embeddings import Vectors
from core.embed.encoders import Encoder
from core.storage import replacing


@dataclass(frozen=True, eq=False)
class CachedVectors:
    """The vectors of one entry, and the device that made them."""

    vectors: Vectors
    device: str


def content_name(image_digests: Iterable[str], encoder: Encoder) -> str:
    """Return a name of vectors: the images' digests in row order, and the encoder as it is now."""
    digest = blake2b(digest_size=16)
    settings = (encoder.name, encoder.version, str(encoder.input_px), str(encoder.dimension))
    for name in (*settings, *image_digests):
        digest.update(f"{len(name)}:{name}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def load_entry(folder: Path, name: str, *, count: int, dimension: int) -> CachedVectors | None:
    """Return the entry `name`, or None if it is not there, damaged, or of another shape."""
    try:
        # Opened here, since NumPy leaves its own file open when it is not a whole zip.
        with _entry(folder, name).open("rb") as file, np.load(file, allow_pickle=False) as entry:
            cached = CachedVectors(entry["vectors"], str(entry["device"]))
    except (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile):
        return None
    vectors = cached.vectors
    if vectors.shape != (count, dimension) or vectors.dtype != np.float32:
        return None
    return cached if np.isfinite(vectors).all() else None


def save_entry(folder: Path, name: str, cached: CachedVectors) -> None:
    """Keep vectors under `name`.

    Raises:
        OutputError: the folder cannot be written.
    """
    with replacing(_entry(folder, name)) as file:
        # A zip carries checksums: a changed byte is found when the entry is read.
        np.savez(file, vectors=cached.vectors, device=np.asarray(cached.device))


def _entry(folder: Path, name: str) -> Path:
    return folder / f"{name}.npz"
