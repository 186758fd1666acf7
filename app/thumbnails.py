"""Small pictures of a dataset's rows, made once and kept on disk."""

from html import escape
from pathlib import Path

from core.dataset import ImageDataset
from core.pictures.encode import thumbnail
from core.storage import write_bytes

COVER_PATH = "/evenset/cover"  # of a sample, by its name


def thumbnail_file(folder: Path, dataset: ImageDataset, row: int) -> Path:
    """Return the 128 px JPEG of a row, making it when it is not there.

    Raises:
        UnreadableImageError, OSError: the image cannot be read any more.
    """
    # Named by content: another dataset in the same workspace cannot show through.
    digest = str(dataset.table["digest"].iloc[row])
    path = folder / "thumbnails" / digest[:2] / f"{digest}.jpg"
    if not path.is_file():
        write_bytes(path, thumbnail(dataset.read_bytes(row)))
    return path


def thumbnail_url(route_token: str, dataset: ImageDataset, row: int) -> str:
    """Return the address of a row's small picture."""
    # The digest tells the browser's cache two datasets apart.
    digest = str(dataset.table["digest"].iloc[row])[:12]
    return f"/evenset/thumb/{route_token}/{row}.jpg?{digest}"


def picture_html(source: str, *, alt: str, caption: str = "") -> str:
    """Return a figure of one picture; every text is escaped."""
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img loading="lazy" src="{escape(source)}" alt="{escape(alt)}">{text}</figure>'
