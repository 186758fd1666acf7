"""Tables as people write them: several that disagree, several columns, odd texts."""

import re

import pytest
from known_layouts import read_files, wrong
from layout_sketch import LABELS, Sketch, flat_set, lines, renamed, sizes

# Several tables.


def test_two_tables_that_contradict_each_other_are_a_question() -> None:
    sketch, rows = flat_set(least=8)
    second = [
        (name, "ibis" if place % 4 == 0 else label) for place, (name, label) in enumerate(rows)
    ]
    sketch.write("labels_anna.csv", "file,label", *lines(rows))
    sketch.write("labels_ben.csv", "file,label", *lines(second))

    read = read_files(sketch.files)

    other = {f"images/{name}": (label, "train") for name, label in second}
    assert wrong(read, sketch.images, other) == ""
    assert "labels_anna.csv" in read.survey.sentence
    assert "labels_ben.csv" in read.survey.sentence
    assert read.survey.is_close


def test_a_table_that_contradicts_the_class_folders_is_a_question() -> None:
    sketch, rows, tabled = Sketch(), [], {}
    for place, (label, number) in enumerate(sizes(LABELS, least=8)):
        path = f"{label}/{label}{number}.jpg"
        sketch.draw(path, label)
        tabled[path] = (LABELS[place % 3] if place % 5 == 0 else label, "train")
        rows.append(f"{path},{tabled[path][0]}")
    sketch.write("corrected_labels.csv", "file,label", *rows)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images, tabled) == ""
    assert "corrected_labels.csv" in read.survey.sentence
    assert read.survey.is_close


def test_a_table_that_agrees_with_the_class_folders_is_no_question() -> None:
    sketch, rows = Sketch(), []
    for label, number in sizes(LABELS, least=6):
        sketch.draw(f"{label}/{label}{number}.jpg", label)
        rows.append(f"{label}/{label}{number}.jpg,{label}")
    sketch.write("labels.csv", "file,label", *rows)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert not read.survey.is_close
    assert "labels.csv" in read.said


def test_a_table_that_adds_splits_to_class_folders_gives_them() -> None:
    sketch, rows = Sketch(), []
    for label, number in sizes(LABELS, least=6):
        split = "test" if number % 3 == 0 else "train"
        sketch.draw(f"{label}/{label}{number}.jpg", label, split)
        rows.append(f"{label}/{label}{number}.jpg,{label},{split}")
    sketch.write("labels.csv", "file,label,split", *rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_a_table_of_other_things_whose_ids_are_numbers_is_no_table_of_labels() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=8):
        sketch.draw(f"{label}/{number}.jpg", label)
    prices = (
        f"{number},{'bread' if number % 2 else 'milk'},{number}.50" for number in range(1, 12)
    )
    sketch.write("prices.csv", "id,type,price", *prices)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("separator", [" ", "\t", ","])
def test_lists_of_files_and_codes_for_each_split_say_labels(separator: str) -> None:
    sketch: Sketch = Sketch()
    for split in ("train", "test"):
        rows = []
        for label, number in sizes(LABELS, least=5):
            name = f"images/{split}{label}{number}x.jpg"
            sketch.draw(name, str(LABELS.index(label)), split)
            rows.append(f"{name}{separator}{LABELS.index(label)}")
        sketch.write(f"{split}.txt", *rows)
    sketch.write("classes.txt", *LABELS)

    named = renamed(sketch.images, lambda code: LABELS[int(code)])
    assert wrong(read_files(sketch.files), sketch.images, named) == ""


# Several columns.


def test_of_three_columns_that_may_be_labels_the_others_are_named() -> None:
    sketch, rows = flat_set(("oak", "ash", "elm"), least=8)
    states, sites = ("old", "young"), ("north", "south", "east")
    written = [
        f"{name},{label},{states[place % 2]},{sites[place % 3]},{place}.5"
        for place, (name, label) in enumerate(rows)
    ]
    sketch.write("trees.csv", "photo,tree,state,site,height", *written)

    read = read_files(sketch.files)

    columns = [
        {f"images/{row.split(',')[0]}": (row.split(",")[column], "train") for row in written}
        for column in (1, 2, 3)
    ]
    assert wrong(read, *columns) == ""
    assert all(f"'{column}'" in read.survey.sentence for column in ("tree", "state", "site"))
    assert "'height'" not in read.survey.sentence


