"""Which pictures are in a dataset more than once: byte for byte, or nearly.

Read `duplicates` first. `sketch` draws a picture small, `search` finds pairs of sketches that may
be copies, whatever way they lie, and `alignment` lays one over the other to see whether they are.
"""

from core.duplicates.duplicates import (
    Copies,
    Groups,
    Kind,
    duplicate_groups,
    effective_images,
    find_copies,
    fold_groups,
    picture_groups,
    repeated,
)
from core.duplicates.sketch import DECODED_PX, remember_sketch

__all__ = [
    "DECODED_PX",
    "Copies",
    "Groups",
    "Kind",
    "duplicate_groups",
    "effective_images",
    "find_copies",
    "fold_groups",
    "picture_groups",
    "remember_sketch",
    "repeated",
]
