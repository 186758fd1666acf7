"""An index of files: finds the picture that a labels file means by a name, a path or an id."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import unquote

import numpy as np

from core.pictures.decode import IMAGE_SUFFIXES

_DRIVE = re.compile(r"[A-Za-z]:(?=[/\\])")
_ROOTED = re.compile(r"([A-Za-z]:)?[/\\]|\w+://")
_REMEMBERED_FROM = 16
# What was put before the name of an uploaded file: '8f3a2b1c-cat.jpg'.
_UPLOADED = re.compile(r"[0-9a-f]{6,12}-(?=.)", re.IGNORECASE)
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_QUERY = re.compile(r"[?#].*$")
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{1,4}$")
# Last resorts, for tables that name nearly nothing by the rules of `find`, in this order; each
# with what is said about it.
RELAXATIONS: Mapping[str, str] = {
    "decoded": "Names in the table are written as in an address ('%20' for a space)",
    "suffix": "Files have another suffix than the table says",
    "upload": "Names in the table have an upload's prefix or folder, which the files lack",
    "zeros": "Numbers in the table lack the zeros before them that the files have",
}


class FileIndex:
    """Finds the files that a labels file means.

    It keeps the paths, and, made when first needed, tables of hashes to find them by: 12 bytes a
    path for each way to write a path.
    """

    def __init__(self, paths: Sequence[str], aside: Collection[int] = ()) -> None:
        """Keep `paths`; the places in `aside` are meant only where no other file is."""
        self._paths = paths
        self._aside = aside
        self._deepest: int | None = None
        self._by_number: _Hashed | None = None
        self._tables: dict[tuple[int | None, bool, bool], _Hashed] = {}
        # What a value found, where that was many: a million rows may all ask for 'image.jpg'.
        self._remembered: dict[tuple[str, str], tuple[int, ...]] = {}

    def find(self, value: str, *, folder: str = "", relaxation: str = "") -> tuple[int, ...]:
        """Return the places in `paths` of the files that `value` may mean: none, one or several.

        A path beside the table comes first, then a path from the root, then every file whose name
        agrees and whose folders agree as far as both have them: '/home/me/images/1.jpg' may be
        'images/1.jpg', '1.jpg' may be any '1.jpg', but 'train/1.jpg' is never 'test/1.jpg'. Of
        several, those below `folder` are preferred. A path from the root of another computer may
        end with the file's path as seen from `folder`, too.

        A value that does not end as a picture does is an id: '0007' is '0007.jpg'. Where nothing
        agrees exactly, letters of either case and either spelling of an accent do.

        Args:
            value: What the table says, in any spelling of a path.
            folder: Where the table lies; '' at the root.
            relaxation: How to look for what is not found by these rules, of RELAXATIONS.
        """
        found = self._find(value, folder)
        if found or not relaxation:
            return found
        if relaxation == "zeros":
            return tuple(self._zeroless().find(_zeroless(_parts(value, []))))
        return self._find(_relaxed(value, relaxation), folder)

    def _find(self, value: str, folder: str) -> tuple[int, ...]:
        remembered = self._remembered.get((value, folder))
        if remembered is not None:
            return remembered
        wanted = _parts(value, [])
        if not wanted:
            return ()
        folders = folder.split("/") if folder else []
        beside = ["/".join(_parts(value, folders))]
        if folder and _ROOTED.match(value.strip()):
            # From the root of another computer: what lies beside the table may end it.
            beside += ["/".join([folder, *wanted[start:]]) for start in self._ends(wanted)]
        for is_folded in (False, True):
            found = self._agreeing(wanted, beside, is_folded=is_folded)
            if len(found) > 1 and self._aside:
                found = [place for place in found if place not in self._aside] or found
            if len(found) > 1 and folder:
                inner = [place for place in found if self._paths[place].startswith(folder + "/")]
                found = inner or found
            if found:
                break
        places = tuple(found)
        if len(places) >= _REMEMBERED_FROM:
            self._remembered[value, folder] = places
        return places

    def _zeroless(self) -> "_Hashed":
        if self._by_number is None:

            def key(path: str) -> str:
                return _zeroless([path.rpartition("/")[2]])

            self._by_number = _Hashed(self._paths, range(len(self._paths)), key, str)
        return self._by_number

    def _agreeing(
        self, wanted: Sequence[str], beside: Sequence[str], *, is_folded: bool
    ) -> list[int]:
        is_stem = not is_picture_name(wanted[-1])
        whole = self._table(None, is_folded, is_stem)
        path = "/".join(wanted)
        for exact in dict.fromkeys((beside[0], path)):
            if found := whole.find(exact):
                return found
        places: set[int] = set()
        # The longer of the two may be the file's path, ...
        if len(wanted) <= self._depth():
            places.update(self._table(len(wanted) - 1, is_folded, is_stem).find(path))
        # ... or the value.
        ends = ["/".join(wanted[start:]) for start in self._ends(wanted)]
        for end in (*ends, *beside[1:]):
            places.update(whole.find(end))
        return sorted(places)

    def _ends(self, parts: Sequence[str]) -> range:
        """Return where the ends of a path begin that are short enough to be a file's path."""
        return range(max(1, len(parts) - self._depth() - 1), len(parts))

    def _depth(self) -> int:
        """Return how many folders the deepest file lies in."""
        if self._deepest is None:
            self._deepest = max((path.count("/") for path in self._paths), default=0)
        return self._deepest

    def _table(self, folders: int | None, is_folded: bool, is_stem: bool) -> "_Hashed":
        """Return the table by name and the last `folders` folders; None: by the whole path."""
        if (folders, is_folded, is_stem) not in self._tables:
            # A file with no more folders is in the table of whole paths.
            places = (
                range(len(self._paths))
                if folders is None
                else [row for row, path in enumerate(self._paths) if path.count("/") > folders]
            )

            def key(path: str) -> str:
                if folders is not None:
                    path = path.split("/", path.count("/") - folders)[-1]
                if is_stem:
                    path = _stem(path)
                return _folded(path) if is_folded else path

            fold = _folded if is_folded else str
            self._tables[folders, is_folded, is_stem] = _Hashed(self._paths, places, key, fold)
        return self._tables[folders, is_folded, is_stem]


