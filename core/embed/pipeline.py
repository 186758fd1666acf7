"""Embed the images of a dataset: threads read and decode, and keep the device busy."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from core.batches import run_ahead
from core.dataset import ImageDataset, Rows, SkippedFile, refusal_text
from core.embed.cache import VectorCache, encoder_key
from core.embed.computing import stay_in_this_thread, take_a_stream, turn_on
from core.embed.devices import CPU, CUDA, resolve_device
from core.embed.embeddings import Embeddings, Vectors
from core.embed.encoder import Encoder, open_encoder
from core.embed.encoders import DEFAULT_ENCODER, find_encoder
from core.errors import EmptyDatasetError, OutputError, UnreadableImageError
from core.pictures.decode import Pixels
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
    absent from the result. The result does not depend on the number of threads. A network computes
    in shorter numbers than float32 where the device has them (`precision_on`).

    Args:
        dataset: The images.
        encoder: A key of ENCODERS.
        device: 'auto', 'cpu', 'cuda' or 'mps'.
        cache: Folder of vectors that were made before, found by `picture_keys`;
            what is missing is added while it is made, as far as there is room.
        rows: The rows to embed; None means all.
        progress: Told once per batch, from the calling thread.

    Raises:
        SettingError: an unknown encoder, or a device that is not there.
        EmptyDatasetError: none of the images can be read.
    """
    chosen, device = find_encoder(encoder), resolve_device(device)
    wanted = _in_order(dataset, rows)
    vectors = np.empty((len(wanted), chosen.dimension), np.float32)
    keys = dataset.picture_keys[wanted]
    kept = None if cache is None else VectorCache(cache, chosen, device)
    is_present = np.zeros(len(wanted), bool) if kept is None else kept.load(keys, vectors)
    missing = np.flatnonzero(~is_present)
    absent: list[SkippedFile] = []
    tell = _counted_on(progress, len(wanted) - len(missing))
    with closing(_make(dataset, wanted[missing], chosen, device, kept, tell)) as batches:
        for batch in batches:
            vectors[missing[batch.places]] = batch.vectors
            is_present[missing[batch.places]] = True
            absent += _skipped(dataset, wanted[missing], batch.reasons)
    if not is_present.all():
        vectors, wanted, keys = vectors[is_present], wanted[is_present], keys[is_present]
    if not len(wanted):
        raise EmptyDatasetError(_none_text(dataset, absent))
    return Embeddings(
        vectors, wanted, chosen.name, _content_name(keys, chosen, device), device, tuple(absent),
        base=chosen.base, precision=chosen.precision_on(device),
    )  # fmt: skip


