"""What the counts of the classes spoil: nothing to balance, too few images, none to learn from."""

import numpy as np

from core.audit.counts import measure_imbalance
from core.dataset import TRAIN, ImageDataset
from core.finding import Finding, Severity
from core.words import count_of, named, times

# Up to this count, SMOTE with its usual five neighbours has fewer neighbours than asked for.
_NEIGHBOURS = 5
# Below this count, a class has one or two images in each of five folds: scores are coin tosses.
_UNRELIABLE = 10


def find_imbalance(dataset: ImageDataset) -> list[Finding]:
    """Return how far the largest class outnumbers the smallest, or that there is one alone."""
    counts = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    if len(counts) < 2:
        text = (
            f"There is only one class, '{next(iter(counts))}', so there is nothing to balance or "
            "compare."
        )
        remedy = "Add a folder with images of a second class."
        return [Finding("one_class", Severity.HIGH, np.empty(0, np.intp), text, remedy)]
    ratio = measure_imbalance(counts).ratio
    if ratio < 1.5:
        return []
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    severity = Severity.HIGH if ratio >= 10 else Severity.MEDIUM if ratio >= 3 else Severity.LOW
    return [
        Finding(
            "imbalance",
            severity,
            dataset.rows_of(least, TRAIN),
            f"'{least}' has {times(ratio)} fewer training images than '{most}' "
            f"({counts[least]:,} against {counts[most]:,}).",
            "Compare remedies on Evaluate before you choose one on Balance.",
        )
    ]


def find_small_classes(dataset: ImageDataset) -> list[Finding]:
    """Return the classes that are too small, by what that spoils."""
    counts = dataset.counts(TRAIN)
    findings = []
    for least, most, id_, severity, consequence, remedy in (
        (1, 1, "single_image", Severity.HIGH, "SMOTE needs at least 2, and there is no score",
         "Add images. On export these classes get augmented pictures instead of SMOTE."),
        (2, _NEIGHBOURS, "few_neighbours", Severity.MEDIUM,
         f"SMOTE uses fewer than {_NEIGHBOURS} neighbours there",
         "No action needed: SMOTE uses fewer neighbours and says so."),
        (_NEIGHBOURS + 1, _UNRELIABLE - 1, "few_images", Severity.LOW,
         "scores of these classes are unreliable", "Read their recall with care, or add images."),
    ):  # fmt: skip
        labels = [label for label, count in counts.items() if least <= count <= most]
        if labels:
            text = f"{named(labels)} {_have(labels, counts, least, most)}; {consequence}."
            rows = np.concatenate([dataset.rows_of(label, TRAIN) for label in labels])
            findings.append(Finding(id_, severity, np.sort(rows), text, remedy))
    return findings


def find_missing_in_training(dataset: ImageDataset) -> list[Finding]:
    """Return the classes that are in a held-out split alone."""
    counts = dataset.counts()
    labels = [label for label, n in dataset.counts(TRAIN).items() if n == 0 and counts[label]]
    if not labels:
        return []
    rows = np.concatenate([dataset.rows_of(label) for label in labels])
    text = f"{named(labels)} {_is(labels)} in a held-out split but not in the training split."
    remedy = "Check the spelling of the folders, or leave the classes out on Load."
    return [Finding("missing_in_training", Severity.HIGH, np.sort(rows), text, remedy)]


def _is(labels: list[str]) -> str:
    return "is" if len(labels) == 1 else "are"


def _have(labels: list[str], counts: dict[str, int], least: int, most: int) -> str:
    if len(labels) == 1:
        return f"has {count_of(counts[labels[0]], 'training image')}"
    return f"have {'1 training image' if most == 1 else f'{least} to {most} training images'} each"
