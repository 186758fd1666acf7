"""`evenset map`: the positions of the app in a table, and a page that needs no network."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from image_sets import write_folder

from app.cli import main
from app.cli.map import COLUMNS
from core.embed import read_embeddings
from core.project import map_rows, place_among_neighbours, project
from core.resample import PointsBetween, stored_labels

pytestmark = [
    pytest.mark.long,  # umap-learn compiles
    pytest.mark.filterwarnings("ignore::ImportWarning"),  # of a part that needs TensorFlow
]

EVIL = "<img src=x onerror=alert(1)>"


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def made(folder: Path, counts: Mapping[str, int]) -> tuple[Path, Path]:
    """Return a folder of embeddings of drawn pictures, and one of SMOTE's points among them."""
    source = write_folder(folder / "set", counts)
    vectors, points = folder / "vectors", folder / "points"
    assert run("embed", source, "--out", vectors, "--encoder", "classical", "--no-cache") == 0
    assert run("resample", vectors, "--out", points) == 0
    return vectors, points


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return made(tmp_path_factory.mktemp("map"), {"cat": 9, "dog": 4})


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_images_have_the_positions_of_the_app(
    animals: tuple[Path, Path], tmp_path: Path, method: str
) -> None:
    vectors, points = animals

    code = run(
        "map", vectors, "--out", tmp_path / "map.parquet", "--synthetic", points,
        "--method", method,
    )  # fmt: skip

    stored = read_embeddings(vectors)
    embeddings = stored.embeddings()
    rows = map_rows(stored_labels(stored), embeddings)
    projection = project(embeddings, rows, method=method)
    table = pd.read_parquet(tmp_path / "map.parquet")
    real = table[table["kind"] == "real"]
    assert code == 0
    assert tuple(table.columns) == COLUMNS
    assert real["row"].tolist() == rows.tolist()
    np.testing.assert_array_equal(real[["x", "y"]].to_numpy(), projection.points)
    assert real["label"].tolist() == ["cat"] * 9 + ["dog"] * 4
    assert real["path"].tolist() == stored.index["path"].tolist()
    assert real["base_row"].isna().all()


def test_synthetic_points_keep_their_parents(animals: tuple[Path, Path], tmp_path: Path) -> None:
    vectors, points = animals

    run("map", vectors, "--out", tmp_path / "map.parquet", "--synthetic", points)

    provenance = pd.read_parquet(points / "provenance.parquet")
    table = pd.read_parquet(tmp_path / "map.parquet")
    synthetic = table[table["kind"] == "synthetic"]
    embeddings = read_embeddings(vectors).embeddings()
    projection = project(embeddings, embeddings.rows, method="umap")
    placed = place_among_neighbours(
        projection,
        embeddings,
        PointsBetween(
            provenance[["base_row", "neighbor_row"]].to_numpy(np.intp),
            provenance["fraction"].to_numpy(np.float32),
            np.ones(len(provenance), np.intp),
        ),
    )
    for column in ("base_row", "neighbor_row", "fraction", "label"):
        assert synthetic[column].tolist() == provenance[column].tolist()
    np.testing.assert_array_equal(synthetic[["x", "y"]].to_numpy(), placed.points)
    assert synthetic["row"].isna().all()
    assert set(synthetic["split"]) == {"train"}


