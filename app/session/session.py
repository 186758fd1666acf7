"""What a visitor has made so far: each value once, with what it needs.

`Session.put` replaces values and drops what hung on the old ones. To add a value is to declare it
here; a job that makes it names it in `puts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import eq
from pathlib import Path

from app.session.graph import Graph, declared, value, values_of
from core.audit import (
    AuditInput,
    AuditReport,
    BlindSample,
    Insights,
    PictureMeasures,
    write_report,
)
from core.augment import PRESETS, AugmentPolicy
from core.augment.evidence import Evidence
from core.dataset import ImageDataset, Take, select
from core.dataset.edits import Edits
from core.dataset.questions import with_decoding
from core.embed import DEFAULT_ENCODER, Embeddings
from core.errors import SettingError
from core.evaluate import EvaluationReport, Predictions
from core.evaluate.augmentation_answer import BestAugmentation
from core.evaluate.curve_text import MoreImages
from core.evaluate.decisions import Decisions
from core.export import ExportReport, Samples
from core.ingest import Survey
from core.pictures.decoding import Decoding
from core.project import Clusters, JointFit, Placement, Projection
from core.resample import STRATEGIES, BalancePlan, Made, SyntheticPoints, make_plan
from core.resample.difficulty import Difficulty
from core.resample.quality import SyntheticQuality

AT_ONCE_SECONDS = 4.0  # that a load may take longer for the audit to look at the pictures

_MOST_PLACED = 4


@dataclass(frozen=True, eq=False)
class Pending:
    """Images that wait for the person's word: about their labels, or what they would replace."""

    name: str
    folder: Path  # of the workspace, made for them
    survey: Survey
    proposed: tuple[str, ...] = ()  # readings that were said first, the best first: their options
    not_ahead: str = ""  # why they are not embedded ahead any more; see `Session.not_ahead`
    is_decided: bool = False  # their labels are clear: only whether they replace others is not


@dataclass(frozen=True, eq=False)
class Balanced:
    """A plan that was chosen, and what came out of carrying it out on the embeddings."""

    plan: BalancePlan  # with the counts that came out, where it was carried out
    seed: int
    made: Made | None = None  # None: the export carries it out, without embeddings

    @property
    def synthetic(self) -> SyntheticPoints | None:
        """Return the synthetic points; None for a strategy that makes none."""
        adds_points = STRATEGIES[self.plan.strategy].effect.adds_points
        return self.made.points if self.made is not None and adds_points else None


@dataclass(frozen=True, eq=False)
class Placed:
    """Where synthetic points were placed on a map."""

    synthetic: SyntheticPoints
    projection: Projection
    placement: Placement


@dataclass(frozen=True, eq=False)
class Compared:
    """What stands beside the map of a strategy: another one, or a joint fit of its points."""

    name: str  # of a strategy; 'joint' for a joint fit
    synthetic: SyntheticPoints
    joint: JointFit | None = None

    def is_beside(self, name: str, projection: Projection) -> bool:
        """Return whether this is what `name` stands for beside `projection`."""
        # A joint fit lies on the map that it was fitted for.
        is_on_map = self.joint is None or self.joint.projection.settings == projection.settings
        return self.name == name and is_on_map


def _taken(session: "Session", _: "Session") -> ImageDataset | None:
    dataset = session.source
    if dataset is not None and session.take is not None:
        dataset = select(dataset, session.take)
    if dataset is not None and session.decoding is not None:
        dataset = with_decoding(dataset, session.decoding)
    return dataset


def _edited(session: "Session", _: "Session") -> ImageDataset | None:
    return session.edits.apply(session.taken) if session.taken is not None else None


def _audited(session: "Session", _: "Session") -> AuditReport | None:
    """Return the audit of what is known by now; no picture is looked at meanwhile."""
    if session.dataset is None:
        return None
    insights = session.insights or Insights()
    given = AuditInput(session.dataset, session.measures, insights, session.thresholds)
    return write_report(given)


