"""Real pictures, through the whole way from a zip to a balanced zip."""

import csv
import zipfile
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image
from real_sets import FOLDER, NEEDS_REAL_DATA

from app.cli import main
from core.evaluate import make_folds
from core.ingest import open_source

pytestmark = NEEDS_REAL_DATA


@pytest.mark.parametrize(
    ("name", "strategy", "target", "classes", "most", "held_out"),
    [
        ("caltech97.zip", "augment", "median", 97, 133, 0),
        ("clothing_splits.zip", "smote", "median", 10, None, None),
    ],
)
def test_a_real_set_is_balanced(
    tmp_path: Path,
    name: str,
    strategy: str,
    target: str,
    classes: int,
    most: int | None,
    held_out: int | None,
) -> None:
    target_zip = tmp_path / "out.zip"

    options = ["--strategy", strategy, "--target", target, "--device", "cpu"]
    code = main(["balance", str(FOLDER / name), "--out", str(target_zip), *options])

    assert code == 0
    with zipfile.ZipFile(FOLDER / name) as source, zipfile.ZipFile(target_zip) as made:
        pictures = [entry for entry in made.namelist() if "/" in entry]
        rows = list(csv.DictReader(StringIO(made.read("manifest.csv").decode(), newline="")))
        assert Counter(row["path"] for row in rows) == Counter(pictures)
        before, after = (
            Counter(row["label"] for row in rows if row["split"] == "train" and keeps(row))
            for keeps in (lambda row: row["origin"] == "original", lambda row: True)
        )
        assert len(after) == classes
        goal = round(median(before.values()))
        for label, count in after.items():
            assert count == max(before[label], goal)
        if most is not None:
            assert max(before.values()) == most
        for row in rows:
            content = made.read(row["path"])
            with Image.open(BytesIO(content)) as image:
                image.verify()
            if row["split"] != "train":
                assert content == source.read(row["parent"])
        found = sum(row["split"] != "train" for row in rows)
        assert found == held_out if held_out is not None else found > 0


def test_a_labels_table_is_read_with_exactly_what_does_not_match(tmp_path: Path) -> None:
    dataset = open_source(str(FOLDER / "clothing_csv.zip"), tmp_path)

    decided = {found.kind: (found.count, found.decision) for found in dataset.decided}
    assert decided == {
        "files_without_row": (12, "leave_out"),
        "rows_without_file": (5, "leave_out"),
    }
    assert len(dataset) == 407 - 12
    assert len(dataset.classes) == 19
    assert dataset.counts()["Not sure"] == 21


def test_no_sender_of_a_real_set_stands_on_both_sides_of_a_fold(tmp_path: Path) -> None:
    dataset = open_source(str(FOLDER / "clothing_csv.zip"), tmp_path)

    folds = make_folds(dataset, dataset.training_rows)
    blind = make_folds(dataset, dataset.training_rows, groups=np.arange(len(dataset)))

    senders = dataset.table["group"].to_numpy(object)
    assert dataset.choices.group_column == "sender_id"
    assert len(set(senders)) == 114
    for fold in folds:
        assert not set(senders[fold.train]) & set(senders[fold.test])
        assert set(dataset.codes[fold.train]) == set(range(19))
    assert len(set(senders[blind[0].train]) & set(senders[blind[0].test])) > 20


@pytest.mark.parametrize(
    ("name", "images", "classes", "splits"),
    [
        ("cifar10.zip", 60_000, 10, {"train": 50_000, "test": 10_000}),
        ("caltech97.zip", 1_245, 97, {"train": 1_245}),
        ("clothing_splits.zip", 748, 10, {"train": 610, "validation": 65, "test": 73}),
    ],
)
def test_a_set_loads_whole(
    tmp_path: Path, name: str, images: int, classes: int, splits: dict[str, int]
) -> None:
    dataset = open_source(str(FOLDER / name), tmp_path)

    assert (len(dataset), len(dataset.classes), dataset.skipped) == (images, classes, ())
    assert {split: sum(dataset.counts(split).values()) for split in dataset.splits} == splits
