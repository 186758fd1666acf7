"""The sizes that Evenset accepts, in one record."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What is refused, so that a hostile or mistaken file harms nobody."""

    image_pixels: int = 50_000_000
    unpacked_bytes: int = 20_000_000_000
    files: int = 1_000_000
    classes: int = 2_000
    compression_ratio: int = 100


DEFAULT_LIMITS = Limits()

# Of pictures in memory at one time while they are decoded and worked on, in the whole process,
# however many threads it has. A single larger picture goes alone.
PICTURE_BYTES = 1_000_000_000
