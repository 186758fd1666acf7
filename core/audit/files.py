"""What is wrong with the files: damaged inside, skipped, or all of a class unusable."""

from collections import Counter

import numpy as np

from core.audit.pictures import where
from core.audit.severity import severity_of
from core.dataset import ImageDataset, SkippedFile
from core.dataset.finding import Finding, Severity
from core.dataset.skipped import listed, reasons_of
from core.words import count_of, named


def find_lost_classes(dataset: ImageDataset) -> list[Finding]:
    """Tell of classes that no usable picture is left of."""
    if not dataset.lost:
        return []
    labels = list(dataset.lost)
    lost = [skip for skip in dataset.skipped if skip.label in dataset.lost]
    have = "has" if len(labels) == 1 else "have"
    text = f"{named(labels)} {have} no image that can be used: {listed(reasons_of(lost))}."
    remedy = "Get the files again, and load the set once more: until then it is a set without them."
    return [Finding("lost_classes", Severity.HIGH, np.empty(0, np.intp), text, remedy)]


def find_skipped(dataset: ImageDataset) -> list[Finding]:
    """Tell of files that are no pictures, or damaged, with the reasons."""
    if not dataset.skipped:
        return []
    count = len(dataset.skipped)
    left_out = "It is" if count == 1 else "They are"
    text = (
        f"{count_of(count, 'file')} could not be used. {left_out} left out: "
        f"{listed(reasons_of(dataset.skipped))}."
    )
    remedy = "See the list of skipped files."
    lost = Counter(skip.label for skip in dataset.skipped if skip.label)
    kept = dataset.counts()
    wholes = {label: kept.get(label, 0) + count for label, count in lost.items()}
    severity = severity_of(lost, wholes, len(dataset.present_rows) + lost.total())
    return [Finding("skipped", severity, np.empty(0, np.intp), text, remedy)]


def find_damaged(dataset: ImageDataset) -> list[Finding]:
    """Tell of pictures that were decoded although their files are damaged inside."""
    rows = dataset.present_rows[dataset.is_damaged[dataset.present_rows]]
    if len(rows) == 0:
        return []
    table = dataset.table.iloc[rows]
    damages = zip(table["path"], table["damage"], strict=True)
    reasons = reasons_of(SkippedFile(path, str(damage)) for path, damage in damages)
    them = "it" if len(rows) == 1 else "them"
    are = "is" if len(rows) == 1 else "are"
    text = (
        f"{count_of(len(rows), 'picture')} {are} damaged inside, and parts of {them} may be grey, "
        f"shifted or of other colours: {listed(reasons)}."
    )
    remedy = (
        f"Look at {them}, and leave out what shows the damage, or get the files again. "
        f"{where(dataset, rows)}"
    )
    damaged = Counter(str(label) for label in table["label"])
    severity = severity_of(damaged, dataset.counts(), len(dataset.present_rows))
    return [Finding("damaged", severity, rows, text, remedy)]