def _by_method(
    maps: Mapping[str, Projection], more: Mapping[str, Projection]
) -> dict[str, Projection]:
    return {**maps, **more}


def _last_placed(placed: tuple[Placed, ...], more: tuple[Placed, ...]) -> tuple[Placed, ...]:
    return (*placed, *more)[-_MOST_PLACED:]


def _is_adapted(embeddings: Embeddings | None) -> bool:
    """Return whether vectors hang on labels, which their encoder has learned."""
    return embeddings is not None and embeddings.base is not None


def _is_made(balanced: Balanced | None) -> bool:
    return balanced is not None and balanced.made is not None


def _is_of_vectors(samples: Samples | None) -> bool:
    return samples is not None and samples.source.embeddings is not None


def _planned_anew(session: "Session", before: "Session") -> Balanced | None:
    """Return the plan of the strategy that was chosen, for the labels that there are now."""
    balanced, dataset = before.balanced, session.dataset
    if balanced is None or dataset is None or session.differs(before, ("source", "take")):
        return None
    plan = balanced.plan
    try:
        plan = make_plan(
            dataset, plan.strategy, plan.target, settings=plan.settings,
            most_per_image=plan.most_per_image,
        )  # fmt: skip
    except SettingError:  # such as a number for a class that is no more
        return None
    return Balanced(plan, balanced.seed)


def _waits_alike(before: Pending | None, after: Pending | None) -> bool:
    if before is None or after is None:
        return before is after
    return before.survey is after.survey


def _not_ahead(session: "Session", before: "Session") -> str:
    """Return why images that were waiting, and have been read now, are not embedded ahead."""
    pending = before.pending
    return pending.not_ahead if pending is not None and pending.folder == session.folder else ""


def _changes_alike(before: Edits, after: Edits) -> bool:
    return before.of_data == after.of_data  # a review list changes no label


