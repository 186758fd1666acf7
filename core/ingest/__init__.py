"""Folders, archives, labels files and samples to an `ImageDataset`.

A source is listed, surveyed, decided about and read. Reading order: `source` opens all of them and
yields a `listing`: `folder` lists files, `archive` and `tar` (through `tar_stream`) write
`unpacked_files` under names that `entry_names` reads, `samples` makes its own. `survey` finds the
labels: `tables` (`table_text`, `table_parquet`) and `columns` read labels files, `file_index` finds
the pictures that they name,
`layout` reads folders, `companions` are masks and previews; `label_choice` says which file counts,
`labels` holds what was found and `mismatches` what does not match. `decisions` settles those and
reads the `picture_files` into an `ImageDataset`.

`open_source` leaves the package for those who ask nothing; `survey` and `read_survey` for a page.
"""

from core.ingest.decisions import preview_counts, read_survey
from core.ingest.labels import known_label
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
