"""A set of labelled images, what a person changes in it, how both are stored, and its pictures.

Read `dataset` first, with `choices` (how it was read and taken), `table` (a row an image) and
`skipped` (why files are none of its images). Then `picture` (from a row to pixels: the only door);
`proposal` (how the pictures of a set are best decoded) and `questions` (what a person may decide
otherwise); `edits` (what a person changes) and `finding` (what is wrong, and which edits mend it);
and `edits_file` and `store` (both on disk).
"""

from core.dataset.choices import Choices, Decided, SkippedFile, Take
from core.dataset.dataset import (
    LEFT_OUT,
    SPLITS,
    TEST,
    TRAIN,
    VALIDATION,
    ImageDataset,
    Labelled,
    Rows,
    column_text,
    select,
    spread,
)
from core.dataset.picture import decoded, read_content, read_file, read_picture, refusal_text
from core.dataset.table import AUGMENTED, COLUMNS, COPY, ORIGINAL, ORIGINS, build_table

__all__ = [
    "AUGMENTED",
    "COLUMNS",
    "COPY",
    "LEFT_OUT",
    "ORIGINAL",
    "ORIGINS",
    "SPLITS",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Choices",
    "Decided",
    "ImageDataset",
    "Labelled",
    "Rows",
    "SkippedFile",
    "Take",
    "build_table",
    "column_text",
    "decoded",
    "read_content",
    "read_file",
    "read_picture",
    "refusal_text",
    "select",
    "spread",
]
