"""Guess which columns of a labels file hold the files, the labels, the splits and the groups."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.ingest.file_index import FileIndex, is_picture_name
from core.ingest.names import SPLIT_WORDS
from core.ingest.tables import Table

# Earlier names are preferred.
_FILE_NAMES = (
    *("file_name", "filename", "image_name", "image_file", "image_path", "img_path", "file_path"),
    *("filepath", "image_filename", "image", "img", "image_id", "img_id", "file", "path", "name"),
    *("picture", "photo", "images", "files", "filenames", "id"),
)
# A name that people read stands before the number that stands for it.
_LABEL_NAMES = (
    *("class_name", "label_name", "category_name", "species_name", "classname", "label", "labels"),
    *("class", "classes", "category", "categories", "species", "breed", "diagnosis", "dx"),
    *("disease", "finding", "tag", "tags", "target", "y", "class_label", "label_text"),
    *("class_id", "label_id", "category_id", "target_id", "classid"),
)
# Without 'id' after it, such a word mostly stands above what an image shows.
_MOSTLY_LABELS = frozenset({"case", "lesion", "animal", "study", "specimen", "device"})
_SPLIT_NAMES = ("split", "set", "subset", "partition", "fold", "phase", "usage")
# What an image shares with others: whom it shows stands before who took it, and where.
_GROUP_NAMES = tuple(
    f"{word}{end}"
    for word in (
        *("patient", "subject", "participant", "person", "individual", "animal", "case", "lesion"),
        *("specimen", "study", "series", "sequence", "video", "sender", "photographer", "user"),
        *("camera", "device", "scanner", "location", "site", "group"),
    )
    for end in ("_id", "id", "_number", "_name", "")
    if end or word not in _MOSTLY_LABELS
)
_KNOWN_NAMES = frozenset((*_FILE_NAMES, *_LABEL_NAMES, *_SPLIT_NAMES))
_BOOLEANS = frozenset({"true", "false", "yes", "no"})
_ZEROS_AND_ONES = {"0": False, "0.0": False, "1": True, "1.0": True}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d\d?:\d\d")
_NO_LABELS = frozenset(
    {"id", "index", "idx", "no", "nr", "number", "uuid", "guid", "url", "link", "md5", "hash",
     "width", "height", "x", "x1", "x2", "y1", "y2", "xmin", "xmax", "ymin", "ymax", "size",
     "bytes", "sha1", "repeats", "weight",
     "date", "time", "timestamp", "caption", "comment", "comments", "notes", "description"}
)  # fmt: skip
# At the end of a name they tell labels ('Finding Labels'), and what stands beside labels.
_LABEL_ENDS = frozenset(
    {"label", "labels", "class", "classes", "category", "species", "breed", "diagnosis", "disease"}
)
_BESIDE_LABELS = frozenset(
    {"sex", "gender", "age", "view", "position", "modality", "localization", "type", "source",
     "format", "orientation", "manufacturer", "country", "city", "state", "year", "month",
     "quality",
     "side", "laterality", "eye", "#", "up_#", "resolution", "mode", "license", "split", "usage"}
)  # fmt: skip
# Of text, numbers, and yes and no; with a name of labels, and without.
_NAMED_QUALITY = (1.0, 0.95, 0.85)
_QUALITY = (0.75, 0.55, 0.45)
_FEW, _MANY = 4, 20  # cells
_MOST_GRADES, _MOST_NUMBERS = 10, 100  # distinct
_LEAST_SHARE = 1 / 3
_MOST_LOOKED_UP = 50_000


@dataclass(frozen=True)
class Columns:
    """The columns of a labels file, counted from 0."""

    has_header: bool
    file: int
    label: int
    split: int | None = None
    # Where each class has a column with 1 for its pictures, all of them; `label` is the first.
    one_hot: tuple[int, ...] = ()
    group: int | None = None


def column_names(table: Table, has_header: bool) -> list[str]:
    """Return a name for each column, all different: the header's, or 'column 3'."""
    header = table.names or (table.rows[0] if has_header else ())
    names: list[str] = []
    taken: set[str] = set()
    for number in range(1, table.width + 1):
        given = header[number - 1] if number <= len(header) else ""
        wanted = name = given or f"column {number}"
        repeat = 2
        while name in taken:
            name = f"{wanted} ({repeat})"
            repeat += 1
        taken.add(name)
        names.append(name)
    return names


