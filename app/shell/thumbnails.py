"""Small pictures of a dataset's rows, made once and kept on disk."""

from html import escape
from pathlib import Path

from core.dataset import ImageDataset, read_picture
from core.pictures.decoding import Decoding
from core.pictures.encode import thumbnail
from core.storage import write_bytes

SIDE_PX = 128
LARGE_PX = 1024
_DIGEST_LENGTH = 64
COVER_PATH = "/evenset/cover"  # of a sample, by its name


def thumbnail_file(folder: Path, dataset: ImageDataset, row: int) -> Path:
    """Return the 128 px JPEG of a row, making it when it is not there.

    Raises:
        UnreadableImageError: the image cannot be read any more, or has changed.
        OutputError: the folder cannot be written.
    """
    # Named by its pixels: another dataset in the same workspace cannot show through, nor can the
    # same file decoded in another way.
    key = str(dataset.picture_keys[row])
    path = folder / "thumbnails" / key[:2] / f"{key}.jpg"
    if not path.is_file():
        with read_picture(dataset, row, at_least_px=SIDE_PX) as pixels:
            content = thumbnail(pixels, SIDE_PX)
        write_bytes(path, content)
    return path


def thumbnail_url(
    route_token: str, dataset: ImageDataset, row: int, *, decoding: Decoding | None = None
) -> str:
    """Return the address of a row's small picture, decoded as the set is unless told otherwise."""
    # The key tells the browser's cache two datasets apart.
    key = str(dataset.picture_keys[row])
    digest = key[:12] + key[_DIGEST_LENGTH:]
    way = f".{decoding.background}.{decoding.white_level}" if decoding is not None else ""
    return f"/evenset/thumb/{route_token}/{row}{way}.jpg?{digest}"


def large_picture(dataset: ImageDataset, row: int) -> bytes:
    """Return a row as a JPEG of at most 1,024 px, to look at.

    Raises:
        UnreadableImageError: the image cannot be read any more, or has changed.
    """
    with read_picture(dataset, row, at_least_px=LARGE_PX) as pixels:
        return thumbnail(pixels, LARGE_PX)


def picture_url(route_token: str, dataset: ImageDataset, row: int) -> str:
    """Return the address of a row's large picture."""
    return thumbnail_url(route_token, dataset, row).replace("/thumb/", "/picture/", 1)


def picture_html(source: str, *, alt: str, caption: str = "") -> str:
    """Return a figure of one picture; every text is escaped."""
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img loading="lazy" src="{escape(source)}" alt="{escape(alt)}">{text}</figure>'
