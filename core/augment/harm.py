"""What evidence says of each operation over several classes, the most harmful first."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.augment.evidence import Cell, Evidence
from core.augment.operations import OPERATIONS
from core.augment.trials import Trial
from core.augment.verdict import HARMFUL, UNDECIDED, Verdict
from core.words import count_of, lowered

# Of several classes the verdict is the first of these that one of them has.
_GRAVEST_FIRST = (
    *(Verdict.CHANGES, Verdict.RISKY, Verdict.SAFE, Verdict.NOTHING),
    *(Verdict.TOO_FEW, Verdict.UNKNOWN),
)


@dataclass(frozen=True, eq=False)
class LevelHarm:
    """One operation at one strength, over the classes that are looked at."""

    trial: Trial
    cells: tuple[Cell, ...]  # one a class

    @property
    def judged(self) -> int:
        """Return n: images that the encoder places in their class before anything is done."""
        return sum(cell.figures.judged for cell in self.cells)

    @property
    def recognised(self) -> int:
        """Return how many of the judged images keep their label."""
        return self.judged - sum(cell.figures.lost for cell in self.cells)

    @property
    def share(self) -> float:
        """Return the share of judged images that keep their label; 0 where none is judged."""
        return self.recognised / self.judged if self.judged else 0.0

    @property
    def verdict(self) -> Verdict:
        """Return the gravest verdict that a class has."""
        return min((cell.verdict for cell in self.cells), key=_GRAVEST_FIRST.index)

    @property
    def text(self) -> str:
        """Return what is found, in a sentence without a stop: it stands beside a mark."""
        if not self.judged:
            return "the encoder places no image in its class"
        kept = f"{self.recognised:,} of {self.judged:,} images stay recognised"
        if len(self.cells) == 1:
            return f"{kept}: {self.verdict.value}"
        return f"{kept}: {_over_classes(self.cells)}"


@dataclass(frozen=True, eq=False)
class OperationHarm:
    """One operation at each of its strengths, from mild to strong."""

    operation: str
    levels: tuple[LevelHarm, ...]

    @property
    def title(self) -> str:
        """Return what the operation is called."""
        return OPERATIONS[self.operation].title

    @property
    def worst(self) -> LevelHarm:
        """Return the strength that does most harm; of equals, the strongest."""
        return max(reversed(self.levels), key=_harm)

    @property
    def text(self) -> str:
        """Return what holds at the worst strength: 'changes the label of 3 of 5 classes'."""
        worst = self.worst
        return _over_classes(worst.cells) if len(worst.cells) > 1 else worst.verdict.value


def rank_by_harm(evidence: Evidence, label: str | None = None) -> list[OperationHarm]:
    """Return what each operation does, the most harmful first.

    Args:
        evidence: What was tried.
        label: The only class that is looked at; all of them unless given.
    """
    labels = evidence.labels if label is None else (label,)
    levels: dict[str, list[LevelHarm]] = {}
    for trial in evidence.trials:
        cells = tuple(evidence.by_place[one, trial] for one in labels)
        levels.setdefault(trial.operation, []).append(LevelHarm(trial, cells))
    found = [OperationHarm(name, tuple(of_it)) for name, of_it in levels.items()]
    return sorted(found, key=lambda one: _harm(one.worst), reverse=True)


def harm_text(ranked: Sequence[OperationHarm]) -> str:
    """Return a sentence on which operations harm, and how many do not."""
    harmful = [one for one in ranked if one.worst.verdict in HARMFUL]
    decided = [one for one in ranked if one.worst.verdict not in UNDECIDED]
    if not decided:
        return "No operation could be judged."
    if not harmful:
        return f"No label is changed; {count_of(len(decided), 'operation')} could be judged."
    worst = harmful[0]
    return (
        f"{len(harmful)} of {count_of(len(ranked), 'operation')} can change a label, "
        f"{lowered(worst.worst.trial.title)} most: {worst.worst.text}."
    )


def _harm(level: LevelHarm) -> tuple[int, int, int, float]:
    """Return how much harm is done: by classes, then by labels that are lost."""
    changed = sum(cell.verdict is Verdict.CHANGES for cell in level.cells)
    risky = sum(cell.verdict is Verdict.RISKY for cell in level.cells)
    return changed + risky, changed, int(level.judged > 0), 1 - level.share


def _over_classes(cells: Sequence[Cell]) -> str:
    """Return 'harms 3 of 5 classes', 'safe for 4 of 5 classes'."""
    total = count_of(len(cells), "class")
    counts = {one: sum(cell.verdict is one for cell in cells) for one in _GRAVEST_FIRST}
    harmed = counts[Verdict.CHANGES] + counts[Verdict.RISKY]
    if harmed:
        return f"harms {harmed} of {total}"
    if counts[Verdict.SAFE]:
        return f"safe for {counts[Verdict.SAFE]} of {total}"
    if counts[Verdict.NOTHING]:
        return f"adds nothing to {counts[Verdict.NOTHING]} of {total}"
    return "too few to say"
