"""One plan: what Evaluate learns from is what Export writes, the same steps and pixels."""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from image_sets import picture, read_folder, write_files, zipped
from PIL import Image

from app.cli import main
from app.session.session import Balanced, Session
from app.session.store import read_saved, reopen, save_session
from core.audit import audit
from core.augment import PRESETS, AugmentPolicy, Pictures, make_step
from core.augment.draws import make_picture
from core.dataset import TRAIN, ImageDataset, Take, read_picture, select
from core.embed import Embeddings
from core.evaluate import Experiment, Fold, parse_candidate
from core.evaluate.balancing import apply_candidate
from core.evaluate.experiment import draw_design
from core.export import ExportSource, Recipe, export, read_recipe
from core.ingest import open_source
from core.pictures.encode import encode
from core.progress import silent
from core.randomness import stream
from core.resample import make_plan

SWAP = AugmentPolicy(
    (
        make_step("rotate", probability=1),
        make_step("horizontal_flip", swapped_labels=[("left", "right")]),
    ),
    seed=3,
)


@dataclass(frozen=True)
class Row:
    """An augmented picture of a manifest."""

    row: int
    repeat: int
    code: int
    operation: str
    values: list[dict[str, float]]
    path: str


def vectors_of(dataset: ImageDataset) -> Embeddings:
    """Return vectors that tell classes apart a little; folds do not hang on them."""
    noise = [stream(0, digest).standard_normal(8) for digest in dataset.digests]
    vectors = np.stack(noise) + np.eye(8)[dataset.codes % 8]
    return Embeddings(vectors.astype(np.float32), np.arange(len(dataset)), "drawn", "d", "cpu")


def default_folds(dataset: ImageDataset) -> Sequence[Fold]:
    """Return the folds of the default comparison."""
    return draw_design(Experiment(dataset, vectors_of(dataset)), silent).folds


def learned_pictures(
    dataset: ImageDataset, folds: Sequence[Fold], name: str, policy: AugmentPolicy
) -> list[Pictures]:
    """Return the pictures that a row of a comparison learns from, for each fold."""
    candidate, vectors = parse_candidate(name, policy=policy), vectors_of(dataset)
    return [
        step.pictures(takes_pictures=False)
        for number, fold in enumerate(folds)
        for step in apply_candidate(dataset, vectors, fold.train, candidate, seed=number)
    ]


def augmented_rows(dataset: ImageDataset, archive: Path) -> list[Row]:
    rows = {path: row for row, path in enumerate(dataset.table["path"])}
    codes = {label: code for code, label in enumerate(dataset.classes)}
    lines = csv.DictReader(StringIO(zipped(archive)["manifest.csv"].decode(), newline=""))
    found = []
    for line in lines:
        if line["origin"] == "augmented":
            match = re.search(r"__aug(\d+)(~\d+)?\.\w+$", line["path"])
            assert match is not None
            found.append(
                Row(
                    rows[line["parent"]], int(match[1]), codes[line["label"]],
                    line["operation"], json.loads(line["values"]), line["path"],
                )
            )  # fmt: skip
    return found


def share_met(
    dataset: ImageDataset,
    archive: Path,
    learned: Sequence[Pictures],
    policy: AugmentPolicy,
    *,
    most_difference: float,
) -> float:
    """Return the share of the manifest's pictures that some fold learns from.

    Each that is met is made again as a cache makes it: steps and pixels are equal.
    """
    keys = {
        key
        for pictures in learned
        for key in zip(
            pictures.rows.tolist(), pictures.repeats.tolist(), pictures.codes.tolist(), strict=True
        )
    }
    files, written = zipped(archive), augmented_rows(dataset, archive)
    met = [one for one in written if (one.row, one.repeat, one.code) in keys]
    named = {(row, repeat) for row, repeat, _ in keys}
    # A repeat names one class wherever it stands.
    assert len(met) == sum((one.row, one.repeat) in named for one in written)
    for one in met:
        with read_picture(dataset, one.row) as pixels:
            made, steps = make_picture(dataset, policy, one.row, one.repeat, one.code, pixels)
        assert "+".join(step.operation for step in steps) == one.operation
        assert [dict(step.values) for step in steps] == one.values
        with Image.open(BytesIO(files[one.path])) as opened:
            seen = np.asarray(opened.convert("RGB"), int)
        assert np.abs(coarse(seen) - coarse(made)).mean() <= most_difference
    return len(met) / len(written)


