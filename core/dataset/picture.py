"""From a row to its pixels: the only door. What changed since it was loaded is refused here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from core.dataset.choices import SkippedFile
from core.dataset.dataset import ImageDataset
from core.errors import UnreadableImageError
from core.limits import Limits
from core.pictures.budget import room_to_decode, room_to_read
from core.pictures.decode import Pixels, decode
from core.pictures.header import ImageHeader, read_header
from core.words import count_of


def read_content(dataset: ImageDataset, row: int) -> bytes:
    """Return the bytes of a row's file, as they were when the dataset was loaded.

    Raises:
        UnreadableImageError: the file cannot be opened any more, or has changed; the text is the
            bare reason.
    """
    try:
        content = dataset.read_bytes(row)
    except OSError as error:
        raise UnreadableImageError(f"can no longer be read ({error.strerror})") from error
    if sha256(content).hexdigest() != dataset.digests[row]:
        raise UnreadableImageError("changed after it was loaded")
    return content


@contextmanager
def read_picture(dataset: ImageDataset, row: int, *, at_least_px: int = 0) -> Iterator[Pixels]:
    """Give the (H, W, 3) uint8 RGB pixels of a row, upright, as the whole set decides.

    They hold a share of the process's memory for pictures until the block ends: bring them down to
    what is needed inside it, and wait for no other thread there.

    Args:
        dataset: The images.
        row: Which one.
        at_least_px: When above 0, a large JPEG comes smaller, with no side below this one: for
            looking at, and as `Encoder.read` asks for it.

    Raises:
        UnreadableImageError: the file cannot be opened any more, has changed, or is damaged; the
            text is the bare reason.
    """
    with (
        read_file(dataset, row, at_least_px=at_least_px) as (content, header),
        decoded(dataset, content, header, at_least_px=at_least_px) as pixels,
    ):
        yield pixels


@contextmanager
def read_file(
    dataset: ImageDataset, row: int, *, at_least_px: int = 0
) -> Iterator[tuple[bytes, ImageHeader]]:
    """Give the bytes of a row's file and what its header says, for those that may keep the bytes.

    Raises:
        UnreadableImageError: as `read_picture`.
    """
    # The image passed the limits when it was loaded; they may have been raised for it.
    width, height, size = dataset.shapes[row].tolist()
    limits = Limits(image_pixels=width * height)
    path = dataset.root / str(dataset.files[row])
    with room_to_read(path, size, limits, at_least_px):
        content = read_content(dataset, row)
        header = read_header(content, limits)
        yield content, replace(header, is_damaged=True) if dataset.is_damaged[row] else header


@contextmanager
def decoded(
    dataset: ImageDataset, content: bytes, header: ImageHeader, *, at_least_px: int = 0
) -> Iterator[Pixels]:
    """Give the pixels of a file of `dataset` that `read_file` gave; see `read_picture`.

    Raises:
        UnreadableImageError: the file is damaged.
    """
    with room_to_decode(header, len(content), at_least_px):
        yield decode(content, header=header, decoding=dataset.decoding, at_least_px=at_least_px)


def refusal_text(refused: Sequence[SkippedFile]) -> str:
    """Return what every face says of one or more files that are not what was loaded."""
    more = f", nor can {count_of(len(refused) - 1, 'other image')}" if len(refused) > 1 else ""
    return (
        f"'{refused[0].path}' cannot be used: {refused[0].reason}{more}. Check that the files have "
        "not moved or changed, then load them again."
    )
