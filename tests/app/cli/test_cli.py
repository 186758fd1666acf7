"""The command line: what it prints, where, and how it ends."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from image_sets import jpeg, write_files, zipped

from app.cli import main
from core import __version__
from core.audit import CHECKS
from core.augment import OPERATIONS, PRESETS
from core.embed import ENCODERS
from core.evaluate import HEADS, METRICS
from core.evaluate.candidate_sets import CANDIDATE_SETS
from core.export import CONTAINERS, LAYOUTS
from core.resample import STRATEGIES

Captured = pytest.CaptureFixture[str]


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """Run a command; return its code and what it wrote to the screen and beside it."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_names_every_command(capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])

    text = capsys.readouterr().out
    for command in ("serve", "audit", "embed", "resample", "evaluate", "balance"):
        assert command in text


@pytest.mark.parametrize(
    ("command", "registry"),
    [
        ("audit", CHECKS),
        ("augment", OPERATIONS),
        ("augment", ENCODERS),
        ("resample", STRATEGIES),
        ("evaluate", HEADS),
        ("evaluate", METRICS),
        ("evaluate", CANDIDATE_SETS),
        ("balance", PRESETS),
        ("balance", STRATEGIES),
        ("balance", LAYOUTS),
        ("balance", CONTAINERS),
    ],
)
def test_help_names_all_that_a_registry_holds(
    capsys: Captured, command: str, registry: Mapping[str, object]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])

    text = capsys.readouterr().out
    assert [name for name in registry if name not in text] == []


