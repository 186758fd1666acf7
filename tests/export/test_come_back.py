"""An export is loaded again as what it was: pictures, labels, splits, groups, and what was made."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from export_sets import exported, manifest, shown
from image_sets import jpeg, turned_jpeg, write_files

from core.dataset import AUGMENTED, COPY, ORIGINAL, SPLITS, ImageDataset, build_table
from core.export import CONTAINERS, LAYOUTS
from core.ingest import open_source

PICTURED = [name for name, layout in LAYOUTS.items() if layout.has_pictures]
HOSTILE = (
    "CON", "a/b", ".x", "l" * 300, "\u05e9\u05dc\u05d5\u05dd\u200f", "Cat", "cat", " spaced ",
    "7.0", "a|b", "two\nlines", "=1+1", "..",
)  # fmt: skip


def hostile(folder: Path) -> ImageDataset:
    """Return a set of all splits with groups, whose classes have names that no folder can have."""
    sizes = [4 + place % 3 for place in range(len(HOSTILE))]
    labels = np.repeat(HOSTILE, sizes).tolist()
    splits = [SPLITS[max(0, 2 - place)] for size in sizes for place in range(size)]
    files = {f"{number:02d}.jpg": jpeg(number) for number in range(len(labels))}
    files["01.jpg"] = turned_jpeg(1)
    rows = [
        (path, label, split, f"p{number // 3}.0")
        for number, (path, label, split) in enumerate(zip(files, labels, splits, strict=True))
    ]
    return as_labelled(write_files(folder, files), rows)


def as_labelled(root: Path, rows: list[tuple[str, str, str, str]]) -> ImageDataset:
    """Return the pictures of a folder with the label, split and group of each row."""
    read = open_source(str(root), root.parent / "unused")
    rows = sorted(rows)
    assert read.table["path"].tolist() == [row[0] for row in rows]
    columns = {name: read.table[name] for name in read.table.columns}
    _, labels, splits, groups = zip(*rows, strict=True)
    columns |= {
        "label": pd.Series(labels, dtype="category"),
        "split": pd.Series(splits, dtype="category"),
        "group": pd.Series(groups, dtype="category"),
    }
    return ImageDataset(read.name, read.root, build_table(columns))


def told(target: Path) -> Counter[tuple[str, ...]]:
    """Return how often an export holds each picture, by its bytes, as its manifest says it."""
    files = shown(target)
    return Counter(
        (
            sha256(files[row["path"]]).hexdigest(),
            *(row[name] for name in ("label", "split", "group", "origin")),
        )
        for row in manifest(target)
    )


def held(dataset: ImageDataset) -> Counter[tuple[str, ...]]:
    """Return how often a set holds each picture, by its bytes."""
    table = dataset.table[["digest", "label", "split", "group", "origin"]].astype(object)
    return Counter(map(tuple, table.to_numpy().tolist()))


def families(dataset: ImageDataset) -> set[frozenset[str]]:
    """Return the families of a set, each by the bytes of its pictures."""
    found: dict[int, set[str]] = {}
    for family, digest in zip(dataset.families.tolist(), dataset.digests, strict=True):
        found.setdefault(family, set()).add(digest)
    return {frozenset(family) for family in found.values()}


def again(target: Path, folder: Path) -> ImageDataset:
    return open_source(str(target), folder)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("layout", PICTURED)
@pytest.mark.parametrize("strategy", ["augment", "random_oversampling"])
def test_an_export_comes_back_as_it_was(
    tmp_path: Path, layout: str, container: str, strategy: str
) -> None:
    dataset = hostile(tmp_path / "set")
    suffix = CONTAINERS[container].suffix
    first, second = (tmp_path / f"{name}{suffix}" for name in ("first", "second"))
    exported(dataset, first, strategy, layout=layout)

    back = again(first, tmp_path / "a")
    exported(back, second, "none", layout=layout)
    once_more = again(second, tmp_path / "b")

    assert len(back) > len(dataset)
    assert held(back) == told(first)
    assert held(once_more) == held(back)
    assert families(once_more) == families(back)
    assert {ORIGINAL, COPY if strategy == "random_oversampling" else AUGMENTED} == {
        key[-1] for key in held(back)
    }
