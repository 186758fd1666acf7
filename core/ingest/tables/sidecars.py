"""Find files that tell about one picture each, of its name: YOLO's boxes, Pascal VOC, LabelMe."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from os.path import commonpath
from pathlib import Path

from core.ingest.tables.coco import BETWEEN_LABELS
from core.ingest.tables.sidecar_formats import SIDECAR_FORMATS, SidecarFormat
from core.ingest.tables.table import Files, PassedOver, Row, Table, checked, sample_of
from core.pictures.decode import IMAGE_SUFFIXES
from core.words import count_of

SIDECAR_SUFFIXES = frozenset(format_.suffix for format_ in SIDECAR_FORMATS)
_MOST_BYTES = 1_000_000  # of a file about one picture
_MOST_JUDGED = 1_000
_LEAST_READ = 0.9  # share of the judged files that must be of the format
# Folders that part pictures from what tells about them.
_PARTING = re.compile(
    r"(images?|imgs?|jpegimages|pictures|photos|labels?|labelt?xt|annotations?|annots?|xmls?|txts?|json"
    r"|bbox(es)?|obj_train_data)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FoundSidecars:
    """What was found of them."""

    tables: tuple[Table, ...]
    passed: tuple[PassedOver, ...]
    used: frozenset[str]  # paths of all files about one picture, whether read or not


@dataclass(frozen=True)
class _Pairs:
    """Files of one suffix, and the pictures that they tell about."""

    root: Path
    paths: list[str]  # of the files
    files: list[str]  # relative to root
    pictures: list[str]  # paths


def find_sidecars(listing: Files, beside: Sequence[int], names: Sequence[str]) -> FoundSidecars:
    """Return the tables that files about one picture each make up.

    Args:
        listing: The files of the source.
        beside: Places of those that have one of `SIDECAR_SUFFIXES`.
        names: Of the classes, by the numbers that boxes may have.
    """
    tables: list[Table] = []
    passed: list[PassedOver] = []
    used: set[str] = set()
    for suffix, pairs in _pairs(listing, beside).items():
        judged = _spread(len(pairs.paths))
        texts = [_text(pairs.root / pairs.files[number]) for number in judged]
        format_ = _format_of(suffix, texts)
        if format_ is None:
            if len(pairs.paths) == 1:
                continue  # 'labels.txt' may happen to lie beside 'labels.jpg'
            what = f"{count_of(len(pairs.paths), 'file')} of one picture each, without its class"
            passed.append(PassedOver(_pattern(pairs.paths, suffix), what))
        else:
            found = _judge(format_, pairs, texts, names)
            (tables if isinstance(found, Table) else passed).append(found)  # type: ignore[arg-type]
        used.update(pairs.paths)
    return FoundSidecars(tuple(tables), tuple(passed), frozenset(used))


def _pairs(listing: Files, beside: Sequence[int]) -> Mapping[str, _Pairs]:
    """Return by suffix which file belongs to which picture."""
    if not beside:
        return {}
    stems = {_stem(listing.paths[place]) for place in beside}
    by_key: dict[str, str] = {}
    by_stem: dict[str, str | None] = {}
    for path in listing.paths:
        stem = _stem(path)
        if stem in stems and path[path.rfind(".") :].lower() in IMAGE_SUFFIXES:
            by_key[_key(path)] = path
            by_stem[stem] = None if stem in by_stem else path
    found: dict[str, _Pairs] = {}
    for place in beside:
        path = listing.paths[place]
        picture = by_key.get(_key(path)) or by_stem.get(_stem(path))
        if picture is not None:
            suffix = path[path.rfind(".") :].lower()
            pairs = found.setdefault(suffix, _Pairs(listing.root, [], [], []))
            pairs.paths.append(path)
            pairs.files.append(listing.files[place])
            pairs.pictures.append(picture)
    return found


def _stem(path: str) -> str:
    """Return a name without its suffix; '1.jpg.json' tells about '1.jpg'."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    stem = name[:dot] if dot > 0 else name
    inner = stem.rfind(".")
    return stem[:inner] if inner > 0 and stem[inner:].lower() in IMAGE_SUFFIXES else stem


def _key(path: str) -> str:
    """Return folders and stem without the folders that part pictures from labels."""
    return f"{_whole(path.rpartition('/')[0])}/{_stem(path)}"


@lru_cache(maxsize=4_096)
def _whole(folder: str) -> str:
    return "/".join(part for part in folder.split("/") if not _PARTING.fullmatch(part))


def _spread(count: int) -> Sequence[int]:
    step = max(1, -(-count // _MOST_JUDGED))
    return range(0, count, step)


def _format_of(suffix: str, texts: Sequence[str]) -> SidecarFormat | None:
    for format_ in SIDECAR_FORMATS:
        if format_.suffix == suffix:
            read = [format_.labels(text) for text in texts]
            told = [labels for labels in read if labels is not None]
            if any(told) and len(told) >= _LEAST_READ * len(read) and format_.fits(told):
                return format_
    return None


def _judge(
    format_: SidecarFormat, pairs: _Pairs, texts: Sequence[str], names: Sequence[str]
) -> Table | PassedOver:
    """Return the table of some files if most of the pictures have one class."""
    counts = [len(set(format_.labels(text) or ())) for text in texts]
    several = sum(count > 1 for count in counts)
    images = count_of(len(counts), "image")
    looked_at = " looked at" if len(counts) < len(pairs.paths) else ""
    share = f"several classes in {several:,} of {images}{looked_at}"
    path = _pattern(pairs.paths, format_.suffix)
    if 2 * several > sum(count > 0 for count in counts):
        return PassedOver(path, f"{format_.kind}, {share}")
    columns = ("file_name", "label")
    reads = partial(_rows, format_, pairs, names if format_.kind == "YOLO labels" else ())
    width, rows = checked(path, sample_of(reads((0, 1))), columns)
    about = f"{format_.kind}: {share}." if several else ""
    root = pairs.root
    return Table(path, root, None, width, rows, columns, format_.kind, about=about, reads=reads)


def _rows(
    format_: SidecarFormat, pairs: _Pairs, names: Sequence[str], columns: Sequence[int]
) -> Iterator[Row]:
    for number, (picture, file) in enumerate(zip(pairs.pictures, pairs.files, strict=True), 1):
        found = format_.labels(_text(pairs.root / file)) or ()
        label = BETWEEN_LABELS.join(dict.fromkeys(_named(label, names) for label in found))
        cells = (picture, label)
        yield number, tuple(cells[column] for column in columns)


def _named(label: str, names: Sequence[str]) -> str:
    return names[int(label)] if label.isdecimal() and int(label) < len(names) else label


def _text(file: Path) -> str:
    """Return the text of a file about one picture; what cannot be read tells nothing."""
    try:
        with file.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _pattern(paths: Iterable[str], suffix: str) -> str:
    """Return what people write for several files: 'labels/*.txt'."""
    folders = {path.rpartition("/")[0] for path in paths}
    common = commonpath(folders) if all(folders) else ""
    return f"{common}/*{suffix}" if common else f"*{suffix}"
