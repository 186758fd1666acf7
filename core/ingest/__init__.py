"""Folders, archives, labels files and samples to an `ImageDataset`.

The way: a source is listed (an archive is unpacked), surveyed (where labels come from, what does
not match), decided about, and read. What its pictures propose for how the set is decoded is taken
unless something else was chosen.
"""

from core.ingest.deciding import preview_counts, read_survey
from core.ingest.labelling import known_label
from core.ingest.listing import Listing
from core.ingest.mismatches import MISMATCHES, Mismatch, MismatchKind
from core.ingest.samples import SAMPLES, Sample
from core.ingest.source import (
    SAMPLE_PREFIX,
    list_archive,
    list_source,
    open_source,
    parse_decisions,
    parse_take,
)
from core.ingest.survey import Survey, survey

__all__ = [
    "MISMATCHES",
    "SAMPLES",
    "SAMPLE_PREFIX",
    "Listing",
    "Mismatch",
    "MismatchKind",
    "Sample",
    "Survey",
    "known_label",
    "list_archive",
    "list_source",
    "open_source",
    "parse_decisions",
    "parse_take",
    "preview_counts",
    "read_survey",
    "survey",
]
