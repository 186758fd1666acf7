"""Embed the images of a dataset: threads read and decode, the caller's thread encodes."""

from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ImageDataset, Rows
from core.embed.cache import CachedVectors, content_name, load_entry, save_entry
from core.embed.devices import resolve_device
from core.embed.embeddings import Embeddings, Vectors
from core.embed.encoders import Encoder, find_encoder
from core.errors import EmptyDatasetError, UnreadableImageError
from core.images import Pixels, decode, resize
from core.limits import Limits
from core.progress import Progress, silent

STAGE = "embedding images"

_BATCH = 64  # images read and encoded together; few, so that cancelling waits for few


def embed(
    dataset: ImageDataset,
    *,
    encoder: str = "classical",
    device: str = "auto",
    cache: Path | None = None,
    rows: Rows | Sequence[int] | None = None,
    progress: Progress = silent,
) -> Embeddings:
    """Return a vector for each image that can be read.

    An image whose file has been deleted, damaged or changed since the dataset was loaded is
    absent from the result. The result does not depend on the number of threads.

    Args:
        dataset: The images.
        encoder: A key of ENCODERS.
        device: 'auto', 'cpu' or 'cuda'.
        cache: Folder of earlier results; one of the same images and encoder is returned as it
            is, whichever device made it. Only a result without absent images is kept.
        rows: The rows to embed; None means all.
        progress: Told once per batch, from the calling thread.

    Raises:
        SettingError: an unknown encoder, or a device that is not there.
        EmptyDatasetError: none of the images can be read.
        OutputError: the cache cannot be written.
    """
    chosen = find_encoder(encoder)
    device = resolve_device(device)
    wanted = np.arange(len(dataset)) if rows is None else np.unique(np.asarray(rows, np.intp))
    if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < len(dataset):
        raise ValueError(f"Rows {wanted[0]} to {wanted[-1]} of {len(dataset)} images.")
    digests = dataset.table["digest"].to_numpy()
    name = content_name(digests[wanted], chosen)
    if cache is not None:
        kept = load_entry(cache, name, count=len(wanted), dimension=chosen.dimension)
        if kept is not None:
            progress(STAGE, len(wanted), len(wanted))
            return Embeddings(kept.vectors, wanted, chosen.name, name, kept.device)
    vectors, is_present = _compute(dataset, wanted, chosen, device, progress)
    if not is_present.any():
        raise EmptyDatasetError(
            f"None of the {len(wanted):,} images of '{dataset.name}' can be read any more. "
            "Check that its files are still in place, then load it again."
        )
    if not is_present.all():
        vectors, wanted = vectors[is_present], wanted[is_present]
        name = content_name(digests[wanted], chosen)
    embeddings = Embeddings(vectors, wanted, chosen.name, name, device)
    if cache is not None and is_present.all():
        save_entry(cache, name, CachedVectors(vectors, device))
    return embeddings


def _compute(
    dataset: ImageDataset, rows: Rows, encoder: Encoder, device: str, progress: Progress
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Return (R, D) vectors and (R,) whether each row has one; the vectors of others are unset."""
    vectors = np.empty((len(rows), encoder.dimension), np.float32)
    is_present = np.zeros(len(rows), bool)
    encode = encoder.open(device)

    def read_batch(batch: Sequence[int]) -> list[Pixels | None]:
        return _read(dataset, batch, encoder.input_px)

    done = 0
    batches = run_batches(
        read_batch, rows.tolist(), batch_size=_BATCH, stage=STAGE, progress=progress
    )
    # Closed here, the reading stops and its threads end, whichever way this block is left.
    with closing(batches):
        for batch in batches:
            readable = [place for place, picture in enumerate(batch) if picture is not None]
            if readable:
                here = done + np.asarray(readable)
                vectors[here] = encode(np.stack([p for p in batch if p is not None]))
                is_present[here] = True
            done += len(batch)
    return vectors, is_present


def _read(dataset: ImageDataset, rows: Sequence[int], side_px: int) -> list[Pixels | None]:
    """Return (side_px, side_px, 3) pictures, None where the file is not what was loaded."""
    table = dataset.table.iloc[list(rows)]
    pictures: list[Pixels | None] = []
    for row, digest, width, height in zip(
        rows, table["digest"], table["width"], table["height"], strict=True
    ):
        # The image passed the limits when it was loaded; they may have been raised for it.
        limits = Limits(image_pixels=int(width) * int(height))
        try:
            content = dataset.read_bytes(row)
            if sha256(content).hexdigest() != digest:
                raise UnreadableImageError("changed since it was loaded")
            picture = decode(content, limits=limits, at_least_px=side_px)
        except (OSError, UnreadableImageError):
            pictures.append(None)
        else:
            pictures.append(resize(picture, width=side_px, height=side_px))
    return pictures
