"""How the files of an export are written: which are byte copies, and in which format the others.

A trainer's reader ignores EXIF tags, drops transparency and cuts 16 bits off, each in its own way.
So a file whose pixels reading changes holds what Evenset sees of it, in every split: else a class
or a split could be told by how its files were written.
"""

from core.errors import SettingError
from core.pictures.compatibility import DAMAGE_MENDED, hindrance_of, is_lossy
from core.pictures.decode import ImageHeader

AS_THEY_ARE, ENCODED_ANEW = "as they are", "encoded again"
ORIGINALS = (AS_THEY_ARE, ENCODED_ANEW)
DEFAULT_ORIGINALS = AS_THEY_ARE  # docs/privacy_and_limits.md: what was measured

# What torchvision's ImageFolder, Keras and Hugging Face all take.
READ_BY_ALL = frozenset({"JPEG", "PNG", "BMP"})

COPIED, CONVERTED, ENCODED = "copied", "converted", "encoded"


def check_originals(text: str) -> str:
    """Return `text` where it is one of ORIGINALS.

    Raises:
        SettingError: it is not.
    """
    if text not in ORIGINALS:
        known = " or ".join(f"'{one}'" for one in ORIGINALS)
        raise SettingError(f"Originals '{text}' are unknown. Use {known}.")
    return text


def written_format(content: bytes, header: ImageHeader) -> str:
    """Return the format that a picture of this file is written in: one that all readers take."""
    if header.format in READ_BY_ALL:
        return header.format
    return "JPEG" if is_lossy(content, header.format) else "PNG"


def changes_of(content: bytes, header: ImageHeader) -> str:
    """Return what makes a byte copy wrong, such as 'turned upright, WEBP to PNG'; '' for none."""
    format_ = written_format(content, header)
    renamed = f"{header.format} to {format_}" if format_ != header.format else ""
    # Written in another format, or again, it has none of these any more.
    damage = DAMAGE_MENDED if header.is_damaged else ""
    hindrance = "" if renamed else damage or hindrance_of(content, header.format)
    return ", ".join(filter(None, [header.conversion, hindrance, renamed]))
