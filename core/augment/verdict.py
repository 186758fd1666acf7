"""Say what an operation does to a class, from figures alone."""

from dataclasses import dataclass
from enum import StrEnum
from math import comb


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


def _chance_of(lost: int, count: int, share: float) -> float:
    """Return how likely `lost` or more of `count` are where each is lost with `share`."""
    return sum(
        comb(count, n) * share**n * (1 - share) ** (count - n) for n in range(lost, count + 1)
    )
