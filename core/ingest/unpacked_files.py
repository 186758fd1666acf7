"""The files of an archive, written under names of our own with every size checked."""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

from core.dataset import SkippedFile
from core.errors import LimitError, OutputError
from core.ingest.entry_names import OpenNames, plain_path, spelled_out
from core.ingest.listing import Listing
from core.ingest.names import is_wanted, suffix_of
from core.ingest.tables import TABLE_SUFFIXES
from core.limits import Limits
from core.pictures.decode import IMAGE_SUFFIXES
from core.words import count_of

_PER_FOLDER = 1000
# What wraps comes before what is wrapped.
_ARCHIVE_SUFFIXES = (".gz", ".bz2", ".xz", ".tgz", ".tbz2", ".tbz", ".txz", ".tar", ".zip")
_SUFFIXES = IMAGE_SUFFIXES | TABLE_SUFFIXES

_SAME_NAME = "a second file of the same name"

Blocks = Callable[[], Iterator[bytes]]


class DamagedEntryError(Exception):
    """An entry's bytes cannot be read; told apart from a disk that cannot be written."""


class UnpackedFiles:
    """Files written so far, and the bytes that may still be written.

    Names inside an archive are data only: files are written as `0/17.jpg`, and so on.
    """

    def __init__(
        self, name: str, folder: Path, limits: Limits, *, taken: Collection[str] = ()
    ) -> None:
        """Write nothing yet; the paths in `taken` are those of files that there are already."""
        self._name = name
        self._folder = folder
        self._limits = limits
        self._budget = limits.unpacked_bytes
        self._count = len(taken)
        self._seen: set[str] = set(taken)
        self._paths: list[str] = []
        self._files: list[str] = []
        self._skipped: list[SkippedFile] = []
        self._folders: list[str] = []
        self._open = OpenNames()

    def add(
        self,
        name: str,
        blocks: Blocks,
        *,
        damaged: str,
        refused: str | None = None,
        is_open: bool = False,
    ) -> None:
        """Write an entry if it may matter.

        Args:
            name: As the archive says it; bytes that are not UTF-8 stand there as surrogates.
            blocks: Returns its content in pieces; called only when it is wanted.
            damaged: The reason when `blocks` raises DamagedEntryError.
            refused: Why the entry is not used, where that is known already.
            is_open: Whether the archive leaves open how the name is encoded.

        Raises:
            LimitError: the archive unpacks to more than the limits allow.
            OutputError: the disk is full.
        """
        self._count += 1
        if self._count > self._limits.files:
            raise LimitError(too_many_files(self._name, self._limits))
        path = spelled_out(name)
        reason = why_unsafe(path) or refused
        if reason is None:
            # './cat/1.jpg' is 'cat/1.jpg'.
            is_held = is_open and not name.isascii()
            path = self._open.hold(name) if is_held else plain_path(path)
            reason = self._why_not(path)
        if reason is not None:
            self._skipped.append(SkippedFile(path, reason))
            return
        self._seen.add(path)
        file = ""
        if is_wanted(path):
            number = len(self._paths)
            suffix = suffix_of(path)
            file = f"{number // _PER_FOLDER}/{number}{suffix if suffix in _SUFFIXES else ''}"
            if not self._write(self._folder / file, blocks):
                self._skipped.append(SkippedFile(path, damaged))
                return
        self._paths.append(path)
        self._files.append(file)

    def add_folder(self, name: str, *, is_open: bool = False) -> None:
        """Remember a folder that the archive names: it may be empty. Arguments as for `add`."""
        path = spelled_out(name)
        if why_unsafe(path) is None and len(self._folders) < self._limits.files:
            is_held = is_open and not name.isascii()
            self._folders.append(self._open.hold(name) if is_held else plain_path(path))

    def listing(self, skipped: tuple[SkippedFile, ...] = ()) -> Listing:
        """Return what was unpacked."""
        name = PurePosixPath(self._name).name
        for suffix in _ARCHIVE_SUFFIXES:
            name = name[: -len(suffix)] if name.lower().endswith(suffix) else name
        texts, note = self._open.read(self._name)
        paths, files = self._paths, self._files
        refused = [
            SkippedFile(texts.get(skip.path, skip.path), skip.reason) for skip in self._skipped
        ]
        if texts:
            paths, files = [], []
            of_text: dict[str, str] = {}
            for held, file in zip(self._paths, self._files, strict=True):
                path = texts.get(held, held)
                if of_text.setdefault(path, held) == held:
                    paths.append(path)
                    files.append(file)
                else:
                    refused.append(SkippedFile(path, _SAME_NAME))
        skipped = (*refused, *skipped)
        folders = (texts.get(folder, folder).rstrip("/\\") for folder in self._folders)
        return Listing(
            name or self._name,
            self._folder,
            paths,
            files,
            skipped,
            _empty(folders, [*paths, *(skip.path for skip in skipped)]),
            (note,) if note else (),
        )

    def _why_not(self, path: str) -> str | None:
        if not path:
            return "a file without a name"
        return _SAME_NAME if path in self._seen else None

    def _write(self, target: Path, blocks: Blocks) -> bool:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                for block in blocks():
                    self._budget -= len(block)
                    if self._budget < 0:
                        raise LimitError(too_many_bytes(self._name, self._limits))
                    file.write(block)
        except DamagedEntryError:
            target.unlink(missing_ok=True)
            return False
        except OSError as error:
            raise OutputError(
                f"Cannot unpack into '{target.parent}': {error.strerror}. Free some space."
            ) from error
        return True


def _empty(folders: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of `folders` that hold no path and no other folder."""
    named = set(folders) - {""}
    held = {path.rpartition("/")[0] for path in (*paths, *named)} if named else set()
    for folder in list(held):
        while (folder := folder.rpartition("/")[0]) and folder not in held:
            held.add(folder)
    return tuple(sorted(named - held))


def too_many_files(name: str, limits: Limits) -> str:
    """Return the sentence for an archive with more files than allowed."""
    return (
        f"'{name}' holds more than {count_of(limits.files, 'file')}, which is the limit. Use a "
        "smaller archive, or raise the limit with --max-files."
    )


def too_many_bytes(name: str, limits: Limits) -> str:
    """Return the sentence for an archive that unpacks to more than allowed."""
    return (
        f"'{name}' unpacks to more than {limits.unpacked_bytes / 1e9:,.1f} GB, which is the limit. "
        "Use a smaller archive, or raise the limit with --max-gigabytes."
    )


def why_unsafe(path: str) -> str | None:
    """Return why a path is refused, or None; such paths reach for places outside."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or (path[1:2] == ":" and path[0].isalpha()):
        return "unsafe path"
    return None
