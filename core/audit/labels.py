"""Labels that look wrong: a list to look through from the top, and what can be done with it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.audit.check import AuditInput, Check, Need
from core.audit.remedies import review_or_leave_out
from core.audit.severity import severity_of_rows
from core.dataset import ImageDataset, Rows
from core.dataset.edits import Change, Edit
from core.dataset.finding import Finding, Remedy, Severity
from core.evaluate.label_errors import LabelErrors
from core.parameters import Parameter
from core.words import count_of, named

# Of the images that are not on the list, the share of contradicted ones up to which the encoder
# tells the classes apart: at 2% of Caltech's 20 largest classes, nine in ten of the list were
# wrong; at 14% of clothing, seven or eight (`benchmarks/label_errors.py`).
_TOLD_APART = 0.025
_MOST_DOUBTED = 0.75  # share of a class's images that other classes are likelier for
_WHY = "label_errors"


def scores_of_labels(given: AuditInput) -> NDArray[np.float64]:
    """Return (N,) how likely each label is, beside the likeliest other; NaN where nobody knows.

    It is not known of a class that is recognised in fewer than a quarter of its images: there the
    encoder is to be doubted, not the labels. Nor is it known of a label that was changed since.
    """
    assert given.insights.label_errors is not None
    errors = given.insights.label_errors
    count = len(errors.classes)
    doubted = np.bincount(errors.given, errors.is_contradicted, minlength=count)
    is_known = doubted <= _MOST_DOUBTED * np.bincount(errors.given, minlength=count)
    judged = _codes_in(given.dataset, errors.classes)[errors.given]
    is_same = given.dataset.codes[errors.rows] == judged
    scores = np.full(len(given.dataset), np.nan)
    scores[errors.rows] = np.where(is_known[errors.given] & is_same, errors.scores, np.nan)
    return scores


def find_label_errors(given: AuditInput) -> list[Finding]:
    """Tell of images whose label is much less likely than another one, the least likely first."""
    assert given.insights.label_errors is not None
    dataset, errors = given.dataset, given.insights.label_errors
    rows = given.beyond(LABEL_ERRORS)
    if len(rows) == 0:
        return []
    likelier = np.full(len(dataset), -1, np.intp)
    likelier[errors.rows] = _codes_in(dataset, errors.classes)[errors.suggested]
    counts = count_labels(dataset, rows)
    return [
        Finding(
            "label_errors",
            severity_of_rows(dataset, rows, most=Severity.MEDIUM),
            rows,
            _text(dataset, rows, counts, likelier[rows]),
            "Look through the list from the top: give the image another label, keep it, or leave "
            "it out. How many labels are wrong is told by a blind review of a sample, not by it.",
            remedies=_remedies(dataset, errors, rows, likelier[rows]),
            labels=tuple(counts),
            scores=scores_of_labels(given)[rows],
            suggested=likelier[rows],
        )
    ]


LABEL_ERRORS = Check(
    "label_errors",
    "Labels that look wrong",
    "Images whose label is much less likely than another one, by images of other folds and the "
    "nearest ones: a list to look through from the top, not a count of errors.",
    find_label_errors,
    Need.PREDICTIONS,
    scores=scores_of_labels,
    threshold=Parameter(
        "label_errors", "Likelihood of the label", "", 0.0, 0.5, 0.005, 0.01,
        "How likely a label has to be, beside the likeliest other one, not to be named: with 0.5, "
        "every image is for which another class is likelier.",
    ),
    is_low=True,
)  # fmt: skip


def count_labels(dataset: ImageDataset, rows: Rows) -> Counter[str]:
    """Return label -> how many of `rows` have it, the most frequent first."""
    counts = Counter(dataset.classes[code] for code in dataset.codes[rows].tolist())
    return Counter(dict(counts.most_common()))


def _text(
    dataset: ImageDataset, rows: Rows, counts: Counter[str], suggested: NDArray[np.intp]
) -> str:
    labels = list(counts)
    if len(labels) == 1:
        text = f"'{labels[0]}' has {count_of(len(rows), 'image')} whose label looks wrong"
    else:
        listed = [f"'{label}' ({counts[label]:,})" for label in labels[:4]]
        if len(labels) > 4:
            listed.append(f"{count_of(len(labels) - 4, 'more class')}")
        text = (
            f"{count_of(len(rows), 'image')} of {len(dataset.present_rows):,} have a label that "
            f"looks wrong: {', '.join(listed[:-1])} and {listed[-1]}"
        )
    pairs = Counter(zip(dataset.codes[rows].tolist(), suggested.tolist(), strict=True))
    (own, other), count = pairs.most_common(1)[0]
    if count > 1:
        text += (
            f". Most often '{dataset.classes[own]}' looks like '{dataset.classes[other]}' "
            f"({count_of(count, 'image')})"
        )
    return f"{text}."


def _remedies(
    dataset: ImageDataset, errors: LabelErrors, rows: Rows, suggested: NDArray[np.intp]
) -> tuple[Remedy, ...]:
    """Return what a click can do; relabelling is offered where the list is nearly all wrong."""
    others = len(errors.rows) - len(rows)
    doubted = int(errors.is_contradicted.sum()) - len(rows)
    looked_at = review_or_leave_out(dataset, rows, _WHY)
    if others == 0 or doubted > _TOLD_APART * others:
        return looked_at
    codes = np.unique(suggested).tolist()
    edits = tuple(
        Edit(np.sort(rows[suggested == code]), Change.LABEL, dataset.classes[code], why=_WHY)
        for code in codes
    )
    new = named([dataset.classes[code] for code in codes])
    return (*looked_at, Remedy(f"Relabel {count_of(len(rows), 'image')} to {new}", edits))


def _codes_in(dataset: ImageDataset, classes: Sequence[str]) -> NDArray[np.intp]:
    """Return the code in the dataset of each of `classes`."""
    code_of = {label: code for code, label in enumerate(dataset.classes)}
    return np.array([code_of[label] for label in classes], np.intp)
