"""A comparison in one call, as most tests want it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from core.augment import AugmentPolicy
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import EvaluationReport, Experiment, Head, evaluate, find_head, parse_candidates
from core.evaluate.candidates import STANDARD_POLICY
from core.evaluate.report import Done
from core.progress import Progress, silent
from core.resample import Settings


def compare(
    dataset: ImageDataset,
    embeddings: Embeddings,
    *,
    strategies: Sequence[str] | None = None,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
    head: str | Head = "linear",
    kept: Path | None = None,
    clock: Callable[[], float] = perf_counter,
    on_done: Callable[[Done], None] | None = None,
    progress: Progress = silent,
    **experiment: Any,  # noqa: ANN401 - as the experiment has them
) -> EvaluationReport:
    """Return the report on strategies by name; the rest is the experiment's."""
    found = find_head(head) if isinstance(head, str) else head
    return evaluate(
        Experiment(dataset, embeddings, head=found, **experiment),
        parse_candidates(strategies, settings, policy),
        kept=kept,
        clock=clock,
        on_done=on_done,
        progress=progress,
    )
