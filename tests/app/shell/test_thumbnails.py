"""Small pictures: made once, named by content, refused when the file is damaged."""

from pathlib import Path

import pytest
from drawn_sets import draw_dataset

from app.shell.thumbnails import picture_html, thumbnail_file, thumbnail_url
from core.dataset import ImageDataset
from core.errors import UnreadableImageError
from core.pictures.decode import read_header


def test_a_small_picture_is_a_jpeg_made_once(dataset: ImageDataset, tmp_path: Path) -> None:
    path = thumbnail_file(tmp_path, dataset, 0)
    path.write_bytes(path.read_bytes() + b"kept")

    again = thumbnail_file(tmp_path, dataset, 0)

    assert again == path
    assert again.read_bytes().endswith(b"kept")
    assert read_header(again.read_bytes()).format == "JPEG"


def test_two_images_have_two_small_pictures(dataset: ImageDataset, tmp_path: Path) -> None:
    assert thumbnail_file(tmp_path, dataset, 0) != thumbnail_file(tmp_path, dataset, 1)


def test_a_damaged_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 2})
    (dataset.root / str(dataset.table["file"].iloc[0])).write_bytes(b"\x89PNG no more")

    with pytest.raises(UnreadableImageError):
        thumbnail_file(tmp_path / "cache", dataset, 0)

    assert not (tmp_path / "cache").exists()


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 2})
    (dataset.root / str(dataset.table["file"].iloc[0])).unlink()

    with pytest.raises(UnreadableImageError, match="can no longer be read"):
        thumbnail_file(tmp_path / "cache", dataset, 0)


def test_the_address_changes_with_the_content(
    dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    one, two = (thumbnail_url("token", each, 0) for each in (dataset, split_dataset))

    assert one.startswith("/evenset/thumb/token/0.jpg?")
    assert one != two


def test_every_text_of_a_figure_is_escaped() -> None:
    html = picture_html('a"b', alt='"><script>', caption="<img src=x onerror=alert(1)>")

    assert html == (
        '<figure><img loading="lazy" src="a&quot;b" alt="&quot;&gt;&lt;script&gt;">'
        "<figcaption>&lt;img src=x onerror=alert(1)&gt;</figcaption></figure>"
    )


def test_a_figure_without_caption_has_none() -> None:
    assert "figcaption" not in picture_html("a", alt="b")
