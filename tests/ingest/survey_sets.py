"""Look at sources, and read them, as tests need it."""

from collections.abc import Mapping
from pathlib import Path

from image_sets import jpeg, write_files

from core.dataset import Choices, ImageDataset
from core.ingest import Survey, read_survey, survey
from core.ingest.folder import list_folder

NFC, NFD = "caf\u00e9", "cafe\u0301"
FLAT = {f"{number}.jpg": jpeg(number) for number in range(4)}


def table(*rows: str, header: str = "image,label") -> bytes:
    return "\n".join([header, *rows] if header else rows).encode()


def look(folder: Path, files: Mapping[str, bytes], **choices: str) -> Survey:
    """Return the survey of a folder of `files`."""
    listing = list_folder(write_files(folder / "set", files))
    return survey(listing, Choices(**choices))  # type: ignore[arg-type]


def read(folder: Path, files: Mapping[str, bytes], **choices: str) -> ImageDataset:
    return read_survey(look(folder, files, **choices))


def kinds(found: Survey) -> dict[str, tuple[str, ...]]:
    return {mismatch.kind: mismatch.names for mismatch in found.mismatches}


def labels_of(dataset: ImageDataset) -> dict[str, str]:
    return dict(zip(dataset.table["path"], dataset.table["label"], strict=True))


def splits_of(dataset: ImageDataset) -> dict[str, str]:
    return dict(zip(dataset.table["path"], dataset.table["split"], strict=True))


def reasons_of(dataset: ImageDataset) -> dict[str, str]:
    return {skip.path: skip.reason for skip in dataset.skipped}
