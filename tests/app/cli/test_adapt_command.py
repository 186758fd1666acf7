"""The command line adapts an encoder, and other commands take its folder."""

import json
from pathlib import Path

import pytest

from app.cli import main
from core.embed import find_encoder, read_embeddings

BASE = "efficientnet-fast"


@pytest.fixture
def written(drawn_folder: Path, tmp_path: Path) -> Path:
    """Return a folder of vectors, beside the encoder that made them."""
    out = tmp_path / "vectors"
    given = ["embed", str(drawn_folder), "--out", str(out), "--adapt", "--no-cache"]
    assert main([*given, "--encoder", BASE, "--device", "cpu"]) == 0
    return out


def test_embed_writes_the_encoder_beside_its_vectors(written: Path) -> None:
    vectors = read_embeddings(written).embeddings()

    assert vectors.encoder == str(written / "encoder")
    assert vectors.base == BASE
    assert find_encoder(vectors.encoder).base == BASE


def test_evaluate_adapts_again_in_each_fold(
    written: Path, drawn_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["evaluate", str(drawn_folder), "--encoder", str(written / "encoder"), "--no-cache"]

    assert main([*given, "--strategies", "smote", "--folds", "2", "--device", "cpu"]) == 0

    assert "adapted again, to the training side alone" in capsys.readouterr().out


def test_evidence_is_judged_by_the_base_and_says_so(
    written: Path, drawn_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "evidence.csv"
    given = ["augment", str(drawn_folder), "--evidence", str(table), "--operations", "grey"]

    assert main([*given, "--encoder", str(written / "encoder"), "--device", "cpu"]) == 0

    printed = capsys.readouterr()
    assert f"Judged by the encoder '{BASE}'" in printed.out
    assert "has learned the labels" in printed.err


def test_points_of_such_vectors_are_not_told_how_hard_the_set_is(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert main(["resample", str(written), "--out", str(tmp_path / "points"), "--json", "-"]) == 0

    assert json.loads(capsys.readouterr().out)["difficulty"] is None


def test_an_encoder_without_layers_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["embed", str(tmp_path / "none"), "--out", str(tmp_path / "out"), "--adapt"]

    assert main([*given, "--encoder", "classical"]) != 0

    assert "cannot be adapted" in capsys.readouterr().err
