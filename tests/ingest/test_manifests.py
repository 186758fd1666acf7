"""A manifest of Evenset says the labels, whole or not, and what was made stays known as made."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from image_sets import jpeg
from survey_sets import kinds, labels_of, look, reasons_of, splits_of, table

from core.dataset import ImageDataset
from core.errors import SourceError
from core.ingest import Survey, read_survey

HEADER = "path,label,split,origin,parent,operation,values,seed,original_label,group,written,weight"


def row(path: str, label: str, *, split: str = "train", origin: str = "original",
        parent: str = "", group: str = "") -> str:  # fmt: skip
    return f"{path},{label},{split},{origin},{parent or path},,,0,,{group},copied,1.0"


ROWS = (
    *(row(f"train/c_n/{n}.jpg", "con", group=f"p{n}") for n in range(3)),
    *(row(f"train/cat/{n}.jpg", "Cat", group="p9") for n in range(2)),
    row("test/cat/0.jpg", "Cat", split="test"),
    row("train/cat/0__aug001.jpg", "Cat", origin="augmented", parent="train/cat/0.jpg", group="p9"),
    row("train/cat/7__aug001.jpg", "Cat", origin="augmented", parent="cat/7.jpg"),
    row("train/cat/7__aug002.jpg", "Cat", origin="augmented", parent="cat/7.jpg"),
)
FILES: Mapping[str, bytes] = {
    line.partition(",")[0]: jpeg(number) for number, line in enumerate(ROWS)
}
EXPORT: Mapping[str, bytes] = {
    **FILES,
    "manifest.csv": table(*ROWS, header=HEADER),
    "recipe.json": b"{}",
    "README.md": b"# A set",
}
# What other layouts put beside it, for trainers and people: tables of the same pictures.
BESIDE: Mapping[str, bytes] = {
    "train/metadata.parquet": b"PAR1 and no more",
    "index.csv": table(*(f"{path},x,train,1,1.0," for path in FILES),
                       header="path,label,split,repeats,weight,group"),
    "training.json": b'{"classes": ["con", "Cat"]}',
    "croissant.json": b'{"@type": "sc:Dataset"}',
    "left_out.json": b'[{"path": "cat/8.jpg", "label": "Cat"}]',
    "vectors.parquet": b"PAR1 and no more",
}  # fmt: skip


def parents_of(dataset: ImageDataset) -> dict[str, str]:
    return dict(zip(dataset.table["path"], dataset.table["parent"], strict=True))


def made_in(dataset: ImageDataset) -> set[str]:
    return {path for path, parent in parents_of(dataset).items() if parent}


@pytest.mark.parametrize("inside", ["", "balanced/"])
def test_a_manifest_says_labels_splits_groups_and_what_was_made_of_what(
    tmp_path: Path, inside: str
) -> None:
    found = look(tmp_path, {inside + path: content for path, content in EXPORT.items()})

    dataset = read_survey(found)

    assert found.sentence == (
        f"Labels: {inside}manifest.csv of an Evenset export (2 labels, all 9 pictures); group "
        "'group'; splits train, test. The folders c_n and cat say the same."
    )
    assert set(kinds(found)) == {"augmented"}
    assert labels_of(dataset) == {inside + line.split(",")[0]: line.split(",")[1] for line in ROWS}
    assert splits_of(dataset)[f"{inside}test/cat/0.jpg"] == "test"
    assert dataset.table["group"].tolist().count("p9") == 3
    made = {path: parent for path, parent in parents_of(dataset).items() if parent}
    assert made == {
        f"{inside}train/cat/0__aug001.jpg": f"{inside}train/cat/0.jpg",
        f"{inside}train/cat/7__aug001.jpg": "../cat/7.jpg",
        f"{inside}train/cat/7__aug002.jpg": "../cat/7.jpg",
    }
    assert not dataset.skipped


def test_other_tables_of_an_export_are_no_rivals_and_no_noise(tmp_path: Path) -> None:
    alone, among = look(tmp_path / "a", EXPORT), look(tmp_path / "b", {**EXPORT, **BESIDE})

    assert among.sentence == alone.sentence
    assert not among.passed
    assert set(kinds(among)) == set(kinds(alone))
    assert [reading.title for reading in among.readings] == [
        reading.title for reading in alone.readings
    ]


def test_a_table_of_ones_own_beside_a_manifest_is_offered(tmp_path: Path) -> None:
    mine = table(*(f"{path},{n % 2}" for n, path in enumerate(FILES)), header="path,ill")

    found = look(tmp_path, {**EXPORT, "mine.csv": mine})

    assert "Other readings: mine.csv, column 'ill'" in found.sentence


@pytest.mark.parametrize(
    "choices",
    [{"labels_file": ""}, {"label_pattern": r"/(\w)\w*/\d"}, {"label_column": "original_label"}],
)
def test_however_labels_are_read_what_was_made_stays_made(
    tmp_path: Path, choices: dict[str, str]
) -> None:
    renamed = {**EXPORT, "manifest.csv": EXPORT["manifest.csv"].replace(b",0,,", b",0,dog,")}

    found = look(tmp_path, renamed, **choices)

    assert not found.chosen.is_of_export
    assert len(made_in(read_survey(found))) == 3


def test_made_pictures_can_be_left_out(tmp_path: Path) -> None:
    dataset = read_survey(look(tmp_path, EXPORT), {"augmented": "leave_out"})

    assert len(dataset) == 6
    assert not dataset.is_made.any()


def without(*paths: str) -> dict[str, bytes]:
    return {path: content for path, content in EXPORT.items() if path not in paths}


def test_files_that_are_gone_are_told_by_their_row(tmp_path: Path) -> None:
    found = look(tmp_path, without("train/cat/0.jpg", "test/cat/0.jpg"))

    dataset = read_survey(found)

    assert "manifest.csv of an Evenset export (2 labels, all 7 pictures)" in found.sentence
    assert kinds(found)["rows_without_file"] == (
        "manifest.csv, row 5: train/cat/0.jpg",
        "manifest.csv, row 7: test/cat/0.jpg",
    )
    # Its original is gone: the name is that of no other picture.
    assert parents_of(dataset)["train/cat/0__aug001.jpg"] == "../train/cat/0.jpg"


def test_pictures_that_a_manifest_does_not_name_are_told(tmp_path: Path) -> None:
    found = look(tmp_path, {**EXPORT, "train/cat/new.jpg": jpeg(77)})

    assert found.chosen.is_of_export
    assert kinds(found)["files_without_row"] == ("train/cat/new.jpg",)
    assert found.needs_answer
    assert labels_of(read_survey(found))["train/cat/new.jpg"] == "Cat"
    left_out = read_survey(found, {"files_without_row": "leave_out"})
    assert reasons_of(left_out) == {"train/cat/new.jpg": "no row in the labels file"}


def test_of_a_manifest_of_few_pictures_folders_say_the_labels(tmp_path: Path) -> None:
    few = {**EXPORT, "manifest.csv": table(*ROWS[-4:], header=HEADER)}

    found = look(tmp_path, few)

    assert found.chosen.kind == "folders"
    assert "manifest.csv of an Evenset export" in found.sentence
    dataset = read_survey(found)
    assert len(dataset) == 9
    assert len(made_in(dataset)) == 3


def test_a_damaged_manifest_is_told_by_its_line_and_folders_can_be_chosen(tmp_path: Path) -> None:
    rows = [row(f"train/{label}/{n}.jpg", label) for label in "ab" for n in range(150)]
    files = {line.partition(",")[0]: jpeg(n % 9) for n, line in enumerate(rows)}
    damaged = table(*rows, header=HEADER).replace(b"train/b/140.jpg", b"train/b/\0.jpg")

    with pytest.raises(SourceError, match=r"Line 292 of 'manifest.csv' is not text"):
        look(tmp_path, {**files, "manifest.csv": damaged})
    dataset = read_survey(look(tmp_path, {}, labels_file=""))

    assert len(dataset) == 300


def test_a_manifest_that_is_cut_says_the_labels_of_what_it_names(tmp_path: Path) -> None:
    cut = EXPORT["manifest.csv"][:-20]

    dataset = read_survey(look(tmp_path, {**EXPORT, "manifest.csv": cut}))

    assert len(dataset) == 9
    assert len(made_in(dataset)) == 3


def test_a_manifest_without_its_pictures_is_passed_over(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {"a/1.png": jpeg(1), "b/1.png": jpeg(2), "manifest.csv": EXPORT["manifest.csv"]},
    )

    assert found.chosen.kind == "folders"
    assert "Not used: manifest.csv (an export's manifest without its pictures)" in found.sentence


def test_a_picture_that_was_an_example_is_no_mask_when_it_comes_back(tmp_path: Path) -> None:
    rows = [row(f"train/{label}/{name}.jpg", label) for label in "ab" for name in ("1", "1_mask")]
    files = {line.partition(",")[0]: jpeg(number) for number, line in enumerate(rows)}

    found: Survey = look(tmp_path, {**files, "manifest.csv": table(*rows, header=HEADER)})

    assert "companions" not in kinds(found)
    assert len(read_survey(found)) == 4


def test_two_exports_in_one_folder_are_one_set(tmp_path: Path) -> None:
    other = {path.replace("cat", "dog"): content for path, content in FILES.items()}
    rows = [line.replace("cat", "dog").replace("Cat", "Dog") for line in ROWS]
    both = {
        **{f"one/{path}": content for path, content in EXPORT.items()},
        **{f"two/{path}": content for path, content in other.items()},
        "two/manifest.csv": table(*rows, header=HEADER),
    }

    dataset = read_survey(look(tmp_path, both))

    assert set(labels_of(dataset).values()) == {"con", "Cat", "Dog"}
    assert len(dataset) == 18
    assert parents_of(dataset)["two/train/dog/0__aug001.jpg"] == "two/train/dog/0.jpg"
