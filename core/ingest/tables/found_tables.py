"""Find the tables of a source: files that are one, and files that make one up together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SourceError
from core.ingest.tables.formats import FORMATS, TABLE_SUFFIXES, open_tables
from core.ingest.tables.sidecar_formats import are_boxes, class_names, is_names_file
from core.ingest.tables.sidecars import SIDECAR_SUFFIXES, find_sidecars
from core.ingest.tables.split_tables import join_splits
from core.ingest.tables.table import Files, PassedOver, Table, TableError
from core.words import count_of

_MOST_TABLES = 200
_MOST_IN_FOLDER = 50  # of one suffix; a folder of more holds something else
_FEW = 5
# To look at the end of a name first halves the time that a million files take.
_ENDS = tuple(TABLE_SUFFIXES)
_LONGEST = max(map(len, _ENDS))
# How the columns of a manifest of Evenset begin, and those of an export without pictures.
_EXPORT_COLUMNS = ("path", "label", "split", "origin", "parent")
_INDEX_COLUMNS = ("path", "label", "split", "repeats", "weight")
# What lies beside a manifest: for trainers and for people, and nobody's labels.
_BESIDE_MANIFESTS = frozenset(
    {"readme.md", "training.json", "recipe.json", "left_out.json", "croissant.json",
     "vectors.npz", "vectors.parquet", "synthetic_vectors.npz", "synthetic_vectors.parquet",
     "metadata.parquet", "index.csv", "index.jsonl"}
)  # fmt: skip
# The names of texts for people.
_PROSE = (
    "readme",
    "licen",
    "copying",
    "notice",
    "change",
    "requirements",
    "credits",
    "citation",
    "notes",
)
_ORDER = {
    suffix: rank for rank, format_ in enumerate(FORMATS.values()) for suffix in format_.suffixes
} | {".txt": len(FORMATS)}


@dataclass(frozen=True)
class FoundTables:
    """The tables of a source."""

    tables: tuple[Table, ...]  # that may hold labels
    exports: tuple[Table, ...]  # manifests of Evenset's own exports
    passed: tuple[PassedOver, ...]  # looked at and not used
    used: frozenset[str]  # paths of files that are part of a table, or of what was passed over


def find_tables(listing: Files, places: Sequence[int]) -> FoundTables:
    """Return the tables among the files of a source, by their first rows.

    Args:
        listing: All files, pictures among them.
        places: Of those that may be tables.
    """
    named = [
        place
        for place in places
        if listing.paths[place][-_LONGEST:].lower().endswith(_ENDS)
        if listing.files[place] and _suffix(listing.paths[place]) in TABLE_SUFFIXES
    ]
    beside = [place for place in named if _suffix(listing.paths[place]) in SIDECAR_SUFFIXES]
    names_files = [place for place in named if is_names_file(listing.paths[place])]
    names = _names(listing, names_files) if beside else []
    sidecars = find_sidecars(listing, beside, names)
    tables, passed, used = list(sidecars.tables), list(sidecars.passed), set(sidecars.used)
    if used:
        used.update(listing.paths[place] for place in names_files)
    rest = [
        p for p in named if listing.paths[p] not in used and _suffix(listing.paths[p]) in _ORDER
    ]
    rest, heaps = _without_heaps(listing, rest)
    for heap in heaps:
        passed.append(heap.passed)
        used.update(heap.paths)
    exports: list[Table] = []
    for found in _opened(listing, rest):
        if isinstance(found, PassedOver):
            passed.append(found)
            continue
        if _is_prose(found.path) and found.format and found.format.delimiter == " ":
            continue
        (exports if is_manifest(found) else tables).append(found)
    of_export = _beside_exports(exports, [listing.paths[place] for place in places])
    used.update(of_export)
    tables = [table for table in tables if table.path.partition("#")[0] not in of_export]
    passed = [one for one in passed if one.path not in of_export]
    used.update(t.path.partition("#")[0] for t in tables if "#" in t.path)
    tables, parts = join_splits(tables)
    used.update(path for path in parts if "#" not in path)
    passed.sort(key=lambda one: one.path)
    return FoundTables(tuple(tables), tuple(exports), tuple(passed), frozenset(used))


@dataclass(frozen=True)
class _Heap:
    """Many files of one folder that are no tables."""

    passed: PassedOver
    paths: Sequence[str]


def is_manifest(table: Table) -> bool:
    """Return whether a table is the manifest of an export of Evenset, by its first columns."""
    return _begins(table, _EXPORT_COLUMNS)


def is_index(table: Table) -> bool:
    """Return whether a table is an export of Evenset that has no pictures of its own."""
    return _begins(table, _INDEX_COLUMNS)


def _begins(table: Table, columns: Sequence[str]) -> bool:
    return (table.names or table.rows[0])[: len(columns)] == tuple(columns)


def _opened(listing: Files, places: Sequence[int]) -> Iterator[Table | PassedOver]:
    for place in places:
        path = listing.paths[place]
        try:
            yield from open_tables(path, listing.root / listing.files[place])
        except TableError as error:
            if not (error.is_prose or _is_prose(path)):
                yield PassedOver(path, error.reason)
        except SourceError as error:
            # Damage is told by its line.
            yield PassedOver(path, str(error).partition(". ")[0])


def _beside_exports(exports: Sequence[Table], paths: Sequence[str]) -> set[str]:
    """Return those of `paths` that an export holds for trainers, and people, beside its manifest.

    A table there that has another name is somebody's own.
    """
    folders = [table.path.rpartition("/")[0] for table in exports]
    starts = tuple(f"{folder}/" if folder else "" for folder in folders)
    return {
        path
        for path in paths
        if starts and path[path.rfind("/") + 1 :].lower() in _BESIDE_MANIFESTS
        if path.startswith(starts)
    }


def _without_heaps(listing: Files, places: Sequence[int]) -> tuple[list[int], list[_Heap]]:
    """Return the places of what may be tables, and what lies in heaps of one suffix a folder."""
    folders: dict[tuple[str, str], list[int]] = {}
    for place in places:
        path = listing.paths[place]
        folders.setdefault((path.rpartition("/")[0], _suffix(path)), []).append(place)
    kept: list[int] = []
    heaps: list[_Heap] = []
    for (folder, suffix), members in folders.items():
        are_of_pictures = suffix == ".txt" and all(
            are_boxes(listing.root / listing.files[place]) for place in members[:_FEW]
        )
        if len(members) <= _MOST_IN_FOLDER and not are_of_pictures:
            kept += members
            continue
        paths = [listing.paths[place] for place in members]
        path = f"{folder}/*{suffix}" if folder else f"*{suffix}"
        what = count_of(len(members), "file")
        reason = (
            f"{what} of boxes, as YOLO writes them, without their pictures"
            if are_of_pictures
            else f"{what} in one folder, which were not looked at"
        )
        heaps.append(_Heap(PassedOver(paths[0] if len(paths) == 1 else path, reason), paths))
    if len(kept) > _MOST_TABLES:
        kept.sort(key=lambda place: _ORDER[_suffix(listing.paths[place])])
        kept, others = kept[:_MOST_TABLES], kept[_MOST_TABLES:]
        paths = [listing.paths[place] for place in others]
        reason = f"this and {len(paths) - 1:,} more were not looked at"
        heaps.append(_Heap(PassedOver(paths[0], reason), paths))
    order = {place: number for number, place in enumerate(places)}
    return sorted(kept, key=order.__getitem__), heaps


def _names(listing: Files, places: Iterable[int]) -> list[str]:
    """Return the names of YOLO's classes from the first file that has some, a YAML first."""

    def rank(place: int) -> tuple[bool, int]:
        path = listing.paths[place].lower()
        return not path.endswith((".yaml", ".yml")), path.count("/")

    for place in sorted(places, key=rank)[:_MOST_IN_FOLDER]:
        path: str = listing.paths[place]
        if found := class_names(path, Path(listing.root / listing.files[place])):
            return found
    return []


def _suffix(path: str) -> str:
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 and not name.startswith("~$") else ""


def _is_prose(path: str) -> bool:
    return path[path.rfind("/") + 1 :].lower().startswith(_PROSE)