def coarse(pixels: np.ndarray) -> np.ndarray:
    """Return means of 4 x 4 pixels: a JPEG keeps them, and not the noise of each pixel."""
    height, width = (side // 4 for side in pixels.shape[:2])
    blocks = pixels[: 4 * height, : 4 * width].reshape(height, 4, width, 4, 3)
    return blocks.mean(axis=(1, 3))


def recipe_of(dataset: ImageDataset, strategy: str, policy: AugmentPolicy) -> Recipe:
    return Recipe(
        source="set", dataset_digest=dataset.digest, choices=dataset.choices, take=None,
        strategy=strategy, target=None, settings=make_plan(dataset, strategy).settings,
        most_per_image=None, encoder="classical", policy=policy, seed=0,
    )  # fmt: skip


@pytest.fixture
def arrows(tmp_path: Path) -> ImageDataset:
    """Return 40 pictures of 'left', 13 of 'right' and 9 of 'up', each of 'up' there twice."""
    counts = {"left": 40, "right": 13, "up": 9}
    files = {
        f"{label}/{number:02d}.png": encode(picture(1000 * place + number), "PNG")
        for place, (label, count) in enumerate(counts.items())
        for number in range(count)
    }
    again = {f"{path[:-4]}b.png": files[path] for path in files if path.startswith("up/")}
    return read_folder(write_files(tmp_path / "arrows", {**files, **again}))


@pytest.mark.long
def test_what_the_default_comparison_learns_from_the_sample_is_what_is_written(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "out.zip"
    take = Take({"*": 110})  # of a class, or there are a thousand pictures to compare
    command = ["balance", "sample:parts", "--take", "*=110", "--strategy", "augment"]
    assert main([*command, "--out", str(archive)]) == 0
    dataset = select(open_source("sample:parts", tmp_path / "parts"), take)
    policy = PRESETS["standard"]

    learned = learned_pictures(dataset, default_folds(dataset), "augment", policy)

    share = share_met(dataset, archive, learned, policy, most_difference=1.5)
    assert share >= 0.95


def test_it_is_with_a_mirror_that_swaps_classes_and_with_equal_images(
    arrows: ImageDataset, tmp_path: Path
) -> None:
    archive = tmp_path / "out.zip"
    export(
        ExportSource(arrows, make_plan(arrows, "augment")),
        recipe_of(arrows, "augment", SWAP),
        archive,
    )

    learned = learned_pictures(arrows, default_folds(arrows), "augment", SWAP)

    written = augmented_rows(arrows, archive)
    assert any(one.code != arrows.codes[one.row] for one in written)
    assert share_met(arrows, archive, learned, SWAP, most_difference=0) >= 0.95
    pictures = [zipped(archive)[one.path] for one in written]
    assert len(set(pictures)) == len(pictures)


def test_it_is_when_a_recipe_makes_the_export(arrows: ImageDataset, tmp_path: Path) -> None:
    first, second, recipe = tmp_path / "1.zip", tmp_path / "2.zip", tmp_path / "recipe.json"
    export(
        ExportSource(arrows, make_plan(arrows, "augment")),
        recipe_of(arrows, "augment", SWAP),
        first,
    )
    recipe.write_bytes(zipped(first)["recipe.json"])

    status = main(["balance", str(arrows.root), "--recipe", str(recipe), "--out", str(second)])

    assert status == 0
    policy = read_recipe(recipe).policy
    learned = learned_pictures(arrows, default_folds(arrows), "augment", policy)
    assert share_met(arrows, second, learned, policy, most_difference=0) >= 0.95


def test_it_is_in_the_app_before_and_after_a_restart(arrows: ImageDataset, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "images").mkdir(parents=True)
    session = Session().put(source=arrows, audit=audit(arrows), folder=workspace / "images")
    session = session.put(policy=SWAP, policy_chosen=True)
    session = session.put(balanced=Balanced(make_plan(arrows, "augment"), 0))
    save_session(workspace, session)
    saved = read_saved(workspace)
    assert saved is not None

    after = reopen(workspace, saved, workspace / "vectors", silent)

    assert after.dataset is not None and after.balanced is not None
    learned = learned_pictures(after.dataset, default_folds(after.dataset), "augment", after.policy)
    for number, one in enumerate((session, after)):
        archive = tmp_path / f"{number}.zip"
        assert one.dataset is not None and one.balanced is not None
        recipe = recipe_of(one.dataset, "augment", one.policy)
        export(
            ExportSource(one.dataset, one.balanced.plan, made=one.balanced.made), recipe, archive
        )
        share = share_met(one.dataset, archive, learned, one.policy, most_difference=0)
        assert share >= 0.95


def test_pictures_of_synthetic_points_are_those_that_are_written(
    arrows: ImageDataset, tmp_path: Path
) -> None:
    archive, vectors = tmp_path / "out.zip", vectors_of(arrows)
    recipe = recipe_of(arrows, "smote", SWAP)
    export(ExportSource(arrows, make_plan(arrows, "smote"), embeddings=vectors), recipe, archive)

    learned = learned_pictures(arrows, default_folds(arrows), "smote:pictures", SWAP)

    # Which images points begin from is drawn for each side: not all are met, and those are alike.
    assert share_met(arrows, archive, learned, SWAP, most_difference=0) > 0.6
    assert len(arrows.rows_of("left", TRAIN)) == 40
