"""What choosing an augmentation found, in figures and sentences, and what it costs beforehand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core import records
from core.augment import OPERATIONS, AugmentPolicy
from core.embed import seconds_to_embed
from core.evaluate.answer import describe
from core.evaluate.candidates import parse_candidate
from core.evaluate.estimate import Planned, estimate
from core.evaluate.metrics import PRIMARY
from core.evaluate.outcomes import Outcome, Standing
from core.words import count_of, duration_of, lowered, signed

VERSION = 1  # of the figures in a file
OUTDATED_TEXT = "Labels have changed since this choice. Choose again to count this."
INNER_FOLDS, INNER_REPEATS = 4, 2
# How often outer folds are drawn with a choice in each: of 5 folds drawn twice, intervals were
# found to hold what they promise (benchmarks/RESULTS.md).
CHOOSING_REPEATS = 2

# Of one core, for a point: the path of penalties on 954 to 1,272 vectors of 1,280 numbers takes
# about as long for 5 classes as for 10.
_PATH_SECONDS = 6e-5
_MOST_ERRORS = 2.0  # standard errors that a class may lose
_MOST_NAMED = 6
_OUTCOMES = {
    Outcome.BETTER: "Better than plain copies",
    Outcome.WORSE: "Worse than plain copies",
    Outcome.SAME: "Practically the same as plain copies",
    Outcome.IDENTICAL: "The same answer for every image",
    Outcome.UNCLEAR: "Nothing can be told of",
}


@dataclass(frozen=True)
class Tried:
    """What one operation brings beside plain copies, on images that are held back."""

    operation: str
    gain: float  # in balanced accuracy
    worst: str  # the class that it costs most, in standard errors
    drop: float  # in the recall of that class, in standard errors; 0: it costs none

    @property
    def is_chosen(self) -> bool:
        """Tell whether it gains, and costs no class more than chance explains."""
        return self.gain > 0 and self.drop <= _MOST_ERRORS


@dataclass(frozen=True)
class OperationGain:
    """What one operation brings beside plain copies, in the outer folds and inside all images."""

    operation: str
    standing: Standing  # the 95% intervals of all operations hold together
    tried: Tried  # what the rule that chooses has seen

    @property
    def title(self) -> str:
        """Return what the operation is called."""
        return OPERATIONS[self.operation].title


@dataclass(frozen=True, eq=False)
class BestAugmentation:
    """What operations bring beside plain copies, what choosing among them does, and the choice."""

    operations: tuple[OperationGain, ...]
    choosing: Standing  # what was chosen inside each training side, beside plain copies
    chosen: tuple[tuple[str, ...], ...]  # the operations of each training side; none: copies
    policy: AugmentPolicy | None  # what the rule chooses on all images; None: plain copies
    encoder: str
    images: int  # scored
    margin: float

    @property
    def sentences(self) -> list[str]:
        """Return what was found, the answer first."""
        words = describe(self.choosing, PRIMARY, self.margin)
        return [
            f"Choosing operations for this set instead of plain copies: {words}.",
            self._suggestion(),
            *self._operations(),
            f"Measured on {count_of(self.images, 'image')} by a linear model on frozen vectors of "
            f"the encoder '{self.encoder}': a network that is trained on the pictures may gain "
            "from other operations.",
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, the sentences among them."""
        return records.to_json(self, VERSION) | {"sentences": self.sentences}

    def table(self) -> pd.DataFrame:
        """Return a row for each operation: points over copies, and what the rule has seen."""
        return pd.DataFrame(
            [
                {
                    "operation": one.title,
                    "points over copies (95%)": interval_text(one.standing),
                    "outcome": one.standing.outcome.value,
                    "chosen": one.tried.is_chosen,
                    "held-back gain in points": round(100 * one.tried.gain, 2),
                    "class that loses most": one.tried.worst if one.tried.drop > 0 else "",
                    "its loss in standard errors": round(one.tried.drop, 2),
                }
                for one in self.operations
            ]
        )

    def _suggestion(self) -> str:
        sides = len(self.chosen)
        counts = Counter(name for names in self.chosen for name in names)
        often = [f"{_title(name)} in {count}" for name, count in counts.most_common(_MOST_NAMED)]
        inside = f" Of {count_of(sides, 'training side')} it chose {', '.join(often) or 'none'}."
        if self.policy is None:
            return (
                "On all images the rule chooses no operation: none gains over plain copies without "
                f"costing a class more than chance explains.{inside}"
            )
        names = [step.operation for step in self.policy.steps]
        picked = self.policy.pick
        each = f", {picked} of them on a picture" if picked and len(names) > 1 else ""
        return f"On all images the rule chooses {_listed(names)}{each}.{inside}"

    def _operations(self) -> list[str]:
        """Return a sentence for each outcome that operations have."""
        sentences = []
        for outcome, words in _OUTCOMES.items():
            found = [one for one in self.operations if one.standing.outcome is outcome]
            if not found:
                continue
            titles = [lowered(one.title) for one in found]
            if outcome in {Outcome.UNCLEAR, Outcome.IDENTICAL}:
                sentences.append(f"{words}: {', '.join(titles)}.")
                continue
            texts = [
                f"{title} ({interval_text(one.standing)})"
                for title, one in zip(titles, found, strict=True)
            ]
            sentences.append(f"{words}, in points: {', '.join(texts)}.")
        return sentences


def _title(operation: str) -> str:
    return lowered(OPERATIONS[operation].title)


def _listed(operations: Sequence[str]) -> str:
    *before, last = [_title(name) for name in operations]
    return f"{', '.join(before)} and {last}" if before else last


def interval_text(standing: Standing) -> str:
    """Return '+1.2, -0.3 to +2.7', in points; without an interval where there is none."""
    gain = standing.gain
    estimate = signed(100 * gain.estimate)
    if gain.joint is None:
        return estimate
    is_apart = gain.low > 0 or gain.high < 0
    low, high = (signed(100 * end, is_apart=is_apart) for end in gain.joint)
    return f"{estimate}, {low} to {high}"


def choosing_text(planned: Planned, policy: AugmentPolicy) -> str:
    """Return how many pictures have to be made, and how long it takes, before a choice is made.

    Args:
        planned: A comparison with as many folds and repeats as operations are scored in.
        policy: The operations to choose from.

    Raises:
        SettingError: a target that is too large.
    """
    names = [f"augment:{step.operation}" for step in policy.steps]
    candidates = [parse_candidate(name, None, policy) for name in names]
    cost = estimate(planned, candidates)
    one = estimate(planned, candidates[:1]).pictures
    sides = planned.folds * CHOOSING_REPEATS
    # At most: sides that choose the same share the pictures.
    pictures = cost.pictures + round(one * planned.learned) * sides
    inner_runs = (sides + 1) * INNER_FOLDS * INNER_REPEATS
    learned = planned.learned * (inner_runs * (1 - 1 / INNER_FOLDS) + planned.runs)
    # Plain copies learn in each of them, too.
    points = learned * (sum(planned.counts.values()) + one) * (len(names) + 1)
    each = cost.making / cost.pictures if cost.pictures else 0.0
    embedding = seconds_to_embed(planned.encoder, planned.to_embed, cores=1)
    seconds = pictures * each + points * _PATH_SECONDS + embedding
    return (
        f"{count_of(len(names), 'operation')}: at most {count_of(pictures, 'augmented picture')} "
        f"to make, {duration_of(seconds)} on one core"
        f"{', embedding included' if planned.to_embed else ''}. It speaks of frozen vectors."
    )
