"""What an export tells of each image: a row per picture, and those that a person has left out."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np

from core.dataset import TRAIN, ImageDataset
from core.export.names import class_folders
from core.resample import Made

MANIFEST_COLUMNS = (
    "path",
    "label",
    "split",
    "origin",
    "parent",
    "operation",
    "values",
    "seed",
    "original_label",
    "group",
    "written",
    "weight",
)


@dataclass(frozen=True)
class ManifestRow:
    """One line of the manifest."""

    path: str
    label: str
    split: str
    origin: str  # of ORIGINS
    parent: str  # path in the source of the original that it is, or comes from
    operation: str  # names of the steps joined by '+'
    values: str  # JSON: one object of drawn values per step
    seed: int
    original_label: str = ""  # of the source, where a person has given another one
    group: str = ""  # patient, camera or sender of the image that it is, or was made from
    written: str = ""  # 'copied' byte for byte, 'converted: ' and what was changed, or 'encoded'
    repeats: int = 1  # how often an epoch draws it, where a layout has no pictures of its own


def manifest_text(rows: Sequence[ManifestRow], weights: Mapping[str, float]) -> bytes:
    """Return the lines; the weight of a training picture is for a sampler that draws by weight."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(MANIFEST_COLUMNS)
    for row in rows:
        values = [getattr(row, column) for column in MANIFEST_COLUMNS[:-1]]
        writer.writerow([*values, weights[row.label] if row.split == TRAIN else ""])
    return text.getvalue().encode("utf-8", "surrogatepass")


def folders_of(dataset: ImageDataset, made: Made) -> dict[str, str]:
    """Return label -> name in paths, in order of code, of what is to be written.

    Readers of folders number them in order of their names, and so does all else. A class of which
    no picture can be read is among them: shards number labels before that shows.
    """
    rows = np.concatenate([made.kept, dataset.held_out_rows])
    pieces = [dataset.codes[rows], made.pictures.codes, made.points.codes]
    present = [dataset.classes[code] for code in np.unique(np.concatenate(pieces)).tolist()]
    folders = class_folders(dataset.classes)
    return {label: folders[label] for label in sorted(present, key=folders.__getitem__)}


def list_left_out(dataset: ImageDataset) -> list[dict[str, str]]:
    """Return path and label of each image that a person has left out, as the source has them."""
    rows = np.flatnonzero(dataset.split_codes < 0)
    paths, labels = dataset.table["path"].iloc[rows], dataset.table["label"].iloc[rows]
    originals = dataset.original_labels
    return [
        {"path": path, "label": originals.get(path, label)}
        for path, label in zip(paths, labels, strict=True)
    ]
