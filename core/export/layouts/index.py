"""No pictures: a list of the source's own, with how often each is to be drawn."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

from core.dataset import TRAIN
from core.export.card import make_card
from core.export.croissant import make_croissant
from core.export.index_files import COMMON, IndexFile, Written
from core.export.layouts.layout import Layout

_READERS = (
    'pandas.read_csv(FOLDER + "/index.csv")',
    'datasets.load_dataset("json", data_files=FOLDER + "/index.jsonl")',
)
_CAVEAT = (
    "Paths are those of the source: put its folder in front of them. `repeats` says how often an "
    "epoch draws a picture, augmented again each time where the recipe augments; `weight` is what "
    "is left to correct after that. A sampler that draws by weight takes `repeats` times `weight`."
)
_COLUMNS = ("path", "label", "split", "repeats", "weight", "group", "original_label")


def _rows(written: Written) -> Iterator[dict[str, object]]:
    for row in written.rows:
        weight = written.weights[row.label] if row.split == TRAIN else None
        values = (
            row.path, row.label, row.split, row.repeats, weight, row.group, row.original_label,
        )  # fmt: skip
        yield dict(zip(_COLUMNS, values, strict=True))


def _csv(written: Written) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in _rows(written):
        writer.writerow(["" if value is None else value for value in row.values()])
    return text.getvalue().encode("utf-8", "surrogatepass")


def _jsonl(written: Written) -> bytes:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(written))
    return text.encode("utf-8", "backslashreplace")


_TABLE = IndexFile("index.csv", _csv)

INDEX = Layout(
    name="index",
    title="Index without pictures",
    help="A list of your own files with repeat counts and weights: balance at run time, copy none.",
    index=(
        _TABLE,
        IndexFile("index.jsonl", _jsonl),
        *COMMON,
        make_croissant(_TABLE, _COLUMNS),
        make_card(_READERS, _CAVEAT, has_pictures=False),
    ),
    readers=_READERS,
    caveat=_CAVEAT,
)
