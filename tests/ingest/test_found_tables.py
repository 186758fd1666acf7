"""The tables of a source: each is found, and one that is passed over is never passed in silence."""

import io
import json
import pickle
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from image_sets import jpeg, write_zip
from survey_sets import labels_of
from test_annotation_tables import coco
from test_sidecars import boxes
from written_tables import found_in, passed_in, pictures, rows_of

from core.dataset import Choices
from core.ingest import open_source
from core.ingest.listing import Listing
from core.ingest.tables import FORMATS, TABLE_SUFFIXES, PassedOver, Table, find_tables, found_tables
from core.ingest.tables.formats import FileFormat, peek

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
CSV = "file,label\n1.jpg,cat\n2.jpg,dog\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\n\n", "no rows"),
        (LFS, "a Git LFS pointer, not the table itself"),
        ("1.jpg\n2.jpg\n3.jpg\n", "a single column"),
        ("a,b\n\0,c\n", "Line 2 of 'l.csv' is not text: it holds a NUL character"),
        (b"PK\x03\x04 and more", "damaged"),
    ],
)
def test_what_is_passed_over_is_said_with_the_reason(
    tmp_path: Path, content: object, reason: str
) -> None:
    assert passed_in(tmp_path, {"l.csv": content}) == {"l.csv": reason}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.txt", "Our data\n"),
        ("LICENSE.txt", "MIT\n"),
        ("a/readme_first.txt", ""),
        ("notes.txt", "We took these pictures\nin the summer of 2020, by hand\n\nThank you all\n"),
    ],
)
def test_text_for_people_needs_no_line(tmp_path: Path, name: str, content: str) -> None:
    found = found_in(tmp_path, {name: content, "labels.csv": CSV})

    assert (len(found.tables), found.passed) == (1, ())


def test_manifests_of_our_exports_stand_apart(tmp_path: Path) -> None:
    manifest = "path,label,split,origin,parent,operation\na/1.jpg,a,train,original,,\n"

    found = found_in(tmp_path, {"manifest.csv": manifest, "labels.csv": CSV})

    assert [table.path for table in found.exports] == ["manifest.csv"]
    assert [table.path for table in found.tables] == ["labels.csv"]


def test_many_texts_of_one_folder_are_one_sentence(tmp_path: Path) -> None:
    texts = {f"texts/{number}.txt": CSV for number in range(60)}

    found = found_in(tmp_path, {**texts, "labels.csv": CSV})

    assert [table.path for table in found.tables] == ["labels.csv"]
    assert found.passed == (
        PassedOver("texts/*.txt", "60 files in one folder, which were not looked at"),
    )
    assert found.used == set(texts)


def test_of_very_many_tables_the_likely_ones_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_tables, "_MOST_TABLES", 3)
    files = {f"{folder}/l{suffix}": CSV for folder in "abcd" for suffix in (".csv", ".txt")}

    found = found_in(tmp_path, files)

    assert [table.path for table in found.tables] == ["a/l.csv", "b/l.csv", "c/l.csv"]
    assert [one.reason for one in found.passed] == ["this and 4 more were not looked at"]


def test_tables_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    found = found_in(tmp_path, {"a.txt": CSV, "b.csv": CSV, "c.json": {"1.jpg": "a", "2.jpg": "b"}})

    assert [table.path for table in found.tables] == ["a.txt", "b.csv", "c.json"]


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    listing = Listing("set", tmp_path, ["l.csv"], ["l.csv"])

    assert find_tables(listing, [0]).passed == (
        PassedOver("l.csv", "cannot be opened (No such file or directory)"),
    )


def test_a_new_format_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_toy(path: str, file: Path) -> list[Table]:
        rows = (("1.jpg", file.read_text()[3:]),)
        return [Table(path, file, None, 2, rows, ("file", "label"), "toy")]

    toy = FileFormat(frozenset({".toy"}), open_toy, (b"TOY",))
    monkeypatch.setitem(FORMATS, "toy", toy)  # type: ignore[arg-type]
    (tmp_path / "l.txt").write_text("TOYcat")

    assert rows_of(peek("l.txt", tmp_path / "l.txt")) == [("1.jpg", "cat")]


def test_found_tables_can_be_sent_to_another_process(tmp_path: Path) -> None:
    files = {
        **pictures("0.jpg", "1.jpg", folder="images"),
        **{f"labels/{n}.txt": boxes(n) for n in range(2)},
        "l.xlsx": workbook(),
        "l.csv": CSV,
        "l.json": {"1.jpg": "cat", "2.jpg": "dog"},
        **{f"a_{split}.json": coco([1], [2]) for split in ("train", "val")},
    }

    found = found_in(tmp_path, files)
    sent = pickle.loads(pickle.dumps(found))

    assert len(found.tables) == 5
    assert [rows_of(table) for table in sent.tables] == [rows_of(table) for table in found.tables]


def test_no_suffix_belongs_to_two_formats() -> None:
    every = [suffix for format_ in FORMATS.values() for suffix in format_.suffixes]

    assert len(every) == len(set(every))
    assert set(every) <= TABLE_SUFFIXES


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (("file", "label"), *((f"{n}.jpg", ("cat", "dog")[n % 2]) for n in range(4))):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {"data.xlsx": workbook()},
        {"annotations.json": coco([1], [2], [1], [2])},
        {f"labels/{n}.txt": boxes(n % 2) for n in range(4)} | {"data.yaml": "names: [cat, dog]"},
        {"labels.json": {f"{n}.jpg": ("cat", "dog")[n % 2] for n in range(4)}},
        {"labels.json": {"cat": ["0.jpg", "2.jpg"], "dog": ["1.jpg", "3.jpg"]}},
    ],
)
def test_an_archive_with_labels_in_any_format_is_read(
    tmp_path: Path, files: dict[str, object]
) -> None:
    written = {
        name: content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
        for name, content in files.items()
    }
    images = {f"images/{number}.jpg": jpeg(number) for number in range(4)}
    path = write_zip(tmp_path / "set.zip", images | written)

    dataset = open_source(str(path), tmp_path / "work")

    assert Counter(labels_of(dataset).values()) == {"cat": 2, "dog": 2}
    assert dataset.skipped == ()


def test_a_workbook_outside_of_the_source_can_be_named(tmp_path: Path) -> None:
    images = {f"{number}.jpg": jpeg(number) for number in range(4)}
    path = write_zip(tmp_path / "set.zip", images)
    (tmp_path / "labels.xlsx").write_bytes(workbook())

    choices = Choices(labels_file=str(tmp_path / "labels.xlsx"))

    assert open_source(str(path), tmp_path / "work", choices=choices).classes == ["cat", "dog"]


def test_no_text_of_a_number_is_a_table_beside_pictures(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {**pictures("0.jpg", folder="images"), "labels/0.txt": "0 .5 .5 .1 .1\n1 1 1 1 1\n"},
    )

    assert found.tables == ()
    assert found.passed == (
        PassedOver("labels/*.txt", "YOLO labels, several classes in 1 of 1 image"),
    )