def unadapted(
    dataset: ImageDataset,
    embeddings: Embeddings,
    *,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Embeddings:
    """Return vectors by which labels may be judged: of the base, where the encoder learned labels.

    Raises:
        SettingError: the base is not there.
        EmptyDatasetError: none of the images can be read any more.
    """
    if embeddings.base is None:
        return embeddings
    return embed(
        dataset,
        encoder=embeddings.base,
        device=embeddings.device,
        cache=cache,
        rows=embeddings.rows,
        progress=progress,
    )


def _counted_on(progress: Progress, there: int) -> Progress:
    """Return a progress to which those that are there already are added."""

    def tell(stage: str, done: int, total: int) -> None:
        progress(stage, there + done, there + total)

    return tell


def _skipped(
    dataset: ImageDataset, rows: Rows, reasons: Mapping[int, str]
) -> Iterator[SkippedFile]:
    """Yield the files that could not be read, by places among `rows`."""
    for place, reason in reasons.items():
        yield SkippedFile(dataset.path(int(rows[place])), reason)


def _none_text(dataset: ImageDataset, absent: Sequence[SkippedFile]) -> str:
    return (
        f"None of the {len(absent):,} images of '{dataset.name}' can be embedded. "
        + refusal_text(absent)
    )


def _in_order(dataset: ImageDataset, rows: Rows | Sequence[int] | None) -> Rows:
    """Return the rows to embed, ascending, each once."""
    wanted = np.arange(len(dataset)) if rows is None else np.unique(np.asarray(rows, np.intp))
    if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < len(dataset):
        raise ValueError(f"Rows {wanted[0]} to {wanted[-1]} of {len(dataset)} images.")
    return wanted


@dataclass(frozen=True, eq=False)
class _Computed:
    """A batch, by places among the rows asked for."""

    places: NDArray[np.intp]  # of those that could be read
    vectors: Vectors
    reasons: Mapping[int, str]  # why the others could not


def _make(
    dataset: ImageDataset,
    rows: Rows,
    encoder: Encoder,
    device: str,
    cache: VectorCache | None,
    progress: Progress,
) -> Generator[_Computed]:
    """Yield the vectors of `rows` as they are made, and keep them in the cache."""
    if not len(rows):
        progress(STAGE, 0, 0)
        return
    with closing(_compute(dataset, rows, encoder, device, progress)) as batches:
        yield from _in_parts(batches, cache, dataset.picture_keys[rows])


def _in_parts(
    batches: Iterable[_Computed], cache: VectorCache | None, keys: NDArray[np.object_]
) -> Iterator[_Computed]:
    """Yield what `batches` yield, and keep it now and then: work that is broken off goes on there.

    What was made until then is kept, too, when the work is cancelled.
    """
    waiting: list[_Computed] = []
    kept_at = monotonic()

    def keep() -> None:
        if cache is not None and waiting:
            places = np.concatenate([batch.places for batch in waiting])
            vectors = np.concatenate([batch.vectors for batch in waiting])
            # A full disk costs the next run some time, and this one nothing.
            with suppress(OutputError):
                cache.add(keys[places].tolist(), vectors)
        waiting.clear()

    try:
        for batch in batches:
            waiting.append(batch)
            yield batch
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
) -> Generator[_Computed]:
    """Yield the vectors of `rows`, batch by batch."""
    with turn_on(device):
        encode = open_encoder(encoder, device)
    starts = range(0, len(rows), _BATCH)

    def read(start: int) -> _Pictures:
        return start, _read(dataset, rows[start : start + _BATCH].tolist(), encoder)

    def encoded(batch: _Pictures) -> _Computed:
        start, pictures = batch
        readable: dict[int, Pixels] = {}
        reasons: dict[int, str] = {}
        for place, picture in enumerate(pictures, start):
            if isinstance(picture, str):
                reasons[place] = picture
            else:
                readable[place] = picture
        vectors = np.empty((0, encoder.dimension), np.float32)
        if readable:
            stacked = np.stack(list(readable.values()))
            with turn_on(device):
                vectors = encode(stacked)
        return _Computed(np.fromiter(readable, np.intp), vectors, reasons)

    if encoder.is_small and device == CPU:
        # Each thread encodes what it has read. Threads of torch inside a batch wait for one
        # another, and long where others decode: two on a busy computer took four times the
        # processor time of one.
        batches = run_ahead(lambda start: encoded(read(start)), starts, prepare=stay_in_this_thread)
    else:
        batches = _in_turn(starts, read, encoded, device)
    progress(STAGE, 0, len(rows))
    # Closed here, the work stops and its threads end, whichever way this block is left.
    with closing(batches):
        for start, batch in zip(starts, batches, strict=True):
            yield batch
            progress(STAGE, min(start + _BATCH, len(rows)), len(rows))


_Pictures = tuple[int, list[Pixels | str]]  # the place of the first, and all of a batch


def _in_turn(
    starts: range,
    read: Callable[[int], _Pictures],
    encoded: Callable[[_Pictures], _Computed],
    device: str,
) -> Generator[_Computed]:
    """Yield batches that threads have read and the device has encoded one after the other.

    While a batch is computed, the next one is at hand; on CUDA it goes there meanwhile.
    """
    workers, prepare = (2, take_a_stream) if device == CUDA else (1, None)
    with closing(run_ahead(read, starts)) as pictures:
        yield from run_ahead(encoded, pictures, workers=workers, ahead=1, prepare=prepare)


def _content_name(keys: NDArray[np.object_], encoder: Encoder, device: str) -> str:
    """Return a name of vectors: the pictures' keys in row order, and the encoder as it is now."""
    name = blake2b(encoder_key(encoder, device).encode(), digest_size=16)
    for key in keys:
        name.update(key.encode())
    return name.hexdigest()


def _read(dataset: ImageDataset, rows: Sequence[int], encoder: Encoder) -> list[Pixels | str]:
    """Return (input_px, input_px, 3) pictures, or why a file is not what was loaded."""
    pictures: list[Pixels | str] = []
    for row in rows:
        try:
            with encoder.read(dataset, row) as picture:
                pictures.append(encoder.square(picture))
        except UnreadableImageError as error:
            pictures.append(str(error))
    return pictures
