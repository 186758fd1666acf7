"""Which pictures are in a dataset more than once: byte for byte, or nearly.

Read `duplicates` first. `picture_hash` describes a picture in few bits, and `hamming` finds all
pairs of such descriptions that differ little.
"""

from core.duplicates.duplicates import Groups, duplicate_groups, picture_groups, repeated

__all__ = ["Groups", "duplicate_groups", "picture_groups", "repeated"]
