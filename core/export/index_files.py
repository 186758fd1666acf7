"""The files beside the pictures of an export: each says when it is there and what it holds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.dataset import TRAIN, ImageDataset
from core.embed import Embeddings
from core.export.manifest import ManifestRow, labels_of, list_left_out, manifest_text
from core.resample import (
    BalancePlan,
    Made,
    class_weights,
    find_strategy,
    log_priors,
)


@dataclass(frozen=True, eq=False)
class Written:
    """The pictures that an export has written, and what they were made from."""

    dataset: ImageDataset
    plan: BalancePlan
    made: Made
    embeddings: Embeddings | None
    recipe_text: str
    told: Sequence[str]  # how it is made, a line for each step
    rows: Sequence[ManifestRow]
    added: Sequence[str]  # paths of the augmented pictures, as planned; '' where one failed

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return label -> training pictures written."""
        counts = dict.fromkeys(self.dataset.classes, 0)
        for row in self.rows:
            counts[row.label] += row.repeats * (row.split == TRAIN)
        return counts

    @cached_property
    def labels(self) -> list[str]:
        """Return the labels in order of their codes: see `labels_of`."""
        return labels_of(self.dataset, self.made)

    @cached_property
    def weights(self) -> dict[str, float]:
        """Return label -> weight, of what was written: a balanced set is not corrected twice."""
        weigh = find_strategy(self.plan.strategy).weigh
        # Where a strategy has none, a sampler may draw batches by these.
        return weigh(self.counts, self.plan.settings) if weigh else class_weights(self.counts)


@dataclass(frozen=True)
class IndexFile:
    """A file beside the pictures."""

    name: str
    content: Callable[[Written], bytes]
    # Whether it is there, known before anything is made: the page draws it.
    is_there: Callable[[ImageDataset, BalancePlan], bool] = lambda dataset, plan: True  # noqa: ARG005


def parquet_text(name: str) -> str:
    """Return a name as Parquet can hold it: bytes that are no text become '?'."""
    return name.encode("utf-8", "replace").decode()


def _json(value: object) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")  # lone surrogates become JSON's escapes


def _manifest(written: Written) -> bytes:
    return manifest_text(written.rows, written.weights)


def _priors(written: Written) -> bytes:
    tau = written.plan.settings["tau"]
    return _json({"tau": tau, "log_priors": log_priors(written.counts)})


def _vectors(written: Written) -> bytes:
    """Return an .npz of the synthetic vectors, their parents, and the picture beside each.

    The picture is '' where its image could not be read any more. A point lies between two images,
    and so between two groups, which may differ: both stand there. Points without parents have a
    vector and a label, no more.
    """
    dataset, points, embeddings = written.dataset, written.made.points, written.embeddings
    assert embeddings is not None, "`export` refuses to make points without vectors"
    columns: dict[str, NDArray[Any]] = {
        "vectors": points.materialize(embeddings),
        "label": points.codes,
        "class_names": np.array(dataset.classes, np.str_),
    }
    if points.parents is not None and points.fractions is not None:
        paths = np.array(dataset.table["path"].tolist(), np.str_)
        groups = np.array(dataset.table["group"].tolist(), np.str_)
        bases, neighbors = points.parents.T
        columns |= {
            "base_row": bases,
            "neighbor_row": neighbors,
            "base_path": paths[bases],
            "neighbor_path": paths[neighbors],
            "base_group": groups[bases],
            "neighbor_group": groups[neighbors],
            "fraction": points.fractions,
            "picture": np.array(written.added[: written.made.pictured], np.str_),
        }
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()


def _makes_points(dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return find_strategy(plan.strategy).effect.adds_points


def _adjusts_logits(dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return find_strategy(plan.strategy).adjusts_logits


def _leaves_out(dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return len(dataset.present_rows) < len(dataset)


MANIFEST = IndexFile("manifest.csv", _manifest)
WEIGHTS = IndexFile("class_weights.json", lambda written: _json(written.weights))
PRIORS = IndexFile("class_log_priors.json", _priors, _adjusts_logits)
# No table: a set with one more would be taken to have labels there.
LEFT_OUT = IndexFile(
    "left_out.json", lambda written: _json(list_left_out(written.dataset)), _leaves_out
)
VECTORS = IndexFile("synthetic_vectors.npz", _vectors, _makes_points)
RECIPE = IndexFile("recipe.json", lambda written: written.recipe_text.encode())
