"""The comparison that a person asks for, as long work, and what is known of it so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.session.embedding import VectorSource
from core.augment import AugmentPolicy
from core.dataset import ImageDataset
from core.evaluate import (
    BASELINE,
    Candidate,
    EvaluationReport,
    Experiment,
    evaluate,
    find_head,
    parse_candidates,
)
from core.evaluate.experiment import DEFAULT_FOLDS
from core.evaluate.outcomes import MARGIN
from core.evaluate.report import Done
from core.progress import Progress
from core.resample import STRATEGIES, BalancePlan, Settings


@dataclass(frozen=True)
class FromBalance:
    """The plan of Balance, as a comparison takes it."""

    row: str  # such as 'smote@50%'
    strategy: str
    settings: Settings  # of every row with that strategy

    @property
    def is_default(self) -> bool:
        """Return whether the row says it all."""
        return self.row == self.strategy and self.settings == STRATEGIES[self.strategy].complete()


@dataclass(frozen=True)
class Asked:
    """What a person wants compared, and how."""

    strategies: Sequence[str]  # as the form has them
    head: str
    metric: str
    policy: AugmentPolicy
    seed: int
    on_test_split: bool = False
    shows_leak: bool = False
    folds: int = DEFAULT_FOLDS
    repeats: int | None = None  # None: the default
    margin: float = MARGIN
    beside: Sequence[str] = ()  # rows that come from Augment and Balance
    settings: Mapping[str, Settings] = field(default_factory=dict)  # of strategies, where not usual
    original: ImageDataset | None = None  # before a person edited it, where that was done

    @property
    def rows(self) -> list[str]:
        """Return the names of all rows, the baseline first, each once."""
        return list(dict.fromkeys([BASELINE, *self.strategies, *self.beside]))

    @property
    def candidates(self) -> list[Candidate]:
        """Return all rows.

        Raises:
            SettingError: a name that stands for nothing.
        """
        return parse_candidates(self.rows, self.settings, self.policy)


def from_balance(plan: BalancePlan | None) -> FromBalance | None:
    """Return what a comparison takes from `plan`.

    A number for each class has no name as a row, so the default target stands in for it.
    """
    if plan is None:
        return None
    row = plan.strategy
    default = STRATEGIES[plan.strategy].default_target
    if not isinstance(plan.target, Mapping) and plan.target not in {None, default}:
        row = f"{plan.strategy}@{plan.target}"
    return FromBalance(row, plan.strategy, plan.settings)


@dataclass(eq=False)
class SoFar:
    """What is known before all is. The thread that compares writes it; pages read it."""

    asked: Asked
    report: EvaluationReport | None = None  # by the metric that matters alone
    done: Done | None = field(default=None, repr=False)
    embedded: Mapping[str, object] = field(default_factory=dict, repr=False)  # before it began

    def hear(self, done: Done) -> None:
        """Take what is known now."""
        self.report, self.done = done.summary(), done

    def kept(self) -> Mapping[str, object] | None:
        """Return what to keep where no more comes: nothing, unless two strategies are done."""
        if self.done is None or len(self.done.predictions.scores) < 2:
            return None
        return self.values(self.done.report())

    def values(self, report: EvaluationReport) -> Mapping[str, object]:
        """Return what is put into the session: the report, and the predictions that it is of."""
        predictions = None if self.done is None else self.done.predictions
        return {**self.embedded, "evaluation": report, "predictions": predictions}


def embed_and_evaluate(
    dataset: ImageDataset, source: VectorSource, so_far: SoFar, kept: Path, progress: Progress
) -> Mapping[str, object]:
    """Compare what `so_far` asks for, embedding first where that was not done.

    Predictions lie in `kept`: what is asked for again is not run again.
    """
    asked = so_far.asked
    embeddings, so_far.embedded = source.vectors(progress)
    experiment = Experiment(
        dataset,
        embeddings,
        find_head(asked.head),
        metric=asked.metric,
        margin=asked.margin,
        n_splits=asked.folds,
        repeats=asked.repeats,
        on_test_split=asked.on_test_split,
        shows_leak=asked.shows_leak,
        seed=asked.seed,
        device="auto",
        original=asked.original,
    )
    report = evaluate(
        experiment, asked.candidates, kept=kept, on_done=so_far.hear, progress=progress
    )
    return so_far.values(report)
