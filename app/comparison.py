"""The comparison that a person asks for, as long work, and what is known of it so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.work import embed_and_map
from core.augment import AugmentPolicy
from core.dataset import ImageDataset
from core.embed import DEFAULT_ENCODER, Embeddings
from core.evaluate import EvaluationReport, evaluate
from core.progress import Progress
from core.project import Projection

Evaluated = tuple[Embeddings, Projection | None, EvaluationReport]


@dataclass(frozen=True)
class Asked:
    """What a person wants compared, and how."""

    strategies: Sequence[str]
    head: str
    metric: str
    policy: AugmentPolicy
    seed: int
    on_test_split: bool = False
    shows_leak: bool = False


@dataclass(eq=False)
class SoFar:
    """What is known before all is. The thread that compares writes it; the page reads it."""

    report: EvaluationReport | None = None

    def hear(self, report: EvaluationReport) -> None:
        """Take what is known now."""
        self.report = report


def embed_and_evaluate(
    dataset: ImageDataset,
    taken: ImageDataset,
    embeddings: Embeddings | None,
    asked: Asked,
    cache: Path,
    so_far: SoFar,
    progress: Progress,
) -> Evaluated:
    """Compare strategies, embedding first where that was not done.

    All that was taken is embedded: an image that is left out now may come back.
    """
    projection = None
    if embeddings is None:
        embeddings, projection = embed_and_map(taken, DEFAULT_ENCODER, "auto", cache, progress)
    report = evaluate(
        dataset,
        embeddings,
        strategies=asked.strategies,
        head=asked.head,
        metric=asked.metric,
        policy=asked.policy,
        on_test_split=asked.on_test_split,
        shows_leak=asked.shows_leak,
        seed=asked.seed,
        device="auto",
        hear=so_far.hear,
        progress=progress,
    )
    return embeddings, projection, report
