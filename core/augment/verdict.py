"""Tell which class pictures are taken for, and say from the figures what an operation does."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.randomness import stream

Vectors = NDArray[np.float32]

_NEIGHBOURS = 8
_MOST_POINTS = 40_000  # that a picture is compared with
_FEWEST_OF_A_CLASS = 20
_QUERIES_AT_ONCE = 512


class Verdict(StrEnum):
    """What one operation at one strength does to the pictures of one class.

    Safe means that the encoder still finds the label, and that the pictures are new to it. It does
    not mean that a model learns from them: Evaluate tells.
    """

    NOTHING = "adds nothing"
    SAFE = "safe"
    RISKY = "risky"
    CHANGES = "changes the label"
    TOO_FEW = "too few to say"
    UNKNOWN = "not judged"


# What is not decided: the encoder does not know the class, or there were too few images.
UNDECIDED = frozenset({Verdict.TOO_FEW, Verdict.UNKNOWN})
HARMFUL = frozenset({Verdict.CHANGES, Verdict.RISKY})
# A picture that moves by less than a tenth of the distance between two images of its class is
# the same picture to an encoder, and to what is trained on its like.
LEAST_MOVE = 0.1
# So many lost labels can be borne, and more where the encoder misplaces more of the class's real
# images: what it placed rightly by a hair falls elsewhere after any change, and a crab is no other
# animal in a mirror.
BORNE_LOSS = 0.1
# What destroys so many labels must not pass for safe.
RUINOUS_LOSS = 0.5
FALSE_SHARE = 0.05  # of the cells called harmful, and of those called safe
# Of four images none is lost by what destroys half the labels in one case of sixteen: too many.
_FEWEST_IMAGES = 5


@dataclass(frozen=True)
class Figures:
    """What was measured of one class and one trial."""

    images: int
    judged: int  # images that the encoder places in their class before anything is done
    move: float  # how far a vector moves; 1: as far as two images of the class lie apart
    reach: float  # the same for the farthest images of the class: 19 of 20 pairs are nearer
    kept: float  # share of the judged whose nearest real images still have the label
    taken_for: str  # the label that most of the others are taken for; '' where none is lost
    diversity: float  # 0: a copy of a real image; 1: as new as another real image of the class
    identical: float  # share of pictures that came out as they went in
    clipped: float  # share of values that became black or white
    milliseconds: float  # to make one picture

    @property
    def lost(self) -> int:
        """Return how many of the judged images lose their label."""
        return self.judged - round(self.kept * self.judged)

    @property
    def kept_text(self) -> str:
        """Return '17 of 18 keep the label'."""
        if not self.judged:
            return f"the encoder places none of {self.images} in its class"
        return f"{self.judged - self.lost} of {self.judged} keep the label"

    @property
    def borne(self) -> float:
        """Return the share of labels that may be lost: more where the encoder errs by itself."""
        return max(BORNE_LOSS, 1 - self.judged / self.images)

    @property
    def is_judged(self) -> bool:
        """Tell whether the loss of all labels would say something: the encoder knows the class."""
        return self.judged > 0 and self.borne**self.judged < FALSE_SHARE


def give_verdicts(figures: Sequence[Figures]) -> list[Verdict]:
    """Return what the figures of all cells say. No name of a class or an operation plays a part.

    Two exact binomial tests a cell, of l lost labels among n judged images:

    - harmful, where P(Bin(n, borne) >= l) is small: more are lost than can be borne. Most of them:
      it changes the label; else it is risky.
    - safe, where P(Bin(n, 1/2) <= l) is small: what destroys half the labels would not have come
      off so well. Five images that all keep theirs are the fewest that can show it (1/32).

    "Small" holds for all cells together: with the p-values in order, p(1) to p(m), the first k are
    small for the largest k with p(k) <= 0.05 k / m. So of the cells called safe at most 5% are
    expected to destroy half the labels, and of those called harmful at most 5% to lose no more than
    can be borne, however many classes and trials there are. What is neither is too few to say.
    Apart from labels: pictures farther from themselves than images of the class are from each
    other are risky, and hardly any movement adds nothing.

    Args:
        figures: Of every class and trial.

    Source:
        Clopper & Pearson, Biometrika 26 (1934), for the exact tails; Benjamini & Hochberg, JRSS B
        57 (1995), for all cells together.
    """
    from scipy.stats import binom

    known = [one for one in figures if one.is_judged]
    lost, judged = np.array([(one.lost, one.judged) for one in known]).reshape(-1, 2).T
    is_harmful = _are_small(binom.sf(lost - 1, judged, [one.borne for one in known]))
    is_kept = _are_small(binom.cdf(lost, judged, RUINOUS_LOSS))
    told = iter(zip(is_harmful.tolist(), is_kept.tolist(), strict=True))
    return [_verdict(one, *(next(told) if one.is_judged else (False, False))) for one in figures]


def _verdict(figures: Figures, is_harmful: bool, is_kept: bool) -> Verdict:
    if is_harmful:
        return Verdict.CHANGES if figures.kept < RUINOUS_LOSS else Verdict.RISKY
    if figures.images < _FEWEST_IMAGES:
        return Verdict.TOO_FEW
    if not figures.is_judged:
        return Verdict.UNKNOWN
    if figures.move > figures.reach:
        return Verdict.RISKY
    if figures.move < LEAST_MOVE or figures.identical > 0.5:
        return Verdict.NOTHING
    return Verdict.SAFE if is_kept else Verdict.TOO_FEW


def _are_small(chances: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of (M,) p-values are small, with 5% of these expected to be so by chance."""
    ordered = np.sort(chances)
    passed = ordered[ordered <= FALSE_SHARE * np.arange(1, len(ordered) + 1) / len(ordered)]
    return chances <= (passed.max() if len(passed) else -1.0)


