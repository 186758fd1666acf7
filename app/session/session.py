"""What a visitor has made so far. A new result drops what hung on the old one."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from core.audit import AuditReport, audit
from core.augment import PRESETS, AugmentPolicy
from core.augment.evidence import Evidence
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.questions import with_decoding
from core.embed import Embeddings
from core.evaluate import EvaluationReport
from core.export import ExportReport
from core.ingest import Survey
from core.pictures.decoding import Decoding
from core.project import Clusters, JointFit, Placement, Projection
from core.resample import STRATEGIES, BalancePlan, Made, SyntheticPoints
from core.resample.difficulty import Difficulty
from core.resample.quality import SyntheticQuality

_MOST_PLACED = 4


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
    beside: Balanced
    synthetic: SyntheticPoints
    joint: JointFit | None = None

    def is_beside(self, name: str, balanced: Balanced, projection: Projection) -> bool:
        """Return whether this is what stands beside `balanced` on `projection`."""
        # A joint fit lies on the map that it was fitted for.
        is_on_map = self.joint is None or self.joint.projection.settings == projection.settings
        return self.name == name and self.beside is balanced and is_on_map


@dataclass(frozen=True, eq=False)
class Pending:
    """Images that wait for the person's word about their labels."""

    name: str
    folder: Path  # of the workspace, made for them
    survey: Survey


