"""Folders, zips and samples to an `ImageDataset`."""

from core.ingest.archive import read_zip
from core.ingest.folder import read_folder
from core.ingest.samples import SAMPLES, Sample, read_sample
from core.ingest.source import open_source, parse_take

__all__ = [
    "SAMPLES",
    "Sample",
    "open_source",
    "parse_take",
    "read_folder",
    "read_sample",
    "read_zip",
]
