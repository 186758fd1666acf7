"""An encoder learns labels of the training split, and nothing is judged by what it was told."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from comparisons import compare
from image_sets import read_folder, write_files

from core.augment.evidence import measure_evidence
from core.augment.trials import Trial
from core.dataset import LEFT_OUT, ImageDataset
from core.embed import Embeddings, embed, find_encoder, unadapted
from core.errors import CancelledError, SettingError, TooFewClassesError
from core.evaluate import EvaluationReport
from core.evaluate.adapting import adapt, adapt_folds, adapting_text, seconds_to_adapt
from core.evaluate.estimate import Planned, estimate
from core.evaluate.folds import Fold, make_folds
from core.evaluate.heads import HEADS
from core.pictures.encode import encode
from core.progress import silent

pytestmark = pytest.mark.long  # in most tests an encoder learns

BASE = "efficientnet-fast"


def ring(number: int, *, is_thin: bool) -> bytes:
    """Return a PNG of a ring in noise, different for each number."""
    down, across = np.mgrid[-24:24, -24:24]
    rng = np.random.default_rng(number)
    is_ring = np.abs(np.hypot(down, across) - rng.integers(8, 18)) < (1.5 if is_thin else 3.5)
    grey = 120 + 70 * is_ring[..., None] + 25 * rng.standard_normal((48, 48, 3))
    return encode(np.clip(grey, 0, 255).astype(np.uint8), "PNG")


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 18 thin and 18 thick rings of the training split, and 3 of each of the others."""
    files = {}
    for number in range(48):
        split = "train" if number < 36 else "val" if number < 42 else "test"
        label = "thin" if number % 2 else "thick"
        files[f"{split}/{label}/{number:02d}.png"] = ring(number, is_thin=number % 2 == 1)
    return read_folder(write_files(tmp_path_factory.mktemp("rings") / "set", files))


