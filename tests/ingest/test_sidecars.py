"""Files of one picture each (YOLO, Pascal VOC, LabelMe, texts): one table, or one sentence."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from written_tables import found_in, passed_in, pictures, rows_of

from core.ingest.listing import Listing
from core.ingest.tables import Table, find_tables, sidecars

JPEGS = [f"{number}.jpg" for number in range(6)]


def boxes(*classes: object) -> str:
    return "".join(f"{number} 0.5 0.5 0.25 0.125\n" for number in classes)


def labels(suffix: str, *contents: object, folder: str = "labels") -> dict[str, object]:
    prefix = f"{folder}/" if folder else ""
    return {f"{prefix}{number}{suffix}": content for number, content in enumerate(contents)}


def only_table(folder: Path, files: Mapping[str, object]) -> Table:
    found = found_in(folder, files)
    assert (len(found.tables), found.passed) == (1, ())
    return found.tables[0]


@pytest.mark.parametrize(
    ("of_pictures", "of_labels"),
    [
        ("images", "labels"),
        ("", ""),
        ("set/train/images", "set/train/labels"),
        ("images/train", "labels/train"),
        ("obj_train_data", "obj_train_data"),
        ("JPEGImages", "txt"),
        ("photos of mine", "elsewhere"),
    ],
)
def test_boxes_lie_beside_pictures_or_in_a_folder_of_labels(
    tmp_path: Path, of_pictures: str, of_labels: str
) -> None:
    texts = labels(".txt", boxes(0), boxes(1, 1), boxes(), folder=of_labels)

    table = only_table(tmp_path, pictures(*JPEGS, folder=of_pictures) | texts)

    prefix = f"{of_pictures}/" if of_pictures else ""
    assert (table.kind, table.names) == ("YOLO labels", ("file_name", "label"))
    assert rows_of(table) == [
        (f"{prefix}0.jpg", "0"),
        (f"{prefix}1.jpg", "1"),
        (f"{prefix}2.jpg", ""),
    ]


def test_pictures_of_one_name_in_two_splits_have_their_own_boxes(tmp_path: Path) -> None:
    files = {
        **pictures("1.jpg", folder="train/images"),
        **pictures("1.jpg", folder="valid/images"),
        "train/labels/1.txt": boxes(0),
        "valid/labels/1.txt": boxes(1),
    }

    assert rows_of(only_table(tmp_path, files)) == [
        ("train/images/1.jpg", "0"),
        ("valid/images/1.jpg", "1"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data.yaml", "train: images\nnc: 2\nnames: ['no', dog]\n"),
        ("set.yml", "names:\n  0: no\n  1: dog\n"),
        ("data.yaml", "names: [no, dog]  # as people write it\nroboflow:\n  version: 3\n"),
        ("classes.txt", "no\ndog\n"),
        ("labels/classes.txt", "no\r\ndog\r\n"),
        ("obj.names", "no\ndog\n"),
        ("train/_darknet.labels", "no\ndog"),
    ],
)
def test_numbers_of_classes_become_their_names(tmp_path: Path, name: str, text: str) -> None:
    texts = labels(".txt", boxes(0), boxes(1), boxes(7))

    found = found_in(tmp_path, pictures(*JPEGS, folder="images") | texts | {name: text})

    assert [label for _, label in rows_of(found.tables[0])] == ["no", "dog", "7"]
    assert found.passed == ()
    assert name in found.used


@pytest.mark.parametrize("text", ["names: [", "names: &a [*a]", "- 1", "names: 3", "\t", "a: b"])
def test_a_yaml_of_another_kind_names_nothing(tmp_path: Path, text: str) -> None:
    files = pictures(*JPEGS, folder="images") | labels(".txt", boxes(0), boxes(1))

    table = found_in(tmp_path, {**files, "data.yaml": text}).tables[0]

    assert len(rows_of(table)) == 2


def test_boxes_of_several_classes_a_picture_are_said_in_one_sentence(tmp_path: Path) -> None:
    files = pictures(*JPEGS, folder="images")
    texts = labels(".txt", boxes(0, 1), boxes(1, 0), boxes(1))

    found = found_in(tmp_path, files | texts)

    assert found.tables == ()
    assert [(one.path, one.reason) for one in found.passed] == [
        ("labels/*.txt", "YOLO labels, several classes in 2 of 3 images")
    ]
    assert found.used == set(texts)


@pytest.mark.parametrize(
    "line", ["0 .1 .1 .2 .2 .3 .3", "0.0 1e-1 0.5 .5 1", "0 0.5 0.5 0.1 0.1 0.93"]
)
def test_outlines_and_confidences_are_read_as_boxes(tmp_path: Path, line: str) -> None:
    files = pictures("a.jpg", "b.jpg") | {"a.txt": line, "b.txt": f"{line}\n{line}"}

    assert [label for _, label in rows_of(only_table(tmp_path, files))] == ["0", "0"]


@pytest.mark.parametrize("count", [1, 2, 60])
def test_boxes_without_their_pictures_are_never_a_table(tmp_path: Path, count: int) -> None:
    texts = labels(".txt", *[boxes(number % 3) for number in range(count)])

    found = found_in(tmp_path, {**pictures("a.jpg"), **texts})

    assert found.tables == ()
    [passed] = found.passed
    assert passed.reason.endswith("of boxes, as YOLO writes them, without their pictures")
    assert found.used == set(texts)


def test_a_text_with_labels_beside_a_picture_of_its_name_is_a_table(tmp_path: Path) -> None:
    text = "file,label\n1.jpg,cat\n2.jpg,dog\n"

    table = only_table(tmp_path, {**pictures("1.jpg", "labels.jpg"), "labels.txt": text})

    assert (table.path, table.kind) == ("labels.txt", "CSV")


def test_boxes_with_names_are_read_as_well(tmp_path: Path) -> None:
    files = pictures("a.jpg", "b.jpg") | {
        "a.txt": "cat 1 2 3 4",
        "b.txt": "dog 0 0 9 9\ndog 1 1 2 2",
    }

    table = only_table(tmp_path, files)

    assert table.kind == "boxes in a text beside each picture"
    assert [label for _, label in rows_of(table)] == ["cat", "dog"]


def test_a_file_may_have_the_whole_name_of_its_picture(tmp_path: Path) -> None:
    objects = [{"objects": [{"classTitle": name}], "tags": []} for name in ("cat", "dog")]
    files = {f"ann/{number}.jpg.json": value for number, value in enumerate(objects)}

    table = only_table(tmp_path, pictures(*JPEGS, folder="img") | files)

    assert rows_of(table) == [("img/0.jpg", "cat"), ("img/1.jpg", "dog")]


def test_pictures_are_looked_for_among_all_files(tmp_path: Path) -> None:
    listing = Listing("set", tmp_path, ["1.jpg", "1.txt"], ["1.jpg", "1.txt"])
    (tmp_path / "1.txt").write_text(boxes(0))

    assert len(find_tables(listing, [1]).tables) == 1


def voc(*names: str) -> str:
    objects = "".join(
        f"<object>\n\t<name>{name}</name><part><name>head</name></part></object>" for name in names
    )
    return f"<annotation verified='yes'><filename>1.jpg</filename>{objects}</annotation>"


def labelme(*names: str, **flags: bool) -> object:
    return {"version": "5", "flags": flags, "shapes": [{"label": name} for name in names]}


@pytest.mark.parametrize(
    ("kind", "suffix", "contents"),
    [
        ("Pascal VOC annotations", ".xml", [voc("cat"), voc("a &amp; b", "a &amp; b"), voc()]),
        ("LabelMe annotations", ".json", [labelme("cat"), labelme("a & b"), labelme(cat=False)]),
        ("LabelMe annotations", ".json", [labelme(cat=True), labelme("a & b", x=True), labelme()]),
        ("a label in a text beside each picture", ".txt", ["cat\n", "a & b", ""]),
    ],
)
def test_other_formats_beside_pictures_are_tables(
    tmp_path: Path, kind: str, suffix: str, contents: list[object]
) -> None:
    files = pictures(*JPEGS, folder="Images") | labels(suffix, *contents * 2, folder="Annotations")

    table = only_table(tmp_path, files)

    assert table.kind == kind
    assert [label for _, label in rows_of(table)] == ["cat", "a & b", ""] * 2


@pytest.mark.parametrize(
    ("suffix", "contents", "reason"),
    [
        (".xml", [voc("a", "b")] * 2, "Pascal VOC annotations, several classes in 2 of 2 images"),
        (".json", [labelme("a", "b")] * 2, "LabelMe annotations, several classes in 2 of 2 images"),
        (".json", [{"taken": 2020}] * 2, "2 files of one picture each, without its class"),
        (".xml", ["<x/>"] * 2, "2 files of one picture each, without its class"),
        (".txt", ["A cat on a mat.", "My dog."], "2 files of one picture each, without its class"),
        (".txt", ["one\ntwo\n"] * 3, "3 files of one picture each, without its class"),
        (".txt", ["", ""], "2 files of one picture each, without its class"),
    ],
)
def test_files_of_pictures_without_one_class_are_one_sentence(
    tmp_path: Path, suffix: str, contents: list[object], reason: str
) -> None:
    files = pictures(*JPEGS, folder="images") | labels(suffix, *contents, folder="images")

    found = found_in(tmp_path, files)

    assert found.tables == ()
    assert [(one.path, one.reason) for one in found.passed] == [(f"images/*{suffix}", reason)]
    assert len(found.used) == len(contents)


def test_a_damaged_file_among_many_tells_nothing_of_its_picture(tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(20)]
    contents: list[object] = [voc("cat")] * 19 + [b"\xff\xfe\0"]

    table = only_table(tmp_path, pictures(*names) | labels(".xml", *contents, folder=""))

    assert sorted(label for _, label in rows_of(table)) == ["", *["cat"] * 19]


def test_of_very_many_files_some_are_judged_and_all_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidecars, "_MOST_JUDGED", 10)
    names = [f"{number}.jpg" for number in range(40)]
    texts = labels(".txt", *[boxes(0, 1) if number % 8 == 0 else boxes(0) for number in range(40)])

    table = only_table(tmp_path, pictures(*names, folder="images") | texts)

    assert len(rows_of(table)) == 40
    assert table.about.endswith("of 10 images looked at.")


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".xml", "<annotation>" + "<object>" * 120_000),
        (".json", "[" * 900_000),
        (".txt", "one two\n" * 120_000),
    ],
)
def test_a_hostile_file_beside_a_picture_is_no_table(
    tmp_path: Path, suffix: str, text: str
) -> None:
    assert found_in(tmp_path, {**pictures(*JPEGS), **labels(suffix, text, text)}).tables == ()


def test_passed_over_boxes_are_no_other_files(tmp_path: Path) -> None:
    files = pictures(*JPEGS, folder="images") | labels(".txt", boxes(0, 1), boxes(1, 0))

    assert list(passed_in(tmp_path, files)) == ["labels/*.txt"]
