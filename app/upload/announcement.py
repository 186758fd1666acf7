"""What a browser says that it will send: a name and a list of files, read while it comes."""

from array import array
from dataclasses import dataclass
from hashlib import blake2b

from core.errors import LimitError, SettingError, SourceError
from core.ingest.names import is_wanted
from core.ingest.picture_files import readable_name
from core.limits import Limits
from core.records import parse
from core.words import size_of

FOLDER, ARCHIVE = "folder", "archive"
_LONGEST_LINE = 1 << 16
_LONGEST_NAME = 255
_BYTES_A_FILE = 512  # of the list itself; a long path has some 100
_DAMAGED = "The list of files was damaged on the way ({}). Choose the {} again."


@dataclass(frozen=True, eq=False)
class Announcement:
    """F files that a browser holds, in its order. The same files give the same `id`."""

    id: str
    kind: str  # FOLDER or ARCHIVE
    name: str  # as the person knows it
    paths: list[str]  # (F,) names: data, never places on this computer
    sizes: "array[int]"  # (F,) bytes
    wanted: bytearray  # (F,) 1 where the bytes matter

    @property
    def wanted_files(self) -> int:
        """Return how many files are asked for."""
        return self.wanted.count(1)

    @property
    def wanted_bytes(self) -> int:
        """Return how many bytes are asked for."""
        return sum(size for size, wanted in zip(self.sizes, self.wanted, strict=True) if wanted)


class AnnouncementReader:
    """Takes an announcement in blocks; keeps the files so far and the begun line."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._digest = blake2b(digest_size=16)
        self._rest = b""
        self._length = 0
        self._kind = self._name = ""
        self._paths: list[str] = []
        self._sizes = array("Q")
        self._wanted = bytearray()
        self._wanted_bytes = 0

    def feed(self, block: bytes) -> None:
        """Read one block.

        Raises:
            SourceError: it is no announcement.
            LimitError: more files or bytes than allowed.
        """
        self._digest.update(block)
        self._length += len(block)
        if self._length > _LONGEST_LINE + _BYTES_A_FILE * self._limits.files:
            raise LimitError("The list of files is too long. Choose fewer files, or a zip of them.")
        *lines, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise self._damaged("a line has no end")
        for line in lines:
            self._read(line)

    def end(self) -> Announcement:
        """Return what was announced, once all blocks were read.

        Raises:
            SourceError: it is no announcement, or holds no file.
            LimitError: more files or bytes than allowed.
        """
        if self._rest:
            self._read(self._rest)
            self._rest = b""
        if not self._kind:
            raise self._damaged("it is empty")
        if not self._paths:
            raise SourceError(
                f"'{self._name}' has no files. Choose the folder that contains your pictures."
            )
        if self._kind == ARCHIVE and len(self._paths) != 1:
            raise self._damaged("an archive is one file")
        return Announcement(
            self._digest.hexdigest(),
            self._kind,
            self._name,
            self._paths,
            self._sizes,
            self._wanted,
        )

    def _read(self, line: bytes) -> None:
        if not self._kind:
            self._read_header(line)
            return
        size, tab, written = line.partition(b"\t")
        path = _json(written)
        if not (tab and size.isdigit() and len(size) < 16 and isinstance(path, str)):
            raise self._damaged(f"line {len(self._paths) + 2:,}")
        is_asked_for = self._kind == ARCHIVE or is_wanted(path)
        self._paths.append(readable_name(path))
        self._sizes.append(int(size))
        self._wanted.append(is_asked_for)
        self._wanted_bytes += int(size) if is_asked_for else 0
        self._check()

    def _read_header(self, line: bytes) -> None:
        header = _json(line)
        told = header if isinstance(header, dict) else {}
        kind, name = told.get("kind"), told.get("name")
        if kind not in (FOLDER, ARCHIVE) or not isinstance(name, str):
            raise self._damaged("its first line")
        self._kind, self._name = str(kind), readable_name(name)[:_LONGEST_NAME] or "folder"

    def _check(self) -> None:
        most = self._limits
        if len(self._paths) > most.files:
            raise LimitError(
                f"'{self._name}' holds more than {most.files:,} files, which is the limit. Choose "
                "a smaller folder."
            )
        if self._wanted_bytes > most.unpacked_bytes:
            raise LimitError(
                f"'{self._name}' is larger than {size_of(most.unpacked_bytes)}, which is the "
                f"limit. Choose a smaller {self._kind}."
            )

    def _damaged(self, where: str) -> SourceError:
        return SourceError(_DAMAGED.format(where, self._kind or "folder"))


def _json(text: bytes) -> object:
    """Return what JSON text says, or None where it is none."""
    try:
        return parse(text, "It")
    except SettingError:
        return None
