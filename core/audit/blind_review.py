"""How many labels are wrong: a sample that is reviewed without saying which images are suspects.

Who is shown the suspects alone cannot tell how many labels are wrong: the ranking misses some, and
names some that are right. So suspects and others of each class are drawn, mixed, and reviewed
alike; the share of wrong labels follows with an interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.dataset.edits import Change, Edits
from core.evaluate.label_errors import LabelErrors
from core.randomness import stream
from core.words import count_of

PER_SIDE = 30  # suspects of a class, and as many others
_FEWEST = 10  # of either that are reviewed before a share is told, or all where there are fewer
_TAIL = 0.025  # left out at each end of an interval


@dataclass(frozen=True)
class BlindSample:
    """M images to review, in the order to show them; the reviewer is not told the suspects.

    It holds its images as they were when it was drawn: what is changed in review changes the
    ranking, but not the sample.
    """

    rows: tuple[int, ...]  # (M,) rows of the dataset
    labels: tuple[str, ...]  # (M,) as they were
    is_suspect: tuple[bool, ...]  # (M,) another class was likelier
    sizes: Mapping[str, tuple[int, int]]  # label -> suspects and others in the set


@dataclass(frozen=True)
class WrongLabels:
    """How many labels of a class are wrong, as far as the review tells."""

    label: str
    images: int  # that are ranked
    suspects: int  # that another class is likelier for: no count of errors
    asked: int  # images of the sample
    reviewed: int
    wrong: int  # of the reviewed ones
    # None until enough of the suspects and of the others are reviewed.
    share: float | None
    interval: tuple[float, float] | None  # 95%

    @property
    def text(self) -> str:
        """Return what is known: suspects at first, the share with its interval in the end."""
        suspected = f"'{self.label}' has {count_of(self.suspects, 'suspected label')}"
        if self.share is None or self.interval is None:
            return (
                f"{suspected} of {self.images:,}: how many are wrong is not known until a blind "
                f"sample is reviewed ({self.reviewed:,} of {count_of(self.asked, 'image')})."
            )
        low, high = self.interval
        if self.reviewed == self.images:
            return (
                f"{_percent(self.share)} of the labels of '{self.label}' are wrong: all "
                f"{count_of(self.images, 'image')} are reviewed."
            )
        return (
            f"About {_percent(self.share)} of the labels of '{self.label}' are wrong "
            f"({_percent(low)} to {_percent(high)}), by review of "
            f"{count_of(self.reviewed, 'image')}."
        )


def blind_sample_size(errors: LabelErrors, *, per_side: int = PER_SIDE) -> int:
    """Return how many images `draw_blind_sample` would draw."""
    count = len(errors.classes)
    doubted = np.bincount(errors.given, errors.is_contradicted, minlength=count)
    others = np.bincount(errors.given, minlength=count) - doubted
    return int(np.minimum(doubted, per_side).sum() + np.minimum(others, per_side).sum())


def draw_blind_sample(
    errors: LabelErrors, *, per_side: int = PER_SIDE, seed: int = 0
) -> BlindSample:
    """Return suspects and others of each class, mixed: any first part is a sample, too.

    Args:
        errors: The ranking, of the labels as they are now.
        per_side: Suspects of each class, and others; fewer where there are fewer.
        seed: Same seed, same sample in the same order.
    """
    drawn = list[tuple[int, str, bool]]()
    sizes = dict[str, tuple[int, int]]()
    for code, label in enumerate(errors.classes):
        own = errors.given == code
        suspected = np.sort(errors.rows[own & errors.is_contradicted])
        others = np.sort(errors.rows[own & ~errors.is_contradicted])
        sizes[label] = (len(suspected), len(others))
        for is_suspect, side in ((True, suspected), (False, others)):
            rng = stream(seed, "blind review", label, int(is_suspect))
            some = rng.permutation(side)[:per_side].tolist()
            drawn += [(row, label, is_suspect) for row in some]
    mixed = [drawn[place] for place in stream(seed, "blind review").permutation(len(drawn))]
    return BlindSample(
        tuple(row for row, _, _ in mixed),
        tuple(label for _, label, _ in mixed),
        tuple(is_suspect for _, _, is_suspect in mixed),
        sizes,
    )


def estimate_wrong_labels(sample: BlindSample, edits: Edits) -> tuple[WrongLabels, ...]:
    """Return for each class of the sample how many of its labels are wrong.

    An image of the sample is answered once it has left the list of images to review, which the
    sample is put on: kept, given another label, or left out. Left out, no label fits it, and its
    own counts as wrong.

    Args:
        sample: What was drawn.
        edits: What the person has done since.

    Source:
        Suspects and others are weighed by how many there are (stratified sampling: Cochran,
        Sampling Techniques, 1977). Each side has an exact interval (Clopper & Pearson, Biometrika
        26, 1934), for a part of a finite set (Korn & Graubard, Survey Methodology 24, 1998), so it
        holds where no error was found, too; the two are joined by their reaches (Zou & Donner,
        Statist. Med. 27, 2008, doi:10.1002/sim.3095).
    """
    answers = read_answers(sample, edits)
    found = []
    for label, sizes in sample.sizes.items():
        sides = []
        for size, is_suspect in zip(sizes, (True, False), strict=True):
            own = [
                answer
                for answer, name, suspect in zip(
                    answers, sample.labels, sample.is_suspect, strict=True
                )
                if name == label and suspect is is_suspect
            ]
            given = [answer for answer in own if answer is not None]
            sides.append(_Side(size, len(own), len(given), sum(given)))
        share, interval = _joined(sides)
        found.append(
            WrongLabels(
                label,
                images=sum(sizes),
                suspects=sizes[0],
                asked=sum(side.asked for side in sides),
                reviewed=sum(side.reviewed for side in sides),
                wrong=sum(side.wrong for side in sides),
                share=share,
                interval=interval,
            )
        )
    return tuple(found)


def read_answers(sample: BlindSample, edits: Edits) -> tuple[bool | None, ...]:
    """Return (M,) whether the label of each image of the sample is wrong; None: not answered."""
    labels = dict(zip(sample.rows, sample.labels, strict=True))
    answers: dict[int, bool | None] = dict.fromkeys(sample.rows)
    waiting = set[int]()
    for edit in edits.done:
        for row in edit.rows[np.isin(edit.rows, sample.rows)].tolist():
            if edit.what is Change.REVIEW:
                waiting.add(row)
                answers[row] = None
            elif edit.what is Change.RESTORE:
                answers[row] = None
            elif row in waiting or answers[row] is not None:
                waiting.discard(row)
                if edit.what is Change.LABEL:
                    answers[row] = edit.value != labels[row]
                elif edit.what is Change.LEAVE_OUT:
                    answers[row] = True
                elif edit.what is Change.REVIEWED:
                    answers[row] = False
    return tuple(answers[row] for row in sample.rows)


@dataclass(frozen=True)
class _Side:
    """The suspects of a class, or the others."""

    size: int  # in the set
    asked: int
    reviewed: int
    wrong: int

    @property
    def is_told(self) -> bool:
        return self.reviewed >= min(_FEWEST, self.asked)

    @property
    def share(self) -> float:
        return self.wrong / self.reviewed if self.reviewed else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the exact 95% interval of the share, of as many as the sample is worth."""
        from scipy.stats import beta

        if self.reviewed == self.size:
            return self.share, self.share
        worth = self.reviewed * (self.size - 1) / (self.size - self.reviewed)
        wrong = self.share * worth
        low = float(beta.ppf(_TAIL, wrong, worth - wrong + 1)) if wrong > 0 else 0.0
        high = float(beta.ppf(1 - _TAIL, wrong + 1, worth - wrong)) if wrong < worth else 1.0
        return low, high


def _joined(sides: Sequence[_Side]) -> tuple[float | None, tuple[float, float] | None]:
    """Return the share of both sides together and its interval; None where too little is known."""
    if not all(side.is_told for side in sides):
        return None, None
    whole = sum(side.size for side in sides)
    weights = [side.size / whole for side in sides]
    share = sum(weight * side.share for weight, side in zip(weights, sides, strict=True))
    below = above = 0.0
    for weight, side in zip(weights, sides, strict=True):
        low, high = side.interval
        below += (weight * (side.share - low)) ** 2
        above += (weight * (high - side.share)) ** 2
    # What was seen is known: no fewer are wrong, and no fewer right.
    wrong = sum(side.wrong for side in sides)
    right = sum(side.reviewed for side in sides) - wrong
    low = max(wrong / whole, share - below**0.5)
    return share, (low, min(1 - right / whole, share + above**0.5))


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"
