"""A strategy is one entry: plan, page, command line, recipe, Evaluate and Export work with it."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from documents import what_documents_lack
from image_sets import png, write_files, zipped
from opened_page import open_view, text, visitor

from app.cli import main
from app.map.card import NO_PARENTS, card
from app.map.scene import MADE, PointLayer, Scene
from app.session.embedding import as_values, embed_and_map
from app.session.session import Balanced, Session
from core.audit import audit
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import SettingError
from core.evaluate import HEADS, parse_candidate
from core.evaluate.candidates import check_suits
from core.export import read_recipe
from core.ingest import open_source
from core.progress import silent
from core.project import place_among_neighbours
from core.resample import (
    STRATEGIES,
    Made,
    PlainPoints,
    Strategy,
    TrainingSide,
    effects,
    make_plan,
    resample,
)
from core.resample.quality import measure_quality


def jittered(side: TrainingSide) -> Made:
    """Return vectors near those of images, made of no two of them."""
    vectors, codes = [], []
    for code, count in side.add.items():
        rows = side.usable[side.dataset.codes[side.usable] == code]
        rng = side.rng_of(code)
        near = side.vectors(rng.choice(rows, count)) if count else side.vectors(rows[:0])
        vectors.append(near + rng.normal(0, 0.01, near.shape).astype(np.float32))
        codes.append(np.full(count, code, np.intp))
    points = PlainPoints(np.concatenate(vectors).astype(np.float32), np.concatenate(codes))
    return replace(side.as_it_is(), points=points)


TOY = Strategy(
    name="jitter",
    title="Jitter",
    help="Vectors near those of images.",
    avoid_when="It is a toy.",
    source="",
    make=jittered,
    effect=effects.VECTORS,
    targets=("largest",),
    needs_embeddings=True,
    warns=lambda plan: ["Noise says nothing new."] if plan.total_added else [],
)


@pytest.fixture(autouse=True)
def with_toy(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Strategy]:
    """Add the entry to the registry, as a line in it would."""
    monkeypatch.setitem(STRATEGIES, TOY.name, TOY)  # type: ignore[arg-type]
    return STRATEGIES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return 20 pictures of 'cat' and 8 of 'dog'."""
    counts = {"cat": 20, "dog": 8}
    files = {
        f"{label}/{n:02d}.png": png(100 * place + n)
        for place, (label, count) in enumerate(counts.items())
        for n in range(count)
    }
    return write_files(tmp_path / "set", files)


@pytest.fixture
def data(folder: Path, tmp_path: Path) -> tuple[ImageDataset, Embeddings]:
    """Return the pictures with vectors in two clusters."""
    dataset = open_source(str(folder), tmp_path / "opened")
    vectors = np.random.default_rng(0).standard_normal((28, 6)) + 4 * np.eye(6)[dataset.codes]
    rows = np.arange(28)
    return dataset, Embeddings(vectors.astype(np.float32), rows, "drawn", "digest", "cpu")


def test_a_plan_makes_it(data: tuple[ImageDataset, Embeddings]) -> None:
    dataset, embeddings = data
    made = resample(TrainingSide(dataset, make_plan(dataset, "jitter"), embeddings))

    assert made.plan.after == {"cat": 20, "dog": 20}
    assert (len(made.points), len(made.pictures)) == (12, 0)
    quality = measure_quality(dataset, embeddings, made.points)
    assert quality.classes["dog"].uses is None
    assert not quality.crosses.any()
    assert quality.classes["dog"].margin > 1


def test_command_line_recipe_and_export_work_with_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, recipe = tmp_path / "1.zip", tmp_path / "2.zip", tmp_path / "recipe.json"

    status = main(["balance", str(folder), "--strategy", "jitter", "--out", str(first)])

    out = capsys.readouterr().out
    assert status == 0
    assert "Jitter: 12 synthetic points will be made." in out
    assert "Noise says nothing new." in out
    files = zipped(first)
    vectors = np.load(BytesIO(files["synthetic_vectors.npz"]), allow_pickle=False)
    assert sorted(vectors) == ["class_names", "code", "vectors"]
    assert vectors["code"].tolist() == [1] * 12
    assert not any("__aug" in name for name in files)
    recipe.write_bytes(files["recipe.json"])
    assert read_recipe(recipe).strategy == "jitter"
    assert main(["balance", str(folder), "--recipe", str(recipe), "--out", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()


def test_points_in_files_and_on_the_map_have_no_parents(folder: Path, tmp_path: Path) -> None:
    vectors, points, out = tmp_path / "vectors", tmp_path / "points", tmp_path / "map.parquet"
    assert main(["embed", str(folder), "--out", str(vectors)]) == 0
    assert main(["resample", str(vectors), "--strategy", "jitter", "--out", str(points)]) == 0

    status = main(
        ["map", str(vectors), "--out", str(out), "--synthetic", str(points), "--method", "pca"]
    )

    assert status == 0
    import pandas as pd

    table = pd.read_parquet(out)
    made = table[table["kind"] == "synthetic"]
    assert len(made) == 12
    assert made["base_row"].isna().all()
    assert made[["x", "y"]].notna().all(axis=None)


def test_evaluate_compares_it(data: tuple[ImageDataset, Embeddings]) -> None:
    report = compare(*data, strategies=["jitter"], repeats=1)

    row = report.strategies[1]
    assert (row.name, row.title) == ("jitter", "Jitter")
    assert row.metrics["balanced_accuracy"] > 0.8
    with pytest.raises(SettingError, match="makes no augmented pictures"):
        parse_candidate("jitter:pictures")
    with pytest.raises(SettingError, match="vectors without pictures"):
        check_suits([parse_candidate("jitter")], HEADS["network"])


def test_the_page_says_what_it_does_and_the_card_that_it_has_no_parents(
    folder: Path, tmp_path: Path
) -> None:
    dataset = open_source(str(folder), tmp_path / "opened")
    embeddings, projection = embed_and_map(dataset, "classical", "cpu", tmp_path / "v", silent)
    session = Session().put(source=dataset, audit=audit(dataset))
    session = session.put(**as_values((embeddings, projection)))

    page = open_view("balance", visitor(session), strategy="jitter")

    assert page.button(key="carry_out").label == "Make 12 synthetic points"
    assert "Noise says nothing new." in text(page)
    made = resample(TrainingSide(dataset, make_plan(dataset, "jitter"), embeddings))
    session = session.put(balanced=Balanced(made.plan, 0, made))
    assert len(session.placement(made.points, projection).indices) == 0
    placement = place_among_neighbours(projection, embeddings, made.points)
    scene = Scene(dataset, projection, (PointLayer(MADE, "Jitter", made.points, placement),))
    told = card(scene, len(projection.rows), "token")
    assert told["lines"] == [NO_PARENTS, "Jitter"]
    assert (told["pictures"], told["parents"]) == ([], [])
    lines = np.frombuffer(scene.parents, np.int32).reshape(-1, 3)
    assert (lines[:, 1:] == -1).all()


@pytest.mark.parametrize("command", ["balance", "resample"])
def test_help_names_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "jitter" in capsys.readouterr().out


def test_the_documents_are_to_name_it() -> None:
    assert what_documents_lack() == ["`jitter`"]
