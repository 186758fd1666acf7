"""Tables of labels as people have them: each kind with several words, forms and tables."""

import re
from collections.abc import Callable, Sequence

import pytest
from known_layouts import read_files, wrong
from layout_sketch import LABELS, Sketch, code_of, flat_set, lines, sizes

# Tables and folders.


@pytest.mark.parametrize(
    "chunks",
    [
        ("HAM10000_images_part_1", "HAM10000_images_part_2"),
        ("images_001/images", "images_002/images"),
        ("batch1", "batch2", "batch3"),
        ("0", "1"),
        ("2023-01-05", "2023-02-11"),
        ("DCIM/100CANON", "DCIM/101CANON"),
        ("train_part_a", "train_part_b"),
        ("chunk-00", "chunk-01", "chunk-02"),
    ],
    ids=lambda chunks: chunks[0],
)
@pytest.mark.parametrize(
    ("id_column", "label_column", "group_column"),
    [("image_id", "dx", "lesion_id"), ("filename", "class", "patient_id"), ("id", "species", "")],
)
def test_a_table_comes_before_folders_that_are_chunks(
    chunks: tuple[str, ...], id_column: str, label_column: str, group_column: str
) -> None:
    sketch, rows = Sketch(), []
    for place, (label, number) in enumerate(sizes(("mel", "nv", "bkl", "df"), least=8)):
        name, group = f"ISIC_{code_of(label, number)}", f"G{place // 2:03}" if group_column else ""
        sketch.draw(f"{chunks[place % len(chunks)]}/{name}.jpg", label, group=group)
        rows.append(f"{group},{name},{label},{40.0 + place},{'mf'[place % 2]}")
    header = f"{group_column or 'empty'},{id_column},{label_column},age,sex"
    sketch.write("metadata.csv", header, *rows)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert read.groups == sketch.groups
    assert "metadata.csv" in read.survey.sentence
    assert label_column in read.survey.sentence


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("path,width,height,bytes", "{},8,8,{}12"),
        ("file,md5,date", "{},{}ab34,2024-05-06"),
        ("filename,camera,iso", "{},Canon EOS 5D,{}00"),
        ("name,url", "{},https://example.org/{}.jpg"),
    ],
)
def test_class_folders_come_before_a_table_about_files(header: str, row: str) -> None:
    sketch, rows = Sketch(), []
    for label, number in sizes(LABELS, least=6):
        sketch.draw(f"{label}/{label}{number}.jpg", label)
        rows.append(row.format(f"{label}/{label}{number}.jpg", number))
    sketch.write("files.csv", header, *rows)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "files.csv" in read.said


# Submissions.


@pytest.mark.parametrize(
    "name", ["sample_submission.csv", "sampleSubmission.csv", "submission_format.csv", "aaa.csv"]
)
@pytest.mark.parametrize(
    "cells_of",
    [
        lambda labels, number: ["0.25"] * len(labels),
        lambda labels, number: ["1.0", *["0.0"] * (len(labels) - 1)],
        lambda labels, number: [str(1 / len(labels))] * len(labels),
    ],
    ids=["quarters", "first", "uniform"],
)
@pytest.mark.parametrize("is_apart", [False, True], ids=["one folder", "two folders"])
def test_a_submission_is_no_table_of_labels(
    name: str, cells_of: Callable[[Sequence[str], int], list[str]], is_apart: bool
) -> None:
    sketch, rows = Sketch(), []
    train, test = ("train", "test") if is_apart else ("images", "images")
    for label, number in sizes(LABELS, least=6):
        stem = f"Train_{label[0]}{number}"
        sketch.draw(f"{train}/{stem}.jpg", label)
        rows.append(",".join([stem, *(str(int(other == label)) for other in LABELS)]))
    tests = [f"Test_{number}" for number in range(18)]
    for stem in tests:
        sketch.draw(f"{test}/{stem}.jpg")
    header = ",".join(["image_id", *LABELS])
    sketch.write("train.csv", header, *rows)
    sketch.write(name, header, *(",".join([stem, *cells_of(LABELS, 0)]) for stem in tests))

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert name in read.said


