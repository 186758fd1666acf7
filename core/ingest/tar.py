"""A tar of labelled images, plain or compressed, unpacked as it is read."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, cast

from core.dataset import SkippedFile
from core.errors import SourceError
from core.ingest.listing import Listing
from core.ingest.names import may_be_picture
from core.ingest.tar_stream import TarStream
from core.ingest.unpacked_files import DamagedEntryError, UnpackedFiles, why_unsafe
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

_BLOCK = 1 << 20
# What a damaged archive makes Python's reader raise.
_DAMAGE = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OverflowError,
    RecursionError,  # headers that stand for headers, without end
    OSError,
)


def unpack_tar(
    archive: Path,
    folder: Path,
    *,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Unpack a .tar, .tar.gz, .tar.bz2 or .tar.xz into `folder`, under names of our own.

    What a cut archive holds up to the cut is used; a row in `skipped` says that it is cut.

    Raises:
        SourceError: not a tar.
        LimitError: more files or bytes than allowed, or a bomb.
        OutputError: the disk is full.
    """
    name = name or archive.name
    unpacked = UnpackedFiles(name, folder, limits)
    stream = TarStream(archive, name, limits, progress)
    is_whole = add_members(unpacked, stream, name)
    cut = SkippedFile(name, "the archive is damaged or truncated here; the rest is missing")
    return unpacked.listing(() if is_whole else (cut,))


def add_members(unpacked: UnpackedFiles, stream: TarStream, name: str, *, shard: str = "") -> bool:
    """Unpack the members of a tar, and close it; return whether it was whole.

    Args:
        unpacked: Takes them.
        stream: The tar.
        name: What the person calls it.
        shard: Of a tar inside of a source, its path there: its pictures alone are unpacked, below
            that path.

    Raises:
        SourceError: not a tar.
        LimitError, OutputError: as of `unpack_tar`.
    """
    is_whole = False
    count = 0
    try:
        stream.allow(_BLOCK)
        # tarfile asks for no more than TarStream has.
        with tarfile.TarFile(fileobj=cast(IO[bytes], stream), encoding="utf-8") as opened:
            while (member := opened.next()) is not None:
                # The library would keep each for good.
                opened.members.clear()  # type: ignore[attr-defined]
                opened.pax_headers = {}
                count += 1
                if shard:
                    member.name = _below(shard, member)
                if member.name:
                    _add(unpacked, member, opened, stream, is_open=not shard)
                stream.report()
                stream.allow(_BLOCK)
        is_whole = stream.is_at_end_mark
    except _DAMAGE as error:
        if count == 0:
            raise SourceError(
                f"'{name}' is not a readable zip or tar, or is damaged. Create the archive again, "
                "or choose the folder instead."
            ) from error
    finally:
        stream.close()
    return is_whole


def _below(shard: str, member: tarfile.TarInfo) -> str:
    """Return the path of a member of a shard; '' where it is nobody's picture.

    What a trainer reads beside each picture (its class, its facts) is told by the manifest, too.
    """
    is_picture = not member.isdir() and may_be_picture(member.name)
    is_safe = why_unsafe(member.name) is None
    return (f"{shard}/{member.name}" if is_safe else member.name) if is_picture else ""


def _add(
    unpacked: UnpackedFiles,
    member: tarfile.TarInfo,
    opened: tarfile.TarFile,
    stream: TarStream,
    *,
    is_open: bool,
) -> None:
    if member.isdir():
        unpacked.add_folder(member.name, is_open=is_open)
        return
    reason = None
    if not member.isreg():
        reason = "a link or special file"
    elif member.issparse():
        # Its holes are no part of the archive: a few bytes may stand for any number of zeros.
        reason = "a sparse file, which is not supported: pack it without --sparse"
    blocks = partial(_blocks, opened, member, stream)
    unpacked.add(
        member.name, blocks, refused=reason, damaged="damaged in the archive", is_open=is_open
    )


def _blocks(opened: tarfile.TarFile, member: tarfile.TarInfo, stream: TarStream) -> Iterator[bytes]:
    try:
        content = opened.extractfile(member)
        assert content is not None  # only for what is no file
        done = 0
        while done < member.size:
            stream.allow(2 * _BLOCK)
            block = content.read(min(_BLOCK, member.size - done))
            if not block:
                raise DamagedEntryError
            done += len(block)
            yield block
    except _DAMAGE as error:
        raise DamagedEntryError from error
