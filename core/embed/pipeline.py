"""Embed the images of a dataset: threads read and decode, the caller's thread encodes."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import blake2b, sha256
from math import ceil
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ImageDataset, Rows
from core.embed.cache import VectorCache, encoder_key
from core.embed.devices import resolve_device
from core.embed.embeddings import Embeddings, Vectors
from core.embed.encoders import DEFAULT_ENCODER, Encode, Encoder, find_encoder
from core.errors import EmptyDatasetError, OutputError, UnreadableImageError
from core.images import Pixels, decode
from core.limits import Limits
from core.progress import Progress, silent

STAGE = "embedding images"

_KEEP_BATCHES = 32
_KEEP_SECONDS = 10
_BATCH = 64  # images read and encoded together; few, so that cancelling waits for few


def embed(
    dataset: ImageDataset,
    *,
    encoder: str = DEFAULT_ENCODER,
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
        cache: Folder of vectors that were made before, found by the content of the images;
            what is missing is added while it is made, as far as there is room.
        rows: The rows to embed; None means all.
        progress: Told once per batch, from the calling thread.

    Raises:
        SettingError: an unknown encoder, or a device that is not there.
        EmptyDatasetError: none of the images can be read.
    """
    chosen = find_encoder(encoder)
    device = resolve_device(device)
    wanted = np.arange(len(dataset)) if rows is None else np.unique(np.asarray(rows, np.intp))
    if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < len(dataset):
        raise ValueError(f"Rows {wanted[0]} to {wanted[-1]} of {len(dataset)} images.")
    digests = dataset.table["digest"].iloc[wanted].to_numpy(object)
    vectors = np.empty((len(wanted), chosen.dimension), np.float32)
    kept = None if cache is None else VectorCache(cache, chosen, device)
    is_present = np.zeros(len(wanted), bool) if kept is None else kept.load(digests, vectors)
    missing = np.flatnonzero(~is_present)
    there = len(wanted) - len(missing)

    def tell(stage: str, done: int, total: int) -> None:
        progress(stage, there + done, there + total)

    if not len(missing):
        progress(STAGE, there, there)
    else:
        with closing(_compute(dataset, wanted[missing], chosen, device, tell)) as batches:
            for places, made in _in_parts(batches, kept, digests[missing]):
                vectors[missing[places]] = made
                is_present[missing[places]] = True
    if not is_present.any():
        raise EmptyDatasetError(
            f"None of the {len(wanted):,} images of '{dataset.name}' can be read any more. "
            "Check that its files are still in place, then load it again."
        )
    if not is_present.all():
        vectors, wanted, digests = vectors[is_present], wanted[is_present], digests[is_present]
    name = _content_name(digests, chosen, device)
    return Embeddings(vectors, wanted, chosen.name, name, device)


Computed = tuple[NDArray[np.intp], Vectors]  # places among the rows asked for, their vectors


def _in_parts(
    batches: Iterable[Computed], cache: VectorCache | None, digests: NDArray[np.object_]
) -> Iterator[Computed]:
    """Yield what `batches` yield, and keep it now and then: work that is broken off goes on there.

    What was made until then is kept, too, when the work is cancelled.
    """
    waiting: list[Computed] = []
    kept_at = monotonic()

    def keep() -> None:
        if cache is not None and waiting:
            places = np.concatenate([places for places, _ in waiting])
            # A full disk costs the next run some time, and this one nothing.
            with suppress(OutputError):
                cache.add(digests[places].tolist(), np.concatenate([made for _, made in waiting]))
        waiting.clear()

    try:
        for places, made in batches:
            waiting.append((places, made))
            yield places, made
            if len(waiting) >= _KEEP_BATCHES or monotonic() - kept_at > _KEEP_SECONDS:
                keep()
                kept_at = monotonic()
    finally:
        keep()
    if cache is not None:
        with suppress(OutputError):
            cache.tidy()


def _compute(
    dataset: ImageDataset, rows: Rows, encoder: Encoder, device: str, progress: Progress
) -> Generator[Computed]:
    """Yield the vectors of `rows`, batch by batch, without those that cannot be read."""
    encode = encoder.open(device)

    def read_batch(batch: Sequence[int]) -> list[Pixels | None]:
        return _read(dataset, batch, encoder)

    done = 0
    batches = run_batches(
        read_batch, rows.tolist(), batch_size=_BATCH, stage=STAGE, progress=progress
    )
    # Closed here, the reading stops and its threads end, whichever way this block is left.
    with closing(batches):
        for batch in batches:
            readable = [place for place, picture in enumerate(batch) if picture is not None]
            if readable:
                pictures = np.stack([picture for picture in batch if picture is not None])
                yield done + np.asarray(readable), _encode(encode, pictures)
            done += len(batch)


def _encode(encode: Encode, pictures: Pixels) -> Vectors:
    """Encode a batch; where memory is too small for it, its halves."""
    try:
        return encode(pictures)
    except (MemoryError, RuntimeError) as error:
        # torch's own is a RuntimeError; its type cannot be named without loading torch.
        is_memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
        if not is_memory or len(pictures) == 1:
            raise
    half = len(pictures) // 2
    return np.concatenate([_encode(encode, pictures[:half]), _encode(encode, pictures[half:])])


def _content_name(digests: NDArray[np.object_], encoder: Encoder, device: str) -> str:
    """Return a name of vectors: the images' digests in row order, and the encoder as it is now."""
    name = blake2b(encoder_key(encoder, device).encode(), digest_size=16)
    for digest in digests:
        name.update(digest.encode())
    return name.hexdigest()


def _read(dataset: ImageDataset, rows: Sequence[int], encoder: Encoder) -> list[Pixels | None]:
    """Return (input_px, input_px, 3) pictures, None where the file is not what was loaded."""
    side_px = encoder.input_px
    # A crop of a picture that was read too small would have to be enlarged.
    read_px = ceil(side_px / encoder.kept)
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
            picture = decode(content, limits=limits, at_least_px=read_px)
        except (OSError, UnreadableImageError):
            pictures.append(None)
        else:
            pictures.append(encoder.prepare(picture, side_px))
    return pictures