def is_picture_name(name: str) -> bool:
    """Return whether `name` ends as pictures do."""
    stem, dot, suffix = name.rpartition(".")
    return bool(stem) and (dot + suffix).lower() in IMAGE_SUFFIXES


class _Hashed:
    """Some of the paths by the hash of a key, in two sorted columns; keeps no text of its own."""

    def __init__(
        self,
        paths: Sequence[str],
        places: Sequence[int],
        key: Callable[[str], str],
        fold: Callable[[str], str],
    ) -> None:
        self._paths = paths
        self._key = key
        self._fold = fold
        keys = (hash(key(paths[place])) for place in places)
        hashes = np.fromiter(keys, np.int64, len(places))
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._places = np.asarray(places, np.int32)[order]

    def find(self, text: str) -> list[int]:
        """Return the places of all paths with this key, ascending."""
        text = self._fold(text)
        wanted = np.int64(hash(text))
        first = int(self._hashes.searchsorted(wanted))
        if first == len(self._hashes) or self._hashes[first] != wanted:
            return []
        last = int(self._hashes.searchsorted(wanted, side="right"))
        places: list[int] = self._places[first:last].tolist()
        # Different texts may share a hash.
        return [place for place in places if self._key(self._paths[place]) == text]


def _parts(value: str, folders: Sequence[str]) -> list[str]:
    """Return folders and name of a path as seen from `folders`, without root and drive."""
    path = _DRIVE.sub("", value.strip().replace("\\", "/"), count=1)
    parts = list(folders)
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part and part != ".":
            parts.append(part)
    return parts


def _relaxed(value: str, relaxation: str) -> str:
    """Return `value` as a last resort spells it."""
    if relaxation == "decoded":
        return unquote(_QUERY.sub("", value))
    if relaxation == "suffix":
        return _SUFFIX.sub("", value.strip())
    name = (_parts(unquote(_QUERY.sub("", value)), []) or [""])[-1]
    return _UPLOADED.sub("", name, count=1)


def _zeroless(parts: Sequence[str]) -> str:
    """Return the last part without its suffix and without zeros before numbers."""
    name = _SUFFIX.sub("", parts[-1]) if parts else ""
    whole = name.removesuffix(".0")
    return _ZEROS.sub("", whole if whole.isdecimal() else name)


def _stem(path: str) -> str:
    return path.rpartition(".")[0] if is_picture_name(path) else path


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Either may undo what the other did.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
