"""Real pictures, through the whole way from a zip to a balanced zip."""

import csv
import os
import zipfile
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from statistics import median

import pytest
from PIL import Image

from app.cli import main

FOLDER = Path(
    os.environ.get("EVENSET_REAL_DATA", Path(__file__).parents[1].parent / "shared" / "data")
)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason=f"no real pictures in '{FOLDER}'; set EVENSET_REAL_DATA to the folder that has them",
    ),
]


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
