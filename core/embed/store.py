"""A folder of embeddings that other programs can read: vectors, an index of images, and facts."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from core import __version__, records
from core.dataset import ImageDataset
from core.embed.embeddings import Embeddings, Vectors
from core.embed.encoders import find_encoder
from core.errors import SettingError, SourceError
from core.storage import replacing, write_bytes

VECTORS_FILE = "embeddings.npy"
INDEX_FILE = "index.parquet"
META_FILE = "meta.json"

INDEX_COLUMNS = ("row", "path", "label", "split", "digest")


@dataclass(frozen=True)
class StoredMeta:
    """How stored vectors were made."""

    encoder: str
    encoder_version: str
    dimension: int
    device: str
    dataset: records.FileName
    dataset_digest: str
    image_count: int
    evenset_version: str
    # How its pictures were decoded; None for what a version wrote that did not say.
    background: str | None = None
    white_level: int | None = None
    base: str | None = None  # the encoder before it learned the labels of such images
    precision: str | None = None  # as `Embeddings` says


@dataclass(frozen=True, eq=False)
class StoredEmbeddings:
    """What was read back from a folder. Row i of `index` describes vector i."""

    vectors: Vectors  # (M, D)
    index: pd.DataFrame  # columns INDEX_COLUMNS
    meta: StoredMeta

    def embeddings(self) -> Embeddings:
        """Return the vectors with their rows."""
        rows = self.index["row"].to_numpy(np.intp)
        digest = f"{self.meta.dataset_digest}:{self.meta.encoder}"
        meta = self.meta
        return Embeddings(
            self.vectors, rows, meta.encoder, digest, meta.device,
            base=meta.base, precision=meta.precision,
        )  # fmt: skip


def write_embeddings(folder: Path, dataset: ImageDataset, embeddings: Embeddings) -> None:
    """Write vectors (float32 .npy), index (Parquet) and facts (JSON) to `folder`.

    Raises:
        OutputError: the folder cannot be written.
    """
    meta = StoredMeta(
        encoder=embeddings.encoder,
        encoder_version=find_encoder(embeddings.encoder).version,
        dimension=embeddings.dimension,
        device=embeddings.device,
        dataset=dataset.name,
        dataset_digest=dataset.digest,
        image_count=len(embeddings),
        evenset_version=__version__,
        background=dataset.decoding.background,
        white_level=dataset.decoding.white_level,
        base=embeddings.base,
        precision=embeddings.precision,
    )
    index = dataset.table.iloc[embeddings.rows].reset_index(drop=True)
    index.insert(0, "row", embeddings.rows)
    with replacing(folder / VECTORS_FILE) as file:
        np.save(file, embeddings.vectors, allow_pickle=False)
    with replacing(folder / INDEX_FILE) as file:
        index[list(INDEX_COLUMNS)].to_parquet(file, index=False)
    write_bytes(folder / META_FILE, records.as_text(records.to_json(meta)).encode())


def read_embeddings(folder: Path) -> StoredEmbeddings:
    """Read what `write_embeddings` wrote.

    Raises:
        SourceError: a file is missing or damaged, or the files do not belong together.
    """
    if not folder.is_dir():
        raise SourceError(f"There is no folder '{folder}'. Run 'evenset embed' to make one.")
    stored = StoredEmbeddings(_read_vectors(folder), _read_index(folder), _read_meta(folder))
    counts = (len(stored.vectors), len(stored.index), stored.meta.image_count)
    if len(set(counts)) > 1 or stored.vectors.shape[1] != stored.meta.dimension:
        raise SourceError(
            f"The files in '{folder}' do not belong together: {VECTORS_FILE} has {counts[0]:,} "
            f"vectors of {stored.vectors.shape[1]} numbers, {INDEX_FILE} has {counts[1]:,} images, "
            f"{META_FILE} says {counts[2]:,} images and {stored.meta.dimension} numbers. Write the "
            "embeddings again."
        )
    return stored


def _read_vectors(folder: Path) -> Vectors:
    content = _content(folder, VECTORS_FILE)
    try:
        vectors = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _damaged(folder, VECTORS_FILE) from error
    is_usable = (
        isinstance(vectors, np.ndarray) and vectors.ndim == 2 and vectors.dtype == np.float32
    )
    if not is_usable or not np.isfinite(vectors).all():
        raise _damaged(folder, VECTORS_FILE)
    vectors.setflags(write=False)
    return np.asarray(vectors)


def _read_index(folder: Path) -> pd.DataFrame:
    content = _content(folder, INDEX_FILE)
    try:
        index = pd.read_parquet(BytesIO(content), columns=list(INDEX_COLUMNS))
        rows = index["row"].to_numpy(np.intp)
    except (ValueError, TypeError, KeyError, OSError) as error:
        # Arrow's errors are ValueError or OSError.
        raise _damaged(folder, INDEX_FILE) from error
    if len(rows) == 0 or rows[0] < 0 or (np.diff(rows) <= 0).any():
        raise _damaged(folder, INDEX_FILE)
    return index


def _read_meta(folder: Path) -> StoredMeta:
    content = _content(folder, META_FILE)
    try:
        where = f"'{folder / META_FILE}'"
        return records.read(StoredMeta, records.parse(content, where), where)
    except SettingError as error:
        raise SourceError(f"{error} Write the embeddings again.") from error


def _content(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise SourceError(
            f"'{folder}' has no readable {name} ({error.strerror}). Choose a folder written by "
            "'evenset embed', or write it again."
        ) from error


def _damaged(folder: Path, name: str) -> SourceError:
    return SourceError(f"'{folder / name}' is damaged. Write the embeddings again.")
