"""What the vectors show around each image: others of its class, of another one, or nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit.check import AuditInput, Check, Need
from core.audit.labels import count_labels
from core.audit.remedies import review_or_leave_out
from core.audit.severity import severity_of_rows
from core.dataset import ImageDataset, Rows
from core.dataset.edits import Change, Edit
from core.dataset.finding import Finding, Remedy, Severity
from core.parameters import Parameter
from core.resample.difficulty import Difficulty
from core.resample.smote_limits import HUBS
from core.words import count_of, named

# In the order of `core.neighbours.graph`.
_TYPE_WORDS = ("are safe", "borderline", "rare", "outliers")
# How mixed two classes are: 0 where no image has one of the other among its nearest, 1 where
# neighbours of the two are as they would be without labels.
_MIXED, _NOT_TOLD_APART = 0.4, 0.8
# Of the neighbours of a pair, the share that is of the other class, and that is of either. Where
# it is less, the classes lie among all others rather than among each other.
_LEAST_OTHER, _LEAST_EITHER, _ONE_CLOUD = 0.1, 0.4, 0.6
_FEWEST_TO_MERGE = 20  # images of either class
_MOST_PAIRS = 3
_HUB_DEVIATIONS = 2  # of how often images are neighbours, above the mean


def scores_of_foreign(given: AuditInput) -> NDArray[np.float64]:
    """Return (N,) the share of the nearest images that have another label.

    It is told of classes with more images than neighbours are looked at: the few images of a
    smaller one cannot be most of anyone's neighbours.
    """
    assert given.insights.difficulty is not None
    difficulty = given.insights.difficulty
    codes = given.dataset.codes[difficulty.rows]
    is_told = np.bincount(codes, minlength=len(given.dataset.classes))[codes] > difficulty.k
    return _by_row(given, np.where(is_told, difficulty.around.foreign, np.nan))


def scores_of_distance(given: AuditInput) -> NDArray[np.float64]:
    """Return (N,) how far each image lies from its class, in spreads of what is usual there."""
    assert given.insights.difficulty is not None
    return _by_row(given, given.insights.difficulty.apart)


def find_foreign(given: AuditInput) -> list[Finding]:
    """Tell of images whose nearest images have other labels, class by class."""
    assert given.insights.difficulty is not None
    dataset, difficulty = given.dataset, given.insights.difficulty
    rows = given.beyond(AMONG_OTHERS)
    if len(rows) == 0:
        return []
    counts, wholes = count_labels(dataset, rows), dataset.counts()
    labels = sorted(counts, key=lambda label: (-counts[label] / wholes[label], label))
    lie = "lies" if len(rows) == 1 else "lie"
    kinds = np.bincount(difficulty.types, minlength=len(_TYPE_WORDS)) / len(difficulty.types)
    of_all = ", ".join(
        f"{share:.0%} {name}" for share, name in zip(kinds, _TYPE_WORDS, strict=True)
    )
    text = (
        f"{count_of(len(rows), 'image')} {lie} among images of other classes: "
        f"{_of_classes(labels, counts, wholes)}. Of all images, {of_all}."
    )
    remedy = (
        "Look through them for wrong labels first. Where the labels are right, the encoder does "
        "not tell these classes apart: SMOTE would make points there that belong to another class."
    )
    return [
        Finding(
            "among_others",
            severity_of_rows(dataset, rows, most=Severity.MEDIUM),
            rows,
            text,
            remedy,
            remedies=review_or_leave_out(dataset, rows, "among_others"),
            labels=tuple(labels),
            scores=scores_of_foreign(given)[rows],
        )
    ]


def find_far(given: AuditInput) -> list[Finding]:
    """Tell of images that lie far from all others of their class."""
    dataset, rows = given.dataset, given.beyond(FAR_FROM_CLASS)
    if len(rows) == 0:
        return []
    counts = count_labels(dataset, rows)
    lie, them = ("lies", "it") if len(rows) == 1 else ("lie", "them")
    text = (
        f"{count_of(len(rows), 'image')} {lie} far from all others of the class: "
        f"{_of_classes(list(counts), counts, dataset.counts())}."
    )
    return [
        Finding(
            "far_from_class",
            severity_of_rows(dataset, rows, most=Severity.MEDIUM),
            rows,
            text,
            f"Look at {them}: what does not belong to the set at all is best left out; a rare view "
            "of the class is worth more of its kind.",
            remedies=review_or_leave_out(dataset, rows, "far_from_class"),
            labels=tuple(counts),
            scores=scores_of_distance(given)[rows],
        )
    ]


@dataclass(frozen=True)
class _Pair:
    """Two classes of which each has images of the other among its nearest."""

    smaller: str
    larger: str
    mixing: float  # 0 to 1
    shares: tuple[float, float]  # of the neighbours of either, what is of the other
    is_one_cloud: bool  # nothing tells them apart, and little else is among them


def find_overlaps(given: AuditInput) -> list[Finding]:
    """Tell of the pairs of classes whose images lie most among each other."""
    assert given.insights.difficulty is not None
    dataset, difficulty = given.dataset, given.insights.difficulty
    pairs = _mixed_pairs(difficulty)
    if not pairs:
        return []
    told = [
        f"'{pair.smaller}' and '{pair.larger}' ({pair.shares[0]:.0%} and {pair.shares[1]:.0%})"
        for pair in pairs[:_MOST_PAIRS]
    ]
    more = len(pairs) - _MOST_PAIRS
    text = (
        f"{count_of(len(pairs), 'pair')} of classes overlap"
        f"{'s' if len(pairs) == 1 else ''}, by the share of the nearest images that are of the "
        f"other class: {', '.join(told)}{f' and {more:,} more' if more > 0 else ''}."
    )
    merged = [pair for pair in pairs if pair.is_one_cloud]
    rows, scores = _between(dataset, difficulty, pairs)
    labels = dict.fromkeys(label for pair in pairs for label in (pair.smaller, pair.larger))
    return [
        Finding(
            "class_overlap",
            Severity.HIGH if merged else Severity.MEDIUM,
            rows,
            text,
            "Look at the images between them. Merge labels that mean the same; where they differ "
            "in what the encoder does not see, another encoder or larger pictures help.",
            remedies=tuple(_merging(dataset, pair) for pair in merged[:_MOST_PAIRS]),
            labels=tuple(labels),
            scores=scores,
        )
    ]


def find_hubs(given: AuditInput) -> list[Finding]:
    """Tell of images that are neighbours of very many others, where that is so."""
    assert given.insights.difficulty is not None
    difficulty = given.insights.difficulty
    occurrences = difficulty.around.occurrences
    if difficulty.hubness <= HUBS:
        return []
    order = np.argsort(-occurrences, kind="stable")
    usual = occurrences.mean() + _HUB_DEVIATIONS * occurrences.std()
    hubs = order[: int((occurrences > usual).sum())]
    are = "is" if len(hubs) == 1 else "are"
    text = (
        f"{count_of(len(hubs), 'image')} {are} among the {difficulty.k} nearest of very many "
        f"others, up to {count_of(int(occurrences[order[0]]), 'time')}, and "
        f"{(occurrences == 0).mean():.0%} of all images are nobody's: whatever asks for neighbours "
        "meets few images over and over."
    )
    return [
        Finding(
            "hubs",
            Severity.LOW,
            difficulty.rows[hubs],
            text,
            "Look at them: plain or blurred pictures resemble everything. Another encoder depends "
            "less on them, and so does SMOTE that uses each image equally often.",
            scores=occurrences[hubs].astype(np.float64),
        )
    ]


def find_thin_classes(given: AuditInput) -> list[Finding]:
    """Tell of classes with fewer images than directions in which classes vary here."""
    assert given.insights.difficulty is not None
    dataset, difficulty = given.dataset, given.insights.difficulty
    figures = difficulty.classes.values()
    told = [one.dimension for one in figures if one.dimension is not None]
    if not told:
        return []
    typical = float(np.median(told))
    thin = [one.label for one in figures if difficulty.k < one.images <= (one.dimension or typical)]
    if not thin:
        return []
    rows = np.sort(np.concatenate([dataset.rows_of(label) for label in thin]))
    text = (
        f"{named(thin)} {'has' if len(thin) == 1 else 'have'} no more images than directions in "
        f"which a class varies here, about {typical:.0f}: they show a part of what there is."
    )
    return [
        Finding(
            "fewer_than_directions",
            Severity.LOW,
            rows,
            text,
            "Add images that differ from those that are there. Points between so few leave most "
            "directions out.",
            labels=tuple(thin),
        )
    ]


AMONG_OTHERS = Check(
    "among_others",
    "Images among other classes",
    "Images whose nearest images mostly have other labels, and how many are safe, borderline, rare "
    "and outliers.",
    find_foreign,
    Need.VECTORS,
    scores=scores_of_foreign,
    threshold=Parameter(
        "among_others", "Nearest images of other classes", "", 0.1, 0.9, 0.2, 0.7,
        "An image is named if more than this share of its nearest images have another label.",
    ),
)  # fmt: skip
FAR_FROM_CLASS = Check(
    "far_from_class",
    "Images far from their class",
    "Images that resemble no other image of their class: what does not belong to the set, or a "
    "rare view.",
    find_far,
    Need.VECTORS,
    scores=scores_of_distance,
    threshold=Parameter(
        "far_from_class", "Distance to the class", "spreads", 1.0, 6.0, 0.25, 2.0,
        "How far beyond the typical distance to its class an image has to lie to be named.",
    ),
)  # fmt: skip
NEIGHBOUR_CHECKS: tuple[Check, ...] = (
    AMONG_OTHERS,
    Check(
        "class_overlap",
        "Classes that overlap",
        "Pairs of classes whose images lie among each other, as the encoder sees them.",
        find_overlaps,
        Need.VECTORS,
    ),
    FAR_FROM_CLASS,
    Check(
        "hubs",
        "Images near everything",
        "Images that are among the nearest of very many others, if a few are.",
        find_hubs,
        Need.VECTORS,
    ),
    Check(
        "fewer_than_directions",
        "Classes too small for their variety",
        "Classes with no more images than directions in which a class varies here.",
        find_thin_classes,
        Need.VECTORS,
    ),
)


def _by_row(given: AuditInput, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N,) for each row of the dataset what was measured of those with a vector."""
    assert given.insights.difficulty is not None
    scores = np.full(len(given.dataset), np.nan)
    scores[given.insights.difficulty.rows] = values
    return scores