@declared
@dataclass(frozen=True, eq=False)
class Session(Graph):
    """Everything of one visitor, step by step. `None`: not made yet."""

    # What was brought, and what is done with it.
    source: ImageDataset | None = value()  # all that was brought, as it was read
    folder: Path | None = value(needs=("source",))  # of the workspace, made for it
    survey: Survey | None = value(
        needs=("source",)
    )  # that it was read by; None: by a server before
    pending: Pending | None = value(  # brought, not decided; or the same images asked about again
        needs=("source", "folder", "survey"), same=_waits_alike
    )
    take: Take | None = value(needs=("source",))  # None: all of it
    decoding: Decoding | None = value(needs=("source",))  # None: as the source has it
    taken: ImageDataset | None = value(needs=("source", "take", "decoding"), derive=_taken)
    edits: Edits = value(
        needs=("source", "take"), same=_changes_alike, default_factory=Edits,
        title="your changes of labels",
    )  # fmt: skip
    dataset: ImageDataset | None = value(needs=("taken", "edits"), derive=_edited)
    measures: PictureMeasures | None = value(needs=("taken",))  # of every picture
    thresholds: Mapping[str, float] = value(  # of checks, where the person has moved them
        needs=("source",), same=eq, default_factory=dict
    )

    policy: AugmentPolicy = value(
        needs=("source",), same=eq, default_factory=lambda: PRESETS["standard"]
    )
    policy_chosen: bool = value(  # the person changed it
        needs=("source",), default=False, title="your settings on Augment"
    )
    encoder: str = value(same=eq, default=DEFAULT_ENCODER)  # that the person wants to embed with
    # Why images are not embedded ahead any more, in a sentence; '': they may be.
    not_ahead: str = value(needs=("source",), derive=_not_ahead, same=eq, default="")
    embeddings: Embeddings | None = value(
        needs=("taken",), needs_where={"dataset": _is_adapted}, title="the embedding and its maps"
    )
    # Of labels that a person has changed since, it is out of date and stays until made again:
    # a list that is reviewed does not go with the first decision.
    insights: Insights | None = value(
        needs=("taken", "embeddings", "measures"), dated_by=("dataset",)
    )
    blind_sample: BlindSample | None = value(  # of images whose labels are reviewed blindly
        needs=("taken",), title="your blind review"
    )
    audit: AuditReport | None = value(
        needs=("dataset", "measures", "insights", "thresholds"), derive=_audited
    )
    # What takes minutes to make is out of date where labels change, and stays.
    evidence: Evidence | None = value(  # of operations, by the encoder of the embeddings
        needs=("embeddings", "taken"), dated_by=("dataset",), title="the evidence on Augment"
    )
    best_augmentation: BestAugmentation | None = value(  # of the operations that it was chosen from
        needs=("embeddings", "taken"), dated_by=("dataset",), title="the choice of an augmentation"
    )
    projections: dict[str, Projection] = value(  # by method
        needs=("embeddings",), join=_by_method, default_factory=dict
    )
    clusters: Clusters | None = value(needs=("embeddings", "dataset"))  # as many as classes
    difficulty: Difficulty | None = value(needs=("embeddings", "dataset"))

    # A plan is counts of labels: of other ones it is made again, and has to be carried out again.
    # Where it was carried out it hangs on vectors, too.
    balanced: Balanced | None = value(
        needs=("source", "take", "edits"), needs_where={"embeddings": _is_made},
        derive=_planned_anew, title="what the strategy made",
    )  # fmt: skip
    quality: SyntheticQuality | None = value(needs=("balanced", "embeddings"))
    compared: Compared | None = value(needs=("balanced", "embeddings"))  # beside the map
    placed: tuple[Placed, ...] = value(  # the last few
        needs=("embeddings",), join=_last_placed, default=()
    )
    # Of labels that a person has changed since, it is out of date too: a label that is decided
    # among its errors does not take them away.
    evaluation: EvaluationReport | None = value(
        needs=("embeddings", "taken"), dated_by=("dataset", "policy"),
        title="the comparison of strategies",
    )  # fmt: skip
    predictions: Predictions | None = value(needs=("evaluation",))  # that it was made of
    costs_outside: Decisions | None = value(  # by costs, in the shares outside
        needs=("predictions",), title="the decisions by costs"
    )
    more_images: MoreImages | None = value(  # what they would bring
        needs=("embeddings", "taken"), dated_by=("dataset",), title="the curves of more images"
    )
    samples: Samples | None = value(  # pictures as an export would write them
        needs=("dataset", "policy"), needs_where={"embeddings": _is_of_vectors}
    )
    exported: ExportReport | None = value(
        needs=("source", "take"), dated_by=("dataset", "policy", "balanced"),
        title="the last export",
    )  # fmt: skip

    @property
    def export_stale(self) -> bool:
        """Return whether something that the export was made from has changed since."""
        return "exported" in self.outdated

    @property
    def evaluation_stale(self) -> str:
        """Return what has changed since the comparison, as 'Labels have changed', or nothing."""
        newer = self.outdated.get("evaluation", frozenset())
        if "dataset" in newer:
            return "Labels have changed"
        uses_policy = self.evaluation is not None and self.evaluation.uses_policy
        return "The augmentation has changed" if uses_policy and "policy" in newer else ""

    def placement(self, synthetic: SyntheticPoints, projection: Projection) -> Placement:
        """Return where synthetic points lie on a map: the best places known."""
        for placed in self.placed:
            if placed.synthetic is synthetic and placed.projection is projection:
                return placed.placement
        return projection.place(synthetic)

    def is_placed(self, synthetic: SyntheticPoints, projection: Projection) -> bool:
        """Return whether the points were placed on the map among their nearest images."""
        return any(
            placed.synthetic is synthetic and placed.projection is projection
            for placed in self.placed
        )

    def export_path(self) -> Path | None:
        """Return where the last export lies, if it is still there."""
        if self.exported is None or not self.exported.target.exists():
            return None
        return self.exported.target


VALUES = values_of(Session)
