"""Bad input gives one clear sentence, and nothing that was loaded is lost."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from visitor import Visitor


def picture(shade: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (24, 24), (shade, 90, 200 - shade)).save(buffer, "JPEG")
    return buffer.getvalue()


def huge_png() -> bytes:
    """Return a PNG of 20,000 x 20,000 grey pixels in about 50 kB."""
    line = bytes(1 + 20_000)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(line) for _ in range(20_000)) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + checksum.to_bytes(4, "big")

    size = (20_000).to_bytes(4, "big")
    header = chunk(b"IHDR", size + size + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def make_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_refusals_are_one_sentence_and_keep_the_dataset(visitor: Visitor, tmp_path: Path) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    text = tmp_path / "text.zip"
    text.write_text("not a zip at all")
    bad = {
        "is empty": make_zip(tmp_path / "empty.zip", {}),
        "is not a readable zip or tar": text,
        "none of them is an image": make_zip(tmp_path / "notes.zip", {"a/readme.txt": b"hello"}),
        "cannot be read as an image": make_zip(tmp_path / "cut.zip", {"a/1.jpg": b"cut"}),
    }

    for sentence, path in bad.items():
        visitor.upload(path)
        visitor.says(sentence)
        visitor.says("All 446 files can be used")
        visitor.check()


def test_damaged_and_huge_pictures_are_rows_in_skipped(visitor: Visitor, tmp_path: Path) -> None:
    files = {f"set/{label}/{n}.jpg": picture(n * 9) for label in ("a", "b") for n in range(8)}
    files["set/a/cut.jpg"] = picture()[:400]
    files["set/b/huge.png"] = huge_png()
    assert len(files["set/b/huge.png"]) < 400_000

    visitor.upload(make_zip(tmp_path / "damaged.zip", files))

    visitor.says("Of 18 files, 16 can be used and 2 are skipped")


@pytest.fixture(scope="module")
def owner_of_one_class(
    lasting_visitor: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> Visitor:
    """Return somebody with a set of one class."""
    files = {f"only/{n}.jpg": picture(n * 9) for n in range(3)}
    lasting_visitor.upload(make_zip(tmp_path_factory.mktemp("one") / "one_class.zip", files))
    lasting_visitor.says("All 3 files can be used")
    return lasting_visitor


@pytest.mark.parametrize(
    ("step", "question", "sentence"),
    [
        ("Audit", "How unbalanced is it?", "There is only one class"),
        ("Augment", "What does augmentation do to your classes?", "only"),
        ("Balance", "How should the classes be balanced?", "There is only one class"),
        ("Evaluate", "Does balancing help?", "There is only one class"),
        ("Export", "What will you export?", "only"),
    ],
)
def test_a_set_of_one_class_can_be_looked_at(
    owner_of_one_class: Visitor, step: str, question: str, sentence: str
) -> None:
    visitor = owner_of_one_class

    visitor.go(step)
    visitor.has_title(question)
    visitor.waits_for_nothing()  # then nothing of the page before is left

    visitor.says(sentence)
    visitor.check()


def test_a_class_with_one_image_is_said_and_augmented(visitor: Visitor, tmp_path: Path) -> None:
    files = {f"set/many/{n}.jpg": picture(n * 9) for n in range(8)}
    files["set/lonely/0.jpg"] = picture(77)
    visitor.upload(make_zip(tmp_path / "lonely.zip", files))
    visitor.says("All 9 files can be used")

    visitor.go("Balance")

    visitor.says("'lonely': 1 image; SMOTE needs at least 2.")


def test_names_are_data(visitor: Visitor, tmp_path: Path) -> None:
    names = ("![x](http://example.com/p.png)", "<img src=x onerror=alert(1)>", ":red[hot]")
    files = {
        f"set/{name.replace('/', '_')}/{n}.jpg": picture(9 * n + len(name))
        for name in names
        for n in range(4)
    }
    visitor.upload(make_zip(tmp_path / "names.zip", files))
    visitor.says("All 12 files can be used")

    for step in ("Audit", "Augment", "Balance", "Export"):
        visitor.go(step)
        visitor.page.wait_for_timeout(1_000)
        visitor.check()


def test_pictures_without_folders_are_asked_about(visitor: Visitor, tmp_path: Path) -> None:
    files = {f"{number}.jpg": picture(number) for number in range(3)}
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")

    visitor.upload(make_zip(tmp_path / "flat.zip", files))
    visitor.says("3 pictures outside all class folders")
    visitor.press("Keep 'digits'")
    visitor.says("All 446 files can be used")
    visitor.upload(make_zip(tmp_path / "flat.zip", files))
    visitor.press("Load 3 images")

    visitor.says("'flat' has 3 images in 1 class.")


def test_a_labels_table_is_shown_and_its_columns_can_be_changed(
    visitor: Visitor, tmp_path: Path
) -> None:
    files = {f"pets/images/{number}.jpg": picture(number) for number in range(8)}
    rows = "".join(f"{number};{'ab'[number % 2]};{number % 4}\n" for number in range(1, 9))
    files["pets/pets.csv"] = f"id;kind;cage\n{rows}".encode()

    visitor.upload(make_zip(tmp_path / "pets.zip", files))

    visitor.says("Labels: pets/pets.csv, column 'kind' (2 labels, 7 of 8 pictures).")
    visitor.says("1 picture without a row in the labels file")
    visitor.says("1 row without a file")
    visitor.says("This gives 7 images in 2 classes")
    visitor.page.get_by_role("combobox", name="Label column").click()
    visitor.page.get_by_role("option", name="cage").click()
    visitor.press("Use these columns")
    visitor.says("This gives 7 images in 4 classes")
    visitor.press("Load 7 images")
    visitor.says("Of 8 files, 7 can be used and 1 is skipped.")
    visitor.check()


def test_a_new_folder_without_a_place_is_one_sentence(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    visitor.go("Export")
    visitor.page.get_by_test_id("stRadio").get_by_text("Folder", exact=True).click()
    visitor.page.get_by_label(re.compile("New local folder")).fill("~nobody-of-this-name/out")

    visitor.press(re.compile("^Write"))

    visitor.says("is not a full path")
