"""Carry a plan out: which images stay, and the points that are made."""

from dataclasses import replace

import numpy as np

from core.dataset import Labelled, Rows
from core.embed import Embeddings
from core.errors import LeakError, SettingError
from core.progress import Progress, silent
from core.resample.carry_out import Resampled, Side, carry_out
from core.resample.plan import BalancePlan
from core.resample.quality import measure_quality
from core.resample.strategies import find_strategy
from core.resample.strategy import Exports
from core.resample.synthetic import SyntheticPoints


def resample(
    dataset: Labelled,
    embeddings: Embeddings | None,
    plan: BalancePlan,
    *,
    rows: Rows | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Resampled:
    """Choose what stays and make what `plan` adds.

    Args:
        dataset: The images.
        embeddings: Their vectors, for strategies that need them; images without one become no
            parent and are never left out.
        plan: What to keep and add.
        rows: The only rows that may be kept or become parents; the training split unless given.
        seed: Same seed, same result.
        progress: Told of classes or blocks.

    Raises:
        SettingError: the strategy needs embeddings, and there are none.
        LeakError: one of `rows` is not of the training split, or a parent lies outside `rows`.
    """
    record = find_strategy(plan.strategy)
    if record.needs_embeddings and embeddings is None:
        raise SettingError(f"{record.title} works on embeddings. Embed the images first.")
    allowed = np.sort(dataset.training_rows if rows is None else rows)
    if not np.isin(allowed, dataset.training_rows).all():
        raise LeakError(
            "Validation and test images are never balanced, and a row of them was given."
        )
    side = Side(
        dataset, allowed, embeddings if record.needs_embeddings else None, plan, seed, progress
    )
    made = carry_out(side)
    if plan.settings.get("unsafe") == "leave_out":
        made = replace(made, points=_without_unsafe(side, made.points))
    if not np.isin(made.points.parents, allowed).all():
        raise LeakError("A synthetic point has a parent outside the rows that may be used.")
    keep, add = _counts(dataset, made)
    if record.exports is Exports.AUGMENTED:
        add = dict(plan.add)  # pictures are made by the export
    # A class that is too small for points gets augmented pictures instead.
    add |= {label: plan.add[label] for label in made.points.too_small}
    return replace(made, plan=plan.settled(keep, add))


def _without_unsafe(side: Side, points: SyntheticPoints) -> SyntheticPoints:
    assert side.embeddings is not None
    quality = measure_quality(
        side.dataset,
        side.embeddings,
        points,
        rows=side.rows,
        device=side.device,
        progress=side.progress,
    )
    return points.only(~quality.is_unsafe)


def _counts(dataset: Labelled, made: Resampled) -> tuple[dict[str, int], dict[str, int]]:
    """Return label -> rows that stay, and label -> points."""
    length = len(dataset.classes)
    kept = np.bincount(dataset.codes[made.kept], minlength=length).tolist()
    added = np.bincount(made.points.labels, minlength=length).tolist()
    labels = made.plan.before  # a plan may know fewer classes than the dataset
    both = dict(zip(dataset.classes, zip(kept, added, strict=True), strict=True))
    return {label: both[label][0] for label in labels}, {label: both[label][1] for label in labels}
