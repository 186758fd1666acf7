"""What the counts of the classes come to, class by class, and what their imbalance costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core import records
from core.audit.balance import Imbalance, measure_imbalance
from core.dataset import TRAIN, ImageDataset
from core.duplicates import Groups, effective_images
from core.resample.weights import BETA
from core.words import count_of, largest_first, named

# Training images of a class; Liu et al., Large-Scale Long-Tailed Recognition in an Open World,
# CVPR 2019, arXiv:1904.05160, call such classes many-shot, medium-shot and few-shot.
HEAD_ABOVE, TAIL_BELOW = 100, 20
# How many times the largest class outnumbers the smallest before there is a cost to tell.
_UNEQUAL = 1.5
_COPIES_TELL = 0.9  # share of different images below which copies are worth a sentence


class Part(StrEnum):
    """Where a class stands on the long tail, by its training images."""

    HEAD = "head"  # more than 100
    MEDIUM = "medium"  # 20 to 100
    TAIL = "tail"  # fewer than 20


@dataclass(frozen=True)
class ClassBalance:
    """One class in one split."""

    label: str
    count: int
    share: float  # of the images of the split, 0 to 1
    ratio: float | None  # how many times more images the largest class has; None: it has none here
    effective_number: (
        float  # (1 - beta^n) / (1 - beta): the more there are, the less one more tells
    )
    effective_images: float | None  # as many different ones tell as much; None: copies not known
    part: Part | None  # in the training split


@dataclass(frozen=True)
class SplitBalance:
    """How the images of one split are shared out between all classes."""

    split: str
    images: int
    classes: tuple[ClassBalance, ...]  # the largest first, of equal ones by name
    entropy: float  # of the shares, in nats: 0 (one class) to ln C
    imbalance: Imbalance
    held_by_largest: tuple[float, ...]  # (C,) share of the images in the 1, 2, ... largest classes

    @property
    def is_equal(self) -> bool:
        """Return whether all classes have the same number of images."""
        return len({one.count for one in self.classes}) <= 1

    def part(self, part: Part) -> tuple[ClassBalance, ...]:
        """Return the classes of a part of the long tail, the largest first."""
        return tuple(one for one in self.classes if one.part is part)


@dataclass(frozen=True)
class BalanceFigures:
    """All splits, the training split first, and what follows in sentences."""

    splits: tuple[SplitBalance, ...]
    beta: float  # of the effective number
    cost: str  # what a model gains by saying nothing but the largest class; '' of one class
    tail: str  # how the training images are shared out; '' where all classes have the same
    copies: str  # in which classes copies stand for images; '' where they do not, or nobody knows

    def to_json(self) -> dict[str, object]:
        """Return the figures as plain values."""
        return records.to_json(self)


def measure_balance(
    dataset: ImageDataset, groups: Groups | None = None, *, beta: float = BETA
) -> BalanceFigures:
    """Return the figures of every split; images that are left out do not count.

    Args:
        dataset: The images; every class counts that has an image in some split.
        groups: (N,) the picture that each row shows, from `picture_groups`; None: not known yet.
        beta: Of the effective number, 0 to below 1.

    Source:
        Effective number: Cui et al., Class-balanced loss based on effective number of samples, CVPR
        2019, arXiv:1901.05555. Effective images: Kish's effective sample size, (sum m)^2 / sum m^2
        over groups of m copies (Survey Sampling, 1965). Entropy and classes: `measure_imbalance`.
    """
    labels = [label for label, count in dataset.counts().items() if count]
    splits = tuple(_split(dataset, split, labels, groups, beta) for split in dataset.splits)
    training = splits[0]
    return BalanceFigures(splits, beta, _cost(training), _tail(training), _copies(training))


def _split(
    dataset: ImageDataset, split: str, labels: list[str], groups: Groups | None, beta: float
) -> SplitBalance:
    counts = dataset.counts(split)
    order = largest_first({label: counts[label] for label in labels})
    images, most = sum(counts.values()), max(counts.values())
    different: Mapping[str, float] = {}
    if groups is not None:
        rows = np.concatenate([dataset.rows_of(label, split) for label in labels])
        different = effective_images(dataset, groups, rows)
    classes = tuple(
        ClassBalance(
            label,
            count := counts[label],
            share=count / images,
            ratio=most / count if count else None,
            effective_number=(1 - beta**count) / (1 - beta),
            effective_images=different.get(label),
            part=_part(count) if split == TRAIN else None,
        )
        for label in order
    )
    shares = np.array([one.share for one in classes])
    present = shares[shares > 0]
    return SplitBalance(
        split,
        images,
        classes,
        entropy=max(0.0, float(-(present * np.log(present)).sum())),
        imbalance=measure_imbalance(counts),
        held_by_largest=tuple(np.minimum(1.0, np.cumsum(shares)).tolist()),
    )


def _part(count: int) -> Part:
    if count > HEAD_ABOVE:
        return Part.HEAD
    return Part.MEDIUM if count >= TAIL_BELOW else Part.TAIL


def _cost(split: SplitBalance) -> str:
    """Return what always saying the largest class comes to, on images in these proportions."""
    present = [one for one in split.classes if one.count]
    if len(present) < 2:
        return ""
    largest, others = present[0], present[1:]
    right = (
        f"A model that always says '{largest.label}' is right {_share(largest.share)} of the time"
    )
    if len(others) == 1:
        missed = f"finds no '{others[0].label}'"
    else:
        missed = f"finds nothing of the other {count_of(len(others), 'class')}"
    if split.imbalance.ratio < _UNEQUAL:
        return f"{right}: counts of these sizes favour no class."
    return f"{right} and {missed}: look at the recall of each class, not at accuracy."


def _tail(split: SplitBalance) -> str:
    """Return who holds half of the images, and how many classes have many, some and few."""
    if split.is_equal or len(split.classes) < 2:
        return ""
    half = 1 + next(place for place, held in enumerate(split.held_by_largest) if held >= 0.5)
    held = _share(split.held_by_largest[half - 1])
    of_all = count_of(len(split.classes), "class")
    who = f"{half:,} of {of_all} hold"
    if half == 1:
        who = f"'{split.classes[0].label}' alone, of {of_all}, holds"
    named_parts = (
        (Part.HEAD, f"more than {HEAD_ABOVE}"),
        (Part.MEDIUM, f"{TAIL_BELOW} to {HEAD_ABOVE}"),
        (Part.TAIL, f"fewer than {TAIL_BELOW}"),
    )
    parts = [f"{len(split.part(part)):,} with {words}" for part, words in named_parts]
    return f"{who} {held} of the images. Classes by training images: {', '.join(parts)}."


def _copies(split: SplitBalance) -> str:
    """Return the classes where copies take the place of images, the worst first."""
    few = [
        one
        for one in split.classes
        if one.count
        and one.effective_images is not None
        and one.effective_images < _COPIES_TELL * one.count
    ]
    if not few:
        return ""
    few.sort(key=lambda one: ((one.effective_images or 0) / one.count, one.label))
    worst = few[0]
    text = (
        f"Copies and near-copies leave '{worst.label}' with as much to learn from as "
        f"{count_of(round(worst.effective_images or 0), 'different image')} in place of "
        f"{worst.count:,}"
    )
    rest = [one.label for one in few[1:]]
    return f"{text}; fewer than it seems are in {named(rest)}, too." if rest else f"{text}."


def _share(share: float) -> str:
    """Return '94%'; what is not all is never '100%', and what is not nothing never '0%'."""
    if 0.995 <= share < 1:
        return "more than 99%"
    return "less than 1%" if 0 < share < 0.005 else f"{share:.0%}"