def _of_classes(labels: Sequence[str], counts: dict[str, int], wholes: dict[str, int]) -> str:
    """Return '12 of 60 in 'shirt' and 3 of 9 in 'hat'', of four classes at most."""
    parts = [f"{counts[label]:,} of {wholes[label]:,} in '{label}'" for label in labels[:4]]
    if len(labels) > 4:
        parts.append(f"others in {count_of(len(labels) - 4, 'more class')}")
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _mixed_pairs(difficulty: Difficulty) -> list[_Pair]:
    """Return the pairs that overlap, the most mixed first."""
    figures = list(difficulty.classes.values())
    images = np.array([one.images for one in figures], np.float64)
    overlap, own = difficulty.overlap, np.diag(difficulty.overlap)
    # Among images of these two classes: what share of the neighbours is of the other, beside what
    # it would be if labels meant nothing.
    both = np.maximum(own[:, None] + overlap, 1e-12)
    either = np.minimum(both, both.T)
    expected = images[None, :] / np.maximum(images[:, None] + images[None, :] - 1, 1)
    mixing = np.minimum(1.0, overlap / both / expected)
    mixing = (mixing + mixing.T) / 2
    fewest = np.minimum(images[:, None], images[None, :])
    is_mixed = (mixing >= _MIXED) & ((overlap + overlap.T) / 2 >= _LEAST_OTHER)
    is_mixed &= (either >= _LEAST_EITHER) & (fewest > difficulty.k)
    is_one = (mixing >= _NOT_TOLD_APART) & (either >= _ONE_CLOUD) & (fewest >= _FEWEST_TO_MERGE)
    pairs = []
    for one, other in np.argwhere(np.triu(is_mixed, 1)).tolist():
        small, large = sorted((one, other), key=lambda place: images[place])
        pairs.append(
            _Pair(
                figures[small].label,
                figures[large].label,
                float(mixing[one, other]),
                (float(overlap[small, large]), float(overlap[large, small])),
                bool(is_one[one, other]),
            )
        )
    return sorted(pairs, key=lambda pair: (-pair.mixing, pair.smaller, pair.larger))


def _between(
    dataset: ImageDataset, difficulty: Difficulty, pairs: Sequence[_Pair]
) -> tuple[Rows, NDArray[np.float64]]:
    """Return the images that have the other class of a pair among their nearest, most first."""
    codes = dataset.codes[difficulty.rows]
    near = codes[difficulty.around.near]
    code_of = {label: code for code, label in enumerate(dataset.classes)}
    share = np.zeros(len(codes))
    for pair in pairs:
        ends = code_of[pair.smaller], code_of[pair.larger]
        for own, other in (ends, ends[::-1]):
            is_own = codes == own
            share[is_own] = np.maximum(share[is_own], (near[is_own] == other).mean(axis=1))
    places = np.flatnonzero(share > 0)
    places = places[np.argsort(-share[places], kind="stable")]
    return difficulty.rows[places], share[places]


def _merging(dataset: ImageDataset, pair: _Pair) -> Remedy:
    rows = dataset.rows_of(pair.smaller)
    return Remedy(
        f"Merge '{pair.smaller}' into '{pair.larger}': {count_of(len(rows), 'image')}",
        (Edit(rows, Change.LABEL, pair.larger, why="class_overlap"),),
    )