def test_the_version_is_told(capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])

    assert capsys.readouterr().out == f"evenset {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["audit"],
        ["balance", "x"],
        ["audit", "x", "--nothing"],
        ["serve", "--port", "a"],
    ],
)
def test_wrong_usage_ends_with_2(capsys: Captured, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    assert "usage: evenset" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "nothere"],
        ["audit", "sample:cats"],
        ["audit", "SET", "--take", "bird=3"],
        ["audit", "SET", "--take", "cat="],
        ["embed", "SET", "--out", "OUT", "--encoder", "magic"],
        ["resample", "nothere", "--out", "OUT"],
        ["evaluate", "SET", "--strategies", "best"],
        ["balance", "SET", "--out", "OUT", "--strategy", "best"],
        ["balance", "SET", "--out", "OUT", "--target", "most"],
        ["balance", "SET", "--out", "OUT", "--target", "cat=0"],
        ["balance", "SET", "--out", "OUT", "--target", "99999999999"],
        ["balance", "SET", "--out", "OUT", "--most-per-image", "0"],
        ["balance", "SET", "--out", "OUT", "--strategy", "smote", "--set", "k_neighbors=many"],
        ["balance", "SET", "--out", "OUT", "--strategy", "smote", "--set", "k_neighbors=2.5"],
        ["balance", "SET", "--out", "OUT", "--strategy", "none", "--set", "x=1"],
        ["balance", "SET", "--out", "OUT", "--policy", "nothere.json"],
        ["balance", "SET", "--out", "OUT", "--recipe", "nothere.json"],
        ["balance", "SET", "--out", "SET"],
        ["balance", "SET", "--out", "OUT", "--encoder", "magic"],
        ["evaluate", "SET", "--seed", "-1"],
        ["serve", "--data", "nothere", "--no-browser"],
        ["serve", "--port", "99999", "--no-browser"],
        ["serve", "--host", "192.0.2.1", "--no-browser"],
    ],
)
def test_bad_input_ends_with_1_and_one_line(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    places = {"SET": str(drawn_folder), "OUT": str(tmp_path / "out")}

    code, out, err = outcome(capsys, *(places.get(word, word) for word in arguments))

    assert (code, out) == (1, "")
    assert err.startswith("evenset: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_audit_prints_counts_and_findings(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(capsys, "audit", drawn_folder)

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("animals: 12 images in 3 classes,")
    assert [line.split() for line in lines[2:5]] == [["cat", "7"], ["dog", "4"], ["fox", "1"]]
    assert any(line.startswith("[high] 'fox' has 1 training image;") for line in lines)


def test_json_on_the_screen_is_nothing_but_json(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(capsys, "audit", drawn_folder, "--json", "-")

    assert (code, err) == (0, "")
    assert json.loads(out)["classes"] == {"cat": 7, "dog": 4, "fox": 1}


def test_taking_some_images(capsys: Captured, drawn_folder: Path) -> None:
    _, out, _ = outcome(
        capsys, "audit", drawn_folder, "--take", "cat=2", "--take", "*=3", "--json", "-"
    )

    assert json.loads(out)["classes"] == {"cat": 2, "dog": 3, "fox": 1}


def test_embedding_then_resampling(capsys: Captured, drawn_folder: Path, tmp_path: Path) -> None:
    vectors, points = tmp_path / "vectors", tmp_path / "points"

    code, out, err = outcome(capsys, "embed", drawn_folder, "--out", vectors, "--json", "-")

    assert (code, err) == (0, "")
    assert json.loads(out)["images"] == 12

    code, out, err = outcome(capsys, "resample", vectors, "--out", points, "--seed", 3)

    assert (code, err) == (0, "")
    assert "12 images kept, 3 points made" in out
    assert "'fox': 1 image; SMOTE needs at least 2" in out
    provenance = pd.read_parquet(points / "provenance.parquet")
    assert provenance["label"].tolist() == ["dog"] * 3
    made = np.load(points / "synthetic.npy")
    real = np.load(vectors / "embeddings.npy")
    fractions = provenance["fraction"].to_numpy()[:, None]
    base, neighbour = (real[provenance[name]] for name in ("base_row", "neighbor_row"))
    np.testing.assert_allclose(made, base + fractions * (neighbour - base), atol=1e-5)


def test_comparing_strategies(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(
        capsys, "evaluate", drawn_folder, "--strategies", "none,smote", "--take", "cat",
        "--take", "dog", "--json", "-",
    )  # fmt: skip

    assert (code, err) == (0, "")
    assert {"none", "smote"} <= {row["name"] for row in json.loads(out)["strategies"]}


def grave_of(capsys: Captured, *arguments: object) -> list[str]:
    """Return what `audit` finds grave, as `balance` says it."""
    _, out, _ = outcome(capsys, "audit", *arguments)
    grave = [line for line in out.splitlines() if line.startswith("[high] ")]
    return [line.replace("[high]", "evenset:", 1) for line in grave]


def test_what_audit_finds_grave_is_said_before_a_set_is_written(
    capsys: Captured, tmp_path: Path
) -> None:
    same, files = jpeg(1), {f"train/{n % 2}/{n}.jpg": jpeg(n) for n in range(24)}
    folder = write_files(tmp_path / "set", files | {"test/0/a.jpg": same, "test/1/b.jpg": same})

    _, _, err = outcome(capsys, "balance", folder, "--out", tmp_path / "out")

    found = grave_of(capsys, folder)
    assert err.splitlines() == found
    assert any("split" in line for line in found)


def test_a_set_of_one_class_is_refused(capsys: Captured, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {f"cat/{n}.jpg": jpeg(n) for n in range(3)})

    code, _, err = outcome(capsys, "balance", folder, "--out", tmp_path / "out")

    assert code == 1
    assert "All training images are of one class, 'cat'" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("strategy", ["augment", "smote"])
def test_a_recipe_makes_the_same_zip_again(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, strategy: str
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    code, out, err = outcome(
        capsys, "balance", drawn_folder, "--out", first, "--strategy", strategy, "--seed", 5,
        "--target", 6, "--policy", "gentle", "--take", "cat=5", "--take", "*=4",
    )  # fmt: skip
    assert code == 0
    assert err.splitlines() == grave_of(capsys, drawn_folder, "--take", "cat=5", "--take", "*=4")
    assert [line.split() for line in out.split("after\n")[1].splitlines()[:3]] == [
        ["cat", "5", "6"],
        ["dog", "4", "6"],
        ["fox", "1", "6"],
    ]
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(zipped(first)["recipe.json"])

    code, _, _ = outcome(capsys, "balance", drawn_folder, "--out", second, "--recipe", recipe)

    assert code == 0
    assert first.read_bytes() == second.read_bytes()


def test_a_recipe_of_other_images_warns(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    outcome(capsys, "balance", drawn_folder, "--out", tmp_path / "a.zip")
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(zipped(tmp_path / "a.zip")["recipe.json"])
    (drawn_folder / "cat" / "00.jpg").unlink()

    code, _, err = outcome(
        capsys, "balance", drawn_folder, "--out", tmp_path / "b.zip", "--recipe", recipe
    )

    assert code == 0
    assert "not the images that the recipe was made with" in err


def test_a_recipe_with_another_labels_file_guesses_its_columns_anew(
    capsys: Captured, tmp_path: Path
) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(6)}
    rows = "".join(f"{n}.jpg,{'ab'[n % 2]}\n" for n in range(6))
    set_ = write_files(
        tmp_path / "set",
        {**files, "a.csv": f"file,kids\n{rows}".encode(), "b.csv": f"name,breed\n{rows}".encode()},
    )
    first = ["balance", set_, "--out", tmp_path / "one", "--labels", "a.csv"]
    assert outcome(capsys, *first)[0] == 0
    recipe = tmp_path / "one" / "recipe.json"

    code, _, said = outcome(
        capsys, "balance", set_, "--out", tmp_path / "two", "--recipe", recipe, "--labels", "b.csv"
    )

    assert (code, said) == (0, "")
    again = json.loads((tmp_path / "two" / "recipe.json").read_text("utf-8"))
    assert again["choices"]["label_column"] == "breed"
