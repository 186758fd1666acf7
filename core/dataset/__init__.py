"""A set of labelled images, what a person changes in it, how both are stored, and its pictures.

Read `dataset` first and `table` (a row an image), then `picture` (from a row to pixels: the only
door), `proposal` (how the pictures of a set are best decoded), `edits` (what a person changes) and
`edits_file` and `store` (both on disk).
"""

from core.dataset.dataset import (
    LEFT_OUT,
    SPLITS,
    TEST,
    TRAIN,
    VALIDATION,
    Choices,
    Decided,
    ImageDataset,
    Rows,
    SkippedFile,
    Take,
    select,
)
from core.dataset.labelled import Labelled
from core.dataset.picture import decoded, read_content, read_file, read_picture, refusal_text
from core.dataset.table import COLUMNS, build_table

__all__ = [
    "COLUMNS",
    "LEFT_OUT",
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
    "decoded",
    "read_content",
    "read_file",
    "read_picture",
    "refusal_text",
    "select",
]
