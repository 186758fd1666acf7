"""Uploads of a visitor: files that arrive in pieces, in any order, and are whole in the end."""

import errno
import os
import shutil
import struct
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.jobs.queue import MAIN
from app.session.root_folder import remove_later
from app.session.workspace import Attached, Ongoing, Workspace
from app.upload.announcement import ARCHIVE, Announcement
from app.upload.chunks import Chunks
from core.errors import LimitError, OutputError, SourceError
from core.ingest.names import suffix_of
from core.ingest.tables import TABLE_SUFFIXES
from core.pictures.decode import IMAGE_SUFFIXES
from core.words import size_of

_MOST_ACTIVE = 2
_MAKES_PLACE_SECONDS = 10  # without a piece, where a third one is begun
_IDLE_SECONDS = 20  # a piece on a slow line takes this long
_REMEMBERED = 16  # finished uploads whose last answer may have been lost
_PER_FOLDER = 1000
_SPARE_BYTES = 100_000_000  # of the disk, for all else that is written meanwhile
_FRAME = struct.Struct("<II")  # number of the chunk, its length
_SUFFIXES = IMAGE_SUFFIXES | TABLE_SUFFIXES | {".zip", ".tar", ".tgz", ".gz"}
_WRITE = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, eq=False)
class Arrival:
    """An upload that is whole: F names, and where the bytes lie."""

    name: str  # of the folder or archive, as the person knows it
    kind: str  # 'folder' | 'archive'
    folder: Path  # of the workspace
    paths: list[str]  # (F,) as announced
    files: list[str]  # (F,) where the bytes lie relative to `folder`; '' where none were kept
    unreadable: list[int]  # places in `paths` that the browser could not read


class Upload:
    """Announced files on their way. Keeps which chunks have been written below `folder`."""

    def __init__(self, announcement: Announcement, folder: Path) -> None:
        self.id, self.kind, self.name = announcement.id, announcement.kind, announcement.name
        self.folder = folder
        self.total_files = announcement.wanted_files
        self.total_bytes = announcement.wanted_bytes
        self.received_files = self.received_bytes = 0
        self._announced = announcement
        self._unreadable: set[int] = set()
        self._chunks = Chunks(announcement.sizes, announcement.wanted)
        self.seen = time.monotonic()
        self._writers = 0
        self._is_dropped = False
        self._lock = threading.Lock()

    @property
    def is_dropped(self) -> bool:
        """Return whether it was stopped; nothing is written any more."""
        return self._is_dropped

    @property
    def share(self) -> float:
        """Return how much has arrived, 0 to 1."""
        return self.received_bytes / self.total_bytes if self.total_bytes else 0.0

    @property
    def idle_seconds(self) -> float:
        """Return the seconds since something arrived last."""
        return time.monotonic() - self.seen

    def touch(self) -> None:
        """Note that something arrives."""
        self.seen = time.monotonic()

    def missing(self) -> list[tuple[int, int]]:
        """Return first and last number of each run of missing chunks, at most MOST_RANGES."""
        with self._lock:
            return self._chunks.missing()

    def write(self, piece: bytes | bytearray) -> None:
        """Write a piece: frames of a chunk's number, its length, and its bytes.

        What has arrived before is passed over.

        Raises:
            SourceError: it is no such piece, or the upload was stopped.
            OutputError: it cannot be written.
        """
        frames = self._frames(piece)
        with self._lock:
            if self._is_dropped:
                raise SourceError("The upload was stopped.")
            taken = self._chunks.take(frames)
            self._writers += 1
        written = []
        try:
            view = memoryview(piece)
            for chunk in sorted(taken):
                start, end = frames[chunk]
                self._write_chunk(chunk, view[start:end])
                written.append(chunk)
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            raise OutputError(
                f"'{self.name}' cannot be stored: "
                f"{'the disk is full' if full else error.strerror or error}. Free some space on "
                "the computer that runs Evenset, then try again."
            ) from error
        finally:
            with self._lock:
                for chunk in written:
                    self.received_files += self._chunks.settle(chunk)
                    self.received_bytes += frames[chunk][1] - frames[chunk][0]
                for chunk in taken.difference(written):
                    self._chunks.give_back(chunk)
                self._writers -= 1
                self._remove_when_unused()
            self.touch()

    def leave_out(self, files: Collection[int]) -> None:
        """Do without files that the browser could not read; other numbers mean nothing."""
        with self._lock:
            for file in files:
                if 0 <= file < len(self._announced.paths) and self._chunks.give_up(file):
                    self._unreadable.add(file)

    def arrival(self) -> Arrival | None:
        """Return what has arrived, or None while something is missing."""
        with self._lock:
            if self._is_dropped or self._chunks.missing():
                return None
        announced = self._announced
        files = [
            _place(file, path) if is_wanted and file not in self._unreadable else ""
            for file, (path, is_wanted) in enumerate(
                zip(announced.paths, announced.wanted, strict=True)
            )
        ]
        return Arrival(
            self.name, self.kind, self.folder, announced.paths, files,
            sorted(self._unreadable),
        )  # fmt: skip

    def drop(self) -> None:
        """Stop, and remove the folder once nobody writes to it."""
        with self._lock:
            was_dropped, self._is_dropped = self._is_dropped, True
            if not was_dropped:
                self._remove_when_unused()

    def _frames(self, piece: bytes | bytearray) -> dict[int, tuple[int, int]]:
        """Return the chunks of a piece, and where the bytes of each begin and end in it."""
        frames, place = {}, 0
        while place < len(piece):
            if place + _FRAME.size > len(piece):
                raise SourceError("A piece ends in the middle. Send it again.")
            chunk, length = _FRAME.unpack_from(piece, place)
            place += _FRAME.size
            if length != self._chunks.length_of(chunk):
                raise SourceError("A piece belongs to other files. Choose them again.")
            if place + length > len(piece):
                raise SourceError("A piece ends in the middle. Send it again.")
            frames[chunk] = (place, place + length)
            place += length
        return frames

    def _write_chunk(self, chunk: int, content: memoryview) -> None:
        file, begin = self._chunks.place_of(chunk)
        path = self.folder / _place(file, self._announced.paths[file])
        try:
            target = os.open(path, _WRITE, 0o600)
        except FileNotFoundError:
            # Not its parents: a folder that was removed meanwhile does not come back.
            path.parent.mkdir(exist_ok=True)
            target = os.open(path, _WRITE, 0o600)
        with open(target, "wb", buffering=0) as opened:  # noqa: PTH123
            opened.seek(begin)
            while content:
                content = content[opened.write(content) :]

    def _remove_when_unused(self) -> None:
        if self._is_dropped and not self._writers:
            remove_later(self.folder)