@dataclass(frozen=True, eq=False)
class Session:
    """Everything of one visitor, step by step. `None`: not made yet."""

    pending: Pending | None = None  # brought, and not decided about
    source: ImageDataset | None = None  # all that was brought
    folder: Path | None = None  # of the workspace, made for it
    taken: ImageDataset | None = None  # what was taken of it
    edits: Edits = field(default_factory=Edits)  # what the person has changed in its labels
    dataset: ImageDataset | None = None  # what was taken, with these edits
    audit: AuditReport | None = None
    policy: AugmentPolicy = field(default_factory=lambda: PRESETS["standard"])
    policy_chosen: bool = False  # the person changed it
    evidence: Evidence | None = None  # of operations, by the encoder of the embeddings
    embeddings: Embeddings | None = None
    balanced: Balanced | None = None
    difficulty: Difficulty | None = None  # of the embeddings
    quality: SyntheticQuality | None = None  # of the points of `balanced`
    projections: dict[str, Projection] = field(default_factory=dict)  # by method
    placed: tuple[Placed, ...] = ()  # the last few
    compared: Compared | None = None
    clusters: Clusters | None = None  # of the embeddings
    evaluation: EvaluationReport | None = None
    exported: ExportReport | None = None
    export_stale: bool = False  # something that it was made from has changed since

    def with_source(
        self, source: ImageDataset, report: AuditReport, folder: Path | None = None
    ) -> "Session":
        """Return the session of a new dataset: nothing of the old one stays."""
        return Session(source=source, folder=folder, taken=source, dataset=source, audit=report)

    def with_pending(self, pending: Pending | None) -> "Session":
        """Return the session with other images that wait; what is there stays until then."""
        return replace(self, pending=pending)

    def with_taken(self, dataset: ImageDataset, report: AuditReport) -> "Session":
        """Return the session of other classes or counts of the same source, without edits."""
        return Session(
            pending=self.pending,
            source=self.source,
            folder=self.folder,
            taken=dataset,
            dataset=dataset,
            audit=report,
            policy=self.policy,
            policy_chosen=self.policy_chosen,
        )

    def with_decoding(self, decoding: Decoding, report: AuditReport) -> "Session":
        """Return the session of the same images decoded in another way, with their audit.

        What was made from pixels goes. Edits and the policy stay, and so does a plan that needs no
        vectors.
        """
        if self.source is None or self.taken is None:
            return self
        source = with_decoding(self.source, decoding)
        taken = source if self.taken is self.source else with_decoding(self.taken, decoding)
        hangs = self.balanced is not None and self.balanced.made is not None
        return Session(
            pending=self.pending,
            source=source,
            folder=self.folder,
            taken=taken,
            edits=self.edits,
            dataset=self.edits.apply(taken),
            audit=report,
            policy=self.policy,
            policy_chosen=self.policy_chosen,
            balanced=None if hangs else self.balanced,
            exported=self.exported,
            export_stale=self.exported is not None,
        )

    @property
    def made_from_pixels(self) -> list[str]:
        """Return what would go if the pictures were decoded in another way, in words."""
        made = {
            "the embedding and its maps": self.embeddings is not None,
            "the evidence on Augment": self.evidence is not None,
            "what the strategy made": self.balanced is not None and self.balanced.made is not None,
            "the comparison of strategies": self.evaluation is not None,
        }
        return [name for name, is_there in made.items() if is_there]

    def with_edits(self, edits: Edits) -> "Session":
        """Return the session with other labels and splits; rows, vectors and maps stay.

        What was made from labels goes, unless nothing but the review list has changed.

        Raises:
            SettingError: an edit is of a row that is not there.
            EmptyDatasetError: no training image would be left.
        """
        if self.taken is None or edits.of_data == self.edits.of_data:
            return replace(self, edits=edits)
        dataset = edits.apply(self.taken)
        pictures = self.audit.pictures if self.audit is not None else None
        return replace(
            self,
            edits=edits,
            dataset=dataset,
            # The pictures are the same: nothing is compared again while a page waits.
            audit=audit(dataset, most_compared=0, pictures=pictures),
            balanced=None,
            difficulty=None,
            quality=None,
            evaluation=None,
            export_stale=self.exported is not None,
        )

    def with_policy(self, policy: AugmentPolicy) -> "Session":
        """Return the session with another way to augment."""
        return replace(
            self, policy=policy, policy_chosen=True, export_stale=self.exported is not None
        )

    def with_evidence(self, evidence: Evidence) -> "Session":
        """Return the session with what operations do to each class."""
        return replace(self, evidence=evidence)

    def with_embeddings(self, embeddings: Embeddings, projection: Projection) -> "Session":
        """Return the session with new vectors; points, maps and scores of the old ones go.

        A plan that needs no vectors does not hang on them and stays.
        """
        hangs = self.balanced is not None and self.balanced.made is not None
        return replace(
            self,
            embeddings=embeddings,
            evidence=None,
            balanced=None if hangs else self.balanced,
            difficulty=None,
            quality=None,
            projections={projection.method: projection},
            placed=(),
            compared=None,
            clusters=None,
            evaluation=None,
            export_stale=self.export_stale or (hangs and self.exported is not None),
        )

    def with_projection(self, projection: Projection) -> "Session":
        """Return the session with one more map of the same points."""
        maps = {**self.projections, projection.method: projection}
        return replace(self, projections=maps)

    def with_placed(self, placed: Placed) -> "Session":
        """Return the session with better places of synthetic points."""
        return replace(self, placed=(*self.placed, placed)[-_MOST_PLACED:])

    def with_compared(self, compared: Compared) -> "Session":
        """Return the session with something beside the map."""
        return replace(self, compared=compared)

    def with_clusters(self, clusters: Clusters) -> "Session":
        """Return the session with groups found without labels."""
        return replace(self, clusters=clusters)

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

    def with_balanced(self, balanced: Balanced) -> "Session":
        """Return the session with a strategy carried out."""
        stale = self.exported is not None
        return replace(self, balanced=balanced, quality=None, export_stale=stale)

    def with_difficulty(self, difficulty: Difficulty) -> "Session":
        """Return the session with what speaks against SMOTE on these images."""
        return replace(self, difficulty=difficulty)

    def with_quality(self, quality: SyntheticQuality) -> "Session":
        """Return the session with what was measured of its points."""
        return replace(self, quality=quality)

    def with_evaluation(self, evaluation: EvaluationReport) -> "Session":
        """Return the session with a comparison of strategies."""
        return replace(self, evaluation=evaluation)

    def with_export(self, exported: ExportReport, *, started: "Session | None" = None) -> "Session":
        """Return the session with a finished export of what `started` held (None: of this)."""
        started = started or self
        is_stale = (
            self.policy != started.policy
            or self.balanced is not started.balanced
            or self.dataset is not started.dataset
        )
        return replace(self, exported=exported, export_stale=is_stale)

    def export_path(self) -> Path | None:
        """Return where the last export lies, if it is still there."""
        if self.exported is None or not self.exported.target.exists():
            return None
        return self.exported.target
