"""An index that names pictures of a source, without any of its own, is a labels file beside it."""

from pathlib import Path

import pytest
from image_sets import jpeg, write_files
from survey_sets import labels_of, splits_of, table

from core.dataset import Choices
from core.ingest import list_source, open_source, survey

HEADER = "path,label,split,repeats,weight,group"
ROWS = (
    *(f"x/{n}.jpg,Cat,train,{1 + n % 3},0.5,p{n // 2}" for n in range(6)),
    *(f"y/{n}.jpg,a/b,train,4,2.0,p{n}" for n in range(2)),
    "x/6.jpg,Cat,test,1,,",
    "y/2.jpg,a/b,validation,1,,",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    paths = [f"x/{n}.jpg" for n in range(7)] + [f"y/{n}.jpg" for n in range(3)]
    return write_files(tmp_path / "set", {path: jpeg(n) for n, path in enumerate(paths)})


@pytest.mark.parametrize("name", ["index.csv", "balanced.csv"])
def test_an_index_says_labels_splits_and_groups(tmp_path: Path, source: Path, name: str) -> None:
    index = tmp_path / name
    index.write_bytes(table(*ROWS, header=HEADER))

    listing = list_source(str(source), tmp_path / "room")
    found = survey(listing, Choices(labels_file=str(index)))
    dataset = open_source(str(source), tmp_path / "room", choices=Choices(labels_file=str(index)))

    assert found.sentence.startswith(
        f"Labels: {name} of an Evenset export (2 labels, all 10 pictures); group 'group'; splits "
        "train, validation, test."
    )
    told = {row.split(",")[0]: row.split(",") for row in ROWS}
    assert labels_of(dataset) == {path: cells[1] for path, cells in told.items()}
    assert splits_of(dataset) == {path: cells[2] for path, cells in told.items()}
    assert dataset.table["group"].tolist() == [told[path][5] for path in dataset.table["path"]]
    assert not dataset.is_made.any()


def test_what_an_index_does_not_name_is_left_out(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index.csv"
    index.write_bytes(table(*ROWS[1:], header=HEADER))

    dataset = open_source(str(source), tmp_path / "room", choices=Choices(labels_file=str(index)))

    assert [skip.path for skip in dataset.skipped] == ["x/0.jpg"]


def test_repeats_and_weights_are_no_labels(tmp_path: Path, source: Path) -> None:
    told = "kind,path,label,repeats,weight,group"
    rows = [
        f"x,{cells[0]},{cells[1]},{cells[3]},{cells[4]},{cells[5]}"
        for cells in (row.split(",") for row in ROWS)
    ]
    write_files(source, {"labels.csv": table(*rows, header=told)})

    found = survey(list_source(str(source), tmp_path / "room"))

    assert not [
        one.title for one in found.readings if "repeats" in one.title or "weight" in one.title
    ]