class Uploads(Attached):
    """The uploads of one visitor, by id. Keeps those under way, and which ended lately."""

    def __init__(
        self, new_folder: Callable[[str], Path], must_wait: Callable[[], bool] = lambda: False
    ) -> None:
        self._new_folder = new_folder
        self._must_wait = must_wait  # what has arrived is not loaded yet
        self._active: dict[str, Upload] = {}
        self._finished: list[str] = []
        self._lock = threading.Lock()

    @classmethod
    def of_visitor(cls, workspace: Workspace) -> "Uploads":
        """Return a visitor's uploads, in folders of the workspace."""
        return cls(workspace.new_folder, lambda: workspace.job_in(MAIN) is not None)

    def ongoing(self) -> list[Ongoing]:
        """Return the uploads under way for the sidebar."""
        return [
            Ongoing(
                upload.id,
                f"Receiving '{upload.name}'",
                upload.share,
                self._detail(upload),
                partial(self.cancel, upload.id),
            )
            for upload in self.active()
        ]

    def begin(self, announcement: Announcement) -> Upload:
        """Return the upload of these files: the one that was interrupted, or a new one.

        Raises:
            LimitError: too many are under way.
            OutputError: the disk has too little room.
        """
        with self._lock:
            upload = self._active.get(announcement.id)
            if upload is None:
                self._make_place(announcement.name)
                upload = Upload(announcement, self._new_folder("dataset"))
                try:
                    self._check_room(upload)
                except OutputError:
                    upload.drop()
                    raise
                self._active[upload.id] = upload
                if upload.id in self._finished:
                    self._finished.remove(upload.id)
            upload.touch()
            return upload

    def active(self) -> list[Upload]:
        """Return the uploads under way, the oldest first."""
        with self._lock:
            return list(self._active.values())

    def find(self, id_: str) -> Upload | None:
        """Return an upload under way."""
        with self._lock:
            return self._active.get(id_)

    def has_finished(self, id_: str) -> bool:
        """Return whether an upload came to its end a short while ago."""
        with self._lock:
            return id_ in self._finished

    def finish(self, upload: Upload, unreadable: Sequence[int]) -> Arrival | None:
        """Take out an upload that is whole and return what arrived; once, whoever asks.

        Raises:
            SourceError: the browser could not read the only file that matters.
        """
        if unreadable and upload.kind == ARCHIVE:
            self.cancel(upload.id)
            raise SourceError(
                f"'{upload.name}' changed or was removed during the upload. Choose it again."
            )
        upload.leave_out(unreadable)
        arrival = upload.arrival()
        with self._lock:
            if arrival is None or self._active.get(upload.id) is not upload:
                return None
            del self._active[upload.id]
            self._finished = [*self._finished[1 - _REMEMBERED :], upload.id]
            return arrival

    def cancel(self, id_: str) -> bool:
        """Drop an upload with what has arrived; return whether there was one."""
        with self._lock:
            upload = self._active.pop(id_, None)
        if upload is not None:
            upload.drop()
        return upload is not None

    def drop_idle(self, seconds: float) -> None:
        """Drop the uploads for which nothing has come for so long."""
        for upload in self.active():
            if upload.idle_seconds >= seconds:
                self.cancel(upload.id)

    def _detail(self, upload: Upload) -> str:
        if upload.share == 1 and self._must_wait():
            return "waiting for the work below"
        return "waiting for the browser" if upload.idle_seconds > _IDLE_SECONDS else ""

    def _make_place(self, name: str) -> None:
        if len(self._active) < _MOST_ACTIVE:
            return
        idlest = min(self._active.values(), key=lambda upload: upload.seen)
        if idlest.idle_seconds < _MAKES_PLACE_SECONDS:
            raise LimitError(
                f"'{name}' has to wait: {_MOST_ACTIVE} uploads are running. Try again when one has "
                "finished, or cancel one."
            )
        del self._active[idlest.id]
        idlest.drop()

    def _check_room(self, upload: Upload) -> None:
        coming = sum(
            other.total_bytes - other.received_bytes for other in [*self._active.values(), upload]
        )
        free = shutil.disk_usage(upload.folder).free
        if coming + _SPARE_BYTES > free:
            raise OutputError(
                f"'{upload.name}' has {size_of(upload.total_bytes)}; the disk of the computer that "
                f"runs Evenset has {size_of(free)} free. Free some space, or choose fewer files."
            )


def _place(file: int, path: str) -> str:
    """Return where a file is kept: its number, and a suffix of ours. Its name plays no part."""
    suffix = suffix_of(path)
    return f"{file // _PER_FOLDER}/{file}{suffix if suffix in _SUFFIXES else ''}"