@pytest.mark.parametrize("constant", ["0", "healthy", "cat"])
def test_a_submission_of_one_constant_label_is_none(constant: str) -> None:
    sketch, rows = flat_set(("cat", "healthy", "0"))
    tests = [f"t{code_of(number)}.jpg" for number in range(20)]
    for name in tests:
        sketch.draw(f"test_images/{name}")
    sketch.write("train.csv", "id,label", *lines(rows))
    sketch.write("sample_submission.csv", "id,label", *(f"{name},{constant}" for name in tests))

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "sample_submission.csv" in read.said


# One table for each split.


@pytest.mark.parametrize(
    "place",
    ["{}/_classes.csv", "{}/labels.csv", "{}.csv", "{}_labels.csv", "labels_{}.csv", "csv/{}.csv"],
)
@pytest.mark.parametrize("is_one_hot", [True, False], ids=["one-hot", "label"])
@pytest.mark.parametrize("space", ["", " "], ids=["plain", "spaces"])
def test_tables_of_one_form_for_each_split_are_one_set(
    place: str, is_one_hot: bool, space: str
) -> None:
    sketch = Sketch()
    for split, read in (("train", "train"), ("valid", "validation"), ("test", "test")):
        rows = []
        for label, number in sizes(LABELS):
            name = f"img{split}{code_of(label, number)}_jpg.rf.00000000ab.jpg"
            sketch.draw(f"{split}/{name}", label, read)
            cells = [str(int(other == label)) for other in LABELS] if is_one_hot else [label]
            rows.append(f",{space}".join([name, *cells]))
        header = [*(("filename", *LABELS) if is_one_hot else ("filename", "label"))]
        sketch.write(place.format(split), f",{space}".join(header), *rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Ids that lost something.


@pytest.mark.parametrize(
    ("file", "cell"),
    [
        ("{:06}.jpg", "{}"),
        ("{:06}.jpg", "{}.jpg"),
        ("ID_{:03}.png", "ID_{:03}.jpg"),
        ("bird {}.jpg", "bird%20{}.jpg"),
        ("{:08x}-bird.jpg", "/data/upload/1/{:08x}-bird.jpg"),
        ("bird{}.jpg", "/data/upload/1/8f3a2b1c-bird{}.jpg"),
        ("birds/bird{}.jpg", "/data/local-files/?d=birds/bird{}.jpg"),
        ("bird{}.jpg", "https://example.org/photos/bird{}.jpg?size=large"),
        ("bird{}.jpg", "C:\\Users\\me\\birds\\bird{}.jpg"),
    ],
)
def test_ids_that_changed_on_their_way_find_their_files(file: str, cell: str) -> None:
    sketch, rows = Sketch(), []
    for place, (label, _) in enumerate(sizes(LABELS, least=5)):
        sketch.draw(f"images/{file.format(place + 1)}", label)
        rows.append(f"{cell.format(place + 1)},{label}")
    sketch.write("train.csv", "image,label", *rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    ("file", "cell", "said"),
    [
        ("{:06}.jpg", "{}", "zero"),
        ("ID_{:03}.png", "ID_{:03}.jpg", "suffix|ending"),
        ("bird {}.jpg", "bird%20{}.jpg", "%20|URL|encoded|web"),
    ],
)
def test_a_match_of_last_resort_is_said(file: str, cell: str, said: str) -> None:
    sketch, rows = Sketch(), []
    for place, (label, _) in enumerate(sizes(LABELS, least=5)):
        sketch.draw(f"images/{file.format(place + 1)}", label)
        rows.append(f"{cell.format(place + 1)},{label}")
    sketch.write("train.csv", "image,label", *rows)

    assert re.search(said, read_files(sketch.files).said, re.IGNORECASE)


def test_an_exact_match_comes_before_one_without_zeros() -> None:
    sketch = Sketch()
    for number in range(1, 9):
        sketch.draw(f"images/{number}.jpg", "short" if number % 2 else "brief")
        sketch.draw(f"images/{number:04}.jpg", "long" if number % 2 else "tall")
    rows = [f"{path[7:-4]},{label}" for path, (label, _) in sketch.images.items()]
    sketch.write("labels.csv", "id,label", *rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Labels that are written in two ways.


@pytest.mark.parametrize("is_one_table", [True, False], ids=["one table", "two tables"])
@pytest.mark.parametrize("form", ["{}.0", "{}.00"])
def test_a_whole_number_and_its_decimal_form_are_one_label(form: str, is_one_table: bool) -> None:
    sketch, rows = flat_set("012", least=8)
    second = [(name, form.format(label)) for name, label in rows[::2]]
    if is_one_table:
        sketch.write("labels.csv", "file,label", *lines(rows[1::2]), *lines(second))
    else:
        for name, _ in second:
            label, _ = sketch.images[f"images/{name}"]
            sketch.images[f"images/{name}"] = (label, "test")
        sketch.write("train.csv", "file,label", *lines(rows[1::2]))
        sketch.write("test.csv", "file,label", *lines(second))

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_numbers_with_and_without_zeros_before_them_stay_apart() -> None:
    sketch, rows = flat_set(("7", "007", "7.5"))
    sketch.write("labels.csv", "file,label", *lines(rows))

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Several labels in a cell.


@pytest.mark.parametrize("column", ["Finding Labels", "labels", "tags"])
@pytest.mark.parametrize(
    "join",
    [
        lambda labels: "|".join(labels),
        lambda labels: ";".join(labels),
        lambda labels: f'"{",".join(labels)}"',
        lambda labels: f'"{", ".join(labels)}"',
        lambda labels: f'"{list(labels)}"',
        lambda labels: " ".join(labels),
    ],
    ids=["bar", "semicolon", "comma", "comma and space", "list", "space"],
)
def test_cells_of_several_labels_are_said_and_left_out(
    join: Callable[[Sequence[str]], str], column: str
) -> None:
    sketch, rows = flat_set(("Mass", "Effusion", "Hernia"), least=9)
    both = [("Mass", "Effusion"), ("Effusion", "Hernia"), ("Mass", "Effusion", "Hernia")]
    written = lines(rows)
    for place, labels in enumerate(both * 2):
        sketch.draw(f"images/several{place}.jpg")
        written.append(f"several{place}.jpg,{join(labels)}")
    sketch.write("Data_Entry.csv", f"Image Index,{column}", *written)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    [found] = [mismatch for mismatch in read.survey.mismatches if mismatch.kind == "several_labels"]
    assert (len(found.names), found.proposed) == (6, "leave_out")
    assert {"leave_out", "first", "combination"} <= set(found.decisions)


def test_several_ones_in_a_row_are_several_labels() -> None:
    sketch, rows = flat_set(least=7)
    written = [",".join([name, *(str(int(o == label)) for o in LABELS)]) for name, label in rows]
    for place in range(4):
        sketch.draw(f"images/several{place}.jpg")
        written.append(f"several{place}.jpg,1,1,0")
    sketch.write("train.csv", ",".join(["image", *LABELS]), *written)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "several_labels" in {mismatch.kind for mismatch in read.survey.mismatches}


def test_names_of_several_words_are_no_several_labels() -> None:
    labels = ("great blue heron", "scarlet ibis", "blue stork", "stork, white")
    sketch, rows = flat_set(labels)
    sketch.write("labels.csv", "file,label", *(f'{name},"{label}"' for name, label in rows))

    assert wrong(read_files(sketch.files), sketch.images) == ""