@dataclass(frozen=True, eq=False)
class Judgement:
    """Which class each of Q pictures is taken for, and how near its own class is."""

    codes: NDArray[np.intp]  # (Q,)
    to_own: NDArray[np.float32]  # (Q,) distance to the nearest image of its own class


@dataclass(frozen=True, eq=False)
class Judge:
    """The real training images, as what pictures are compared with."""

    points: NDArray[np.float32]  # (N, D), class by class
    rows: Rows  # (N,)
    starts: NDArray[np.intp]  # (C + 1,) where the points of each class begin

    def points_of(self, code: int) -> Vectors:
        """Return the points of one class."""
        return self.points[self.starts[code] : self.starts[code + 1]]

    def predict(self, vectors: Vectors, sources: Rows, code: int) -> Judgement:
        """Return which class each picture, of class `code`, is nearest to.

        Nearest by number would favour the large classes: of 170 images one is always near, and the
        rare classes, which are to be augmented, would lose every picture. So each class is asked
        for the image that would be its nearest if it had as many as `code` has, at most
        _NEIGHBOURS: the n/(m+1)th nearest of n where the other has m.

        Args:
            vectors: (Q, D) of the pictures.
            sources: (Q,) the rows that they were made from, which are not asked: nearly every
                picture stays nearest to its own source.
            code: The class of all of them.
        """
        counts = np.diff(self.starts)
        others = min(max(1, int(counts[code]) - 1), _NEIGHBOURS)
        ranks = np.maximum(np.rint(counts / (others + 1)).astype(np.intp), 1)
        codes = np.empty(len(vectors), np.intp)
        to_own = np.empty(len(vectors), np.float32)
        for start in range(0, len(vectors), _QUERIES_AT_ONCE):
            span = slice(start, start + _QUERIES_AT_ONCE)
            squares = _squares(vectors[span], self.points)
            own = squares[:, self.starts[code] : self.starts[code + 1]]
            to_own[span] = np.sqrt(own.min(axis=1))
            squares[sources[span, None] == self.rows] = np.inf
            best = np.full((len(squares), len(counts)), np.inf, np.float32)
            for other in np.flatnonzero(counts):
                block = squares[:, self.starts[other] : self.starts[other + 1]]
                rank = min(ranks[other], block.shape[1]) - 1
                best[:, other] = np.partition(block, rank, axis=1)[:, rank]
            codes[span] = best.argmin(axis=1)
        return Judgement(codes, to_own)


def open_judge(dataset: ImageDataset, embeddings: Embeddings, *, seed: int) -> Judge:
    """Return the judge over the training images that have a vector; over some of a large set.

    Args:
        dataset: The images.
        embeddings: Their vectors.
        seed: Draws which images of a class stand for it, where there are too many.
    """
    most = max(_FEWEST_OF_A_CLASS, _MOST_POINTS // len(dataset.classes))
    training = dataset.training_rows[embeddings.has(dataset.training_rows)]
    codes = dataset.codes[training]
    chosen: list[Rows] = []
    for code, label in enumerate(dataset.classes):
        rows = training[codes == code]
        if len(rows) > most:
            rows = np.sort(stream(seed, "judge", label).permutation(rows)[:most])
        chosen.append(rows)
    rows = np.concatenate(chosen)
    points = embeddings.vectors[embeddings.positions_of(rows)]
    starts = np.cumsum([0, *(len(of_class) for of_class in chosen)])
    return Judge(points, rows, starts.astype(np.intp))


def _squares(vectors: Vectors, points: Vectors) -> Vectors:
    lengths = np.square(vectors).sum(axis=1)[:, None] + np.square(points).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * vectors @ points.T, 0), np.float32)