@pytest.mark.parametrize("first", ["", "Unnamed: 0", "index", "id"])
def test_the_index_that_pandas_writes_is_no_label(first: str) -> None:
    sketch, rows = flat_set()
    written = (f"{place},{row}" for place, row in enumerate(lines(rows)))
    sketch.write("labels.csv", f"{first},filename,label", *written)

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_one_hot_columns_among_others_are_found() -> None:
    sketch, rows = flat_set(least=8)
    written = [
        ",".join(
            [
                name,
                f"{40 + place}.0",
                *(str(int(other == label)) for other in LABELS),
                f"P{place // 2}",
            ]
        )
        for place, (name, label) in enumerate(rows)
    ]
    sketch.write("data.csv", ",".join(["image", "age", *LABELS, "patient_id"]), *written)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert len(set(read.groups.values())) == (len(rows) + 1) // 2


@pytest.mark.parametrize("caption", ["a bird on a wire, number {}", "IMG {}", "https://x.org/{}"])
def test_a_text_of_its_own_for_each_picture_is_no_label(caption: str) -> None:
    sketch, rows = flat_set()
    written = (f'{name},"{caption.format(name)}",{label}' for name, label in rows)
    sketch.write("metadata.csv", "file_name,text,kind", *written)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("column", ["Klasse", "étiquette", "ラベル", "метка", "bezeichnung", "v2"])
def test_a_column_of_any_name_says_labels(column: str) -> None:
    sketch, rows = flat_set()
    sketch.write("liste.csv", f"Datei;{column}", *lines(rows, ";"))

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_a_headerless_table_offers_its_other_columns() -> None:
    sketch, rows = flat_set(least=8)
    sides = ("left", "right")
    written = (f"{row},{sides[place % 2]}" for place, row in enumerate(lines(rows)))
    sketch.write("labels.csv", *written)

    read = read_files(sketch.files)

    by_side = {f"images/{name}": (sides[n % 2], "train") for n, (name, _) in enumerate(rows)}
    assert wrong(read, sketch.images, by_side) == ""
    assert "column 2" in read.survey.sentence
    assert "column 3" in read.survey.sentence


# Odd texts.


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_of_another_encoding_says_the_same_labels(encoding: str) -> None:
    sketch, rows = flat_set(("Äpfel", "Öl", "Größe"))
    sketch.write("labels.csv", "file;label", *lines(rows, ";"), encoding=encoding)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("labels", [("りんご", "なし"), ("リンゴの木", "梨の木")])
def test_a_table_in_a_japanese_encoding_is_read_or_said(labels: tuple[str, ...]) -> None:
    sketch, rows = flat_set(labels, least=12)
    sketch.write("labels.csv", "file,label", *lines(rows), encoding="cp932")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == "" or "encoding" in read.said


def test_rows_with_decimal_commas_are_cut_at_semicolons() -> None:
    sketch, rows = flat_set()
    written = (f"{name};{label};0,{place}" for place, (name, label) in enumerate(rows))
    sketch.write("labels.csv", "Bild;Art;Anteil", *written)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "LFS"),
        (b"file,label\na.jpg,cat\nb.jpg,d\x00g\n", "3"),
        (b"file\na.jpg\nb.jpg\n", "column"),
        (b"file,label\nnone.jpg,cat\nnobody.jpg,dog\n", "no column names"),
    ],
    ids=["empty", "pointer", "NUL", "one column", "other files"],
)
def test_a_table_that_cannot_be_used_is_named_with_the_reason(content: bytes, said: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    sketch.files["labels.csv"] = content

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    [line] = [text for text in read.said.split("\n") if "labels.csv" in text][:1] or [""]
    assert re.search(said, line), read.said


def test_labels_that_hold_commas_and_quotes_are_whole() -> None:
    labels = ('heron, "grey"', "ibis; white", "stork / black")
    sketch, rows = flat_set(labels)
    quoted = (f'{name},"{label.replace(chr(34), chr(34) * 2)}"' for name, label in rows)
    sketch.write("labels.csv", "file,label", *quoted)

    assert wrong(read_files(sketch.files), sketch.images) == ""