def guess_columns(
    table: Table, index: FileIndex, *, folder: str = "", relaxation: str = ""
) -> Columns | None:
    """Return the columns as the first rows tell them, or None: no column names the files.

    Args:
        table: The table by its first rows.
        index: The pictures of the source.
        folder: Where the table lies; '' at the root.
        relaxation: How to look for files that nothing agrees with exactly, of RELAXATIONS.
    """
    find = partial(index.find, folder=folder, relaxation=relaxation)
    rows = table.rows[: max(20, _MOST_LOOKED_UP // table.width)]
    file = _file_column(table, rows, find)
    if file is None:
        return None
    has_header = table.names is not None or _has_header(rows, file, find)
    body = table.rows[int(has_header and table.names is None) :]
    texts = [[row[column] for row in body if row[column]] for column in range(table.width)]
    names = [_plain(name) for name in column_names(table, has_header)]
    others = [column for column in range(table.width) if column != file]
    split = next((c for c in others if _is_split(texts[c], names[c])), None)
    if len(others) == 1:  # 'train' and 'test' may be classes, where there are no others
        split = None
    others = [column for column in others if column != split]
    named = [c for c in others if names[c] in _LABEL_NAMES and texts[c]]
    # A coordinate is no label.
    named = [c for c in named if names[c] != "y" or "x" not in names]
    one_hot = () if named or not has_header else _one_hot(body, others)
    if one_hot:
        best = one_hot[0]
    elif named:
        best = min(named, key=lambda c: (_kind(texts[c]), _LABEL_NAMES.index(names[c])))
    else:
        repeating = [c for c in others if 2 <= len(set(texts[c])) <= len(body) / 2]
        last = max(others, key=lambda c: (bool(texts[c]), c))
        best = min(
            repeating, key=lambda c: (_kind(texts[c]), names[c] in _GROUP_NAMES), default=last
        )
    rest = [c for c in others if c != best and c not in one_hot]
    return Columns(has_header, file, best, split, one_hot, _group_column(rest, names, body))


def label_quality(name: str, cells: Sequence[str]) -> float:
    """Return how likely a column holds labels, 0 to 1, by its name and a sample of its cells."""
    plain = _plain(name)
    filled = [cell for cell in cells if cell]
    if not filled or plain in _NO_LABELS or sum(map(is_picture_name, filled)) > len(filled) / 2:
        return 0.02
    distinct = len(set(filled))
    kind = _kind(filled)
    is_named = plain in _LABEL_NAMES
    if kind == 1 and any(cell.rstrip("0").rstrip(".").count(".") for cell in filled):
        return 0.05 if distinct > _MOST_GRADES else 0.4  # measures; grades such as 0.5
    quality = _NAMED_QUALITY[kind] if is_named else _QUALITY[kind]
    if not is_named and plain.rpartition("_")[2] in _LABEL_ENDS:
        quality = 0.9 * _NAMED_QUALITY[kind]
    elif not is_named and (plain in _GROUP_NAMES or plain.rpartition("_")[2] in _BESIDE_LABELS):
        quality = 0.3
    if distinct == len(filled) > _FEW:
        quality *= 0.1 if not is_named else 0.3  # each of its own: a name, an address, a caption
    elif 2 * distinct > len(filled) > _MANY or (kind == 1 and distinct > _MOST_NUMBERS):
        quality *= 0.3
    if distinct == 1 and len(filled) > 1:
        quality *= 0.5 if is_named else 0.15
    if not is_named and any(map(_DATE.match, filled[:_FEW])):
        quality *= 0.2
    return quality


def tell_apart(groups: Sequence[str] | Sequence[int]) -> bool:
    """Return whether groups say something: there are several, and one of several images.

    A row with '' or 0 is a group of its own.
    """
    named = [group for group in groups if group]
    return 2 <= len(set(named)) + len(groups) - len(named) < len(groups)


def _file_column(
    table: Table, rows: Sequence[Sequence[str]], find: Callable[[str], tuple[int, ...]]
) -> int | None:
    """Return the column that tells the most files apart; None: none finds a third of its rows."""
    header = table.names or rows[0]
    body = rows if table.names is not None or len(rows) == 1 else rows[1:]
    found: list[tuple[int, int, int, int]] = []
    for column in range(table.width):
        places = [find(row[column]) for row in body]
        single = [place[0] for place in places if len(place) == 1]
        if single and len(single) >= _LEAST_SHARE * len(body):
            # A label of one digit may find the file of that number in every row.
            rank = _rank(_plain(header[column]), _FILE_NAMES)
            found.append((-len(set(single)), -len(single), rank, column))
    return min(found)[-1] if found else None


def _has_header(
    rows: Sequence[Sequence[str]], file: int, find: Callable[[str], tuple[int, ...]]
) -> bool:
    """Return whether the first row of a text names the columns."""
    first = rows[0]
    if len(rows) == 1:
        return False
    if all(_plain(cell) in _KNOWN_NAMES for cell in first if cell):
        return True
    # A picture may be called 'image.jpg', and a column of ids 'image'.
    if is_picture_name(first[file]) or (
        _plain(first[file]) not in _FILE_NAMES and find(first[file])
    ):
        return False
    if _plain(first[file]) in _FILE_NAMES:
        return True
    # The row may be of a file that is missing: then its other cells are like those below it.
    below = [set(column) for column in zip(*rows[1:], strict=True)]
    return not any(cell and cell in seen for cell, seen in zip(first, below, strict=False))


def _is_split(texts: Sequence[str], name: str) -> bool:
    known = [text for text in texts if text.lower() in SPLIT_WORDS]
    if name in _SPLIT_NAMES:
        # Where most are known, the rest are for a person to decide about.
        return bool(known) and 2 * len(known) >= len(texts)
    return len(known) == len(texts) and len({text.lower() for text in known}) >= 2


def _group_column(
    columns: Sequence[int], names: Sequence[str], body: Sequence[Sequence[str]]
) -> int | None:
    """Return the column that a name gives away, rather one that tells the first rows apart."""
    named = [c for c in columns if names[c] in _GROUP_NAMES]

    def rank(column: int) -> tuple[bool, int]:
        cells = [row[column] for row in body]
        return not tell_apart(cells), _GROUP_NAMES.index(names[column])

    return min(named, key=rank, default=None)


def _one_hot(body: Sequence[Sequence[str]], columns: Sequence[int]) -> tuple[int, ...]:
    """Return the columns of zeros and ones, if there are several and most rows have a single 1.

    Where some rows have several ones, or none, and another column repeats texts, they are what is
    said beside a label: 'striped', 'spotted'.
    """
    hot = [c for c in columns if body and all(row[c] in _ZEROS_AND_ONES for row in body)]
    single = sum(sum(_ZEROS_AND_ONES[row[c]] for c in hot) == 1 for row in body)
    others = [{row[c] for row in body} for c in columns if c not in hot]
    is_beside = any(2 <= len(cells) <= len(body) / 2 for cells in others)
    is_meant = single == len(body) or (2 * single > len(body) and not is_beside)
    return tuple(hot) if len(hot) >= 2 and is_meant else ()


def _kind(texts: Sequence[str]) -> int:
    """Return 0 for text, 1 for numbers, 2 for yes and no: the lower, the likelier a label."""
    if all(text.lower() in _BOOLEANS for text in texts):
        return 2
    return int(all(_NUMBER.fullmatch(text) for text in texts))


def _rank(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else len(names)


def _plain(name: str) -> str:
    """Return a column's name as the lists above write it."""
    return re.sub(r"[\s\-]+", "_", name.strip().lower())
