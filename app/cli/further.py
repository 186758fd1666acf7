"""What `evenset evaluate` is asked besides: more images, and costs in the shares outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.cli.options import PATH, gathered, option, together
from app.cli.terminal import Bars, print_table
from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.evaluate import EvaluationReport, Experiment, Predictions
from core.evaluate.curve_text import WANTED, MoreImages
from core.evaluate.decisions import Decisions, decide
from core.evaluate.experiment import share_of
from core.evaluate.more_images import (
    EVERY_CLASS,
    cost_text,
    foretell_more_images,
    parse_labels,
    suitable_candidates,
)
from core.evaluate.world import check_names, count_images, make_world, parse_shares, read_costs


@dataclass(frozen=True)
class FurtherOptions:
    """What is asked once strategies are compared."""

    more_images: str | None  # classes
    wanted: float  # in per cent
    shares: str | None
    costs: Path | None


further_options = together(
    option(
        "--more-images", metavar="CLASS,...",
        help="then foretell what more images of these classes would bring; all: of each, and of "
        "all together",
    ),
    option(
        "--wanted", type=float, default=100 * WANTED, metavar="PERCENT",
        help="with --more-images, tell how many a recall of so much would take (default 90)",
    ),
    option(
        "--shares", metavar="CLASS=SHARE,...",
        help="then tell what decisions cost with classes in these shares; or a CSV file of them",
    ),
    option(
        "--costs", type=PATH, metavar="FILE.csv",
        help="the same with costs: decisions in the first line, then a line for each class "
        "(default: a wrong decision costs 1)",
    ),
    gathered("further", FurtherOptions),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Questions:
    """What is asked, checked before anything is compared."""

    wants_more: bool
    labels: list[str] | None  # classes of which more images are thought of; None: all
    wanted: float
    shares: Mapping[str, float] | None
    costs: Mapping[str, Mapping[str, float]] | None


@dataclass(frozen=True, eq=False)
class FurtherResults:
    """What was found; None: not asked for."""

    wanted: float = WANTED
    more: MoreImages | None = None
    decisions: Decisions | None = None

    def print(self) -> None:
        """Print it for people."""
        if self.decisions is not None:
            for line in self.decisions.lines:
                print(line)
            _print_costs(self.decisions)
        for line in self.more.lines(self.wanted) if self.more is not None else []:
            print(line)

    def to_json(self) -> dict[str, object]:
        """Return it as plain values that stand beside those of the comparison."""
        found: dict[str, object] = {}
        if self.more is not None:
            found["more_images"] = self.more.to_json(self.wanted)
        if self.decisions is not None:
            found["decisions"] = self.decisions.to_json()
        return found


def read_questions(further: FurtherOptions, dataset: ImageDataset) -> Questions:
    """Return what is asked of a dataset.

    Raises:
        SettingError: a class that there is not, or numbers that are no shares or costs.
    """
    if not 0 < further.wanted <= 100:
        raise SettingError(f"--wanted is {further.wanted:g}. Use more than 0 and at most 100.")
    shares = None if further.shares is None else parse_shares(further.shares)
    classes = [label for label, count in dataset.counts(TRAIN).items() if count]
    check_names(classes, shares or {}, "Shares")
    return Questions(
        further.more_images is not None,
        parse_labels(further.more_images or "all", dataset),
        share_of(further.wanted),
        shares,
        None if further.costs is None else read_costs(further.costs),
    )


def ask_further(
    questions: Questions,
    report: EvaluationReport,
    predictions: Predictions,
    experiment: Experiment,
    progress: Bars,
    *,
    is_told: bool,
) -> FurtherResults:
    """Return what was asked; a curve is measured with the recommended row where it can be."""
    more, decisions = None, None
    if questions.shares is not None or questions.costs is not None:
        world = make_world(
            predictions.classes, count_images(predictions),
            shares=questions.shares, costs=questions.costs,
        )  # fmt: skip
        titles = {row.name: row.title for row in report.strategies}
        decisions = decide(predictions, world, titles, progress=progress)
    if questions.wants_more:
        candidate = suitable_candidates(report)[0]
        labels = [EVERY_CLASS, *report.classes] if questions.labels is None else questions.labels
        if is_told:
            encoder = experiment.embeddings.encoder
            cost = cost_text(experiment.dataset, encoder, candidate, labels)
            progress.say(f"evenset: more images: {cost}")
        more = foretell_more_images(experiment, candidate, labels, progress=progress)
    return FurtherResults(questions.wanted, more, decisions)


def _print_costs(decisions: Decisions) -> None:
    print_table(
        [
            "strategy", "cost", "over none (95%)", "by its own scores", "temperature",
            "calibration error", "corrected",
        ],
        [
            [
                row.title, f"{row.cost:.3f}", row.difference_text, f"{row.unaided:.3f}",
                f"{row.temperature:.2f}", f"{row.before.error:.1%}", f"{row.after.error:.1%}",
            ]
            for row in decisions.rows
        ],
    )  # fmt: skip