@pytest.fixture(scope="module")
def folder(rings: ImageDataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where an encoder lies that was adapted to the rings."""
    place = tmp_path_factory.mktemp("adapted") / "encoder"
    adapt(rings, place, encoder=BASE, device="cpu")
    return place


@pytest.fixture(scope="module")
def embeddings(rings: ImageDataset, folder: Path) -> Embeddings:
    return embed(rings, encoder=str(folder), device="cpu")


def with_labels(dataset: ImageDataset, rows: Sequence[int], seed: int) -> ImageDataset:
    """Return the dataset with the labels of some rows shuffled among them."""
    labels = dataset.table["label"].to_numpy(object).copy()
    labels[rows] = np.random.default_rng(seed).permutation(labels[rows])
    return replace(dataset, table=dataset.table.assign(label=pd.Categorical(labels)))


def test_it_tells_the_labels_apart_better_than_before(
    rings: ImageDataset, embeddings: Embeddings
) -> None:
    def gap(vectors: np.ndarray) -> float:
        thick, thin = (vectors[rings.codes == code].mean(axis=0) for code in (0, 1))
        return float(np.linalg.norm(thick - thin))

    assert gap(embeddings.vectors) > gap(embed(rings, encoder=BASE, device="cpu").vectors)


def test_the_record_says_what_it_learned_from(rings: ImageDataset, folder: Path) -> None:
    record = json.loads((folder / "adapted.json").read_text("utf-8"))

    assert record["base"] == BASE
    assert record["dataset_digest"] == rings.digest
    assert record["learned"] == {"thick": 18, "thin": 18}
    assert record["seed"] == 0


def test_only_files_of_the_training_split_are_read(rings: ImageDataset, tmp_path: Path) -> None:
    root = tmp_path / "set"
    shutil.copytree(rings.root, root)
    for split in ("val", "test"):
        for file in (root / split).rglob("*.png"):
            file.write_bytes(b"no picture")

    encoder = adapt(replace(rings, root=root), tmp_path / "encoder", encoder=BASE, device="cpu")

    assert encoder.base == BASE


def test_labels_of_other_splits_change_nothing(
    rings: ImageDataset, folder: Path, tmp_path: Path
) -> None:
    other = with_labels(rings, rings.held_out_rows.tolist(), seed=1)

    encoder = adapt(other, tmp_path, encoder=BASE, device="cpu")

    assert encoder.version == find_encoder(str(folder)).version


def test_another_seed_gives_another_encoder(
    rings: ImageDataset, folder: Path, tmp_path: Path
) -> None:
    encoder = adapt(rings, tmp_path, encoder=BASE, device="cpu", seed=1)

    assert encoder.version != find_encoder(str(folder)).version


def test_it_is_not_adapted_again(rings: ImageDataset, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be adapted"):
        adapt(rings, tmp_path, encoder=str(folder), device="cpu")
    with pytest.raises(SettingError, match="cannot be adapted"):
        adapt(rings, tmp_path, encoder="classical", device="cpu")


def test_one_class_is_refused(rings: ImageDataset, tmp_path: Path) -> None:
    splits = np.where(rings.codes == 0, LEFT_OUT, rings.table["split"].to_numpy(object))
    table = rings.table.assign(split=pd.Categorical(splits))

    with pytest.raises(TooFewClassesError, match="fewer than 2 classes"):
        adapt(replace(rings, table=table), tmp_path, encoder=BASE, device="cpu")


def test_what_is_cancelled_writes_nothing(rings: ImageDataset, tmp_path: Path) -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "adapting the encoder" and done:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        adapt(rings, tmp_path / "encoder", encoder=BASE, device="cpu", progress=cancel)

    assert not (tmp_path / "encoder").exists()


def with_smote(
    dataset: ImageDataset, embeddings: Embeddings, repeats: int | None = None
) -> EvaluationReport:
    """Return what SMOTE reaches in two folds, without seconds."""
    return compare(
        dataset,
        embeddings,
        strategies=["smote"],
        n_splits=2,
        repeats=repeats,
        clock=lambda: 0.0,
    )


def test_a_comparison_uses_no_vector_of_an_encoder_that_knows_the_labels(
    rings: ImageDataset, embeddings: Embeddings
) -> None:
    zeros = np.zeros_like(embeddings.vectors)

    report = with_smote(rings, embeddings)

    assert report.to_json() == with_smote(rings, replace(embeddings, vectors=zeros)).to_json()
    assert any("adapted again, to the training side alone" in note for note in report.notes)
    assert report.encoder == embeddings.encoder


def test_it_learns_as_seldom_as_the_head_that_tunes_layers(
    rings: ImageDataset, embeddings: Embeddings
) -> None:
    report = compare(rings, embeddings, strategies=["class_weights"], n_splits=2)

    assert report.repeats == HEADS["fine_tuning"].repeats


def test_with_shuffled_labels_a_comparison_is_at_the_level_of_chance(
    rings: ImageDataset, tmp_path: Path
) -> None:
    scores = []
    for seed in range(2):
        shuffled = with_labels(rings, rings.training_rows.tolist(), seed)
        adapt(shuffled, tmp_path / str(seed), encoder=BASE, device="cpu")
        vectors = embed(shuffled, encoder=str(tmp_path / str(seed)), device="cpu")
        report = with_smote(shuffled, vectors, repeats=1)
        scores += [row.metrics["balanced_accuracy"] for row in report.strategies[:2]]

    assert abs(np.mean(scores) - 0.5) < 0.15


def test_labels_of_the_test_side_change_nothing_that_is_learned(
    rings: ImageDataset, embeddings: Embeddings
) -> None:
    (fold, _) = make_folds(rings, rings.training_rows, n_splits=2)
    other = with_labels(rings, fold.test.tolist(), seed=1)

    blocks, vectors = zip(
        *(tuned(dataset, embeddings, fold) for dataset in (rings, other)), strict=True
    )

    assert all(torch.equal(blocks[0][name], blocks[1][name]) for name in blocks[0])
    assert np.array_equal(*vectors)


def tuned(
    dataset: ImageDataset, embeddings: Embeddings, fold: Fold
) -> tuple[dict[str, torch.Tensor], np.ndarray]:
    """Return the block that a fold has taught, and the vectors through it."""
    made = adapt_folds(dataset, embeddings, [fold], lambda number: number, silent)
    return dict(made.blocks[0]), made.embeddings[0].vectors


def test_each_fold_has_vectors_of_its_own(rings: ImageDataset, embeddings: Embeddings) -> None:
    folds = make_folds(rings, rings.training_rows, n_splits=2)

    made = adapt_folds(rings, embeddings, folds, lambda number: number, silent)

    first, second = made.embeddings
    assert first.rows.tolist() == rings.training_rows.tolist()
    assert not np.array_equal(first.vectors, second.vectors)


def test_augmented_pictures_are_described_as_the_fold_has_learned(
    rings: ImageDataset, embeddings: Embeddings
) -> None:
    report = compare(
        rings, embeddings, strategies=["augment:horizontal_flip@200%"], n_splits=2, repeats=1
    )

    assert report.done == 2


def test_a_head_on_pictures_takes_the_base(rings: ImageDataset, embeddings: Embeddings) -> None:
    zeros = replace(embeddings, vectors=np.zeros_like(embeddings.vectors))

    report = compare(
        rings, zeros, head="fine_tuning", strategies=["smote:pictures"], n_splits=2, repeats=1
    )

    assert any(f"'{BASE}' is used, not the adapted one" in note for note in report.notes)


def test_the_leak_is_not_measured_with_it(rings: ImageDataset, embeddings: Embeddings) -> None:
    with pytest.raises(SettingError, match="not measured with an adapted encoder"):
        compare(rings, embeddings, shows_leak=True)


def test_evidence_is_judged_by_the_base(rings: ImageDataset, embeddings: Embeddings) -> None:
    trials = [Trial("horizontal_flip")]

    found = measure_evidence(rings, embeddings, trials, images_per_class=4)

    plain = measure_evidence(rings, unadapted(rings, embeddings), trials, images_per_class=4)
    assert found.encoder == BASE
    assert [cell.figures.move for cell in found.cells] == [
        cell.figures.move for cell in plain.cells
    ]


def test_an_estimate_counts_what_each_fold_learns(folder: Path) -> None:
    counts, head = {"thick": 18, "thin": 18}, HEADS["linear"]

    plain = estimate(Planned(counts, head, BASE), [])
    adapted = estimate(Planned(counts, head, str(folder)), [])

    assert plain.seconds is not None and adapted.seconds is not None
    assert adapted.seconds == pytest.approx(
        seconds_to_adapt(BASE, 36, times=5 * 0.8, cores=1), rel=0.01
    )


def test_the_time_that_it_takes_is_said_before() -> None:
    assert adapting_text(BASE, 36).startswith("The encoder first learns from 36 training images: ")
