"""What the audit says of pictures that reading changes: where they lie, and that export agrees."""

from pathlib import Path

from image_sets import jpeg, read_folder, saved, turned_jpeg, write_files
from PIL import Image

from core.audit import audit

CLEAR = saved(Image.new("RGBA", (20, 20), (9, 9, 9, 90)), "PNG")


def said(tmp_path: Path, files: dict[str, bytes]) -> str:
    """Return the text and the remedy of the finding."""
    dataset = read_folder(write_files(tmp_path / "set", files))
    [finding] = [one for one in audit(dataset).findings if one.id == "converted"]
    return f"{finding.text} {finding.remedy}"


def test_it_names_the_classes_that_alone_have_them(tmp_path: Path) -> None:
    text = said(tmp_path, {"cat/1.png": CLEAR, "cat/2.jpg": jpeg(), "dog/1.jpg": jpeg(1)})

    assert "1 picture changed while reading: transparent parts filled (1)." in text
    assert "Export writes it in every split as Evenset sees it, so that no training library" in text
    assert "It lies in 'cat' only: a model may learn what" in text
    assert "No action needed" not in text


def test_it_names_the_splits(tmp_path: Path) -> None:
    files = {
        "train/cat/1.jpg": turned_jpeg(), "train/dog/1.jpg": turned_jpeg(1),
        "test/cat/1.jpg": turned_jpeg(2), "test/dog/1.jpg": jpeg(3),
    }  # fmt: skip

    text = said(tmp_path, files)

    assert "They lie in every class, in train and test." in text
