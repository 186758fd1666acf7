"""View a picture that is no row of a dataset yet."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import UnreadableImageError
from core.ingest.listing import Listing
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures.budget import room_to_decode, room_to_read
from core.pictures.decode import Pixels, decode, read_header

_MOST_BYTES = 1 << 26  # of a file: what is larger can wait until it is read


@dataclass(frozen=True, eq=False)
class FileView:
    """What a file shows."""

    width: int  # of the file, px
    height: int
    pixels: Pixels  # (H, W, 3) RGB; of a JPEG perhaps a half, a quarter or an eighth


@contextmanager
def view_file(
    listing: Listing,
    place: int,
    *,
    at_least_px: int,
    most_bytes: int = _MOST_BYTES,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[FileView]:
    """Give what a file of a listing shows, within the memory for pictures until the block ends.

    Args:
        listing: The files.
        place: Of the file among them.
        at_least_px: A JPEG comes smaller where its short side keeps so many.
        most_bytes: Larger files are not opened; nor is a link, or whatever else is no file.
        limits: Sizes to refuse.

    Raises:
        UnreadableImageError: it cannot be opened, is damaged, or too large.
    """
    path = listing.root / listing.files[place]
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > most_bytes:
            raise UnreadableImageError("no file any more, or too large")
        with room_to_read(path, status.st_size, limits, at_least_px=at_least_px):
            content = path.read_bytes()
            header = read_header(content, limits)
            with room_to_decode(header, len(content), at_least_px=at_least_px):
                pixels = decode(content, header=header, limits=limits, at_least_px=at_least_px)
                yield FileView(header.width, header.height, pixels)
    except OSError as error:
        raise UnreadableImageError(f"cannot be opened ({error.strerror})") from error
