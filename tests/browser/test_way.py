"""The whole way in a real browser: load, audit, augment, balance, evaluate, export."""

import csv
import io
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from drawn_map import MADE, DrawnMap
from image_sets import write_folder
from PIL import Image
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Server, Visitor

SUFFIXES = (".jpg", ".png")


def test_a_newcomer_goes_the_whole_way_on_the_sample(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = new_visitor(start_server(works_ahead=True))
    load_sample(visitor)
    audit(visitor)
    augment(visitor)
    balance(visitor)
    evaluate(visitor)
    archive = export(visitor, tmp_path)

    check_export(archive, synthetic_points=1_425)


def test_an_export_without_any_choice_is_augmented_to_the_largest_class(
    visitor: Visitor, tmp_path: Path
) -> None:
    load_sample(visitor)

    archive = export(visitor, tmp_path)

    counts = check_export(archive, synthetic_points=0)
    assert set(counts.values()) == {420}


def load_sample(visitor: Visitor) -> None:
    visitor.loads_the_sample()


def audit(visitor: Visitor) -> None:
    visitor.go("Audit")
    visitor.has_title("How unbalanced is it?")
    visitor.says("'crack' has 23x fewer training images than 'good'.")
    visitor.says("under two or more labels")
    bar = visitor.page.locator(".js-plotly-plot .bars .point path").first
    expect(bar).to_be_visible(timeout=PATIENCE_MS)
    # Plotly's own layer lies over the bars and takes the click, so it is given to the place.
    box = bar.bounding_box()
    assert box is not None
    # The lowest bar belongs to the smallest class; its pictures come from our own route.
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    grid = visitor.page.locator(".st-key-class_pictures .review[data-ready]")
    picture = grid.locator(".thumb[aria-label^='crack,'] img").first
    expect(picture).to_be_visible(timeout=PATIENCE_MS)
    picture.scroll_into_view_if_needed()
    expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)


def augment(visitor: Visitor) -> None:
    visitor.go("Augment")
    visitor.has_title("What does augmentation do to your classes?")
    pictures = visitor.page.locator(".st-key-augment_board .thumb .variant img")
    expect(pictures).to_have_count(8, timeout=PATIENCE_MS)
    before = pictures.first.get_attribute("src")
    # The ends of the crop's range, moved by keyboard: another picture, without a new page.
    handle = visitor.page.get_by_role("slider").first
    handle.focus()
    for _ in range(10):
        handle.press("ArrowLeft")
    expect(pictures.first).not_to_have_attribute("src", before or "", timeout=PATIENCE_MS)


def balance(visitor: Visitor) -> None:
    visitor.go("Balance")
    visitor.has_title("How should the classes be balanced?")
    # The vectors and the UMAP come by themselves; on the PCA, points lie exactly.
    visitor.says("UMAP of 675 images")
    visitor.page.locator(".st-key-map_method").get_by_text("PCA", exact=True).click()
    visitor.says("PCA of 675 images. Trustworthiness")
    visitor.press("Make 1,425 synthetic points")
    visitor.says("SMOTE put 1,425 synthetic points between neighbours")
    visitor.says("at their exact PCA positions")
    # Both are measured by themselves, and the page shows them without a click.
    visitor.says(re.compile(r"^Risks \(\d+\)"))
    visitor.says(re.compile(r"^Quality \([\d,]+\)"))
    drawn = DrawnMap(visitor.page)
    drawn.opens("Risks")
    visitor.says(re.compile(r"^\d+ of 1,425 points are for '"))
    drawn.opens("Quality")
    visitor.says(re.compile("of 1,425 points look unsafe"))
    drawn.wait()
    drawn.click(drawn.lone(MADE))
    visitor.says(re.compile(r"Synthetic point [\d,]+, "))
    visitor.says(re.compile("of the way from the base to the neighbour"))
    expect(visitor.page.locator(".pair img")).to_have_count(2)


def evaluate(visitor: Visitor) -> None:
    visitor.go("Evaluate")
    visitor.has_title("Does balancing help?")
    visitor.compares_without_pictures()
    visitor.says("Recall per class")
    visitor.says(re.compile("95% interval"))


def test_a_row_of_evaluate_is_exported_as_it_was_measured(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(write_folder(tmp_path / "pets", {"cat": 40, "dog": 20}))
    visitor.says("All 60 files can be used")
    visitor.go("Evaluate")
    visitor.opens("Settings")
    visitor.page.get_by_text("Folds and repeats").click()
    repeats = visitor.page.get_by_role("spinbutton", name="Repeats")
    repeats.fill("1")
    repeats.press("Enter")
    visitor.waits_for_nothing()
    visitor.compares_without_pictures()
    row = visitor.page.locator(".st-key-export_this_smote button")
    expect(row.first).to_be_visible(timeout=2 * PATIENCE_MS)  # embedding included
    visitor.waits_for_nothing()
    row.click()

    visitor.has_title("What will you export?")
    strategy = visitor.page.get_by_role("combobox", name="Strategy")
    expect(strategy).to_have_value("SMOTE", timeout=PATIENCE_MS)
    visitor.says(re.compile("^'SMOTE': balanced accuracy .* points beside doing nothing"))
    expect(visitor.page.locator(".samples .duo img")).to_have_count(24, timeout=PATIENCE_MS)
    visitor.press(re.compile(r"^Write [\d,]+ pictures"))
    link = visitor.page.get_by_role("link", name="Download the zip")
    expect(link).to_be_in_viewport(timeout=PATIENCE_MS)


def export(visitor: Visitor, folder: Path) -> Path:
    visitor.go("Export")
    visitor.has_title("What will you export?")
    visitor.press("Write 2,100 pictures")
    return fetch_export(visitor, folder)


def fetch_export(visitor: Visitor, folder: Path) -> Path:
    """Wait for the export and fetch it from our own route."""
    link = visitor.page.get_by_role("link", name="Download the zip")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    address = link.get_attribute("href")
    assert address is not None
    # The route answers to the token in the address alone; a large zip goes to the disk in blocks.
    path = folder / address.rsplit("/", 1)[-1]
    with urlopen(f"{visitor.url}{address}") as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file)
    return path


def check_export(archive: Path, *, synthetic_points: int) -> Counter[str]:
    """Check that counts are equal, every picture opens, and the manifest says all."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        pictures = {name for name in opened.namelist() if name.endswith(SUFFIXES)}
        manifest = list(csv.DictReader(io.StringIO(opened.read("manifest.csv").decode())))
        assert {row["path"] for row in manifest} == pictures
        assert len(manifest) == len(pictures)
        for name in pictures:
            with Image.open(io.BytesIO(opened.read(name))) as image:
                image.load()
        if synthetic_points:
            vectors = np.load(io.BytesIO(opened.read("synthetic_vectors.npz")))
            assert len(vectors["vectors"]) == synthetic_points
            assert set(vectors["picture"]) <= pictures
        assert {"recipe.json", "training.json"} <= set(opened.namelist())
    counts = Counter(row["label"] for row in manifest if row["split"] == "train")
    assert len(set(counts.values())) == 1
    return counts
