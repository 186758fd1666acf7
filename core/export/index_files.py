"""The files beside the pictures of an export: each says when it is there and what it holds."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.dataset import TRAIN, ImageDataset
from core.embed import Embeddings
from core.export.manifest import ManifestRow, folders_of, list_left_out, manifest_text
from core.export.training import (
    TRAINING_FILE,
    Training,
    VectorCounts,
    make_training,
    plan_weights,
)
from core.export.vectors import (
    ExportedVectors,
    VectorTable,
    real_vectors,
    synthetic_vectors,
    to_npz,
    to_parquet,
)
from core.resample import BalancePlan, Made, find_strategy


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
    own: Mapping[int, str]  # row of an image -> path of its own picture, where it is written
    added: Sequence[str]  # paths of the augmented pictures, as planned; '' where one failed
    layout: str  # its name

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return label -> training pictures written."""
        counts = dict.fromkeys(self.dataset.classes, 0)
        for row in self.rows:
            counts[row.label] += row.repeats * (row.split == TRAIN)
        return counts

    @cached_property
    def labels(self) -> list[str]:
        """Return the labels in order of code."""
        return list(self.folders)

    @cached_property
    def weights(self) -> dict[str, float]:
        """Return label -> weight, of what was written: a balanced set is not corrected twice."""
        return plan_weights(self.plan, self.counts)

    @cached_property
    def folders(self) -> dict[str, str]:
        """Return label -> name in paths, in order of code."""
        return folders_of(self.dataset, self.made)

    @cached_property
    def real_vectors(self) -> VectorTable:
        """Return the vectors of the originals."""
        return real_vectors(self._vectors)

    @cached_property
    def synthetic_vectors(self) -> VectorTable:
        """Return the vectors of the synthetic points."""
        return synthetic_vectors(self._vectors)

    @cached_property
    def training(self) -> Training:
        """Return what a trainer needs beside the pictures."""
        vectors = None
        if _makes_points(self.dataset, self.plan):
            real, made = self.real_vectors, self.synthetic_vectors
            is_training = (real.columns["split"] == TRAIN) & (real.columns["path"] != "")
            vectors = VectorCounts(
                real.dimension, real.counts(is_training), made.counts(), made.interpolation
            )
        return make_training(
            self.plan, self.folders, self.counts, layout=self.layout, vectors=vectors
        )

    @cached_property
    def _vectors(self) -> ExportedVectors:
        assert self.embeddings is not None, "`export` refuses to make points without vectors"
        return ExportedVectors(
            self.dataset,
            self.embeddings,
            self.made.points,
            classes=tuple(self.folders),
            originals=self.own,
            pictures=self.added[: self.made.pictured],
        )


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


def _left_out(written: Written) -> bytes:
    text = json.dumps(list_left_out(written.dataset), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")  # lone surrogates become JSON's escapes


def _makes_points(dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return find_strategy(plan.strategy).effect.adds_points


def _leaves_out(dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return len(dataset.present_rows) < len(dataset)


MANIFEST = IndexFile(
    "manifest.csv",
    lambda written: manifest_text(written.rows, plan_weights(written.plan, written.counts)),
)
TRAINING = IndexFile(TRAINING_FILE, lambda written: written.training.to_text().encode())
# No table: a set with one more would be taken to have labels there.
LEFT_OUT = IndexFile("left_out.json", _left_out, _leaves_out)
VECTORS = (
    IndexFile("vectors.npz", lambda written: to_npz(written.real_vectors), _makes_points),
    IndexFile("vectors.parquet", lambda written: to_parquet(written.real_vectors), _makes_points),
    IndexFile(
        "synthetic_vectors.npz", lambda written: to_npz(written.synthetic_vectors), _makes_points
    ),
    IndexFile(
        "synthetic_vectors.parquet",
        lambda written: to_parquet(written.synthetic_vectors),
        _makes_points,
    ),
)
RECIPE = IndexFile("recipe.json", lambda written: written.recipe_text.encode())
COMMON = (TRAINING, RECIPE, *VECTORS, LEFT_OUT)  # in every layout
