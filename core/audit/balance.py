"""How unequal the classes are, and what their counts spoil."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.dataset import TRAIN, ImageDataset
from core.dataset.finding import Finding, Severity
from core.words import count_of, largest_first, named

# Up to this count, SMOTE with its default of five neighbours has fewer neighbours than asked for.
_NEIGHBOURS = 5
# Below this count, a class has one or two images in each of five folds: scores are coin tosses.
_UNRELIABLE = 10


@dataclass(frozen=True)
class Imbalance:
    """How unequal class counts are."""

    ratio: float  # largest count / smallest count, 1 when equal
    normalized_entropy: float  # 0 (all in one class) to 1 (equal)
    effective_classes: float  # 1 to the number of classes


def measure_imbalance(counts: Mapping[str, int]) -> Imbalance:
    """Return the figures for label -> count; classes without an image do not count.

    Source:
        Entropy over its maximum is Pielou's evenness (J. Theor. Biol. 13, 1966,
        doi:10.1016/0022-5193(66)90013-0); exp(entropy) is the effective number of classes,
        Hill's number of order 1 (Ecology 54, 1973, doi:10.2307/1934352).
    """
    present = np.array([count for count in counts.values() if count > 0], np.float64)
    if len(present) == 0:
        return Imbalance(ratio=1.0, normalized_entropy=1.0, effective_classes=0.0)
    shares = present / present.sum()
    entropy = float(-(shares * np.log(shares)).sum())
    return Imbalance(
        ratio=float(present.max() / present.min()),
        normalized_entropy=entropy / float(np.log(len(present))) if len(present) > 1 else 1.0,
        effective_classes=float(np.exp(entropy)),
    )


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
    order = largest_first(counts)
    most, least = order[0], order[-1]
    severity = Severity.HIGH if ratio >= 10 else Severity.MEDIUM if ratio >= 3 else Severity.LOW
    return [
        Finding(
            "imbalance",
            severity,
            dataset.rows_of(least, TRAIN),
            f"'{least}' has {count_of(counts[least], 'training image')}, '{most}' has "
            f"{counts[most]:,}.",
            "Compare remedies on Evaluate before you choose one on Balance.",
        )
    ]


def find_small_classes(dataset: ImageDataset) -> list[Finding]:
    """Return the classes that are too small, by what that spoils."""
    counts = dataset.counts(TRAIN)
    findings = []
    for least, most, id_, severity, consequence, remedy in (
        (1, 1, "single_image", Severity.HIGH, "SMOTE needs at least 2, and there is no score",
         "Add images. On export, augmented pictures take the place of SMOTE there."),
        (2, _NEIGHBOURS, "few_neighbours", Severity.MEDIUM,
         f"SMOTE uses fewer than {_NEIGHBOURS} neighbours there",
         "No action needed: SMOTE uses fewer neighbours and says so."),
        (_NEIGHBOURS + 1, _UNRELIABLE - 1, "few_images", Severity.LOW,
         "scores there are unreliable", "Read the recall there with care, or add images."),
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
