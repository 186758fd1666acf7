"""Folders as people have them, each kind in several words and depths."""

import pytest
from known_layouts import read_files, wrong
from layout_sketch import LABELS, Sketch, sizes

from core.ingest import MISMATCHES

# Splits by words in names.


@pytest.mark.parametrize("above", ["", "birds/", "home/birds/"])
@pytest.mark.parametrize("is_doubled", [False, True], ids=["once", "doubled"])
@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("seg_train", "seg_test"),
        ("Final_Training", "Final_Test"),
        ("training_set", "test_set"),
        ("train_images", "test_images"),
        ("train2017", "test2017"),
        ("Train-Data", "Test-Data"),
        ("TRAIN", "TEST"),
        ("birds train", "birds test"),
        ("01_train", "02_test"),
    ],
)
def test_splits_are_found_by_words_in_names(
    train: str, test: str, is_doubled: bool, above: str
) -> None:
    sketch = Sketch()
    for folder, split in ((train, "train"), (test, "test")):
        for label, number in sizes(LABELS):
            inside = f"{folder}/{folder}" if is_doubled else folder
            sketch.draw(f"{above}{inside}/{label}/{split}{number}.jpg", label, split)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("validation", ["val2017", "Valid", "seg_val", "validation_set", "dev"])
def test_validation_has_several_words(validation: str) -> None:
    sketch = Sketch()
    for folder, split in (("train_set", "train"), (validation, "validation")):
        for label, number in sizes(LABELS):
            sketch.draw(f"{folder}/{label}/{split}{number}.jpg", label, split)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    ("train", "unlabelled", "is_doubled"),
    [
        ("seg_train", "seg_pred", True),
        ("train", "test", False),
        ("training_set", "single_prediction", False),
        ("train_images", "test_images", True),
        ("Training", "unlabelled", False),
        ("train", "test1", False),
    ],
)
def test_a_flat_folder_beside_training_is_said_to_have_no_labels(
    train: str, unlabelled: str, is_doubled: bool
) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{train}/{label}/{number}.jpg", label)
    for number in range(7):
        inside = f"{unlabelled}/{unlabelled}" if is_doubled else unlabelled
        sketch.draw(f"{inside}/{number}.jpg")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert unlabelled in read.said
    assert "7" in read.said


# Copies.


@pytest.mark.parametrize("name", ["chest_xray", "data", "PlantVillage"])
@pytest.mark.parametrize("splits", [("train",), ("train", "test")], ids=["one split", "two"])
def test_a_copy_inside_its_original_is_counted_once_and_said(
    name: str, splits: tuple[str, ...]
) -> None:
    sketch = Sketch()
    for split in splits:
        for label, number in sizes(LABELS):
            inner = f"{split}/" if len(splits) > 1 else ""
            path = f"{name}/{inner}{label}/{split}{number}.jpg"
            sketch.draw(path, label, split)
            sketch.copy(path, f"{name}/{path}")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert str(len(sketch.images)) in read.said
    assert "cop" in read.said.lower()


