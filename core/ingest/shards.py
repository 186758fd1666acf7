"""Pictures inside of the shards of an export: tars and Parquet files, unpacked as archives are.

A manifest of Evenset may name pictures that lie in shards, as `train-000000.tar/000000012.jpg` or
`data/train-00000-of-00002.parquet/000000012.jpg`. Such shards are unpacked with every size checked,
and what lies in them is listed in their place. Shards that no manifest names stay what they are:
archives inside of a source, and tables.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

import pyarrow
from pyarrow.parquet import ParquetFile

from core.dataset import SkippedFile
from core.errors import LimitError, SourceError
from core.ingest.listing import Listing
from core.ingest.names import is_junk, suffix_of
from core.ingest.tables import is_manifest, peek, read_cells
from core.ingest.tar import add_members
from core.ingest.tar_stream import TarStream
from core.ingest.unpacked_files import UnpackedFiles
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

_MANIFEST = "manifest.csv"
_IN_SHARD = re.compile(r"(.+?\.(?:tar|parquet))/.", re.IGNORECASE)
_TAR, _PARQUET = ".tar", ".parquet"
_IMAGE = "image"  # the column of pictures, as Hugging Face `datasets` keeps them
# A dictionary may stand for one large picture in each of so many rows.
_ROWS = 8
_BUFFER = 1 << 20
_SMALL = 1 << 20  # bytes that may be compressed as much as they are
_DAMAGE = (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError, MemoryError)


def open_shards(
    listing: Listing,
    folder: Path,
    *,
    is_unpacked: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Return a listing with the pictures of the shards that a manifest names in place of these.

    A shard that cannot be read, or not to its end, is told among what was skipped.

    Args:
        listing: Of a source.
        folder: Where shards are unpacked to; must outlive the dataset.
        is_unpacked: Whether the files of the listing are ours: then shards are removed.
        limits: Sizes to refuse.
        progress: Told of bytes or shards.

    Raises:
        LimitError: more files or bytes than allowed, or a bomb.
        OutputError: the disk is full.
    """
    shards = {
        path: place
        for place, path in enumerate(listing.paths)
        if listing.files[place] and suffix_of(path) in _OPENERS and not is_junk(path)
    }
    named = sorted(_named_shards(listing) & shards.keys()) if shards else []
    if named:
        unpacked = UnpackedFiles(listing.name, folder, limits, taken=listing.paths)
        skipped = []
        for path in named:
            file = listing.root / listing.files[shards[path]]
            reason = _OPENERS[suffix_of(path)](unpacked, path, file, limits, progress)
            skipped += [SkippedFile(path, reason)] if reason else []
        inner = unpacked.listing(tuple(skipped))
        whole = _joined(listing, inner, {shards[path] for path in named})
    else:
        whole = listing
    if is_unpacked:
        idle = {place for path, place in shards.items() if suffix_of(path) == _TAR}
        idle |= {shards[path] for path in named}
        return _without_bytes(whole, {listing.files[place] for place in idle})
    return whole


def _named_shards(listing: Listing) -> set[str]:
    """Return the paths of files that manifests name as folders of pictures."""
    named: set[str] = set()
    for path, file in zip(listing.paths, listing.files, strict=True):
        name = PurePosixPath(path).name.lower()
        if name != _MANIFEST or not file or is_junk(path):
            continue
        folder = path[: -len(name)]
        with suppress(SourceError):  # its damage is told when labels are read
            table = peek(path, listing.root / file)
            rows = read_cells(table, [0], has_header=True) if is_manifest(table) else ()
            for _, (picture,) in rows:
                if found := _IN_SHARD.match(picture):
                    named.add(folder + found[1])
    return named


def _add_tar(
    unpacked: UnpackedFiles, path: str, file: Path, limits: Limits, progress: Progress
) -> str:
    """Unpack the pictures of a tar; return why not all of it could be read, or ''.

    Raises:
        LimitError: as of `open_shards`.
    """
    try:
        is_whole = add_members(unpacked, TarStream(file, path, limits, progress), path, shard=path)
    except LimitError:
        raise
    except SourceError:
        return "no tar, or a damaged one"
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    return "" if is_whole else "damaged or truncated here; the rest is missing"


