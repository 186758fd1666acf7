"""Readings that a person asks for, and decisions about them: what is asked is what is read."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from image_sets import write_files
from known_layouts import layout
from layout_sketch import LABELS, Sketch, flat_set, lines, sizes

from core.dataset import Choices
from core.errors import EvensetError, SettingError
from core.ingest import Survey, list_source, preview_counts, read_survey, survey


def asked(folder: Path, files: Mapping[str, bytes], **choices: object) -> Survey:
    """Return the survey of a folder of `files` as a person asks for it."""
    source = write_files(folder / "set", files)
    return survey(list_source(str(source), folder / "unpacked"), Choices(**choices))  # type: ignore[arg-type]


# Patterns.


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        (r"_(\d)_\d_", {"0": 20, "1": 20}),
        (r"/(?P<label>\d+)_", None),
        (r"^UTKFace/\d+_\d_(?P<label>\d)_", None),
    ],
)
def test_a_pattern_of_ones_own_says_labels(
    tmp_path: Path, pattern: str, counts: dict[str, int] | None
) -> None:
    files = {
        f"UTKFace/{20 + number % 7}_{number % 2}_{number % 5}_2017.jpg.chip.jpg": content
        for number, content in enumerate(layout("UTKFace").files.values())
    }
    expected = counts or {}
    if not counts:
        place = 0 if pattern.startswith("/") else 2
        for path in files:
            label = path.removeprefix("UTKFace/").split("_")[place]
            expected[label] = expected.get(label, 0) + 1

    found = asked(tmp_path, files, label_pattern=pattern)

    number = sum(expected.values())
    assert preview_counts(found, {}) == {
        label: count * len(files) // number for label, count in expected.items()
    }


@pytest.mark.parametrize("pattern", ["(", "[a-", "(?P<label>", "*", "(?P<9>a)", r"\1"])
def test_a_pattern_that_is_none_is_told(tmp_path: Path, pattern: str) -> None:
    sketch, _ = flat_set()

    with pytest.raises(SettingError) as told:
        asked(tmp_path, sketch.files, label_pattern=pattern)

    assert pattern in str(told.value)


def test_a_pattern_without_a_group_is_told_or_takes_the_whole(tmp_path: Path) -> None:
    sketch, _ = flat_set()

    try:
        found = asked(tmp_path, sketch.files, label_pattern="images")
    except SettingError as told:
        assert "group" in str(told)
    else:
        assert list(preview_counts(found, {})) == ["images"]


@pytest.mark.long
@pytest.mark.parametrize("pattern", [r"(a+)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*a){25}$"])
def test_a_pattern_that_takes_for_ever_is_stopped(tmp_path: Path, pattern: str) -> None:
    sketch = Sketch()
    for number in range(40):
        sketch.draw(f"images/{'a' * 60}{number}!.jpg")
    begin = time.monotonic()

    try:
        asked(tmp_path, sketch.files, label_pattern=pattern)
    except EvensetError as told:
        assert "pattern" in str(told)

    assert time.monotonic() - begin < 20


def test_a_pattern_that_fits_no_file_leaves_no_label(tmp_path: Path) -> None:
    sketch, _ = flat_set()

    try:
        found = asked(tmp_path, sketch.files, label_pattern="(zebra)")
    except EvensetError as told:
        assert "zebra" in str(told)
    else:
        assert preview_counts(found, {}) == {}


# Levels and tables.


@pytest.mark.parametrize(
    ("level", "labels"), [(1, {"birds", "fish"}), (2, {"ibis", "carp", "eel"})]
)
def test_a_level_of_folders_is_asked_for(tmp_path: Path, level: int, labels: set[str]) -> None:
    sketch = Sketch()
    for path, number in sizes(("birds/ibis", "fish/carp", "fish/eel")):
        sketch.draw(f"animals/{path}/{number}.jpg")

    found = asked(tmp_path, sketch.files, label_level=level)

    assert set(preview_counts(found, {})) == labels


@pytest.mark.parametrize("level", [0, 3, -1, 99])
def test_a_level_that_there_is_not_is_told(tmp_path: Path, level: int) -> None:
    sketch = Sketch()
    for path, number in sizes(("birds/ibis", "fish/carp", "fish/eel")):
        sketch.draw(f"{path}/{number}.jpg")

    with pytest.raises(SettingError, match="level"):
        asked(tmp_path, sketch.files, label_level=level)


def test_folders_are_read_where_a_table_would_be_proposed(tmp_path: Path) -> None:
    found = asked(tmp_path, layout("HAM10000").files, labels_file="")

    assert set(preview_counts(found, {})) == {"HAM10000_images_part_1", "HAM10000_images_part_2"}


def test_a_submission_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    files = layout("APTOS 2019").files

    found = asked(tmp_path, files, labels_file="sample_submission.csv", label_column="diagnosis")

    assert preview_counts(found, {}) == {"0": 12}


@pytest.mark.parametrize("column", ["age", "gender", "race"])
def test_another_column_of_two_tables_is_read_in_both(tmp_path: Path, column: str) -> None:
    known = layout("FairFace")

    found = asked(tmp_path, known.files, label_column=column)

    assert sum(preview_counts(found, {}).values()) == 45


# Several labels.


@pytest.mark.parametrize(
    ("decision", "counts"),
    [
        ("leave_out", {"Effusion": 7, "Mass": 6}),
        ("first", {"Effusion": 9, "Mass": 9}),
        ("combination", {"Effusion": 7, "Effusion|Mass": 2, "Mass": 6, "Mass|Effusion": 3}),
    ],
)
def test_cells_of_several_labels_are_read_as_decided(
    tmp_path: Path, decision: str, counts: dict[str, int]
) -> None:
    sketch, rows = flat_set(("Mass", "Effusion"))
    several = ["Mass|Effusion"] * 3 + ["Effusion|Mass"] * 2
    for place in range(len(several)):
        sketch.draw(f"images/s{place}.jpg")
    written = [f"s{place}.jpg,{label}" for place, label in enumerate(several)]
    sketch.write("labels.csv", "file,label", *lines(rows), *written)

    found = asked(tmp_path, sketch.files)
    read = preview_counts(found, {"several_labels": decision})

    # The same two labels in another order are the same combination, whatever it is called.
    merged = {**counts}
    if decision == "combination":
        merged = {"Effusion": 7, "Mass": 6, "both": 5}
        both = {name: read[name] for name in read if name not in {"Effusion", "Mass"}}
        assert len(both) == 1, read
        read = {**{name: read[name] for name in ("Effusion", "Mass")}, "both": sum(both.values())}
    assert read == merged


# Files beside pictures.


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".txt", "{}\n"),
        (".cls", "{}"),
        (".xml", "<annotation><object><name>{}</name></object></annotation>"),
        (
            ".json",
            '{{"version": "5.0", "flags": {{}}, "shapes": [{{"label": "{}", "points": []}}]}}',
        ),
    ],
    ids=["text", "WebDataset", "Pascal VOC", "LabelMe"],
)
@pytest.mark.parametrize("folder", ["", "annotations/"], ids=["beside", "apart"])
def test_a_file_beside_each_picture_says_its_label(
    tmp_path: Path, suffix: str, content: str, folder: str
) -> None:
    sketch = Sketch()
    for place, (label, _) in enumerate(sizes(LABELS, least=6)):
        sketch.draw(f"images/{place:06}.jpg", label)
        inside = folder or "images/"
        sketch.write(f"{inside}{place:06}{suffix}", content.format(label))

    dataset = read_survey(asked(tmp_path, sketch.files))

    assert dataset.counts() == {"heron": 6, "ibis": 7, "stork": 8}
    assert len(dataset.skipped) <= 1


@pytest.mark.parametrize("noise", ["[1, 2", '{"a": ' * 2_000, "[]", "null", json.dumps({"a": 1})])
def test_a_json_that_says_nothing_stops_nothing(tmp_path: Path, noise: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    sketch.write("info.json", noise)

    dataset = read_survey(asked(tmp_path, sketch.files))

    assert dataset.counts() == {"heron": 4, "ibis": 5, "stork": 6}


# Copies that are not whole.


def test_a_copy_that_lacks_some_files_is_counted_once(tmp_path: Path) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=8):
        path = f"birds/{label}/{number}.jpg"
        sketch.draw(path, label)
        if number > 1:
            sketch.copy(path, f"birds/{path}")

    dataset = read_survey(asked(tmp_path, sketch.files))

    assert dataset.counts() == {"heron": 8, "ibis": 9, "stork": 10}


def test_a_copy_that_holds_more_files_adds_them(tmp_path: Path) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=8):
        path = f"birds/{label}/{number}.jpg"
        sketch.draw(f"birds/{path}", label)
        if number > 1:
            sketch.copy(f"birds/{path}", path)

    dataset = read_survey(asked(tmp_path, sketch.files))

    assert dataset.counts() == {"heron": 8, "ibis": 9, "stork": 10}


def test_a_table_of_copied_pictures_names_each_once(tmp_path: Path) -> None:
    sketch, rows = flat_set()
    for path in list(sketch.files):
        sketch.copy(path, f"images/{path}")
    sketch.write("labels.csv", "file,label", *lines(rows))

    dataset = read_survey(asked(tmp_path, sketch.files))

    assert dataset.counts() == {"heron": 6, "ibis": 7, "stork": 8}
