"""Datasets to export, and what a trainer or a person reads back."""

import csv
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
from image_sets import jpeg, png, read_folder, turned_jpeg, write_files
from pyarrow import parquet

from core.augment import PRESETS, AugmentPolicy
from core.dataset import Choices, ImageDataset
from core.embed import Embeddings, embed
from core.export import AS_THEY_ARE, ExportReport, ExportSource, Recipe, export
from core.export.index_files import MANIFEST
from core.progress import Progress, silent
from core.resample import find_strategy, make_plan

# A turned original, a single image, two splits, two formats, a folder below a class.
FILES = {
    **{f"train/cat/{n}.jpg": jpeg(n) for n in range(7)},
    "train/cat/turned.jpg": turned_jpeg(90),
    **{f"train/dog/{n}.png": png(20 + n) for n in range(3)},
    "train/dog/deep/0.png": png(29),
    "train/fox/only.jpg": jpeg(40),
    "test/cat/0.jpg": jpeg(50),
    "test/cat/turned.jpg": turned_jpeg(51),
    "test/dog/0.png": png(52),
}


def dataset_of(folder: Path, files: Mapping[str, bytes] = FILES) -> ImageDataset:
    return read_folder(write_files(folder, files))


def recipe_of(dataset: ImageDataset, strategy: str, seed: int = 0) -> Recipe:
    return Recipe(
        source=dataset.name,
        dataset_digest=dataset.digest,
        choices=Choices(),
        take=None,
        strategy=strategy,
        target=None,
        settings=find_strategy(strategy).complete(),
        most_per_image=None,
        encoder="classical",
        policy=AugmentPolicy(PRESETS["standard"].steps, seed=seed),
        seed=seed,
        # Whichever way is the usual one: a test that wants the other says so.
        originals=AS_THEY_ARE,
    )


def exported(
    dataset: ImageDataset,
    target: Path,
    strategy: str = "augment",
    *,
    seed: int = 0,
    progress: Progress = silent,
    embeddings: Embeddings | None = None,
    **choices: str,
) -> ExportReport:
    """Export `dataset` balanced by `strategy`, as the walk does; `choices` are of the recipe."""
    plan = make_plan(dataset, strategy)
    if embeddings is None and find_strategy(strategy).needs_embeddings:
        embeddings = embed(dataset, encoder="classical", device="cpu")
    return export(
        ExportSource(dataset, plan, embeddings=embeddings),
        replace(recipe_of(dataset, strategy, seed), **choices),
        target,
        progress=progress,
    )


def drawn_vectors(dataset: ImageDataset, dimension: int = 6) -> Embeddings:
    """Return vectors that no encoder has made, each class around a place of its own."""
    rng, rows = np.random.default_rng(0), np.arange(len(dataset))
    centres = rng.normal(size=(len(dataset.classes), dimension)) * 4
    vectors = centres[dataset.codes] + rng.normal(size=(len(rows), dimension))
    return Embeddings(vectors.astype(np.float32), rows, "classical", "drawn", "cpu")


def contents(target: Path) -> dict[str, bytes]:
    """Return name -> bytes of a zip or folder."""
    if target.is_dir():
        return {
            path.relative_to(target).as_posix(): path.read_bytes()
            for path in target.rglob("*")
            if path.is_file()
        }
    with zipfile.ZipFile(target) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def pictures(target: Path) -> dict[str, bytes]:
    """Return the files that lie in folders."""
    return {name: content for name, content in contents(target).items() if "/" in name}


def shown(target: Path) -> dict[str, bytes]:
    """Return path, as the manifest has it -> bytes of each picture, those in shards too."""
    found = dict(pictures(target))
    for name, content in contents(target).items():
        if name.endswith(".tar"):
            with tarfile.open(fileobj=BytesIO(content)) as opened:
                for member in opened:
                    taken = opened.extractfile(member)
                    assert taken is not None
                    found[f"{name}/{member.name}"] = taken.read()
        elif name.startswith("data/") and name.endswith(".parquet"):
            for row in parquet.read_table(BytesIO(content), columns=["image"]).to_pylist():
                found[f"{name}/{row['image']['path']}"] = row["image"]["bytes"]
    return found


def manifest(target: Path) -> list[dict[str, str]]:
    text = contents(target)[MANIFEST.name].decode()
    return list(csv.DictReader(StringIO(text, newline="")))


def drawn_values(row: dict[str, str]) -> list[dict[str, float]]:
    return list(json.loads(row["values"]))