def test_settings_change_the_map(animals: tuple[Path, Path], tmp_path: Path) -> None:
    maps = []
    for number, options in enumerate(
        ([], ["--seed", 1], ["--n-neighbors", 4], ["--min-dist", 0.9], ["--metric", "cosine"], [])
    ):
        run("map", animals[0], "--out", tmp_path / f"{number}.parquet", *options)
        maps.append((tmp_path / f"{number}.parquet").read_bytes())

    assert maps[0] == maps[-1]
    assert len(set(maps)) == 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "drawn by Evenset"),
        (["--implementation", "umap-learn"], "drawn by umap-learn"),
        (["--method", "pca"], ""),
    ],
)
def test_a_umap_says_what_drew_it(
    animals: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    out, html = tmp_path / "map.parquet", tmp_path / "map.html"

    run("map", animals[0], "--out", out, "--html", html, *options)

    for text in (capsys.readouterr().out, html.read_text("utf-8")):
        assert ("drawn by" in text) == bool(said)
        assert said in text


def test_the_page_fetches_nothing_and_holds_names_as_text(tmp_path: Path) -> None:
    vectors, points = made(tmp_path, {"cat": 6, "&<img src=x onerror=alert(1)>": 3})

    run(
        "map", vectors, "--out", tmp_path / "map.parquet", "--synthetic", points,
        "--html", tmp_path / "map.html", "--method", "pca",
    )  # fmt: skip

    page = (tmp_path / "map.html").read_text("utf-8")
    assert EVIL not in page
    assert r"\u003cimg" not in page  # the drawing program shows tags that it is given
    assert "&amp;&lt;img" in page.replace("\\u0026", "&")
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    assert "synthetic" in page


@pytest.mark.parametrize("classes", [2, 13])
def test_a_page_without_synthetic_points_names_each_image(tmp_path: Path, classes: int) -> None:
    source = write_folder(tmp_path / "set", {f"kind {n}": 1 for n in range(classes)})
    run("embed", source, "--out", tmp_path / "vectors", "--encoder", "classical", "--no-cache")

    code = run(
        "map", tmp_path / "vectors", "--out", tmp_path / "map.parquet",
        "--html", tmp_path / "map.html",
    )  # fmt: skip

    page = (tmp_path / "map.html").read_text("utf-8").replace(r"\u002f", "/")
    assert code == 0
    assert all(f"kind {n}/00.jpg" in page for n in range(classes))
    assert "synthetic" not in page.rpartition("Plotly.newPlot")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["map", "nothere", "--out", "OUT"],
        ["map", "SET", "--out", "OUT", "--metric", "city"],
        ["map", "SET", "--out", "OUT", "--min-dist", "2"],
        ["map", "SET", "--out", "OUT", "--n-neighbors", "1"],
        ["map", "SET", "--out", "OUT", "--seed", "-1"],
        ["map", "SET", "--out", "OUT", "--synthetic", "nothere"],
        ["map", "SET", "--out", "SET"],
    ],
)
def test_bad_input_ends_with_1_and_one_line(
    animals: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    places = {"SET": animals[0], "OUT": tmp_path / "map.parquet"}

    code = run(*(places.get(word, word) for word in arguments))

    captured = capsys.readouterr()
    assert (code, captured.out) == (1, "")
    assert captured.err.startswith("evenset: ")
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_row": [0]}, "were made from other embeddings"),
        ({"base_row": [99]}, "were made from other embeddings"),
        ({"base_row": [-1]}, "were made from other embeddings"),
        ({"label": ["fox"]}, "were made from other embeddings"),
        ({"fraction": [1.5]}, "is damaged: a fraction is not from 0 to 1"),
        ({"fraction": [np.nan]}, "is damaged: a fraction is not from 0 to 1"),
        ({"base_row": ["x"]}, "cannot be read"),
    ],
)
def test_points_of_other_embeddings_are_refused(
    animals: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, list[object]],
    said: str,
) -> None:
    good = {"base_row": [9], "neighbor_row": [10], "fraction": [0.5], "label": ["dog"]}
    pd.DataFrame({**good, **change}).to_parquet(tmp_path / "provenance.parquet")

    code = run("map", animals[0], "--out", tmp_path / "map", "--synthetic", tmp_path)

    assert code == 1
    assert said in capsys.readouterr().err


def test_a_table_without_a_column_is_refused(
    animals: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame({"row": [1]}).to_parquet(tmp_path / "provenance.parquet")

    assert run("map", animals[0], "--out", tmp_path / "map", "--synthetic", tmp_path) == 1
    assert "cannot be read. Choose a folder" in capsys.readouterr().err
