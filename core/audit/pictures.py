"""What reading changes of pictures, and what the set has decided about their pixels."""

import numpy as np

from core.dataset import SPLITS, ImageDataset, Rows
from core.dataset.finding import Finding, Severity
from core.dataset.questions import questions, rows_of
from core.words import count_of, named


def find_decoding(dataset: ImageDataset) -> list[Finding]:
    """Return a finding for each way of decoding that is worth a look."""
    return [
        Finding(
            question.field,
            Severity.LOW if question.is_as_proposed else Severity.MEDIUM,
            rows_of(dataset, question.field),
            question.text,
            f"Compare both on Load, or use {question.option} on the command line.",
        )
        for question in questions(dataset)
    ]


def find_conversions(dataset: ImageDataset) -> list[Finding]:
    """Tell of pictures whose pixels are not quite those of the file."""
    column = dataset.table["conversion"].iloc[dataset.present_rows]
    counts = {str(name): int(count) for name, count in column.value_counts().items() if count}
    counts.pop("", None)
    if not counts:
        return []
    rows = dataset.present_rows[(column != "").to_numpy()]
    listed = "; ".join(f"{name} ({count:,})" for name, count in counts.items())
    text = f"{count_of(len(rows), 'picture')} changed while reading: {listed}."
    them = "it" if len(rows) == 1 else "them"
    remedy = (
        f"Export writes {them} in every split as Evenset sees {them}, so that no training library "
        f"reads {them} differently. {where(dataset, rows)}"
    )
    return [Finding("converted", Severity.LOW, rows, text, remedy)]


def where(dataset: ImageDataset, rows: Rows) -> str:
    """Return in which classes and splits these images lie, and what follows."""
    labels = [dataset.classes[code] for code in np.unique(dataset.codes[rows]).tolist()]
    splits = [SPLITS[code] for code in np.unique(dataset.split_codes[rows]).tolist()]
    of_all = sum(count > 0 for count in dataset.counts().values())
    lie = "It lies" if len(rows) == 1 else "They lie"
    text = f"{lie} in {'every class' if len(labels) == of_all else named(labels)}"
    if len(dataset.splits) > 1:
        text += f", in {' and '.join(splits)}"
    if len(labels) == of_all:
        return f"{text}."
    return (
        f"{text} only: a model may learn what such files have in common, such as their source, "
        "instead of the class. Check whether the other classes could have some too."
    )
