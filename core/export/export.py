"""Write a balanced dataset: pictures, manifest, weights, recipe, synthetic vectors."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.embed import Embeddings
from core.errors import OutputError, SettingError
from core.export.items import AUGMENTED, ExportItem, list_items
from core.export.manifest import (
    LEFT_OUT_NAME,
    MANIFEST_NAME,
    ManifestRow,
    list_left_out,
    manifest_text,
)
from core.export.recipe import Recipe
from core.export.rendering import Rendered, render
from core.export.writers import Format, Writer, format_of
from core.progress import Progress, silent
from core.resample import (
    BalancePlan,
    Made,
    SyntheticPoints,
    TrainingSide,
    class_weights,
    find_strategy,
    log_priors,
    resample,
)
from core.words import count_of

WEIGHTS_NAME = "class_weights.json"
PRIORS_NAME = "class_log_priors.json"
VECTORS_NAME = "synthetic_vectors.npz"

_BATCH = 32


@dataclass(frozen=True, eq=False)
class ExportReport:
    """What was written."""

    target: Path
    rows: tuple[ManifestRow, ...]  # a row per picture
    before: dict[str, int]  # label -> training images
    after: dict[str, int]  # label -> training pictures written
    failed: tuple[SkippedFile, ...]  # images that could not be read any more
    synthetic: int  # vectors written
    relabelled: int = 0  # images that are in it with another label than in the source
    left_out: int = 0  # images of the source that a person has left out

    @property
    def changes(self) -> str:
        """Return '1 image relabelled, 2 images left out'; '' when a person has changed nothing."""
        counts = {"relabelled": self.relabelled, "left out": self.left_out}
        return ", ".join(f"{count_of(n, 'image')} {done}" for done, n in counts.items() if n)


def export(
    dataset: ImageDataset,
    plan: BalancePlan,
    recipe: Recipe,
    target: Path,
    *,
    made: Made | None = None,
    embeddings: Embeddings | None = None,
    progress: Progress = silent,
) -> ExportReport:
    """Write the dataset that `plan` describes to a zip ('.zip') or a new folder.

    Training originals are byte copies, save those whose EXIF tag asks viewers to turn them: they
    are stored upright, since most trainers ignore the tag and the class that has augmented
    (upright) pictures would give itself away; the recipe's `top_up` may ask for all of them to be
    encoded anew. Validation and test images are byte copies always.

    Args:
        dataset: The images.
        plan: What to keep and add.
        recipe: Its policy and seed are used; the whole of it is written.
        target: Where to write. Nothing has this name until all is written.
        made: What came out of carrying the plan out; made here unless given.
        embeddings: For strategies that need them, and for the vectors of synthetic points.
        progress: Told of pictures written.

    Raises:
        OutputError: the target exists, lies inside the source, or cannot be written.
        SettingError: `made` is of another plan, or the embeddings are missing.
    """
    record = find_strategy(plan.strategy)
    if made is not None and not made.plan.asks_as(plan):
        raise SettingError("The points were made for another plan. Make them again.")
    if record.effect.adds_points and embeddings is None:
        raise SettingError("Synthetic vectors need the embeddings. Embed the images first.")
    if target.absolute().resolve().is_relative_to(dataset.root.resolve()):
        raise OutputError(
            f"'{target}' lies inside the images that it is made from, and would become one of "
            "them. Choose a place outside."
        )
    # The policy may have been changed since: pictures hang on it.
    if made is None or made.policy != recipe.policy:
        made = resample(
            TrainingSide(
                dataset,
                plan,
                embeddings,
                policy=recipe.policy,
                seed=recipe.seed,
                progress=progress,
            )
        )
    items = list_items(dataset, made, top_up=recipe.top_up)
    synthetic = made.points if record.effect.adds_points else None
    format_: Format = format_of(target)
    text = recipe.to_text()
    with format_.open(target, text) as writer:
        rows, failed = _write_pictures(dataset, items, recipe, writer, progress)
        # Of what was written: those of the originals would correct a balanced set once more.
        counts = _count_training(dataset, rows)
        weights = _weights(counts, plan)
        writer.write(MANIFEST_NAME, manifest_text(rows, weights))
        writer.write(WEIGHTS_NAME, _json(weights))
        if record.adjusts_logits:
            facts = {"tau": plan.settings["tau"], "log_priors": log_priors(counts)}
            writer.write(PRIORS_NAME, _json(facts))
        left_out = list_left_out(dataset)
        if left_out:
            writer.write(LEFT_OUT_NAME, _json(left_out))
        if synthetic is not None and embeddings is not None:
            added = [item.path for item in items if item.origin == AUGMENTED]
            written = {row.path for row in rows}
            pictures = [path if path in written else "" for path in added[: made.pictured]]
            writer.write(VECTORS_NAME, _vectors(dataset, embeddings, synthetic, pictures))
    return ExportReport(
        target,
        tuple(rows),
        dataset.counts(TRAIN),
        _count_training(dataset, rows),
        tuple(failed),
        0 if synthetic is None else len(synthetic),
        relabelled=len({row.parent for row in rows if row.original_label}),
        left_out=len(left_out),
    )


def _weights(counts: dict[str, int], plan: BalancePlan) -> dict[str, float]:
    """Return those of the strategy; else those that a sampler may draw batches by."""
    weigh = find_strategy(plan.strategy).weigh
    return class_weights(counts) if weigh is None else weigh(counts, plan.settings)


def _json(value: object) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")  # lone surrogates become JSON's escapes


def _count_training(dataset: ImageDataset, rows: Sequence[ManifestRow]) -> dict[str, int]:
    counts = dict.fromkeys(dataset.classes, 0)
    for row in rows:
        counts[row.label] += row.split == TRAIN
    return counts


def _write_pictures(
    dataset: ImageDataset,
    items: Sequence[ExportItem],
    recipe: Recipe,
    writer: Writer,
    progress: Progress,
) -> tuple[list[ManifestRow], list[SkippedFile]]:
    rows: list[ManifestRow] = []
    failed: list[SkippedFile] = []

    def render_batch(batch: Sequence[ExportItem]) -> list[Rendered]:
        return [render(dataset, item, recipe, writer.has(item.path)) for item in batch]

    batches = run_batches(
        render_batch, items, batch_size=_BATCH, stage="writing pictures", progress=progress
    )
    with closing(batches):
        for rendered in batches:
            for picture in rendered:
                if picture.reason:
                    failed.append(SkippedFile(dataset.path(picture.item.row), picture.reason))
                    continue
                if picture.content is None:
                    writer.keep(picture.item.path)
                else:
                    writer.write(picture.item.path, picture.content)
                rows.append(_manifest_row(dataset, picture, recipe.policy.seed))
    return rows, failed


def _manifest_row(dataset: ImageDataset, picture: Rendered, seed: int) -> ManifestRow:
    item = picture.item
    values = [dict(step.values) for step in picture.drawn]
    return ManifestRow(
        path=item.path,
        label=item.label,
        split=item.split,
        origin=item.origin,
        parent=dataset.path(item.row),
        operation=picture.operation,
        values=json.dumps(values) if values else "",
        seed=seed,
        original_label=dataset.original_labels.get(dataset.path(item.row), ""),
        group=str(dataset.table["group"].iloc[item.row]),
    )


def _vectors(
    dataset: ImageDataset,
    embeddings: Embeddings,
    synthetic: SyntheticPoints,
    pictures: Sequence[str],
) -> bytes:
    """Return an .npz of the synthetic vectors, their parents, and the picture beside each.

    The picture is '' where its image could not be read any more. A point lies between two images,
    and so between two groups, which may differ: both stand there. Points without parents have a
    vector and a label, no more.
    """
    columns: dict[str, NDArray[Any]] = {
        "vectors": synthetic.materialize(embeddings),
        "label": synthetic.codes,
        "class_names": np.array(dataset.classes, np.str_),
    }
    if synthetic.parents is not None and synthetic.fractions is not None:
        paths = np.array(dataset.table["path"].tolist(), np.str_)
        groups = np.array(dataset.table["group"].tolist(), np.str_)
        bases, neighbours = synthetic.parents.T
        columns |= {
            "base_row": bases,
            "neighbor_row": neighbours,
            "base_path": paths[bases],
            "neighbor_path": paths[neighbours],
            "base_group": groups[bases],
            "neighbor_group": groups[neighbours],
            "fraction": synthetic.fractions,
            "picture": np.array(pictures, np.str_),
        }
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()