def test_other_pictures_inside_a_folder_of_the_same_name_are_no_copy() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"birds/{label}/{number}.jpg", label)
        sketch.draw(f"birds/birds/{label}/{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Classes that are called as splits are.


@pytest.mark.parametrize("above", ["", "vehicles/"])
@pytest.mark.parametrize(
    "labels",
    [("bus", "car", "train"), ("bike", "bus", "car", "train"), ("bus", "ship", "train station")],
)
def test_a_class_called_train_beside_classes_is_one(labels: tuple[str, ...], above: str) -> None:
    sketch = Sketch()
    for label, number in sizes(labels, least=6):
        sketch.draw(f"{above}{label}/{label}_{number}.png", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("name", ["test", "val", "validation"])
def test_a_folder_called_as_a_split_beside_classes_is_asked_about(name: str) -> None:
    sketch = Sketch()
    for label, number in sizes(("bolt", "nut", name), least=6):
        sketch.draw(f"{label}/{number}.png", label)

    read = read_files(sketch.files)

    labelled = {path: truth for path, truth in sketch.images.items() if truth[0] != name}
    assert wrong(read, sketch.images, labelled) == ""
    assert f"'{name}'" in read.said or f" {name} " in read.said
    assert read.survey.is_close or any(mismatch.is_open for mismatch in read.survey.mismatches)


@pytest.mark.parametrize(
    "labels",
    [
        ("ship", "test tube", "train"),
        ("test", "train"),
        ("test strip", "training shoe", "validation stamp"),
        ("images", "train", "val"),
    ],
)
def test_classes_called_as_splits_inside_clean_splits_are_classes(labels: tuple[str, ...]) -> None:
    sketch = Sketch()
    for split in ("train", "test"):
        for label, number in sizes(labels):
            sketch.draw(f"{split}/{label}/{split}{number}.jpg", label, split)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Folders above and below the classes.


@pytest.mark.parametrize("inner", ["Imgs", "images", "raw/jpg"])
def test_a_folder_of_pictures_inside_each_class_is_no_class(inner: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{inner}/{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("chunks", [("part_1", "part_2"), ("batch1", "batch2"), ("2023", "2024")])
def test_folders_with_the_same_class_folders_are_no_classes(chunks: tuple[str, ...]) -> None:
    sketch = Sketch()
    for chunk in chunks:
        for label, number in sizes(LABELS):
            sketch.draw(f"{chunk}/{label}/{number}.jpg", label)

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""


@pytest.mark.parametrize("name", ["README", "LICENSE", "COPYING", "Makefile", "md5sums"])
def test_a_text_without_a_suffix_is_no_picture_outside_of_the_classes(name: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    sketch.files[name] = b"Birds of three kinds.\n"

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert f"all {len(sketch.images)} pictures" in read.survey.sentence
    assert "outside_classes" not in {mismatch.kind for mismatch in read.survey.mismatches}


def test_a_class_of_files_that_are_no_pictures_is_not_counted_as_one() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"images/{label}/{number}.jpg", label)
        sketch.files[f"notes/{label}/{number}"] = b"<annotation></annotation>"

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "3 labels" in read.survey.sentence


def test_an_empty_class_folder_is_named() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    sketch.files["pelican/.gitkeep"] = b""

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "pelican" in read.said


def test_a_class_whose_files_are_all_unusable_is_named() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    for number in range(5):
        sketch.files[f"pelican/{number}.heic"] = b"\x00\x00\x00\x18ftypheic"

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "pelican" in "\n".join([read.survey.sentence, *(m.text for m in read.survey.mismatches)])


# What systems and programs leave.


@pytest.mark.parametrize(
    "folder",
    [
        *("@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", ".ipynb_checkpoints", ".AppleDouble"),
        *("System Volume Information", "lost+found", ".Trashes", ".git", ".thumbnails"),
    ],
)
@pytest.mark.parametrize("above", ["", "heron/", "heron/old/"], ids=["top", "class", "deep"])
def test_folders_of_systems_hold_nobodys_pictures(folder: str, above: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
        sketch.draw(f"{above}{folder}/{number}{label}.jpg/SYNOPHOTO_THUMB_M.jpg")
        sketch.draw(f"{above}{folder}/{label}{number}.jpg")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert read.dataset is not None
    assert [skip.path for skip in read.dataset.skipped if folder in skip.path] == []


@pytest.mark.parametrize(
    "name", ["Thumbs.db", "desktop.ini", ".DS_Store", "~$birds.xlsx", "._1.jpg"]
)
def test_files_of_systems_are_nobodys(name: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
        sketch.files[f"{label}/{name}"] = b"left by a system"

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert read.dataset is not None
    assert read.dataset.skipped == ()


# Companions.


@pytest.mark.parametrize("inner", ["", "Imgs/"])
@pytest.mark.parametrize(("picture", "mask"), [(".jpg", ".png"), (".bmp", ".gif")])
def test_a_mask_of_the_same_stem_is_left_out_and_said(picture: str, mask: str, inner: str) -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=6):
        sketch.draw(f"{label}/{inner}exp{number}{picture}", label)
        sketch.draw_mask(f"{label}/{inner}exp{number}{mask}")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert any(mismatch.kind == "companions" for mismatch in read.survey.mismatches)
    assert {"leave_out", "keep"} <= set(MISMATCHES["companions"].decisions)


def test_two_photos_of_the_same_stem_are_two_images() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=6):
        sketch.draw(f"{label}/{number}.jpg", label)
        if number == 1:
            sketch.draw(f"{label}/{number}.png", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""
