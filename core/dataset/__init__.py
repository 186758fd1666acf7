"""A set of labelled images, what a person changes in it, how both are stored, and its pictures.

Read `dataset` first (the table with a row an image), then `picture` (from a row to pixels: the
only door), `edits` (what a person changes) and `edits_file` and `store` (both on disk).
"""

from core.dataset.dataset import (
    COLUMNS,
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
    build_table,
    select,
)
from core.dataset.labelled import Labelled
from core.dataset.picture import read_content, read_picture

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
    "read_content",
    "read_picture",
    "select",
]
