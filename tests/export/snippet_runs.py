"""Exports to train on, and snippets run on them as they stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from export_sets import dataset_of, drawn_vectors, exported
from image_sets import png

from core.export import Snippet, read_training

COUNTS = {"cat": 8, "dog": 3, "fox": 1}  # training pictures
PLANS = ("class_weights", "logit_adjustment", "augment", "smote")
Names = dict[str, Any]


def write_exports(folder: Path, plans: Sequence[str] = PLANS) -> dict[str, Path]:
    """Return plan -> folder of an export of these counts, and two of each class to test."""
    places = [f"train/{label}/{n}.png" for label, count in COUNTS.items() for n in range(count)]
    places += [f"test/{label}/{n}.png" for label in COUNTS for n in range(2)]
    dataset = dataset_of(folder / "set", {place: png(n) for n, place in enumerate(places)})
    for plan in plans:
        exported(dataset, folder / plan, plan, embeddings=drawn_vectors(dataset))
    return {plan: folder / plan for plan in plans}


def export_for(snippet: Snippet, exports: dict[str, Path]) -> Path:
    """Return the first export that a snippet fits."""
    return next(place for place in exports.values() if snippet.fits(read_training(place)))


def run_snippet(snippet: Snippet, export: Path) -> Names:
    """Run a snippet as it stands, and return its names."""
    names: Names = {"__name__": snippet.name}
    exec(compile(snippet.code(str(export)), f"{snippet.name}.py", "exec"), names)
    return names
