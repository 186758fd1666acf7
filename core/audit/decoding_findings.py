"""What could not be read, what reading changes, and what the set has decided about its pixels."""

import numpy as np

from core.audit.finding import Finding, Severity
from core.dataset import ImageDataset
from core.dataset.questions import questions, rows_of
from core.words import count_of


def find_skipped(dataset: ImageDataset) -> list[Finding]:
    """Tell of files that are no pictures, or damaged."""
    if not dataset.skipped:
        return []
    count = len(dataset.skipped)
    left_out = "It is" if count == 1 else "They are"
    text = f"{count_of(count, 'file')} could not be used. {left_out} left out."
    remedy = "See the list of skipped files for the reason of each."
    return [Finding("skipped", Severity.LOW, np.empty(0, np.intp), text, remedy)]


def find_decoding(dataset: ImageDataset) -> list[Finding]:
    """Return a finding for each way of decoding that is worth a look."""
    return [
        Finding(
            question.field,
            Severity.LOW if question.is_as_proposed else Severity.MEDIUM,
            rows_of(dataset, question.field),
            question.text,
            f"Look at both on Load. {question.option}",
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
    text = f"{count_of(len(rows), 'picture')} changed on reading: {listed}."
    remedy = "All that looks at a picture sees it so, an export included."
    having = np.unique(dataset.codes[rows])
    if len(having) == 1 < sum(count > 0 for count in dataset.counts().values()):
        label = dataset.classes[int(having[0])]
        remedy += f" Only '{label}' has them, so a model may learn that instead of the class."
    return [Finding("converted", Severity.LOW, rows, text, remedy)]
