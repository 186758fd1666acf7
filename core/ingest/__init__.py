"""Folders, archives, labels files and samples to an `ImageDataset`.

A source is listed, surveyed, decided about and read. Reading order:

1. `source` opens all of them and yields a `listing`: `folder` lists files, `archive` and `tar`
   (through `tar_stream`) write `unpacked_files` under names that `entry_names` reads, `samples`
   makes its own, and `shards` unpacks the files of an export that hold its pictures.
   `source_files` are those that are somebody's data; `names` tells pictures, splits and junk apart
   by name.
2. A **reading** is one way to read labels. `folders` says splits and levels of classes, and
   `folder_names` how likely they are classes; `tables` (a package) opens tables, `columns` and
   `cells` say what they hold, `file_index` finds the pictures that they name, `label_tables` judges
   them by a sample; `file_names` finds labels in names by a pattern. An export of Evenset is read
   by its manifest, a table of which nothing is guessed; `exports` knows it, and tells which
   pictures were made from which, however labels are read. `readings` scores all of these as one
   kind of thing, and `labels` is what one of them says of every picture. `reading_choice` takes the
   best one, confirmed on all pictures, or what a person asks for; `table_choice` is the part of
   that about tables and columns.
3. `survey` looks at a source as a whole, and says in one sentence how labels are read, with the
   other readings. `companions` (by name, and by `twins`, through `file_views`) are masks and
   previews, `copies` are folders inside of themselves, `mismatches` is all that does not fit;
   `previews` are what a person looks at before anything is read.
4. `decisions` settles the mismatches and reads the `picture_files` into an `ImageDataset`.

`open_source` leaves the package for those who ask nothing; `survey` and `read_survey` for a page.
"""

from core.ingest.decisions import preview_counts, read_survey
from core.ingest.labels import known_label
from core.ingest.listing import Listing
from core.ingest.mismatches import MISMATCHES, Mismatch, MismatchKind
from core.ingest.readings import Evidence, Reading
from core.ingest.samples import SAMPLES, Sample
from core.ingest.shards import open_shards
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
    "Evidence",
    "Listing",
    "Mismatch",
    "MismatchKind",
    "Reading",
    "Sample",
    "Survey",
    "known_label",
    "list_archive",
    "list_source",
    "open_shards",
    "open_source",
    "parse_decisions",
    "parse_take",
    "preview_counts",
    "read_survey",
    "survey",
]