def _add_parquet(
    unpacked: UnpackedFiles, path: str, file: Path, limits: Limits, progress: Progress
) -> str:
    """Unpack the pictures of a Parquet file; return why not all of it could be read, or ''.

    Raises:
        LimitError: as of `open_shards`.
    """
    done = size = 0
    try:
        most = max(_SMALL, limits.compression_ratio * file.stat().st_size)
        with ParquetFile(file, buffer_size=_BUFFER) as opened:
            if not _holds_pictures(opened.schema_arrow):
                return f"no column '{_IMAGE}' with bytes and path"
            if _unpacked_size(opened) > most:
                raise LimitError(_is_bomb(path, limits))
            for name, content in _pictures(opened):
                done += 1
                size += len(content or b"")
                # One value of a dictionary may stand in every row.
                if size > most:
                    raise LimitError(_is_bomb(path, limits))
                unpacked.add(
                    f"{path}/{name}",
                    partial(iter, [content or b""]),
                    damaged="damaged",
                    refused=None if name and content else f"no picture in row {done:,}",
                )
                progress("unpacking", done, opened.metadata.num_rows)
    except _DAMAGE:
        where = f" after row {done:,}; the rest is missing" if done else ", or no Parquet file"
        return f"damaged{where}"
    return ""


def _holds_pictures(schema: pyarrow.Schema) -> bool:
    place = schema.get_field_index(_IMAGE)
    kind = schema.field(place).type if place >= 0 else None
    if kind is None or not pyarrow.types.is_struct(kind):
        return False
    fields = [kind.field(number) for number in range(kind.num_fields)]
    kinds = {field.name: str(field.type) for field in fields}
    return "binary" in kinds.get("bytes", "") and "string" in kinds.get("path", "")


def _unpacked_size(opened: ParquetFile) -> int:
    """Return how many bytes of pictures the file itself says that it holds."""
    metadata = opened.metadata
    return sum(
        column.total_uncompressed_size
        for group in map(metadata.row_group, range(metadata.num_row_groups))
        for column in map(group.column, range(metadata.num_columns))
        if column.path_in_schema.partition(".")[0] == _IMAGE
    )


def _is_bomb(path: str, limits: Limits) -> str:
    return (
        f"'{path}' is compressed more than {limits.compression_ratio} times, a sign of a file that "
        "is made to do harm. Bring the pictures in another one, or raise the limit with "
        "--max-ratio."
    )


def _pictures(opened: ParquetFile) -> Iterator[tuple[str, bytes | None]]:
    """Yield name and bytes of each row's picture."""
    for batch in opened.iter_batches(_ROWS, columns=[_IMAGE]):
        column = batch.column(0)
        names = column.field("path").to_pylist()
        for name, content in zip(names, column.field("bytes"), strict=True):
            yield name or "", content.as_py()


_OPENERS: Mapping[str, Callable[[UnpackedFiles, str, Path, Limits, Progress], str]] = {
    _TAR: _add_tar,
    _PARQUET: _add_parquet,
}


def _joined(listing: Listing, inner: Listing, shards: set[int]) -> Listing:
    """Return a listing with the files of another one in the place of `shards`."""
    places = [place for place in range(len(listing.paths)) if place not in shards]
    files = [listing.files[place] for place in places]
    if inner.root.is_relative_to(listing.root):
        root, below = listing.root, inner.root.relative_to(listing.root).as_posix()
        inside = [f"{below}/{file}" if file else "" for file in inner.files]
    else:
        # The files of a local folder stay where they are.
        root, inside = inner.root, list(inner.files)
        files = [str(listing.root.absolute() / file) if file else "" for file in files]
    return replace(
        listing,
        root=root,
        paths=[*(listing.paths[place] for place in places), *inner.paths],
        files=[*files, *inside],
        skipped=(*listing.skipped, *inner.skipped),
    )


def _without_bytes(listing: Listing, files: set[str]) -> Listing:
    """Return a listing of files of ours after those of `files` were removed."""
    for file in files:
        (listing.root / file).unlink(missing_ok=True)
    kept = ["" if file in files else file for file in listing.files]
    return replace(listing, files=kept)
