"""The question about labels: readings with pictures, each answered by the mouse as people do."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, expect
from visitor import PATIENCE_MS, Visitor

_HAS_COME = "picture => picture.complete && picture.naturalWidth > 0"


def picture(number: int, suffix: str = ".jpg") -> bytes:
    """Return a small picture that no other number gives."""
    buffer = io.BytesIO()
    shades = tuple(int(number * step % 200) + 40 for step in (37, 59, 83))
    Image.new("RGB", (48, 40), shades).save(buffer, {".jpg": "JPEG", ".png": "PNG"}[suffix])
    return buffer.getvalue()


def mask(number: int) -> bytes:
    """Return a black picture with a white spot, of the same size."""
    buffer = io.BytesIO()
    spot = Image.new("L", (48, 40), 0)
    ImageDraw.Draw(spot).rectangle([number % 20, 4, number % 20 + 14, 20], fill=255)
    spot.save(buffer, "PNG")
    return buffer.getvalue()


def write(folder: Path, pictures: Sequence[str], others: Mapping[str, bytes]) -> Path:
    """Write pictures, each another one, and other files; return the folder."""
    for number, name in enumerate(pictures):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture(number))
    for name, content in others.items():
        (folder / name).write_bytes(content)
    return folder


def asked(visitor: Visitor, folder: Path) -> None:
    """Give a folder to Load, and wait until it asks."""
    visitor.upload(folder)
    visitor.has_title("Which labels do they have?")
    visitor.waits_for_nothing()


def card(visitor: Visitor, title: str) -> Locator:
    """Return the card of a reading."""
    return visitor.page.locator(".reading").filter(has_text=title)


def all_come(visitor: Visitor, pictures: Locator, count: int) -> None:
    """Wait until so many pictures are there and have been drawn."""
    expect(pictures).to_have_count(count, timeout=PATIENCE_MS)
    for place in range(count):
        pictures.nth(place).scroll_into_view_if_needed()
        visitor.page.wait_for_function(_HAS_COME, arg=pictures.nth(place).element_handle())


def test_labels_in_names_are_proposed_and_an_expression_answers_while_it_is_written(
    visitor: Visitor, tmp_path: Path
) -> None:
    names = [f"train/{kind}.{n}.jpg" for kind in ("cat", "dog") for n in range(8)]
    names += [f"test1/{n}.jpg" for n in range(4)]
    asked(visitor, write(tmp_path / "pets", names, {}))
    proposed = card(visitor, "The beginnings of file names, cat and dog")
    expect(proposed.get_by_text("proposed")).to_be_visible()
    all_come(visitor, proposed.locator("img"), 6)
    visitor.says("4 pictures without labels, in a folder for validation or test: test1")

    field = visitor.page.get_by_role("textbox", name="Regular expression")
    field.click()
    field.press("ControlOrMeta+a")
    field.press_sequentially(r"(dog|cow)\.")  # neither Enter nor Tab

    visitor.says("1 label in 8 of 20 names")
    expect(visitor.page.locator(".trial")).to_contain_text("no label")
    expect(visitor.page.get_by_role("button", name="Load 16 images")).to_be_disabled()
    field.press_sequentially("(")
    visitor.says("is not a regular expression")
    visitor.press("The first word")
    visitor.says("2 labels in 16 of 20 names")
    visitor.press("Use this expression")
    visitor.press("Load 16 images")
    visitor.says("Labels: the first words of file names, cat and dog (2 labels, all 16 pictures).")


def test_a_table_stands_beside_the_folders_and_either_is_taken_by_a_click(
    visitor: Visitor, tmp_path: Path
) -> None:
    names = [f"HAM_images_part_{n // 12 + 1}/ISIC_{n:04}.jpg" for n in range(24)]
    rows = [f"HAM_{n // 2:04},ISIC_{n:04},{('nv', 'nv', 'mel', 'bkl')[n % 4]}" for n in range(24)]
    table = "\n".join(["lesion_id,image_id,dx", *rows]).encode()
    other = b"pixel0,pixel1\n" + b"1,2\n" * 9
    asked(
        visitor,
        write(tmp_path / "ham", names, {"HAM_metadata.csv": table, "hmnist.csv": other}),
    )
    visitor.says("Labels: HAM_metadata.csv, column 'dx' (3 labels, all 24 pictures); group 'lesion")
    visitor.says("Not used: hmnist.csv")
    all_come(visitor, card(visitor, "HAM_metadata.csv, column 'dx'").locator("img"), 6)

    visitor.press("Use the folders")
    visitor.says("This gives 24 images in 2 classes")
    visitor.press("Use HAM_metadata.csv, column 'dx'")
    visitor.says("This gives 24 images in 3 classes")
    visitor.page.get_by_text("Looked at, not used (1)").click()
    visitor.says("hmnist.csv: no column names pictures of this source.")
    visitor.press("Load 24 images")
    visitor.says("'ham' has 24 images in 3 classes.")


def test_several_labels_of_a_picture_are_decided_by_what_each_way_gives(
    visitor: Visitor, tmp_path: Path
) -> None:
    findings = ("No Finding", "Effusion", "Effusion|Mass", "Mass", "No Finding")
    rows = "\n".join(f"{n:03}.jpg,{findings[n % 5]},{n // 3}" for n in range(30))
    table = f"Image Index,Finding Labels,Patient ID\n{rows}".encode()
    names = [f"images_001/images/{n:03}.jpg" for n in range(30)]
    asked(visitor, write(tmp_path / "chests", names, {"entries.csv": table}))
    visitor.says("6 files with more than one label")
    visitor.says("24 images in 3 classes")

    visitor.page.get_by_text("Make each combination of labels a class").click()

    visitor.says("This gives 30 images in 4 classes")
    visitor.press("Load 30 images")
    visitor.says("'chests' has 30 images in 4 classes.")


def test_a_class_called_train_is_a_class_and_is_asked_about(
    visitor: Visitor, tmp_path: Path
) -> None:
    names = [f"{kind}/{kind}_{n}.jpg" for kind in ("bus", "car", "train") for n in range(6)]
    asked(visitor, write(tmp_path / "vehicles", names, {}))

    visitor.says("6 pictures in a folder named like a split, next to class folders")
    expect(
        card(visitor, "The folders bus, car and train").get_by_alt_text("train: ")
    ).to_have_count(2, timeout=PATIENCE_MS)
    visitor.press("Load 18 images")

    visitor.says("'vehicles' has 18 images in 3 classes.")
    visitor.says("Labels: the folders bus, car and train (3 labels, all 18 pictures).")


def test_two_columns_that_fit_alike_are_a_question(visitor: Visitor, tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{'cat' if n % 2 else 'dog'},{('pug', 'siam', 'boxer')[n % 3]}"
            for n in range(24)]  # fmt: skip
    table = "\n".join(["file,species,breed", *rows]).encode()
    asked(visitor, write(tmp_path / "two", [f"{n}.jpg" for n in range(24)], {"pets.csv": table}))
    visitor.says("Another reading fits almost as well.")

    visitor.press("Use pets.csv, column 'breed'")

    visitor.says("This gives 24 images in 3 classes")
    expect(visitor.page.get_by_text("Another reading fits almost as well.")).to_have_count(0)
    visitor.press("Load 24 images")
    visitor.says("'two' has 24 images in 3 classes.")


def test_masks_are_seen_beside_their_pictures_and_may_be_kept(
    visitor: Visitor, tmp_path: Path
) -> None:
    stems = [f"MT_{kind}/Imgs/exp{n}" for kind in ("Blowhole", "Break") for n in range(8)]
    folder = write(tmp_path / "tiles", [f"{stem}.jpg" for stem in stems], {})
    for number, stem in enumerate(stems):
        (folder / f"{stem}.png").write_bytes(mask(number))
    asked(visitor, folder)
    visitor.says("16 pictures belonging to another one (a mask, a preview)")
    all_come(visitor, visitor.page.locator(".pairs img"), 12)
    visitor.page.get_by_role("button", name="Load 16 images").wait_for()

    visitor.page.get_by_role("combobox", name="16 pictures belonging").click()
    visitor.page.get_by_role("option", name="Use them as examples").click()

    visitor.press("Load 32 images")
    visitor.says("'tiles' has 32 images in 2 classes.")


def test_a_narrow_page_cuts_nothing(visitor: Visitor, tmp_path: Path) -> None:
    long = "a_label_of_more_letters_than_any_column_has_room_for_" * 3
    rows = "\n".join(f"{n}.jpg,{long}{n % 40},{n % 40 // 8}" for n in range(120))
    table = f"file,{long},group\n{rows}".encode()
    names = [f"{n}.jpg" for n in range(120)]
    asked(visitor, write(tmp_path / "long", names, {f"{long}.csv": table}))

    for width in (1400, 800, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.waits_for_nothing()
        # A table takes the new width a moment after the page.
        visitor.page.wait_for_function(
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollWidth <= main.clientWidth; }",
            timeout=PATIENCE_MS,
        )
