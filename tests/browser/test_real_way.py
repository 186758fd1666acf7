"""The whole way on real pictures; they do not ship with the project."""

import re
from pathlib import Path

from playwright.sync_api import expect
from real_sets import FOLDER, NEEDS_REAL_DATA
from test_way import check_export, fetch_export
from visitor import PATIENCE_MS, Visitor

pytestmark = NEEDS_REAL_DATA


def test_cats_and_dogs(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(FOLDER / "cifar10.zip")
    visitor.says("All 60,000 files can be used")
    take(visitor, cat=4_800, dog=1_200)
    visitor.says("You took 8,000 images of 2 classes.")
    visitor.go("Audit")
    visitor.says("'dog' has 4x fewer training images than 'cat'.")

    counts = balance_and_export(visitor, tmp_path, images="8,000", points="3,600")

    assert counts == {"cat": 4_800, "dog": 4_800}


def test_clothing_with_splits(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(FOLDER / "clothing_splits.zip")
    visitor.says("All 748 files can be used")
    visitor.go("Audit")
    visitor.says("'skirt' has 7.2x fewer training images than 't-shirt'.")

    counts = balance_and_export(visitor, tmp_path, images="748", points="980")

    assert set(counts.values()) == {159}


def test_many_classes(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(FOLDER / "caltech97.zip")
    visitor.says("All 1,245 files can be used")

    counts = balance_and_export(visitor, tmp_path, images="1,245", points="11,656")

    assert len(counts) == 97


def test_a_flat_folder_with_a_labels_table(visitor: Visitor) -> None:
    visitor.upload(FOLDER / "clothing_csv.zip")
    visitor.says("12 pictures without a row in the labels file")
    visitor.says("5 rows without a file")

    visitor.press("Load 395 images")

    visitor.says("'clothing_csv' has 395 images in 19 classes.")
    visitor.says("Of 407 files, 395 can be used and 12 are skipped.")


def take(visitor: Visitor, **counts: int) -> None:
    """Choose classes on Load, and how many images of each."""
    page = visitor.page
    box = page.get_by_test_id("stMultiSelect").filter(has_text="Classes")
    box.get_by_role("button", name=re.compile("clear", re.IGNORECASE)).click()
    for label in counts:
        box.get_by_role("combobox").fill(label)
        box.get_by_role("combobox").press("Enter")
        expect(page.get_by_label(re.compile(f"^'{label}'"))).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    for label, count in counts.items():
        field = page.get_by_label(re.compile(f"^'{label}'"))
        expect(field).to_have_count(1, timeout=PATIENCE_MS)  # while the page is drawn again, two
        field.fill(str(count))
        field.press("Enter")
    visitor.press(f"Use {sum(counts.values()):,} training images")


def balance_and_export(
    visitor: Visitor, folder: Path, *, images: str, points: str
) -> dict[str, int]:
    """Go through the other steps; return the training images per class of the export."""
    visitor.go("Augment")
    expect(visitor.page.locator(".review .variant img")).not_to_have_count(0, timeout=PATIENCE_MS)
    visitor.go("Balance")
    visitor.says(re.compile(r"(PCA|UMAP) of [\d,]+ images"))
    visitor.press(f"Make {points} synthetic points")
    visitor.says(f"SMOTE put {points} synthetic points between neighbours")
    visitor.go("Evaluate")
    visitor.compares_without_pictures()
    visitor.says("Recall per class")
    visitor.go("Export")
    visitor.press(re.compile("Write .* pictures"))
    return dict(
        check_export(fetch_export(visitor, folder), synthetic_points=int(points.replace(",", "")))
    )
