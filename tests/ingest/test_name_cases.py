"""Labels in file names, and names in odd encodings: each kind in several words."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from known_layouts import read_files, wrong
from layout_sketch import Sketch, code_of, sizes, small_picture

from core.ingest import open_source

# Labels in file names.


@pytest.mark.parametrize(
    "name_of",
    [
        lambda label, number: f"{label}.{number}",
        lambda label, number: f"{label}_{number}",
        lambda label, number: f"{label}-{number:04}",
        lambda label, number: f"{label}{number}",
        lambda label, number: f"{label} ({number})",
        lambda label, number: f"{label}_{code_of(label, number)}",
        lambda label, number: f"{number:03}_{label}",
    ],
    ids=["dot", "underline", "hyphen", "number", "brackets", "hexadecimal", "number first"],
)
@pytest.mark.parametrize(
    "labels",
    [
        ("cat", "dog"),
        ("crazing", "inclusion", "patches"),
        ("Abyssinian", "american_bulldog", "pug"),
    ],
    ids=["pets", "defects", "breeds"],
)
def test_few_words_of_many_files_each_are_labels(
    labels: tuple[str, ...], name_of: Callable[[str, int], str]
) -> None:
    sketch = Sketch()
    for label, number in sizes(labels, least=12):
        sketch.draw(f"pictures/{name_of(label, number)}.jpg", label)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert labels[0] in read.survey.sentence


@pytest.mark.parametrize("form", ["class{}_{:04}", "n0{}440764_{}", "label-{}.{}", "{}_{:05}"])
def test_codes_in_names_are_labels(form: str) -> None:
    sketch = Sketch()
    for label, number in sizes("124", least=12):
        code = form.partition("_" if "_" in form else ".")[0].format(label)
        sketch.draw(f"pictures/{form.format(label, number)}.jpg", code)

    read = read_files(sketch.files)

    digits = {path: (label.removeprefix("class").removeprefix("label-"), split)
              for path, (label, split) in sketch.images.items()}  # fmt: skip
    assert wrong(read, sketch.images, digits) == ""


@pytest.mark.parametrize("unlabelled", ["test1", "test", "testing", "unlabelled"])
def test_a_test_folder_of_numbers_beside_labels_in_names_has_none(unlabelled: str) -> None:
    sketch = Sketch()
    for label, number in sizes(("cat", "dog"), least=12):
        sketch.draw(f"train/{label}.{number}.jpg", label)
    for number in range(8):
        sketch.draw(f"{unlabelled}/{number}.jpg")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert unlabelled in read.said


@pytest.mark.parametrize(
    "form",
    [
        *("IMG_{:04}", "DSC{:05}", "image_{:03}", "frame{}", "{:06}", "P10{:05}", "scan-{}"),
        *("IMG_20240101_1200{:02}", "WhatsApp Image 2024-01-{:02}", "Screenshot ({})", "photo {}"),
    ],
)
def test_what_cameras_write_is_no_label(form: str) -> None:
    sketch = Sketch()
    for number in range(1, 25):
        sketch.draw(f"holiday/{form.format(number)}.jpg")

    labels = {label for label, _ in read_files(sketch.files).images.values()}

    assert labels <= {"holiday"}


@pytest.mark.parametrize(("first", "second"), [("IMG", "DSC"), ("IMG", "PXL"), ("image", "photo")])
def test_two_cameras_are_no_two_labels(first: str, second: str) -> None:
    sketch = Sketch()
    for number in range(1, 25):
        sketch.draw(f"holiday/{first if number % 2 else second}_{number:04}.jpg")

    labels = {label for label, _ in read_files(sketch.files).images.values()}

    assert labels <= {"holiday"}


def test_class_folders_come_before_words_in_names() -> None:
    sketch = Sketch()
    for label, number in sizes(("good", "bad"), least=10):
        for view in ("left", "right"):
            sketch.draw(f"{label}/{view}_{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_a_table_comes_before_words_in_names() -> None:
    sketch, rows = Sketch(), []
    for label, number in sizes(("ripe", "rotten"), least=10):
        for view in ("left", "right"):
            name = f"{view}_{label[:2]}{number}.jpg"
            sketch.draw(f"images/{name}", label)
            rows.append(f"{name},{label}")
    sketch.write("labels.csv", "file,label", *rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Names of zip entries that say no encoding.


@pytest.mark.parametrize(
    ("encoding", "labels"),
    [
        ("utf-8", ("苹果图片", "梨树图片")),
        ("utf-8", ("Äpfel", "Birnenbäume")),
        ("utf-8", ("りんご", "なし")),
        ("utf-8", ("яблоко", "груша")),
        ("cp932", ("りんごの写真", "なしの写真")),
    ],
)
def test_names_in_a_zip_without_a_flag_are_read_or_said(
    tmp_path: Path, encoding: str, labels: tuple[str, ...]
) -> None:
    archive = tmp_path / "fruit.zip"
    archive.write_bytes(
        _zip_without_flag(
            {
                f"{label}/{label[:2]}{number}.png": small_picture(f"{label}{number}.png")
                for label in labels
                for number in range(6)
            },
            encoding,
        )
    )

    dataset = open_source(str(archive), tmp_path / "unpacked")

    assert dataset.counts() == dict.fromkeys(sorted(labels), 6)


def _zip_without_flag(files: dict[str, bytes], encoding: str) -> bytes:
    """Return a zip whose names are in an encoding that it does not tell."""
    buffer = io.BytesIO()
    stand_ins = {name.encode(encoding): f"{place:02}" for place, name in enumerate(files)}
    stand_ins = {name: f"{text:~>{len(name)}}" for name, text in stand_ins.items()}
    with zipfile.ZipFile(buffer, "w") as opened:
        for stand_in, content in zip(stand_ins.values(), files.values(), strict=True):
            opened.writestr(stand_in, content)
    content = buffer.getvalue()
    for name, stand_in in stand_ins.items():
        content = content.replace(stand_in.encode(), name)
    return content
