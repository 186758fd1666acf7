"""Tell which class pictures are taken for, and say from the figures what an operation does."""

from dataclasses import dataclass
from enum import StrEnum
from math import comb

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
    """What one operation at one strength does to the pictures of one class."""

    NOTHING = "adds nothing"
    USEFUL = "useful"
    RISKY = "risky"
    CHANGES = "changes the label"
    UNKNOWN = "not judged"


# A picture that moves by less than a tenth of the distance between two images of its class is
# the same picture to an encoder, and to what is trained on its like.
LEAST_MOVE = 0.1
# So many lost labels can be borne, and more where the encoder misplaces more of the class's real
# images: what it placed rightly by a hair falls elsewhere after any change, and a crab is no other
# animal in a mirror. More of them count when chance does not explain them: of four images two are
# lost so in one case of nineteen, three of three in one of a thousand.
BORNE_LOSS = 0.1
SIGNIFICANCE = 0.05
# With fewer images that the encoder places rightly before, a share means nothing.
LEAST_JUDGED = 3


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
    def verdict(self) -> Verdict:
        """Return what the figures say. No name of a class or an operation plays a part.

        Most pictures of the class taken for another: it changes the label. More than can be borne
        and chance explains, or pictures farther from themselves than images of the class are from
        each other: risky. Hardly any movement: it adds nothing. All else is useful.
        """
        borne = max(BORNE_LOSS, 1 - self.judged / self.images)
        # Where chance could explain even the loss of all, nothing could ever speak against it.
        if self.judged < LEAST_JUDGED or borne**self.judged >= SIGNIFICANCE:
            return Verdict.UNKNOWN
        lost = self.judged - round(self.kept * self.judged)
        if _chance_of(lost, self.judged, borne) < SIGNIFICANCE:
            return Verdict.CHANGES if self.kept < 0.5 else Verdict.RISKY
        if self.move > self.reach:
            return Verdict.RISKY
        if self.move < LEAST_MOVE or self.identical > 0.5:
            return Verdict.NOTHING
        return Verdict.USEFUL


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


def _chance_of(lost: int, count: int, share: float) -> float:
    """Return how likely `lost` or more of `count` are where each is lost with `share`."""
    return sum(
        comb(count, n) * share**n * (1 - share) ** (count - n) for n in range(lost, count + 1)
    )


def _squares(vectors: Vectors, points: Vectors) -> Vectors:
    lengths = np.square(vectors).sum(axis=1)[:, None] + np.square(points).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * vectors @ points.T, 0), np.float32)
